package reqtrail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// refusing is an error whose methods may panic or exit.
type refusing struct{ say func() string }

func (r *refusing) Error() string { return r.say() }

type quietNil struct{}

func (*quietNil) Error() string { return "quiet" }

// A panic or an exit on a goroutine of the package would end the process, and this test with it.
func TestNoErrorOfARefresherEndsTheProcess(t *testing.T) {
	fails := func(err error) func(context.Context) (Token, error) {
		return func(context.Context) (Token, error) { return Token{}, err }
	}
	for name, want := range map[string]struct {
		refresher func(context.Context) (Token, error)
		text      string
	}{
		"typed nil":         {fails((*refusing)(nil)), "a nil *reqtrail.refusing as the error"},
		"wrapped typed nil": {fails(fmt.Errorf("asking: %w", (*refusing)(nil))), "asking: "},
		"joined typed nil":  {fails(errors.Join((*refusing)(nil))), "whose Error method panics"},
		"quiet typed nil":   {fails((*quietNil)(nil)), "quiet"},
		"panics":            {fails(&refusing{func() string { panic("on purpose") }}), "*reqtrail.refusing, whose Error method panics"},
		"exits":             {fails(&refusing{func() string { runtime.Goexit(); return "" }}), errExited.Error()},
		"not UTF-8":         {fails(errors.New("a\xffb")), "a\xffb"},
		"panics with nil":   {func(context.Context) (Token, error) { panic(nil) }, "the token refresher panicked"},
		"panics with error": {func(context.Context) (Token, error) { panic((*refusing)(nil)) }, "the token refresher panicked"},
		"index":             {func(context.Context) (Token, error) { return []Token{}[len(name0)], nil }, "index out of range"},
		"bad token":         {func(context.Context) (Token, error) { return Token{Value: "a\xff"}, nil }, "the token refresher: the token is not UTF-8 text"},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, func(t *testing.T) {
				client := newServer(t).client(t, func(c *Config) { c.TokenRefresher = want.refresher })
				_, err := client.Get(background, "/private")
				if !errors.Is(err, CategoryAuthentication) {
					t.Fatal(err)
				}
				var texts []string
				for _, cause := range err.(*Error).Unwrap() {
					texts = append(texts, cause.Error())
				}
				if !strings.Contains(strings.Join(texts, "; "), want.text) {
					t.Fatal(texts)
				}
			})
		})
	}
}

var name0 = ""

func TestATokenThatNeverExpires(t *testing.T) {
	for _, end := range []time.Time{time.Unix(1<<60, 0), time.Unix(1<<40, 0)} {
		client := newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(context.Context) (Token, error) { return Token{Value: "good", ExpiresAt: end}, nil }
		})
		if _, err := client.Get(background, "/private"); err != nil {
			t.Fatal(err)
		}
	}
}

// brokenLog is a log handler that fails.
type brokenLog struct {
	slog.Handler
	fail func()
}

func (b brokenLog) Enabled(context.Context, slog.Level) bool { return true }

func (b brokenLog) Handle(context.Context, slog.Record) error { b.fail(); return nil }

func TestALogHandlerThatFailsEndsNothing(t *testing.T) {
	old := slog.NewTextHandler(os.Stderr, nil)
	// The default handler cannot be restored, because it would log to itself.
	defer slog.SetDefault(slog.New(old))
	for _, fail := range []func(){func() { panic("on purpose") }, runtime.Goexit} {
		slog.SetDefault(slog.New(brokenLog{old, fail}))
		client := newServer(t).client(t, func(c *Config) {
			c.OnAttempt = func(CallInfo, Attempt) { panic("a hook") }
			c.OnCall = func(*Trail) { panic("a hook") }
			c.TokenRefresher = func(context.Context) (Token, error) { panic("a refresher") }
		})
		if _, err := client.Get(background, "/private"); !errors.Is(err, CategoryAuthentication) {
			t.Fatal(err)
		}
	}
}

// brokenContext is a program's own context whose Err fails once the context has ended.
type brokenContext struct {
	context.Context
	fail func()
}

func (b brokenContext) Err() error {
	if b.Context.Err() != nil {
		b.fail()
	}
	return nil
}

func TestAContextThatFailsEndsNothing(t *testing.T) {
	s := newServer(t)
	client := s.client(t)
	inner, cancel := context.WithCancel(background)
	broken := brokenContext{inner, func() { panic("on purpose") }}
	equal(t, safeErr(broken), nil)
	go func() {
		<-s.seen
		cancel()
	}()
	defer func() {
		// A panic on the caller's goroutine is the caller's.
		_ = recover()
		equal(t, safeErr(broken), context.Canceled)
	}()
	_, _ = client.Get(broken, "/stall")
}

func TestAParsersErrorMayPanic(t *testing.T) {
	response := &Response{Body: []byte(`{}`)}
	err := response.JSON(&unreadable{})
	if !errors.Is(err, KindDecode) || !strings.Contains(err.Error(), "the type that it is decoded into does not accept it") {
		t.Fatal(err)
	}
	real, err := newServer(t).client(t).Get(background, "/two")
	if err != nil {
		t.Fatal(err)
	}
	err = real.JSON(&unreadable{})
	if !errors.Is(err, KindDecode) || err.(*Error).Trail.Outcome() != "decode" {
		t.Fatal(err)
	}
}

type unreadable struct{}

func (*unreadable) UnmarshalJSON([]byte) error { return (*refusing)(nil) }

func TestJSONNeedsAPointer(t *testing.T) {
	response := &Response{Body: []byte("\xEF\xBB\xBF{\"a\":1}")}
	var into struct{ A int }
	if err := response.JSON(&into); err != nil || into.A != 1 {
		t.Fatal(err)
	}
	for text, v := range map[string]any{
		"into nil;": nil, "into a struct { A int };": into, "into a nil *int;": (*int)(nil),
	} {
		if err := response.JSON(v); !errors.Is(err, KindInvalidRequest) || !strings.Contains(err.Error(), text) {
			t.Error(text, err)
		}
	}
}
