package reqtrail

import (
	"context"
	"errors"
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
			// What has to be told apart is the attempt's ten seconds and the wait's thirty.
			if took := time.Since(began); took > 8*time.Second {
				t.Fatal(took)
			}
			var failed *Error
			if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || !errors.Is(err, why) || !errors.Is(err, KindCancelled) {
				t.Fatal(err)
			}
			equal(t, failed.Trail.Outcome(), "cancelled")
			equal(t, len(failed.Trail.Attempts()), 1)
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
		_, err := client.Get(ctx, "/ok")
		var failed *Error
		if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || failed.Trail == nil {
			t.Fatal(err)
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

		// A wait that would not fit ends the call before the deadline.
		ctx, cancel = context.WithTimeout(background, 20*time.Second)
		defer cancel()
		_, err = client.Get(ctx, "/wait")
		if !errors.As(err, &failed) || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		equal(t, failed.StatusCode, 503)
		equal(t, failed.Trail.Stopped(), StopDeadline)

		// The client's own times are no context's doing.
		_, err = client.Get(background, "/stall", WithTimeout(50*time.Millisecond))
		if !errors.Is(err, KindTimeout) || errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	})
}
