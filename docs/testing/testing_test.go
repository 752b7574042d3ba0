package camera_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

// test: success
func TestSuccess(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/cameras/{id}").Replies(200, reqtrailtest.Reply{JSON: map[string]any{"name": "Main Gate"}})
	response, err := mock.Client().Get(t.Context(), "/cameras/{id}", reqtrail.WithParam("id", 7))
	if err != nil || string(response.Body) != `{"name":"Main Gate"}` || mock.Requests()[0].Path != "/cameras/7" {
		t.Fatal(err, mock.Requests())
	}
}

// end

// test: rate_limit_then_success
func TestRateLimitThenSuccess(t *testing.T) {
	mock := reqtrailtest.New(t)
	limited := reqtrailtest.Reply{Code: "rate_limited", RetryAfter: 30 * time.Second}
	mock.Get("/events").Replies(429, limited).Then(200)
	response, err := mock.Client().Get(t.Context(), "/events")
	if err != nil || len(response.Trail.Attempts()) != 2 || mock.Elapsed() < 30*time.Second { // of virtual time
		t.Fatal(err, mock.Elapsed())
	}
}

// end

// test: failure_shows_the_id
func TestFailureShowsTheID(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/cameras/7").Replies(404, reqtrailtest.Reply{Code: "not_found", RequestID: "req_01HK3Z9YF7W7E8PM5QKT9DYXWR"})
	_, err := mock.Client().Get(t.Context(), "/cameras/7")
	if !errors.Is(err, reqtrail.NovaVMSNotFound) || !strings.Contains(err.Error(), "req_01HK3Z9YF7W7E8PM5QKT9DYXWR") {
		t.Fatal(err)
	}
}

// end

// test: timeout_is_not_repeated
func TestTimeoutIsNotRepeated(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Post("/cameras/7/trigger").Fails(reqtrailtest.Timeout)
	_, err := mock.Client().Post(t.Context(), "/cameras/7/trigger", nil)
	if !errors.Is(err, reqtrail.KindTimeout) || len(mock.Requests()) != 1 {
		t.Fatal(err, mock.Requests())
	}
}

// end

// test: refresh_after_a_401
func TestRefreshAfterA401(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/me").Replies(401).Then(200)
	refresh := func(context.Context) (reqtrail.Token, error) { return reqtrail.Token{Value: "new"}, nil }
	_, err := mock.Client(reqtrail.Config{Token: "old", TokenRefresher: refresh}).Get(t.Context(), "/me")
	if err != nil || mock.Requests()[1].Header.Get("Authorization") != "Bearer new" {
		t.Fatal(err, mock.Requests())
	}
}

// end
