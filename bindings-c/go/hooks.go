package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"sync"
	"sync/atomic"
)

// registry holds what callbacks from C are for. C gets its keys, and never a pointer of Go's: a callback that comes late
// finds nothing.
var registry struct {
	entries sync.Map
	next    atomic.Uintptr
}

func register(entry any) uintptr {
	id := registry.next.Add(1)
	registry.entries.Store(id, entry)
	return id
}

func unregister(id uintptr) { registry.entries.Delete(id) }

// hooks are the functions that a program gave to a client.
type hooks struct {
	// id is the key of the registry; 0 if there are no functions.
	id        uintptr
	onAttempt func(CallInfo, Attempt)
	onCall    func(*Trail)
	refresher func(context.Context) (Token, error)
	tellers   tellers
	// queued finds the context of a call by its tag.
	queued func(tag uint64) context.Context

	// ctx is the refresher's: it ends when the client is closed.
	ctx    context.Context
	cancel context.CancelFunc

	mutex    sync.Mutex
	refusals []*refusal
}

// keptRefusals is how many errors of a refresher are kept for the calls that they end.
const keptRefusals = 8

func newHooks(config *Config) *hooks {
	h := &hooks{onAttempt: config.OnAttempt, onCall: config.OnCall, refresher: config.TokenRefresher}
	if h.onAttempt == nil && h.onCall == nil && h.refresher == nil {
		return h
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.id = register(h)
	return h
}

func (h *hooks) close() {
	if h.id != 0 {
		unregister(h.id)
		h.cancel()
	}
}

// end ends the refresher's context.
func (h *hooks) end() {
	if h.id != 0 {
		h.cancel()
	}
}

// settle waits until all that happened in a call has been told, or until its context ends.
func (h *hooks) settle(ctx context.Context, trail *Trail) {
	if trail == nil || h.onAttempt == nil && h.onCall == nil {
		return
	}
	h.tellers.settle(ctx, trail.ask(func(handle *C.reqtrail_trail, length *C.size_t) *C.char {
		return C.reqtrail_trail_call_id(handle, length)
	}))
}

// tellers tell programs what happened: in order for each call, apart from the threads of the library, which must not
// wait for them.
type tellers struct {
	mutex sync.Mutex
	calls map[string]*teller
}

// teller tells of one call.
type teller struct {
	queue []func()
	done  chan struct{}
}

// tell has a function run after those of the same call.
func (t *tellers) tell(call string, function func()) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	one := t.calls[call]
	if one == nil {
		if t.calls == nil {
			t.calls = map[string]*teller{}
		}
		one = &teller{done: make(chan struct{})}
		t.calls[call] = one
		go t.run(call, one)
	}
	one.queue = append(one.queue, function)
}

// run tells what waits. A function may end the goroutine by runtime.Goexit, as t.FailNow does; another one goes on then.
func (t *tellers) run(call string, one *teller) {
	over := false
	defer func() {
		if !over {
			go t.run(call, one)
		}
	}()
	for {
		t.mutex.Lock()
		if len(one.queue) == 0 {
			delete(t.calls, call)
			t.mutex.Unlock()
			close(one.done)
			over = true
			return
		}
		function := one.queue[0]
		one.queue = one.queue[1:]
		t.mutex.Unlock()
		guarded(function)
	}
}

// settle waits until what was to be told of a call has been told, or until the context ends: a call that is cancelled
// returns at once, however long its hooks take.
func (t *tellers) settle(ctx context.Context, call string) {
	t.mutex.Lock()
	one := t.calls[call]
	t.mutex.Unlock()
	if one != nil {
		select {
		case <-one.done:
		case <-ctx.Done():
		}
	}
}

func guarded(function func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logPanic("reqtrail: a hook panicked", panicked)
		}
	}()
	function()
}
