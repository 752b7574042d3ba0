package reqtrail

import (
	"context"
	"sync"
)

// hooks are the functions that a program gave to a client.
type hooks struct {
	onAttempt func(CallInfo, Attempt)
	onCall    func(*Trail)
	refresher func(context.Context) (Token, error)

	// ctx is the refresher's context, which ends when the client is closed.
	ctx    context.Context
	cancel context.CancelFunc

	mutex    sync.Mutex
	refusals []*refusal
}

func newHooks(config *Config) *hooks {
	h := &hooks{onAttempt: config.OnAttempt, onCall: config.OnCall, refresher: config.TokenRefresher}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// keptRefusals is how many errors of the refresher are kept for the calls that they end.
const keptRefusals = 8

// any says whether there are functions, so that a call needs its events.
func (h *hooks) any() bool { return h.onAttempt != nil || h.onCall != nil || h.refresher != nil }

// notifiers call functions of the program, in order for each call. They run on separate goroutines, because the
// goroutines that take events must not wait for them.
type notifiers struct {
	// counter is nil unless the client is a mock's.
	counter *hookCounter
	mutex   sync.Mutex
	calls   map[uint64]*notifier
}

// notifier calls the functions of one call.
type notifier struct {
	queue []func()
	done  chan struct{}
}

// notify runs a function after the earlier ones of the same call.
func (n *notifiers) notify(tag uint64, function func()) {
	if n.counter != nil {
		n.counter.begin()
		hook := function
		function = func() {
			defer n.counter.end()
			hook()
		}
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	one := n.calls[tag]
	if one == nil {
		if n.calls == nil {
			n.calls = map[uint64]*notifier{}
		}
		one = &notifier{done: make(chan struct{})}
		n.calls[tag] = one
		go n.run(tag, one)
	}
	one.queue = append(one.queue, function)
}

// run calls the functions that wait. If a function ends the goroutine with runtime.Goexit, as t.FailNow does, another
// goroutine continues.
func (n *notifiers) run(tag uint64, one *notifier) {
	over := false
	defer func() {
		if !over {
			go n.run(tag, one)
		}
	}()
	for {
		n.mutex.Lock()
		if len(one.queue) == 0 {
			delete(n.calls, tag)
			n.mutex.Unlock()
			close(one.done)
			over = true
			return
		}
		function := one.queue[0]
		one.queue = one.queue[1:]
		n.mutex.Unlock()
		runHook(function)
	}
}

// settle waits until the functions of a call have run, or until the context ends: a cancelled call returns at once,
// however long its hooks take.
func (n *notifiers) settle(ctx context.Context, tag uint64) {
	n.mutex.Lock()
	one := n.calls[tag]
	n.mutex.Unlock()
	if one != nil {
		select {
		case <-one.done:
		case <-ctx.Done():
		}
	}
}

// runHook calls a hook and logs a panic in it.
func runHook(function func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logPanic("reqtrail: a hook panicked", panicked)
		}
	}()
	function()
}
