package reqtrailtest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

// always is a reply to all requests.
var always = reqtrailtest.Reply{Times: reqtrailtest.Always}

func TestAContextsDeadlineIsVirtual(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/events").Fails(reqtrailtest.Timeout)
	client := mock.Client()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err := failed(t, client, ctx, "/events", reqtrail.WithAttemptTimeout(reqtrail.NoLimit))
	equal(t, err.Kind, reqtrail.KindTimeout)
	equal(t, err.Trail.Stopped(), reqtrail.StopDeadline)
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
	equal(t, err.Trail.Elapsed(), 30*time.Second)
	equal(t, mock.Elapsed(), 30*time.Second)
	// The context itself has not ended.
	equal(t, ctx.Err(), nil)

	// A wait that exceeds the deadline does not begin.
	mock.Get("/events").Replies(429, reqtrailtest.Reply{RetryAfter: 40 * time.Second})
	err = failed(t, client, ctx, "/events")
	equal(t, []any{err.Kind, err.Trail.Stopped()}, []any{reqtrail.KindAPI, reqtrail.StopDeadline})
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
	equal(t, mock.Elapsed(), 30*time.Second)

	// The call's own timeout counts if it is shorter.
	mock.Get("/events").Fails(reqtrailtest.Timeout)
	err = failed(t, client, ctx, "/events", reqtrail.WithTimeout(3*time.Second))
	equal(t, err.Trail.Elapsed(), 3*time.Second)
}

func TestUnderAContextThatIsOverNothingIsSent(t *testing.T) {
	mock := reqtrailtest.New(t)
	client := mock.Client()
	past, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	err := failed(t, client, past, "/events")
	equal(t, []any{err.Kind, errors.Is(err, context.DeadlineExceeded)}, []any{reqtrail.KindTimeout, true})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	err = failed(t, client, cancelled, "/events")
	equal(t, []any{err.Kind, errors.Is(err, context.Canceled)}, []any{reqtrail.KindCancelled, true})
	equal(t, len(mock.Requests()), 0)
}

// expiring is a context whose deadline passes when the test says so.
type expiring struct {
	context.Context
	done chan struct{}
}

func (c expiring) Deadline() (time.Time, bool) { return time.Now().Add(20 * time.Second), true }
func (c expiring) Done() <-chan struct{}       { return c.done }

func (c expiring) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestADeadlineThatReallyPassesDoesNothing(t *testing.T) {
	mock := reqtrailtest.New(t, reqtrailtest.ManualClock())
	mock.Get("/events").Replies(200, reqtrailtest.Reply{Delay: 5 * time.Second})
	client := mock.Client()
	ctx := expiring{t.Context(), make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := client.Get(ctx, "/events")
		ended <- err
	}()
	mock.WaitUntilWaiting()
	close(ctx.done)
	mock.Advance(5 * time.Second)
	equal(t, <-ended, nil)
	equal(t, mock.Elapsed(), 5*time.Second)
}

func TestOnlyAdvanceMovesTheManualClock(t *testing.T) {
	mock := reqtrailtest.New(t, reqtrailtest.ManualClock())
	mock.Get("/events").Replies(429, reqtrailtest.Reply{RetryAfter: 30 * time.Second}).Then(200)
	client := mock.Client()
	ended := make(chan *reqtrail.Response)
	go func() {
		response, err := client.Get(context.Background(), "/events")
		if err != nil {
			t.Error(err)
		}
		ended <- response
	}()
	mock.WaitUntilWaiting()
	mock.Advance(29 * time.Second)
	equal(t, len(mock.Requests()), 1)
	equal(t, mock.Elapsed(), 29*time.Second)
	mock.Advance(2 * time.Second)
	response := <-ended
	equal(t, len(response.Trail.Attempts()), 2)
	equal(t, mock.Elapsed(), 31*time.Second)
}

func TestCancellingIsReal(t *testing.T) {
	why := errors.New("the user left")
	for _, bounded := range []bool{false, true} {
		mock := reqtrailtest.New(t, reqtrailtest.ManualClock())
		mock.Get("/events").Replies(503, always)
		client := mock.Client()
		parent := t.Context()
		if bounded {
			deadline, cancel := context.WithTimeout(parent, time.Hour)
			defer cancel()
			parent = deadline
		}
		ctx, cancel := context.WithCancelCause(parent)
		ended := make(chan error)
		go func() {
			_, err := client.Get(ctx, "/events")
			ended <- err
		}()
		mock.WaitUntilWaiting()
		cancel(why)
		err := <-ended
		equal(t, errors.Is(err, reqtrail.KindCancelled), true)
		equal(t, []bool{errors.Is(err, context.Canceled), errors.Is(err, why)}, []bool{true, true})
		// The call ended in its first wait.
		equal(t, len(mock.Requests()), 1)
		equal(t, mock.Elapsed(), 0)
	}
}

func TestTheTimeStandsStillInHooks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	mock := reqtrailtest.New(t)
	mock.Get("/events").Replies(503, always)
	client := mock.Client(reqtrail.Config{OnAttempt: func(_ reqtrail.CallInfo, attempt reqtrail.Attempt) {
		if attempt.Number == 2 {
			cancel()
		}
	}})
	err := failed(t, client, ctx, "/events")
	equal(t, err.Kind, reqtrail.KindCancelled)
	// A call that a hook cancels ends at once, in the wait after that attempt.
	attempts := err.Trail.Attempts()
	equal(t, len(attempts), 2)
	equal(t, err.Trail.Elapsed(), attempts[1].Started+attempts[1].Elapsed)
}

func TestHooksOfManyCalls(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/events").Replies(200, reqtrailtest.Reply{Times: reqtrailtest.Always, Delay: time.Second})
	var mutex sync.Mutex
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.DiscardHandler))
	attempts, calls := map[string]int{}, 0
	client := mock.Client(reqtrail.Config{
		OnAttempt: func(info reqtrail.CallInfo, _ reqtrail.Attempt) {
			before := mock.Elapsed()
			mutex.Lock()
			attempts[info.CallID]++
			mutex.Unlock()
			if now := mock.Elapsed(); now != before {
				t.Error("the time moved within a hook, from", before, "to", now)
			}
		},
		OnCall: func(*reqtrail.Trail) {
			mutex.Lock()
			calls++
			mutex.Unlock()
			panic("on purpose")
		},
	})
	var running sync.WaitGroup
	for range 100 {
		running.Add(1)
		go func() {
			defer running.Done()
			got(t, client, "/events")
		}()
	}
	running.Wait()
	mutex.Lock()
	defer mutex.Unlock()
	equal(t, []int{len(attempts), calls}, []int{100, 100})
}

func TestARefresherMakesCallsOfItsOwn(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Post("/login").Replies(503).Then(200, reqtrailtest.Reply{JSON: map[string]any{"token": "new"}, Delay: time.Second})
	mock.Get("/me").Replies(401).Then(200)
	login := mock.Client()
	client := mock.Client(reqtrail.Config{Token: "old", TokenRefresher: func(ctx context.Context) (reqtrail.Token, error) {
		response, err := login.Post(ctx, "/login", nil, reqtrail.WithIdempotent(true))
		if err != nil {
			return reqtrail.Token{}, err
		}
		var made struct{ Token reqtrail.Secret }
		err = response.JSON(&made)
		return reqtrail.Token{Value: made.Token}, err
	}})
	response := got(t, client, "/me")
	equal(t, response.Trail.Attempts()[1].Cause, reqtrail.CauseReauth)
	requests := mock.Requests()
	equal(t, len(requests), 4)
	equal(t, requests[3].Header.Get("Authorization"), "Bearer new")
	between(t, mock.Elapsed(), time.Second, 10*time.Second)
}

func TestARefresherThatReallyWaitsStopsTheTime(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/me").Replies(401).Then(200)
	mock.Get("/slow").Replies(200, reqtrailtest.Reply{Delay: 5 * time.Second})
	// Another goroutine ends the wait of the refresher.
	asked, answer := make(chan struct{}), make(chan reqtrail.Secret)
	client := mock.Client(reqtrail.Config{Token: "old", TokenRefresher: func(context.Context) (reqtrail.Token, error) {
		close(asked)
		return reqtrail.Token{Value: <-answer}, nil
	}})
	other := mock.Client()
	var running sync.WaitGroup
	running.Add(2)
	go func() { defer running.Done(); got(t, client, "/me") }()
	go func() { defer running.Done(); <-asked; got(t, other, "/slow") }()
	<-asked
	equal(t, mock.Elapsed(), 0)
	answer <- "new"
	running.Wait()
	equal(t, mock.Elapsed(), 5*time.Second)
}

func TestOperationsGoByTheClock(t *testing.T) {
	const serverID = "8e1d8a2c-7a5c-4b8e-9f0a-3c2d1e0f9a8b"
	mock := reqtrailtest.New(t)
	mock.Get("/servers/{id}/os-instance-actions/{request}").Replies(200, reqtrailtest.Reply{
		Times: reqtrailtest.Always,
		JSON: map[string]any{"instanceAction": map[string]any{
			"action": "reboot", "request_id": "req-1", "start_time": "2026-01-01T00:00:00.000000", "events": []any{},
			"instance_uuid": serverID, "message": nil, "project_id": "p", "user_id": "u",
		}},
	})
	mock.Get("/servers/{id}").Replies(200, reqtrailtest.Reply{
		Times: reqtrailtest.Always,
		JSON:  map[string]any{"server": map[string]any{"id": serverID, "status": "REBOOT", "OS-EXT-STS:task_state": "rebooting"}},
	})
	compute := reqtrail.NewCompute(mock.Client(reqtrail.Config{Dialect: reqtrail.OpenStack}))
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	_, err := compute.FollowID(ctx, serverID, "req-1", reqtrail.FollowOptions{})
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
	equal(t, mock.Elapsed(), 90*time.Second)
	equal(t, mock.Requests()[0].Method, http.MethodGet)

	// OnProgress cancels the context after the second poll. The operation ends before the mock's time moves on.
	ctx, cancel = context.WithCancel(t.Context())
	polls := 0
	_, err = compute.FollowID(ctx, serverID, "req-1", reqtrail.FollowOptions{OnProgress: func(*reqtrail.Progress) {
		if polls++; polls == 2 {
			cancel()
		}
	}})
	equal(t, errors.Is(err, context.Canceled), true)
	equal(t, polls, 2)
}
