package reqtrail

import (
	"context"
	"errors"
	"sync"
	"time"
	"unsafe"

	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// Functions for package reqtrailtest. The library does everything that a script does.

func init() {
	scripted.NewClient = func(config any, mock scripted.Mock) (any, error) {
		given := config.(Config)
		client, err := newClient(&given, nil, mock)
		if err != nil {
			return nil, err
		}
		return client, nil
	}
	scripted.Take = func(ended unsafe.Pointer) (any, error) {
		response, err := take(ended)
		var failed *Error
		if errors.As(err, &failed) {
			// In Go, only a context cancels a call.
			explainContext(cancelled(), failed, false)
		}
		return response, err
	}
	scripted.Describe = func(dialect any) (string, []byte, error) { return dialect.(Dialect).describe() }
}

// cancelled returns a cancelled context.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// virtualLeft rounds the time until a context's deadline up to about two digits, for a call with a virtual clock. The
// program has spent a little real time since it set the deadline, and that time differs from run to run.
func virtualLeft(left time.Duration) time.Duration {
	step := 100 * time.Millisecond
	switch {
	case left <= 100*time.Millisecond:
		step = time.Millisecond
	case left <= time.Second:
		step = 10 * time.Millisecond
	}
	return (left + step - 1).Truncate(step)
}

// untilCancelled returns a context for a call with a virtual clock. It ends when ctx is cancelled, but not when the
// deadline of ctx passes in real time. A context that has already ended is returned unchanged.
func untilCancelled(ctx context.Context, mock scripted.Mock) (cancellable context.Context, over func()) {
	if _, has := ctx.Deadline(); !has || contextEnd(ctx) != nil {
		return ctx, func() {}
	}
	cancellable, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	check := func() {
		if ended := safeErr(ctx); ended != nil && !isDeadline(ended) {
			cancel(context.Cause(ctx))
		}
	}
	stop, unwatch := context.AfterFunc(ctx, check), mock.Watch(check)
	return cancellable, func() {
		unwatch()
		stop()
		cancel(nil)
	}
}

// hookCounter counts the hooks that still have to run for a client of a mock. Its clock stands still until they have
// run.
type hookCounter struct {
	core    *core
	mutex   sync.Mutex
	running int
}

// begin is called before events are taken, and for each hook among them. A nil counter does nothing.
func (h *hookCounter) begin() {
	if h != nil {
		h.mutex.Lock()
		h.running++
		h.mutex.Unlock()
	}
}

// end lets the time continue after the last hook.
func (h *hookCounter) end() {
	if h == nil {
		return
	}
	// A hook may have cancelled a call.
	h.core.mock.CheckContexts()
	open := h.core.hold() != 0
	h.mutex.Lock()
	h.running--
	// Within the lock, because events taken from now on are not handled yet.
	if open && h.running == 0 {
		h.core.handled()
	}
	h.mutex.Unlock()
	if open {
		h.core.leave()
	}
}
