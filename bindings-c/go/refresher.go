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

// refusal is an error of the program's refresher, with the text that the core passes on.
type refusal struct {
	err  error
	text string
	// own is the error of the refresher's own call, if such a call failed, and otherwise empty. It gives the core the
	// error's kind.
	own *Error
}

func refusalOf(err error) *refusal {
	err = printable(err)
	refused := &refusal{err, errorText(err), &Error{}}
	var own *Error
	// The program's own As method may panic.
	if catchPanic("an error of the refresher", func() { _ = errors.As(err, &own) }) != nil || own == nil {
		return refused
	}
	refused.own = own
	// The whole line of that call is too long for the line of another.
	brief := strings.ToValidUTF8(own.brief(), "\uFFFD")
	refused.text = strings.Replace(refused.text, errorText(own), brief, 1)
	return refused
}

// brief returns what failed, without the details of the call.
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

// refreshContext has the values of the context of the call that began the refresh. It ends with the client and not with
// that call, because the refresh serves others too.
type refreshContext struct {
	context.Context
	// values is nil if the call is not known.
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

// serving says on whose behalf a refresher runs. The refresher's calls carry it, so that no refresh waits for itself.
type serving struct {
	handle *C.reqtrail_go_serving
	over   atomic.Bool
}

// servingKey is the key of the serving in a refresher's context.
type servingKey struct{}

func newServing(handle *C.reqtrail_go_serving) *serving {
	s := &serving{handle: handle}
	runtime.AddCleanup(s, func(handle *C.reqtrail_go_serving) { C.reqtrail_go_serving_free(handle) }, handle)
	return s
}

// pointer returns what a call carries: NULL outside of a refresher, and once the refresher has returned.
func (s *serving) pointer() *C.reqtrail_go_serving {
	if s == nil || s.over.Load() {
		return nil
	}
	return s.handle
}

// servingOf returns on whose behalf a call is made. A client without a refresher does not need it, unless it is a
// mock's: the clock of a mock moves for the calls of a refresher through any client.
func (c *core) servingOf(ctx context.Context) *serving {
	if c.hooks.refresher == nil && c.mock == nil {
		return nil
	}
	s, _ := ctx.Value(servingKey{}).(*serving)
	return s
}

// refresh asks the program for a token, on a separate goroutine that the program may end. Panics of the program, and of
// the methods of its error, do not leave this goroutine.
func (c *core) refresh(number uint64, s *serving, caller context.Context) {
	ctx := refreshContext{Context: c.hooks.ctx, serving: s}
	if caller != nil {
		ctx.values = context.WithoutCancel(caller)
	}
	var token Token
	refused := refusalOf(errExited)
	// Runs even if the log handler ends the goroutine.
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

// answer passes a token to the core, or the reason why there is none, with its kind if the reason is an error of this
// package.
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

// keep stores an error of the refresher for the calls that it ends.
func (h *hooks) keep(refused *refusal) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.refusals = append(h.refusals[max(len(h.refusals)+1-keptRefusals, 0):], refused)
}

// refusal finds the refresher's error behind the error of a call, by the text that the core passed on.
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
