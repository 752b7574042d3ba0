package reqtrail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestHooksRunBeforeACallReturns(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		var mutex sync.Mutex
		seen := map[string][]string{}
		add := func(call, what string) {
			mutex.Lock()
			defer mutex.Unlock()
			seen[call] = append(seen[call], what)
		}
		client := newServer(t).client(t, func(c *Config) {
			c.OnAttempt = func(info CallInfo, a Attempt) {
				add(info.CallID, fmt.Sprint(info.Dialect, info.Method, info.Path, a.Number, a.StatusCode))
			}
			c.OnCall = func(trail *Trail) { add(trail.CallID(), trail.Outcome()) }
		})
		for n := range 3 {
			response, err := client.Get(background, fmt.Sprintf("/once/%d", n))
			if err != nil {
				t.Fatal(err)
			}
			path := fmt.Sprintf("novavmsGET/once/%d", n)
			mutex.Lock()
			equal(t, seen[response.Trail.CallID()], []string{path + "1 503", path + "2 200", "ok"})
			mutex.Unlock()
		}
		_, err := client.Get(background, "/{id}")
		var failed *Error
		errors.As(err, &failed)
		mutex.Lock()
		defer mutex.Unlock()
		equal(t, seen[failed.Trail.CallID()], []string{"invalid_request"})
	})
}

func TestAHookMayCallAndPanic(t *testing.T) {
	var log strings.Builder
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	everyWay(t, func(t *testing.T) {
		var client *Client
		client = newServer(t).client(t, func(c *Config) {
			c.OnCall = func(trail *Trail) {
				if trail.Path() == "/ok" {
					if _, err := client.Get(background, "/two"); err != nil {
						t.Error(err)
					}
					panic("on purpose")
				}
			}
		})
		if _, err := client.Get(background, "/ok"); err != nil {
			t.Fatal(err)
		}
	})
	if strings.Count(log.String(), "a hook panicked") != 3 {
		t.Fatal(log.String())
	}
}

func TestARefresher(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		asked := 0
		client := newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(context.Context) (Token, error) {
				asked++
				return Token{Value: "good", ExpiresAt: time.Now().Add(time.Hour)}, nil
			}
		})
		response, err := client.Get(background, "/private")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, response.Trail.Attempts()[1].Cause, CauseReauth)
		if _, err := client.Get(background, "/private"); err != nil {
			t.Fatal(err)
		}
		equal(t, asked, 1)
	})
}

func TestARefresherThatFailsIsTheCause(t *testing.T) {
	why := errors.New("no token is left")
	for _, fails := range []func(context.Context) (Token, error){
		func(context.Context) (Token, error) { return Token{}, fmt.Errorf("asking: %w", why) },
		func(context.Context) (Token, error) { panic("on purpose") },
	} {
		client := newServer(t).client(t, func(c *Config) { c.TokenRefresher = fails })
		_, err := client.Get(background, "/private")
		var panicked *panicError
		if !errors.Is(err, CategoryAuthentication) || !errors.Is(err, why) && !errors.As(err, &panicked) {
			t.Fatal(err)
		}
	}
}

func TestACallWithoutACredentialFailsAsItsRefresherDid(t *testing.T) {
	other := newServer(t).client(t)
	fails := func(path string) error { _, err := other.Get(background, path); return err }
	vault := errors.New("the vault is shut")
	for name, want := range map[string]struct {
		err      error
		kind     Kind
		category Category
		texts    []string
	}{
		"own":      {fails("/missing"), KindAPI, CategoryNotFound, []string{"404 not_found: no such camera", "request ID req_"}},
		"wrapped":  {fmt.Errorf("asking: %w", fails("/missing")), KindAPI, CategoryNotFound, []string{"asking: 404 not_found: no such camera"}},
		"connect":  {&Error{Kind: KindConnect, Message: "the vault is away", RequestID: "req_\xff"}, KindConnect, "", []string{"connect: the vault is away"}},
		"made":     {&Error{Kind: "of no kind", Message: "made up"}, KindAPI, CategoryAuthentication, []string{"of no kind: made up"}},
		"foreign":  {vault, KindAPI, CategoryAuthentication, []string{"the vault is shut"}},
		"nil":      {fmt.Errorf("asking: %w", (*Error)(nil)), KindAPI, CategoryAuthentication, []string{"asking: "}},
		"category": {&Error{Kind: KindAPI, Category: "of no kind", StatusCode: 418}, KindAPI, "", []string{"418"}},
	} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, func(t *testing.T) {
				client := newServer(t).client(t, func(c *Config) {
					c.Token = ""
					c.TokenRefresher = func(context.Context) (Token, error) { return Token{}, want.err }
				})
				_, err := client.Get(background, "/private")
				var failed *Error
				if !errors.As(err, &failed) || !errors.Is(err, want.err) {
					t.Fatal(err)
				}
				equal(t, failed.Kind, want.kind)
				equal(t, failed.Category, want.category)
				equal(t, failed.StatusCode, 0)
				equal(t, len(failed.Trail.Attempts()), 0)
				for _, text := range want.texts {
					if !strings.Contains(failed.Error(), text) {
						t.Error(failed)
					}
				}
			})
		})
	}
}

func TestARefresherHasTheValuesOfItsCallersContext(t *testing.T) {
	type key struct{}
	everyWay(t, func(t *testing.T) {
		seen := make(chan any, 1)
		client := newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(ctx context.Context) (Token, error) {
				// Also in a derived context.
				inner, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				if _, has := ctx.Deadline(); has || ctx.Err() != nil {
					t.Error("it is bound to the call's end")
				}
				seen <- inner.Value(key{})
				return Token{Value: "stale"}, nil
			}
		})
		bounded, cancel := context.WithTimeout(background, time.Minute)
		defer cancel()
		for n, ctx := range []context.Context{background, bounded} {
			if _, err := client.Get(context.WithValue(ctx, key{}, n), "/private"); !errors.Is(err, CategoryAuthentication) {
				t.Fatal(err)
			}
			equal(t, <-seen, any(n))
		}
		if _, err := client.Get(background, "/private"); !errors.Is(err, CategoryAuthentication) {
			t.Fatal(err)
		}
		equal(t, <-seen, nil)
	})
}

// The refresh continues for other calls when the call that began it is cancelled.
func TestARefreshOutlivesTheContextOfTheCallThatAsked(t *testing.T) {
	type key struct{}
	everyWay(t, func(t *testing.T) {
		asked, cancelled := make(chan struct{}), make(chan struct{})
		client := newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(ctx context.Context) (Token, error) {
				close(asked)
				<-cancelled
				if ctx.Err() != nil || ctx.Value(key{}) != 1 {
					t.Error(ctx.Err(), ctx.Value(key{}))
				}
				return Token{Value: "good"}, nil
			}
		})
		ctx, cancel := context.WithCancel(context.WithValue(background, key{}, 1))
		go func() {
			<-asked
			cancel()
		}()
		if _, err := client.Get(ctx, "/private"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		close(cancelled)
		if _, err := client.Get(background, "/private"); err != nil {
			t.Fatal(err)
		}
	})
}

// A call that waits for the refresh that it belongs to would only end at its timeout.
func TestARefresherDoesNotWaitForItsOwnClient(t *testing.T) {
	for name, token := range map[string]Secret{"stale": "stale", "none": ""} {
		t.Run(name, func(t *testing.T) {
			everyWay(t, func(t *testing.T) {
				var first, second *Client
				inner := make(chan error, 4)
				first = newServer(t).client(t, func(c *Config) {
					c.Token, c.Timeout = token, time.Hour
					c.TokenRefresher = func(ctx context.Context) (Token, error) {
						// Through another client, whose refresher calls the first, and directly.
						_, err := second.Get(ctx, "/private")
						inner <- err
						_, err = first.Get(ctx, "/private")
						inner <- err
						_, operation := NewCompute(first).Server(ctx, "private")
						inner <- operation
						return Token{}, err
					}
				})
				second = newServer(t).client(t, func(c *Config) {
					c.Token, c.Timeout = token, time.Hour
					c.TokenRefresher = func(ctx context.Context) (Token, error) {
						_, err := first.Get(ctx, "/private")
						inner <- err
						return Token{Value: "good"}, nil
					}
				})
				_, err := first.Get(background, "/private")
				if !errors.Is(err, CategoryAuthentication) {
					t.Fatal(err)
				}
				refused := func(err error) bool {
					var failed *Error
					return errors.As(err, &failed) && failed.Category == CategoryAuthentication && failed.Trail != nil
				}
				if err := <-inner; !refused(err) {
					t.Error("through the other client's refresher:", err)
				}
				if err := <-inner; err != nil {
					t.Error("through the other client:", err)
				}
				if err := <-inner; !refused(err) || !strings.Contains(fmt.Sprint(err, err.(*Error).Unwrap()), "the client that it serves") {
					t.Error("directly:", err)
				}
				if err := <-inner; err == nil {
					t.Error("an operation")
				}
			})
		})
	}
}

func TestClosingEndsTheRefreshersContext(t *testing.T) {
	asked := make(chan struct{})
	ended := make(chan struct{})
	client := newServer(t).client(t, func(c *Config) {
		c.TokenRefresher = func(ctx context.Context) (Token, error) {
			close(asked)
			<-ctx.Done()
			close(ended)
			return Token{}, ctx.Err()
		}
	})
	ctx, cancel := context.WithCancel(background)
	over := make(chan error)
	go func() {
		_, err := client.Get(ctx, "/private")
		over <- err
	}()
	<-asked
	cancel()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	_ = client.Close()
	<-ended
}

func TestClosingEndsTheRefreshersContextDuringACall(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		asked := make(chan struct{})
		client := newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(ctx context.Context) (Token, error) {
				close(asked)
				<-ctx.Done()
				return Token{}, ctx.Err()
			}
		})
		over := make(chan error)
		go func() {
			_, err := client.Get(background, "/private")
			over <- err
		}()
		<-asked
		began := time.Now()
		_ = client.Close()
		if err := <-over; !errors.Is(err, CategoryAuthentication) || !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatal(took)
		}
	})
}

func TestAHookMayEndItsGoroutine(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		var mutex sync.Mutex
		var seen []string
		add := func(what string) {
			mutex.Lock()
			seen = append(seen, what)
			mutex.Unlock()
			runtime.Goexit()
		}
		client := newServer(t).client(t, func(c *Config) {
			c.OnAttempt = func(_ CallInfo, a Attempt) { add(fmt.Sprint(a.Number)) }
			c.OnCall = func(trail *Trail) { add(trail.Outcome()) }
		})
		if _, err := client.Get(background, "/once/x"); err != nil {
			t.Fatal(err)
		}
		mutex.Lock()
		equal(t, seen, []string{"1", "2", "ok"})
		mutex.Unlock()

		client = newServer(t).client(t, func(c *Config) {
			c.TokenRefresher = func(context.Context) (Token, error) { runtime.Goexit(); return Token{}, nil }
		})
		if _, err := client.Get(background, "/private"); !errors.Is(err, CategoryAuthentication) || !errors.Is(err, errExited) {
			t.Fatal(err)
		}
	})
}

func TestACancelledCallDoesNotWaitForHooks(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		release, seen := make(chan struct{}), make(chan struct{})
		s := newServer(t)
		client := s.client(t, func(c *Config) {
			c.OnAttempt = func(CallInfo, Attempt) { <-release }
			c.OnCall = func(*Trail) { close(seen) }
		})
		ctx, cancel := context.WithCancel(background)
		go func() {
			<-s.seen
			cancel()
		}()
		if _, err := client.Get(ctx, "/stall"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		// OnCall runs later.
		close(release)
		<-seen
	})
}
