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
	values context.Context
}

func (c refreshContext) Value(key any) any {
	if value := c.Context.Value(key); value != nil {
		return value
	}
	return c.values.Value(key)
}

// contextOf is the refresher's context on behalf of a call with `caller`, which is nil where it is not known.
func (h *hooks) contextOf(caller context.Context) context.Context {
	if caller == nil {
		return h.ctx
	}
	return refreshContext{h.ctx, context.WithoutCancel(caller)}
}

// refresh asks the program for a token, on a goroutine that the program may end. Nothing that the program does there,
// or that its error does when it is asked for its text, may leave it.
func (h *hooks) refresh(caller context.Context) (Token, *refusal) {
	type answer struct {
		token   Token
		refused *refusal
	}
	answers := make(chan answer, 1)
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
		token, err := h.refresher(h.contextOf(caller))
		if err == nil {
			given = answer{token: token}
			return
		}
		given.refused = refusalOf(err)
	}()
	given := <-answers
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
