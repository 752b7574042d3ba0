package reqtrail

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCancelling(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		for _, path := range []string{"/stall", "/wait"} {
			s := newServer(t)
			client := s.client(t)
			why := errors.New("the user left")
			ctx, cancel := context.WithCancelCause(background)
			go func() {
				<-s.seen
				cancel(why)
			}()
			began := time.Now()
			_, err := client.Get(ctx, path)
			// The limit tells the cancellation from the attempt's ten seconds and the wait's thirty.
			if took := time.Since(began); took > 8*time.Second {
				t.Fatal(took)
			}
			var failed *Error
			if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || !errors.Is(err, why) || !errors.Is(err, KindCancelled) {
				t.Fatal(err)
			}
			equal(t, failed.Trail.Outcome(), "cancelled")
			attempts := failed.Trail.Attempts()
			equal(t, len(attempts), 1)
			if attempts[0].Failure == KindCancelled {
				equal(t, attempts[0].FailureReason, "cancelled by the caller")
				// The body may not have arrived yet.
				equal(t, attempts[0].Processed == nil, attempts[0].StatusCode == 0)
			} else {
				equal(t, attempts[0].Category, CategoryUnavailable)
				equal(t, *attempts[0].Processed, true)
			}
			if _, err := client.Get(background, "/ok"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAContextThatHasEnded(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		client := s.client(t)
		ctx, cancel := context.WithCancel(background)
		cancel()
		// With an open connection a request is written as soon as possible.
		for range 5 {
			if _, err := client.Get(background, "/ok"); err != nil {
				t.Fatal(err)
			}
		}
		before := s.ids.Load()
		passed, stop := context.WithDeadline(background, time.Now().Add(-time.Second))
		defer stop()
		for range 300 {
			_, err := client.Post(ctx, "/ok", nil)
			var failed *Error
			if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || !errors.Is(err, KindCancelled) {
				t.Fatal(err)
			}
			equal(t, len(failed.Trail.Attempts()), 0)
			for _, over := range []context.Context{passed, lateTimer{background}} {
				_, err = client.Post(over, "/ok", nil)
				if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) || !failed.Timeout() {
					t.Fatal(err)
				}
				equal(t, len(failed.Trail.Attempts()), 0)
				equal(t, []string{failed.Trail.Outcome(), string(failed.Trail.Stopped())}, []string{"timeout", "deadline"})
			}
		}
		time.Sleep(50 * time.Millisecond)
		equal(t, s.ids.Load(), before)
	})
}

// lateTimer is a context whose deadline is past, but whose timer has not run yet.
type lateTimer struct{ context.Context }

func (lateTimer) Deadline() (time.Time, bool) { return time.Now().Add(-time.Millisecond), true }

func TestAnOperationWhoseContextHasEnded(t *testing.T) {
	s := newServer(t)
	client := s.client(t, func(c *Config) { c.Dialect = OpenStack })
	compute := NewCompute(client)
	ctx, cancel := context.WithCancel(background)
	cancel()
	passed, stop := context.WithDeadline(background, time.Now().Add(-time.Second))
	defer stop()
	for range 50 {
		if _, err := compute.Server(ctx, "a"); !errors.Is(err, context.Canceled) || !errors.Is(err, KindCancelled) {
			t.Fatal(err)
		}
		if _, err := compute.Server(passed, "a"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, KindTimeout) {
			t.Fatal(err)
		}
		if _, err := compute.FollowID(ctx, "a", "req-1", FollowOptions{}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	time.Sleep(50 * time.Millisecond)
	equal(t, s.ids.Load(), 0)
}

func TestASignInThatTimeEnds(t *testing.T) {
	s := newServer(t)
	cloud, err := NewCloud(CloudConfig{Auth: map[string]Secret{
		"auth_url": Secret(s.URL + "/stall"), "username": "u", "password": "p", "project_name": "p",
		"user_domain_id": "default", "project_domain_id": "default",
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(background, 100*time.Millisecond)
	defer cancel()
	_, err = cloud.Connect(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, KindTimeout) {
		t.Fatal(err)
	}
	sent := s.ids.Load()
	if _, err = cloud.Connect(ctx); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, KindTimeout) {
		t.Fatal(err)
	}
	equal(t, s.ids.Load(), sent)
}

func TestTheCauseOfADeadline(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		client := s.client(t)
		why := errors.New("the page took too long")
		for range 10 {
			ctx, cancel := context.WithTimeoutCause(background, 30*time.Millisecond, why)
			_, err := client.Get(ctx, "/stall")
			cancel()
			if !errors.Is(err, why) || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, KindTimeout) {
				t.Fatal(err)
			}
		}
	})
}

func TestADeadlineOfTheContext(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		client := s.client(t)
		ctx, cancel := context.WithTimeout(background, 200*time.Millisecond)
		defer cancel()
		_, err := client.Get(ctx, "/stall")
		var failed *Error
		if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		equal(t, failed.Trail.Stopped(), StopDeadline)
		equal(t, failed.Timeout(), true)

		// A wait that exceeds the deadline ends the call before it.
		ctx, cancel = context.WithTimeout(background, 20*time.Second)
		defer cancel()
		_, err = client.Get(ctx, "/wait")
		if !errors.As(err, &failed) || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		equal(t, failed.StatusCode, 503)
		equal(t, failed.Trail.Stopped(), StopDeadline)

		// The client's own timeouts end a call in the same way, as in net/http.
		own := s.client(t, func(c *Config) { c.Timeout = 50 * time.Millisecond })
		for _, get := range []func() (*Response, error){
			func() (*Response, error) { return client.Get(background, "/stall", WithTimeout(50*time.Millisecond)) },
			func() (*Response, error) {
				return client.Get(background, "/stall", WithAttemptTimeout(50*time.Millisecond), WithMaxAttempts(1))
			},
			func() (*Response, error) { return own.Get(background, "/stall") },
		} {
			_, err = get()
			if !errors.As(err, &failed) || !failed.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
	})
}

// Whether the core or the context notices a deadline first: the call is a timeout everywhere, and never cancelled.
func TestADeadlineIsATimeoutEverywhere(t *testing.T) {
	const calls = 100
	everyWay(t, func(t *testing.T) {
		s := newServer(t)
		seen := make(chan *Trail, calls)
		client := s.client(t, func(c *Config) { c.OnCall = func(trail *Trail) { seen <- trail } })
		var group sync.WaitGroup
		for range calls {
			group.Add(1)
			go func() {
				defer group.Done()
				ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
				defer cancel()
				_, err := client.Get(ctx, "/stall")
				var failed *Error
				if !errors.As(err, &failed) || failed.Kind != KindTimeout || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
					t.Error(err)
					return
				}
				trail := failed.Trail
				if trail.Outcome() != "timeout" || trail.Stopped() != StopDeadline || !strings.Contains(err.Error(), ": timeout") {
					t.Error(err, trail)
				}
				for _, attempt := range trail.Attempts() {
					if attempt.Failure != KindTimeout {
						t.Error(attempt)
					}
				}
				for _, text := range []string{err.Error(), trail.String(), trail.JSON()} {
					if strings.Contains(text, "cancel") {
						t.Error(text)
					}
				}
			}()
		}
		group.Wait()
		for range calls {
			if trail := <-seen; trail.Outcome() != "timeout" || trail.Stopped() != StopDeadline {
				t.Error(trail)
			}
		}
	})
}

func TestADeadlineEndsAnOperationAsATimeout(t *testing.T) {
	s := newServer(t)
	compute := NewCompute(s.client(t, func(c *Config) { c.Dialect = OpenStack; c.BaseURL += "/stall" }))
	ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()
	_, err := compute.Server(ctx, "a")
	var failed *Error
	if !errors.As(err, &failed) || failed.Kind != KindTimeout || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	equal(t, []string{failed.Trail.Outcome(), string(failed.Trail.Stopped())}, []string{"timeout", "deadline"})
}
