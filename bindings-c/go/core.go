package reqtrail

// #include "shim.h"
//
// #cgo noescape rt_call
// #cgo noescape rt_submit
// #cgo noescape rt_take
// #cgo nocallback rt_take
// #cgo nocallback rt_free
import "C"

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// core is what a client consists of. Goroutines of its own hold it, but not the [Client], which may be collected.
type core struct {
	handle *C.reqtrail_client
	hooks  *hooks
	queue  queue

	// users counts who uses the handle; closedBit is set once there shall be no more. Whoever finds the bit set and
	// nobody left frees the handle.
	users atomic.Int64

	// timeout is that of a call, attemptTimeout that of an attempt, unless a request says otherwise.
	timeout, attemptTimeout time.Duration

	// typed says that the client's header has a Content-Type.
	typed bool
}

const closedBit = 1 << 40

// The core's defaults, which a context's deadline is compared with.
const (
	defaultTimeout        = time.Minute
	defaultAttemptTimeout = 10 * time.Second
)

// deadlineSlack is by how much the core's own deadline of a call is later than the context's, whose end the call is to
// end with: the context then knows its cause.
const deadlineSlack = 10 * time.Millisecond

func newCore(config *Config, connection *Connection) (*core, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	c := &core{
		hooks:   newHooks(config),
		timeout: orTime(config.Timeout, defaultTimeout),
		// A call's timeout above the attempt's default lifts that.
		attemptTimeout: orTime(config.AttemptTimeout, max(config.Timeout, defaultAttemptTimeout)),
		typed:          hasContentType(config.Header),
	}
	c.hooks.queued = c.queue.contextOf
	var s encoder
	var from *C.reqtrail_connection
	if connection != nil {
		from = connection.handle
	} else {
		s.text(C.RT_BASE_URL, config.BaseURL)
	}
	if err := s.config(config); err != nil {
		c.hooks.close()
		return nil, err
	}
	var failed *C.reqtrail_error
	c.handle = C.rt_client_new((*C.uint8_t)(start(s)), C.size_t(len(s)), from, C.uintptr_t(c.hooks.id), &failed)
	runtime.KeepAlive(connection)
	if c.handle == nil {
		c.hooks.close()
		defer C.reqtrail_error_free(failed)
		return nil, configErrorOf(failed)
	}
	return c, nil
}

// enter begins a use of the handle and says how many there are now; 0 says that it is closed.
func (c *core) enter() int64 {
	for {
		users := c.users.Load()
		if users&closedBit != 0 {
			return 0
		}
		if c.users.CompareAndSwap(users, users+1) {
			return users + 1
		}
	}
}

// hold begins a use by those who serve others: also of a handle that is closed, as long as others use it.
func (c *core) hold() bool {
	for {
		users := c.users.Load()
		if users == closedBit {
			return false
		}
		if c.users.CompareAndSwap(users, users+1) {
			return true
		}
	}
}

func (c *core) leave() {
	if c.users.Add(-1) == closedBit {
		c.free()
	}
}

func (c *core) close() {
	// At once, though calls may be under way: a refresher must not keep them.
	c.hooks.end()
	if c.users.Or(closedBit) == 0 {
		c.free()
	}
}

func closeCore(c *core) { c.close() }

func (c *core) free() {
	// The library's thread is joined, so nothing signals the queue after this.
	C.reqtrail_client_free(c.handle)
	c.queue.close()
	c.hooks.close()
}

func (c *core) setToken(token Secret) error {
	if c.enter() == 0 {
		return closedError()
	}
	defer c.leave()
	var failed *C.reqtrail_error
	C.reqtrail_client_set_token(c.handle, charsOf(string(token)), C.size_t(len(token)), &failed)
	runtime.KeepAlive(token)
	if failed == nil {
		return nil
	}
	defer C.reqtrail_error_free(failed)
	return errorOf(failed)
}

// encoderPool keeps the buffers of requests.
var encoderPool = sync.Pool{New: func() any { s := make(encoder, 0, 512); return &s }}

// do makes a call: on this thread where nothing else is under way, since nothing then has to be woken; else by the queue,
// so that no goroutine that waits holds a thread.
func (c *core) do(ctx context.Context, r *Request) (*Response, error) {
	if ctx == nil {
		return nil, nilContext().of(r)
	}
	users := c.enter()
	if users == 0 {
		return nil, closedError().of(r)
	}
	defer c.leave()
	buffer := encoderPool.Get().(*encoder)
	s := (*buffer)[:0]
	if err := s.request(r, c.typed); err != nil {
		return nil, err
	}
	bounded := c.bound(ctx, r, &s)
	var w *waiter
	if ended := contextEnd(ctx); ended != nil {
		w = c.callOver(s, ended)
	} else if w = c.callForRefresh(ctx, s); w != nil {
		// It is made.
	} else if here(users) || !c.queue.open(c) {
		w = c.callHere(ctx, s)
	} else {
		w = c.queue.call(c, ctx, s)
	}
	if cap(s) <= 64<<10 {
		*buffer = s
		encoderPool.Put(buffer)
	}
	return c.result(ctx, r, w, bounded)
}

// result copies what a call has come to.
func (c *core) result(ctx context.Context, r *Request, w *waiter, bounded bool) (*Response, error) {
	defer w.release()
	if w.ended.response != nil {
		response := responseOf(&w.ended)
		c.hooks.settle(ctx, response.Trail)
		return response, nil
	}
	failed := errorOf(w.ended.error).of(r)
	C.rt_free(w.ended.response, w.ended.report, w.ended.error)
	c.hooks.settle(ctx, failed.Trail)
	c.explain(ctx, failed, bounded)
	return nil, failed
}

// explain adds what is Go's own to an error: what ended the context, and what a refresher said.
func (c *core) explain(ctx context.Context, failed *Error, bounded bool) {
	if refused := c.hooks.refusal(failed); refused != nil {
		failed.causes = []error{refused}
	}
	explainContext(ctx, failed, bounded)
}

// bound writes the times of a request, and has the context's deadline bound the call if it is the earlier one: the core
// then knows that a wait would not fit, and ends the call before it. It says whether the context does.
func (c *core) bound(ctx context.Context, r *Request, s *encoder) (bounded bool) {
	call, attempt := r.Timeout, r.AttemptTimeout
	if deadline, has := ctx.Deadline(); has {
		left := time.Until(deadline)
		if left > 0 && left < orTime(call, c.timeout) {
			if attempt == 0 {
				// A call's own time may lift the attempt's; the context's deadline must not.
				attempt = max(c.attemptTimeout, call)
			}
			call, bounded = left+deadlineSlack, true
		}
	}
	s.time(C.RT_TIMEOUT, call)
	s.time(C.RT_ATTEMPT_TIMEOUT, attempt)
	return bounded
}

// callOver has the core end a call whose context is over: it sends nothing, and the trail is the core's own.
func (c *core) callOver(s encoder, ended error) *waiter {
	w := newWaiter()
	token := C.reqtrail_cancel_token_new()
	cancel(token, ended)
	// It begins no refresh.
	C.rt_call(c.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), token, 0, &w.ended)
	C.reqtrail_cancel_token_free(token)
	return w
}

// cancel cancels the calls of a token for what ended a context.
func cancel(token *C.reqtrail_cancel_token, ended error) {
	if isDeadline(ended) {
		C.reqtrail_cancel_token_expire(token)
	} else {
		C.reqtrail_cancel_token_cancel(token)
	}
}

// callForRefresh makes a call of this client's own refresher; nil if it is none.
func (c *core) callForRefresh(ctx context.Context, s encoder) (w *waiter) {
	if thread := c.hooks.refreshThreadOf(ctx); thread != nil {
		thread.run(func() { w = c.callHere(ctx, s) })
	}
	return w
}

// callHere makes a call on this goroutine's thread.
func (c *core) callHere(ctx context.Context, s encoder) *waiter {
	w := newWaiter()
	c.onThread(ctx, func(token *C.reqtrail_cancel_token, caller C.uintptr_t) {
		C.rt_call(c.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), token, caller, &w.ended)
	})
	return w
}

// onThread runs a call or an operation on this goroutine's thread. It gets a token that the context's end cancels, NULL if
// the context has none, and what its refresher finds the context by.
func (c *core) onThread(ctx context.Context, run func(token *C.reqtrail_cancel_token, caller C.uintptr_t)) {
	caller := uintptr(0)
	if c.hooks.refresher != nil {
		caller = register(callerContext{ctx})
		defer unregister(caller)
	}
	if ctx.Done() == nil {
		run(nil, C.uintptr_t(caller))
		return
	}
	token := C.reqtrail_cancel_token_new()
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		cancel(token, safeErr(ctx))
	})
	run(token, C.uintptr_t(caller))
	if !stop() {
		<-told
	}
	C.reqtrail_cancel_token_free(token)
}

func orTime(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return value
}
