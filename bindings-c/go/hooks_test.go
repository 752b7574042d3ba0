package reqtrail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestHooksAreToldBeforeACallReturns(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		var mutex sync.Mutex
		told := map[string][]string{}
		add := func(call, what string) {
			mutex.Lock()
			defer mutex.Unlock()
			told[call] = append(told[call], what)
		}
		client := newServer(t).client(t, func(c *Config) {
			c.OnAttempt = func(info CallInfo, a Attempt) {
				add(info.CallID, fmt.Sprint(info.Dialect, info.Method, info.Path, a.Number, a.Status))
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
			equal(t, told[response.Trail.CallID()], []string{path + "1 503", path + "2 200", "ok"})
			mutex.Unlock()
		}
		_, err := client.Get(background, "/{id}")
		var failed *Error
		errors.As(err, &failed)
		mutex.Lock()
		defer mutex.Unlock()
		equal(t, told[failed.Trail.CallID()], []string{"invalid_request"})
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
