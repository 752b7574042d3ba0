package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// batch is how many events one call into C takes.
const batch = 64

// queue lets a client wait for many calls. One thread of the library drives them and signals a descriptor once per
// batch of events. Go's netpoller watches the descriptor; one goroutine takes the events and wakes the waiters. So
// there is one wake-up per batch, and waiting goroutines occupy no threads.
//
// Events for hooks and refreshers arrive the same way, also for calls that are made on their callers' threads, because
// the library never calls into Go.
type queue struct {
	// opened says that the descriptor is watched; opening guards the start of that.
	opened  atomic.Bool
	opening sync.Mutex
	// ready is readable when events wait; the library writes to signal.
	ready, signal *os.File
	// readers counts the calls under way of a mock's client; over is closed once no goroutine reads for them.
	readers int
	over    chan struct{}

	// taking is held while events are taken and dispatched, so that those of a call stay in order.
	taking sync.Mutex
	// events has room for a batch. It is C memory, because cgo scans Go memory for pointers each time it is passed.
	events    *C.reqtrail_go_event
	notifiers notifiers

	next    atomic.Uint64
	mutex   sync.Mutex
	pending map[uint64]*waiter
}

// waiter waits for a result. The values that C writes into it are copied before it is reused.
type waiter struct {
	ended C.reqtrail_go_ended
	woken chan struct{}
	// tag is 0 if the call needs no events, only its result.
	tag uint64
	// ctx is the caller's context.
	ctx context.Context
	// progress receives the polls of an operation.
	progress func(*Progress)
}

var waiters = sync.Pool{New: func() any { return makeWaiter() }}

func makeWaiter() *waiter { return &waiter{woken: make(chan struct{}, 1)} }

// newWaiter returns a waiter. Those of a mock are not reused, because a channel that was made within a bubble of
// testing/synctest must not leave it.
func (c *core) newWaiter() *waiter {
	if c.mock != nil {
		return makeWaiter()
	}
	return waiters.Get().(*waiter)
}

// release returns a waiter to the pool, once nothing will wake it any more.
func (c *core) release(w *waiter) {
	if c.mock == nil {
		*w = waiter{woken: w.woken}
		waiters.Put(w)
	}
}

// open starts to watch the descriptor, with the first call that is queued. It returns false if the process has no
// descriptors left; a later call tries again.
func (q *queue) open(c *core) bool {
	if q.opened.Load() {
		return true
	}
	q.opening.Lock()
	defer q.opening.Unlock()
	if q.opened.Load() {
		return true
	}
	ready, signal, err := os.Pipe()
	if err != nil {
		return false
	}
	q.ready, q.signal = ready, signal
	// Fd would make the descriptor blocking.
	connection, err := signal.SyscallConn()
	if err != nil || connection.Control(func(fd uintptr) { C.reqtrail_go_watch(c.handle, C.int32_t(fd)) }) != nil {
		return false
	}
	q.opened.Store(true)
	if c.mock == nil {
		go q.drain(c)
	}
	return true
}

// read reads the events of a mock's client until the returned function is called. No goroutine reads while no call is
// under way, because waiting for a descriptor would stop the time of a bubble of testing/synctest for ever.
func (q *queue) read(c *core) (end func()) {
	q.opening.Lock()
	defer q.opening.Unlock()
	q.readers++
	if q.readers == 1 {
		over := make(chan struct{})
		q.over = over
		_ = q.ready.SetReadDeadline(time.Time{})
		go func() {
			defer close(over)
			q.drain(c)
		}()
	}
	return func() {
		q.opening.Lock()
		defer q.opening.Unlock()
		q.readers--
		if q.readers == 0 {
			// Later signals wait in the pipe for the next reader.
			_ = q.ready.SetReadDeadline(time.Unix(1, 0))
			<-q.over
		}
	}
}

func (q *queue) close() {
	C.free(unsafe.Pointer(q.events))
	if q.ready != nil {
		_ = q.signal.Close()
		_ = q.ready.Close()
	}
}

// drain takes and dispatches events whenever it is woken.
func (q *queue) drain(c *core) {
	signals := make([]byte, batch)
	for {
		if _, err := q.ready.Read(signals); err != nil {
			return
		}
		// A signal may be late, when all events are taken and the client is freed.
		if c.hold() == 0 {
			return
		}
		q.take(c)
		c.leave()
	}
}

// take takes and dispatches all events.
func (q *queue) take(c *core) {
	q.taking.Lock()
	defer q.taking.Unlock()
	if q.events == nil {
		q.events = (*C.reqtrail_go_event)(C.calloc(batch, C.sizeof_reqtrail_go_event))
	}
	q.notifiers.counter.begin()
	defer q.notifiers.counter.end()
	for taken := batch; taken == batch; {
		taken = int(C.reqtrail_go_take(c.handle, q.events, batch))
		q.mutex.Lock()
		events := unsafe.Slice(q.events, taken)
		for at := range events {
			q.dispatch(c, &events[at])
		}
		q.mutex.Unlock()
	}
}

// expect returns a waiter with a new tag.
func (q *queue) expect(c *core, ctx context.Context, progress func(*Progress)) *waiter {
	w := c.newWaiter()
	w.tag, w.ctx, w.progress = q.next.Add(1), ctx, progress
	q.mutex.Lock()
	if q.pending == nil {
		q.pending = map[uint64]*waiter{}
	}
	q.pending[w.tag] = w
	q.mutex.Unlock()
	return w
}

// forget removes a tag whose result does not come from the queue.
func (q *queue) forget(w *waiter) {
	q.mutex.Lock()
	delete(q.pending, w.tag)
	q.mutex.Unlock()
}

// submit submits a call or an operation to the open queue and waits for its end. The context's end cancels it, and its
// single result then arrives at once.
func (q *queue) submit(c *core, ctx context.Context, j *job) *waiter {
	w := q.expect(c, ctx, j.progress)
	var failed *C.reqtrail_error
	C.reqtrail_go_submit(c.handle, (*C.uint8_t)(start(j.steps)), C.size_t(len(j.steps)), j.started.pointer(),
		j.connection.pointer(), C.uint64_t(w.tag), j.serving.pointer(), &failed)
	runtime.KeepAlive(j)
	// The result may already have arrived, so an error of the submission is kept separate.
	if failed != nil {
		q.forget(w)
		w.ended.error = failed
		return w
	}
	if c.mock != nil {
		defer q.read(c)()
		defer c.mock.Watch(func() {
			if ended := safeErr(ctx); ended != nil {
				c.cancelTag(w.tag, ended)
			}
		})()
	}
	select {
	case <-w.woken:
		return w
	case <-ctx.Done():
	}
	c.cancelTag(w.tag, safeErr(ctx))
	<-w.woken
	return w
}

// cancelTag cancels the call or operation with a tag because its context ended.
func (c *core) cancelTag(tag uint64, ended error) {
	if isDeadline(ended) {
		C.reqtrail_client_expire(c.handle, C.uint64_t(tag))
	} else {
		C.reqtrail_client_cancel(c.handle, C.uint64_t(tag))
	}
}

// attend dispatches the events of a call that is made on this thread, until the returned function is called.
func (q *queue) attend(c *core) (end func()) {
	if q.open(c) {
		if c.mock == nil {
			return func() { q.take(c) }
		}
		stop := q.read(c)
		return func() { stop(); q.take(c) }
	}
	// Without a descriptor nothing wakes a reader, so a goroutine polls.
	var isOver atomic.Bool
	go func() {
		for !isOver.Load() && c.hold() != 0 {
			q.take(c)
			c.leave()
			time.Sleep(pollInterval)
		}
	}()
	return func() {
		isOver.Store(true)
		q.take(c)
	}
}

// pollInterval is the interval of polling for events if the process has no descriptor for signals.
const pollInterval = 5 * time.Millisecond

// start returns the address of a buffer, which is lent to C for one call.
func start(s encoder) *byte { return unsafe.SliceData(s) }
