package reqtrail

// #include "shim.h"
//
// #cgo noescape reqtrail_go_run
// #cgo nocallback reqtrail_go_run
// #cgo noescape reqtrail_go_submit
// #cgo nocallback reqtrail_go_submit
// #cgo noescape reqtrail_go_take
// #cgo nocallback reqtrail_go_take
// #cgo nocallback rt_free
import "C"

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// core is the state of a client. Goroutines of this package reference it and not the [Client], so that the Client can
// be collected.
type core struct {
	handle *C.reqtrail_client
	// recorder outlives the handle.
	recorder *Recorder
	hooks    *hooks
	queue    queue

	// users counts the uses of the handle. closedBit refuses further ones. The last user that finds the bit set frees
	// the handle.
	users atomic.Int64

	// timeout and attemptTimeout are the core's timeouts of a call and of an attempt, unless a request sets others.
	timeout, attemptTimeout time.Duration

	// typed says that the client's Header contains a Content-Type.
	typed bool

	// mock answers the calls of a test; nil for all other clients.
	mock scripted.Mock
}

const closedBit = 1 << 40

// deadlineSlack is how much later the core's deadline of a call is than the context's. The context then ends first, and
// knows its cause.
const deadlineSlack = 10 * time.Millisecond

func newCore(config *Config, connection *Connection, mock scripted.Mock) (*core, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	c := &core{hooks: newHooks(config), typed: hasContentType(config.Header), mock: mock}
	var s encoder
	var from *C.reqtrail_connection
	if connection != nil {
		from = connection.handle
	} else {
		s.text(C.REQTRAIL_GO_BASE_URL, config.BaseURL)
	}
	if err := s.config(config); err != nil {
		return nil, err
	}
	var failed *C.reqtrail_error
	if mock != nil {
		c.queue.notifiers.counter = &hookCounter{core: c}
		client, refused := mock.NewClient(s)
		c.handle, failed = (*C.reqtrail_client)(client), (*C.reqtrail_error)(refused)
	} else {
		C.reqtrail_go_client_new((*C.uint8_t)(start(s)), C.size_t(len(s)), from, &c.handle, &failed)
	}
	runtime.KeepAlive(connection)
	if c.handle == nil {
		return nil, takeConfigError(failed)
	}
	c.recorder = newRecorder(c.handle)
	var call, attempt C.int64_t
	C.reqtrail_go_client_timeouts(c.handle, &call, &attempt)
	c.timeout, c.attemptTimeout = time.Duration(call), time.Duration(attempt)
	for index := C.size_t(0); ; index++ {
		var warning C.reqtrail_go_text
		C.reqtrail_go_client_warning(c.handle, index, &warning)
		if warning.data == nil {
			break
		}
		logWarning(text(warning))
	}
	return c, nil
}

// newDriver builds a client that makes no calls: it runs the operations that ask the services of a connection.
func newDriver(connection *Connection) (*Client, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	c := &core{hooks: newHooks(&Config{})}
	var failed *C.reqtrail_error
	C.reqtrail_go_driver_new(connection.handle, &c.handle, &failed)
	runtime.KeepAlive(connection)
	if c.handle == nil {
		return nil, takeConfigError(failed)
	}
	return clientOf(c), nil
}

// enter begins a use of the handle and returns the number of uses; 0 if the client is closed.
func (c *core) enter() int64 {
	users := c.hold()
	if users&closedBit != 0 {
		c.leave()
		return 0
	}
	return users
}

// hold is enter for goroutines that serve calls: they may use the handle of a closed client as long as others use it.
func (c *core) hold() int64 {
	for {
		users := c.users.Load()
		if users == closedBit {
			return 0
		}
		if c.users.CompareAndSwap(users, users+1) {
			return users + 1
		}
	}
}

func (c *core) leave() {
	if c.users.Add(-1) == closedBit {
		c.free()
	}
}

func (c *core) close() {
	// Even while calls are under way, so that a refresher cannot delay the end.
	c.hooks.cancel()
	if c.users.Or(closedBit) == 0 {
		c.free()
	}
}

func (c *core) free() {
	if c.hooks.any() {
		// Events outside of calls may still wait for hooks.
		c.queue.take(c)
	}
	// This joins the library's thread, so nothing signals the queue afterwards.
	C.reqtrail_client_free(c.handle)
	c.queue.close()
}

// handled says that the hooks have run for all events that were taken, so that the clock of a mock may go on.
func (c *core) handled() { C.reqtrail_go_handled(c.handle) }

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
	return takeError(failed)
}

// encoderPool keeps the buffers of requests.
var encoderPool = sync.Pool{New: func() any { s := make(encoder, 0, 512); return &s }}

// do makes a call: on this thread if nothing else is under way, since nothing then has to be woken; otherwise through
// the queue, so that waiting goroutines occupy no threads.
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
		return nil, err.of(r)
	}
	bounded := c.bound(ctx, r, &s)
	if c.mock != nil {
		cancellable, over := untilCancelled(ctx, c.mock)
		defer over()
		ctx = cancellable
	}
	w := c.drive(ctx, job{steps: s}, onCallersThread(users))
	if cap(s) <= 64<<10 {
		*buffer = s
		encoderPool.Put(buffer)
	}
	defer c.release(w)
	c.settle(ctx, w)
	if w.ended.response != nil {
		return responseOf(&w.ended), nil
	}
	failed := takeError(w.ended.error).of(r)
	c.explain(ctx, failed, bounded)
	return nil, failed
}

// settle waits until the hooks have run for all events of a call, or until its context ends.
func (c *core) settle(ctx context.Context, w *waiter) {
	if w.progress != nil || c.hooks.any() {
		c.queue.notifiers.settle(ctx, w.tag)
	}
}

// explain adds Go's own errors to the causes of an error: the context's, and the refresher's.
func (c *core) explain(ctx context.Context, failed *Error, bounded bool) {
	if refused := c.hooks.refusal(failed); refused != nil {
		failed.causes = []error{refused}
	}
	explainContext(ctx, failed, bounded)
}

// bound passes the context's deadline to the core if it is earlier than the request's own. The core then ends a call
// before a wait that would not fit. It returns whether it did so.
func (c *core) bound(ctx context.Context, r *Request, s *encoder) (bounded bool) {
	deadline, has := ctx.Deadline()
	if !has {
		return false
	}
	left, slack := time.Until(deadline), deadlineSlack
	if c.mock != nil {
		left, slack = virtualLeft(left), 0
	}
	if left <= 0 || left >= timeOr(r.Timeout, c.timeout) {
		return false
	}
	if r.AttemptTimeout == 0 {
		// A call's own timeout may raise the attempt's; the context's deadline must not.
		s.duration(requestAttemptTimeout, max(c.attemptTimeout, timeOr(r.Timeout, 0)))
	}
	s.duration(requestTimeout, left+slack)
	return true
}

// cancel cancels the calls of a token because a context ended.
func cancel(token *C.reqtrail_cancel_token, ended error) {
	if isDeadline(ended) {
		C.reqtrail_cancel_token_expire(token)
	} else {
		C.reqtrail_cancel_token_cancel(token)
	}
}

// job is a call or an operation.
type job struct {
	steps encoder
	// started is the trail of the request that an operation follows, or nil.
	started *Trail
	// connection has the services that an operation asks, or is nil.
	connection *Connection
	// progress receives the polls of an operation, or is nil.
	progress func(*Progress)
	serving  *serving
	// left is the virtual time until the deadline of an operation's context, or 0.
	left time.Duration
}

// drive runs a job and waits for its end: through the queue, or on this goroutine's thread if onThread is set, the
// context has ended, or the process has no descriptor for the queue. If the context has ended, the core sends nothing
// and makes the error.
func (c *core) drive(ctx context.Context, j job, onThread bool) *waiter {
	j.serving = c.servingOf(ctx)
	ended := contextEnd(ctx)
	if ended == nil && !onThread && c.queue.open(c) {
		return c.queue.submit(c, ctx, &j)
	}
	if j.progress == nil && !c.hooks.any() {
		w := c.newWaiter()
		c.run(ctx, ended, w, &j)
		return w
	}
	w := c.queue.expect(c, ctx, j.progress)
	end := c.queue.attend(c)
	c.run(ctx, ended, w, &j)
	end()
	c.queue.forget(w)
	return w
}

// run runs a job on this goroutine's thread. The context's end cancels it.
func (c *core) run(ctx context.Context, ended error, w *waiter, j *job) {
	token, over := tokenOf(ctx, ended)
	if c.mock != nil && token != nil && ended == nil {
		unwatch := c.watchMock(ctx, token, j.left)
		free := over
		over = func() { unwatch(); free() }
	}
	code := C.reqtrail_go_run(c.handle, (*C.uint8_t)(start(j.steps)), C.size_t(len(j.steps)), j.started.pointer(),
		j.connection.pointer(), C.uint64_t(w.tag), token, j.serving.pointer(), &w.ended, &w.ended.error)
	over()
	runtime.KeepAlive(j)
	// A job that ran has its own code; this one is a misuse or a bug.
	if code != C.REQTRAIL_OK {
		w.ended.code = code
	}
}

// watchMock ends a call of a mock with its context, even before the clock moves on after a hook, and after `left` of
// virtual time, unless that is 0.
func (c *core) watchMock(ctx context.Context, token *C.reqtrail_cancel_token, left time.Duration) (over func()) {
	stop := func() {}
	if left > 0 {
		stop = c.mock.ExpireAfter(unsafe.Pointer(token), left)
	}
	unwatch := c.mock.Watch(func() {
		if ended := safeErr(ctx); ended != nil {
			cancel(token, ended)
		}
	})
	return func() { unwatch(); stop() }
}

// tokenOf makes a token that the context's end cancels, or NULL if the context never ends, and a function that frees
// it. ended is what has already ended the context.
func tokenOf(ctx context.Context, ended error) (token *C.reqtrail_cancel_token, over func()) {
	if ctx.Done() == nil && ended == nil {
		return nil, func() {}
	}
	token = C.reqtrail_cancel_token_new()
	if ended != nil {
		cancel(token, ended)
		return token, func() { C.reqtrail_cancel_token_free(token) }
	}
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(cancelled)
		cancel(token, safeErr(ctx))
	})
	return token, func() {
		if !stop() {
			<-cancelled
		}
		C.reqtrail_cancel_token_free(token)
	}
}

func timeOr(value, otherwise time.Duration) time.Duration {
	switch value {
	case 0:
		return otherwise
	case NoLimit:
		return math.MaxInt64
	default:
		return value
	}
}
