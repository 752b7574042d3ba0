package reqtrail

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// errExited is the error of a refresher that called runtime.Goexit.
var errExited = errors.New("the token refresher ended its goroutine")

// refusal is an error of the program's refresher, and its text, which the core carries.
type refusal struct {
	err  error
	text string
	// own is the error of a call of the refresher's own, if that is what failed, and else an empty one: the core then knows
	// of which kind it is.
	own *Error
}

func refusalOf(err error) *refusal {
	err = printable(err)
	refused := &refusal{err, errorText(err), &Error{}}
	var own *Error
	// A method As of the program's own may panic.
	if catchPanic("an error of the refresher", func() { _ = errors.As(err, &own) }) != nil || own == nil {
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

// refreshContext has the values of the call's context that began the refresh, and ends with the client: the refresh serves
// others too, whatever becomes of that call.
type refreshContext struct {
	context.Context
	// values is nil where the call is not known.
	values  context.Context
	serving *serving
}

func (c refreshContext) Value(key any) any {
	if key == (servingKey{}) {
		return c.serving
	}
	if value := c.Context.Value(key); value != nil || c.values == nil {
		return value
	}
	return c.values.Value(key)
}

// serving says on whose behalf a refresher runs. Its calls take that along, so that none waits for itself.
type serving struct {
	handle *C.reqtrail_go_serving
	over   atomic.Bool
}

// servingKey is the key of it in a refresher's context.
type servingKey struct{}

func newServing(handle *C.reqtrail_go_serving) *serving {
	s := &serving{handle: handle}
	runtime.AddCleanup(s, func(handle *C.reqtrail_go_serving) { C.reqtrail_go_serving_free(handle) }, handle)
	return s
}

// pointer is what a call takes along: NULL outside of a refresher, and once that has returned.
func (s *serving) pointer() *C.reqtrail_go_serving {
	if s == nil || s.over.Load() {
		return nil
	}
	return s.handle
}

// servingOf is on whose behalf a call is made. A client without a refresher has none that could wait for itself; a mock's
// clock moves for the calls of a refresher, through whichever client.
func (c *core) servingOf(ctx context.Context) *serving {
	if c.hooks.refresher == nil && c.mock == nil {
		return nil
	}
	s, _ := ctx.Value(servingKey{}).(*serving)
	return s
}

// refresh asks the program for a token, on a goroutine of its own that the program may end. Nothing that the program does
// there, or that its error does when it is asked for its text, may leave it.
func (c *core) refresh(number uint64, s *serving, caller context.Context) {
	ctx := refreshContext{Context: c.hooks.ctx, serving: s}
	if caller != nil {
		ctx.values = context.WithoutCancel(caller)
	}
	var token Token
	refused := refusalOf(errExited)
	// Also if the log's handler ends the goroutine.
	defer func() {
		s.over.Store(true)
		c.answer(number, token, refused)
	}()
	defer func() {
		if panicked := recover(); panicked != nil {
			refused = refusalOf(&panicError{"the token refresher", panicked})
			logPanic("reqtrail: the token refresher panicked", panicked)
		}
	}()
	given, err := c.hooks.refresher(ctx)
	if err != nil {
		refused = refusalOf(err)
		return
	}
	token, refused = given, nil
}

// answer gives a token, or says why there is none, and of which kind of error that is where it is one of this package's
// own.
func (c *core) answer(number uint64, token Token, refused *refusal) {
	if refused != nil {
		c.hooks.keep(refused)
	}
	if c.mock != nil {
		c.mock.CheckContexts()
	}
	if c.hold() == 0 {
		return
	}
	defer c.leave()
	var s encoder
	if refused == nil {
		s.text(C.REQTRAIL_GO_TOKEN, string(token.Value))
		s.moment(0, token.ExpiresAt)
	} else {
		own := refused.own
		valid := func(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
		s.pair(C.REQTRAIL_GO_REFUSED, 0, refused.text, valid(own.RequestID))
		s.pair(C.REQTRAIL_GO_REFUSED_AS, 0, valid(string(own.Kind)), valid(string(own.Category)))
	}
	C.reqtrail_go_answer(c.handle, C.uint64_t(number), (*C.uint8_t)(start(s)), C.size_t(len(s)))
}

// keep keeps an error of the refresher for the calls that it ends.
func (h *hooks) keep(refused *refusal) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.refusals = append(h.refusals[max(len(h.refusals)+1-keptRefusals, 0):], refused)
}

// refusal finds the refresher's error behind the error of a call: the core carries its text.
func (h *hooks) refusal(failed *Error) error {
	if h.refresher == nil || len(failed.causes) == 0 {
		return nil
	}
	text := failed.causes[0].Error()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, kept := range slices.Backward(h.refusals) {
		if kept.text == text {
			return kept.err
		}
	}
	return nil
}
