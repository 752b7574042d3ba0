package reqtrail

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// errExited is the error of a refresher that called runtime.Goexit.
var errExited = errors.New("the token refresher ended its goroutine")

// refusal is an error of the program's refresher, and its text, which the core carries.
type refusal struct {
	err  error
	text string
	// own is the error of a call of the refresher's own, if that is what failed: the core then knows of which kind it is.
	own *Error
}

func refusalOf(err error) *refusal {
	err = speakable(err)
	refused := &refusal{err: err, text: errorText(err)}
	var own *Error
	// A method As of the program's own may panic.
	if calling("an error of the refresher", func() { _ = errors.As(err, &own) }) != nil || own == nil {
		return refused
	}
	refused.own = own
	// The whole line of that call is too long to stand in another's.
	brief := strings.ToValidUTF8(own.brief(), "\uFFFD")
	refused.text = strings.Replace(refused.text, errorText(own), brief, 1)
	return refused
}

// brief is what failed, without the story of the call.
func (e *Error) brief() string {
	what := string(e.Kind)
	if e.Kind == KindAPI && e.StatusCode != 0 {
		what = strings.TrimSpace(strconv.Itoa(e.StatusCode) + " " + string(e.Code))
	}
	if e.Message == "" {
		return what
	}
	return what + ": " + e.Message
}

// callerContext is the context of a call that may begin a refresh, in the registry.
type callerContext struct{ ctx context.Context }

// refreshContext has the values of the call's context that began the refresh, and ends with the client: the refresh serves
// others too, whatever becomes of that call.
type refreshContext struct {
	context.Context
	// values is nil where the call is not known.
	values context.Context
	served *hooks
	thread *refreshThread
}

// servedBy is the key of a refresh context's thread.
type servedBy struct{ hooks *hooks }

func (c refreshContext) Value(key any) any {
	if key == (servedBy{c.served}) {
		return c.thread
	}
	if value := c.Context.Value(key); value != nil || c.values == nil {
		return value
	}
	return c.values.Value(key)
}

// refreshThread is the library's thread that asks for a token, and waits. It makes the calls that the refresher makes
// through the client that it serves: the core knows them by their thread, and does not have them wait for themselves.
type refreshThread struct {
	errands chan func()
	over    chan struct{}
}

// run runs a function on the thread; false says that the refresh is over, and that it did not.
func (r *refreshThread) run(errand func()) bool {
	done := make(chan struct{})
	select {
	case r.errands <- func() { defer close(done); errand() }:
		<-done
		return true
	case <-r.over:
		return false
	}
}

// refreshThreadOf is the thread of the refresh that a call is made for; nil if it is made for none of this client.
func (h *hooks) refreshThreadOf(ctx context.Context) *refreshThread {
	if h.refresher == nil {
		return nil
	}
	thread, _ := ctx.Value(servedBy{h}).(*refreshThread)
	return thread
}

// refresh asks the program for a token, on a goroutine that the program may end. Nothing that the program does there,
// or that its error does when it is asked for its text, may leave it.
func (h *hooks) refresh(caller context.Context) (Token, *refusal) {
	type answer struct {
		token   Token
		refused *refusal
	}
	answers := make(chan answer, 1)
	ctx := refreshContext{Context: h.ctx, served: h, thread: &refreshThread{make(chan func()), make(chan struct{})}}
	if caller != nil {
		ctx.values = context.WithoutCancel(caller)
	}
	go func() {
		given := answer{refused: refusalOf(errExited)}
		// Also if the log's handler ends the goroutine.
		defer func() { answers <- given }()
		defer func() {
			if panicked := recover(); panicked != nil {
				given.refused = refusalOf(&panicError{"the token refresher", panicked})
				logPanic("reqtrail: the token refresher panicked", panicked)
			}
		}()
		token, err := h.refresher(ctx)
		if err == nil {
			given = answer{token: token}
			return
		}
		given.refused = refusalOf(err)
	}()
	given := func() answer {
		defer close(ctx.thread.over)
		for {
			select {
			case given := <-answers:
				return given
			case errand := <-ctx.thread.errands:
				errand()
			}
		}
	}()
	if given.refused != nil {
		h.mutex.Lock()
		h.refusals = append(h.refusals, given.refused)
		if len(h.refusals) > keptRefusals {
			h.refusals = h.refusals[1:]
		}
		h.mutex.Unlock()
	}
	return given.token, given.refused
}

// refusal finds the refresher's error behind the error of a call: the core carries its text.
func (h *hooks) refusal(failed *Error) error {
	if h.refresher == nil || len(failed.causes) == 0 {
		return nil
	}
	text := failed.causes[0].Error()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for at := len(h.refusals) - 1; at >= 0; at-- {
		if h.refusals[at].text == text {
			return h.refusals[at].err
		}
	}
	return nil
}
