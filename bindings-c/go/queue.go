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

// batch is how many events are taken in one crossing.
const batch = 64

// queue is the client's way of waiting for many calls: they are driven by one thread of the library, which signals a
// descriptor once per batch of events. Go's netpoller watches it, one goroutine takes the events and wakes those who
// wait. So there is one wake-up per batch, and no goroutine that waits holds a thread.
//
// What hooks and refreshers are asked comes the same way, also for calls that are made on their callers' threads: the
// library never calls into Go.
type queue struct {
	// opened says that it is watched; opening is held by those who begin to.
	opened  atomic.Bool
	opening sync.Mutex
	// ready can be read when events wait, and the library writes to signal.
	ready, signal *os.File
	// readers counts the calls of a mock's client that are under way, and over is closed once nobody reads for them.
	readers int
	over    chan struct{}

	// taking is held by who takes events and hands them on, so that those of a call stay in order.
	taking sync.Mutex
	// events has room for a batch. It is memory of C: that of Go is searched for pointers whenever it is passed.
	events    *C.reqtrail_go_event
	notifiers notifiers

	next    atomic.Uint64
	mutex   sync.Mutex
	pending map[uint64]*waiter
}

// waiter is one who waits for a result. What C writes into it is copied before it is used again.
type waiter struct {
	ended C.reqtrail_go_ended
	woken chan struct{}
	// tag is 0 where nothing of the call is asked for but its result.
	tag uint64
	// ctx is the caller's.
	ctx context.Context
	// progress gets the polls of an operation.
	progress func(*Progress)
}

var waiters = sync.Pool{New: func() any { return makeWaiter() }}

func makeWaiter() *waiter { return &waiter{woken: make(chan struct{}, 1)} }

// newWaiter gives a waiter. Those of a mock are not used again: a channel that was made within a bubble of testing/synctest
// must not leave it.
func (c *core) newWaiter() *waiter {
	if c.mock != nil {
		return makeWaiter()
	}
	return waiters.Get().(*waiter)
}

// release gives a waiter back, once nobody will wake it any more.
func (c *core) release(w *waiter) {
	if c.mock == nil {
		*w = waiter{woken: w.woken}
		waiters.Put(w)
	}
}

// open begins to watch, with the first call that is queued. false says that the process has no descriptor for it: a later
// call tries again.
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
	// By Fd it would be one that blocks.
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

// read has the events of a mock's client read until the function that it returns is called. Nobody reads while no call is
// under way: who waits for a descriptor keeps the time of a bubble of testing/synctest from moving, for ever.
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
			// What comes from here on waits in the pipe for the next reader.
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

// drain takes events when it is woken, and hands them on.
func (q *queue) drain(c *core) {
	signals := make([]byte, batch)
	for {
		if _, err := q.ready.Read(signals); err != nil {
			return
		}
		// A signal may come late, when all events are taken and the client is gone.
		if c.hold() == 0 {
			return
		}
		q.take(c)
		c.leave()
	}
}

// take takes all events and hands them on.
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

// expect gives a waiter a new tag.
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

// forget takes back a tag whose result comes another way.
func (q *queue) forget(w *waiter) {
	q.mutex.Lock()
	delete(q.pending, w.tag)
	q.mutex.Unlock()
}

// submit submits a call or an operation to the queue, which is open, and waits for its end. The context's end cancels what
// is under way, and its one result then comes at once.
func (q *queue) submit(c *core, ctx context.Context, j *job) *waiter {
	w := q.expect(c, ctx, j.progress)
	var failed *C.reqtrail_error
	C.reqtrail_go_submit(c.handle, (*C.uint8_t)(start(j.steps)), C.size_t(len(j.steps)), j.started.pointer(), C.uint64_t(w.tag),
		j.serving.pointer(), &failed)
	runtime.KeepAlive(j)
	// The result may have come already, so a failure to submit is kept apart from it.
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

// cancelTag cancels what is submitted under a tag for what ended its context.
func (c *core) cancelTag(tag uint64, ended error) {
	if isDeadline(ended) {
		C.reqtrail_client_expire(c.handle, C.uint64_t(tag))
	} else {
		C.reqtrail_client_cancel(c.handle, C.uint64_t(tag))
	}
}

// attend has the events of a call that is made on this thread handed on, and returns what ends that.
func (q *queue) attend(c *core) (end func()) {
	if q.open(c) {
		if c.mock == nil {
			return func() { q.take(c) }
		}
		stop := q.read(c)
		return func() { stop(); q.take(c) }
	}
	// Without a descriptor nobody is woken, so somebody looks again and again.
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

// pollInterval is how often events are looked for where the process has no descriptor to be woken by.
const pollInterval = 5 * time.Millisecond

// start is the address of a buffer, which is lent to C for one call.
func start(s encoder) *byte { return unsafe.SliceData(s) }
