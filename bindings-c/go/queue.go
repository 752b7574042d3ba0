package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"
)

// batch is how many results are taken in one crossing.
const batch = C.RT_BATCH

// queue is the client's way of waiting for many calls: they are driven by one thread of the library, which signals a
// descriptor once per batch of results. Go's netpoller watches it, one goroutine takes the results and wakes those who
// wait. So there is one wake-up per batch, and no goroutine that waits holds a thread.
type queue struct {
	// opened says that it is watched; opening is held by those who begin to.
	opened  atomic.Bool
	opening sync.Mutex
	// ready is what can be read when results wait, signal what the library writes to, which may be the same.
	ready      *os.File
	descriptor int
	signal     int

	next    atomic.Uint64
	mutex   sync.Mutex
	pending map[uint64]*waiter
}

// waiter is one who waits for a result. What C writes into it is copied before it is used again.
type waiter struct {
	ended C.rt_ended
	woken chan struct{}
	// ctx is the caller's, while it waits in the queue.
	ctx context.Context
}

var waiters = sync.Pool{New: func() any { return &waiter{woken: make(chan struct{}, 1)} }}

func newWaiter() *waiter { return waiters.Get().(*waiter) }

// release gives a waiter back, once nobody will wake it any more.
func (w *waiter) release() {
	w.ended, w.ctx = C.rt_ended{}, nil
	waiters.Put(w)
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
	var signal C.int
	ready := C.rt_client_watch(c.handle, &signal)
	if ready < 0 {
		return false
	}
	q.pending = map[uint64]*waiter{}
	q.descriptor, q.signal = int(ready), int(signal)
	q.ready = os.NewFile(uintptr(ready), "reqtrail")
	q.opened.Store(true)
	go q.drain(c)
	return true
}

func (q *queue) close() {
	if q.ready == nil {
		return
	}
	if q.signal != q.descriptor {
		_ = os.NewFile(uintptr(q.signal), "reqtrail").Close()
	}
	_ = q.ready.Close()
}

// drain takes results when it is woken, and wakes those who wait for them.
func (q *queue) drain(c *core) {
	ended := make([]C.rt_ended, batch)
	var count [8]byte
	for {
		if _, err := q.ready.Read(count[:]); err != nil {
			return
		}
		// A signal may come late, when all results are taken and the client is gone.
		if !c.hold() {
			return
		}
		for q.take(c, ended) == batch {
		}
		c.leave()
	}
}

// take takes a batch.
func (q *queue) take(c *core, ended []C.rt_ended) int {
	taken := int(C.rt_take(c.handle, &ended[0], batch))
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for at := range ended[:taken] {
		tag := uint64(ended[at].tag)
		w, ok := q.pending[tag]
		if !ok {
			panic("reqtrail: a result that nobody waits for")
		}
		delete(q.pending, tag)
		w.ended = ended[at]
		w.woken <- struct{}{}
	}
	return taken
}

// contextOf is the context of the call of a tag; nil if it is not under way.
func (q *queue) contextOf(tag uint64) context.Context {
	if !q.opened.Load() {
		return nil
	}
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if w := q.pending[tag]; w != nil {
		return w.ctx
	}
	return nil
}

// expect makes a waiter for a new tag.
func (q *queue) expect(ctx context.Context) (uint64, *waiter) {
	w := newWaiter()
	w.ctx = ctx
	tag := q.next.Add(1)
	q.mutex.Lock()
	q.pending[tag] = w
	q.mutex.Unlock()
	return tag, w
}

// forget takes back a tag whose submission failed.
func (q *queue) forget(tag uint64) {
	q.mutex.Lock()
	delete(q.pending, tag)
	q.mutex.Unlock()
}

// call submits a call to the queue, which is open, and waits for its end.
func (q *queue) call(c *core, ctx context.Context, s encoder) *waiter {
	tag, w := q.expect(ctx)
	// The result may come before this returns, so a failure to submit has a place of its own.
	if failed := C.rt_submit(c.handle, (*C.uint8_t)(start(s)), C.size_t(len(s)), C.uint64_t(tag)); failed != nil {
		q.forget(tag)
		w.ended.error = failed
		return w
	}
	q.wait(c, ctx, tag, w)
	return w
}

// wait waits for a result. The context's end cancels what is under way, and its one result then comes at once.
func (q *queue) wait(c *core, ctx context.Context, tag uint64, w *waiter) {
	select {
	case <-w.woken:
		return
	case <-ctx.Done():
	}
	if isDeadline(safeErr(ctx)) {
		C.reqtrail_client_expire(c.handle, C.uint64_t(tag))
	} else {
		C.reqtrail_client_cancel(c.handle, C.uint64_t(tag))
	}
	<-w.woken
}

// start is the address of a buffer, which is lent to C for one call.
func start(s encoder) *byte { return unsafe.SliceData(s) }
