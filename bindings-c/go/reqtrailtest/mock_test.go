package reqtrailtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/reqtrailtest"
)

func equal[T any](t testing.TB, have, want T) {
	t.Helper()
	if !reflect.DeepEqual(have, want) {
		t.Fatalf("have %v\nwant %v", have, want)
	}
}

// failed makes a GET call that must fail.
func failed(t testing.TB, client *reqtrail.Client, ctx context.Context, path string, options ...reqtrail.Option) *reqtrail.Error {
	t.Helper()
	response, err := client.Get(ctx, path, options...)
	var failed *reqtrail.Error
	if !errors.As(err, &failed) {
		t.Fatalf("have %v and %v", response, err)
	}
	return failed
}

func got(t testing.TB, client *reqtrail.Client, path string, options ...reqtrail.Option) *reqtrail.Response {
	t.Helper()
	response, err := client.Get(context.Background(), path, options...)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func contains(t testing.TB, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Fatalf("have %s\nwant %s", text, want)
		}
	}
}

// between checks a wait, which is a little longer than what the server asked for.
func between(t testing.TB, have, least, most time.Duration) {
	t.Helper()
	if have < least || have > most {
		t.Fatalf("have %v\nwant %v to %v", have, least, most)
	}
}

func TestAnAnswerIsAsTheTestSays(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/cameras/{id}?fields=name").Replies(200, reqtrailtest.Reply{
		JSON:      map[string]any{"name": "Main Gate"},
		Header:    http.Header{"X-Many": {"one", "two"}},
		RequestID: "req_1",
		Delay:     1500 * time.Millisecond,
	})
	mock.Get("/text").Replies(203, reqtrailtest.Reply{Text: "as it is", NoRequestID: true})
	mock.Get("/bytes").Replies(200, reqtrailtest.Reply{Body: []byte{0xff, 0}})
	mock.On("", "").Replies(204)
	client := mock.Client()

	response := got(t, client, "/cameras/{id}", reqtrail.WithParam("id", "a/b"), reqtrail.WithQuery("fields", "name"))
	var camera struct{ Name string }
	if err := response.JSON(&camera); err != nil {
		t.Fatal(err)
	}
	equal(t, camera.Name, "Main Gate")
	equal(t, response.Header["X-Many"], []string{"one", "two"})
	equal(t, response.RequestID, "req_1")
	equal(t, response.Trail.Elapsed(), 1500*time.Millisecond)
	equal(t, response.Trail.StartedAt(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	equal(t, response.Trail.Origin(), reqtrailtest.BaseURL)
	equal(t, response.Trail.Dialect(), "novavms")
	equal(t, response.Trail.Notes(), []reqtrail.TrailNote{"scripted"})

	text := got(t, client, "/text")
	equal(t, []any{text.StatusCode, string(text.Body), text.RequestID}, []any{203, "as it is", ""})
	bytes := got(t, client, "/bytes")
	equal(t, bytes.Body, []byte{0xff, 0})
	contains(t, bytes.RequestID, "req_")
	equal(t, got(t, client, "/anything").StatusCode, 204)
}

func TestRequestsAreKept(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Post("/cameras/{id}/trigger").Replies(503, reqtrailtest.Reply{RetryAfter: 2 * time.Second}).Then(202)
	mock.Put("/raw").Replies(200)
	mock.Put("/raw").Replies(200)
	client := mock.Client(reqtrail.Config{Token: "sk_test_1"})
	_, err := client.Post(t.Context(), "/cameras/{id}/trigger", map[string]any{"reason": "test"}, reqtrail.WithParam("id", 7),
		reqtrail.WithQuery("now", "a b"), reqtrail.WithIdempotencyKey("k1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range [][]byte{[]byte("text"), {0xff}} {
		if _, err := client.Put(t.Context(), "/raw", body); err != nil {
			t.Fatal(err)
		}
	}
	requests := mock.Requests()
	equal(t, len(requests), 4)
	second := requests[1]
	equal(t, second.Method+" "+second.Path, "POST /cameras/7/trigger")
	contains(t, second.Target, "/cameras/7/trigger?now=a")
	equal(t, second.Query.Get("now"), "a b")
	equal(t, second.Header.Get("authorization"), "Bearer sk_test_1")
	equal(t, second.Header.Get("Idempotency-Key"), "k1")
	equal(t, second.At, mock.Elapsed())
	equal(t, []int{requests[0].Exchange, second.Exchange, requests[3].Exchange}, []int{0, 1, 3})
	between(t, second.At, 2*time.Second, 3*time.Second)
	var sent struct{ Reason string }
	if err := second.JSON(&sent); err != nil {
		t.Fatal(err)
	}
	equal(t, sent.Reason, "test")
	equal(t, string(requests[2].Body), "text")
	equal(t, requests[3].Body, []byte{0xff})
	if err := requests[3].JSON(&sent); err == nil {
		t.Fatal("no JSON was read as some")
	}
}

func TestFailuresHaveTheirKinds(t *testing.T) {
	for how, want := range map[reqtrailtest.Failure]struct {
		kind reqtrail.Kind
		sent reqtrail.Sent
	}{
		reqtrailtest.Timeout:        {reqtrail.KindTimeout, reqtrail.SentUnknown},
		reqtrailtest.Connect:        {reqtrail.KindConnect, reqtrail.SentNo},
		reqtrailtest.ConnectTimeout: {reqtrail.KindConnect, reqtrail.SentNo},
		reqtrailtest.DNS:            {reqtrail.KindConnect, reqtrail.SentNo},
		reqtrailtest.TLS:            {reqtrail.KindConnect, reqtrail.SentNo},
		reqtrailtest.Reset:          {reqtrail.KindTransport, reqtrail.SentUnknown},
		reqtrailtest.Close:          {reqtrail.KindTransport, reqtrail.SentUnknown},
		reqtrailtest.CutBody:        {reqtrail.KindTransport, reqtrail.SentYes},
		reqtrailtest.ResetBody:      {reqtrail.KindTransport, reqtrail.SentYes},
		reqtrailtest.StallBody:      {reqtrail.KindTimeout, reqtrail.SentYes},
	} {
		t.Run(string(how), func(t *testing.T) {
			mock := reqtrailtest.New(t)
			var reply []reqtrailtest.Reply
			if strings.HasSuffix(string(how), "_body") {
				reply = append(reply, reqtrailtest.Reply{Text: "half of this is sent"})
			}
			mock.Get("/events").Fails(how, reply...)
			err := failed(t, mock.Client(reqtrail.Config{MaxAttempts: 1}), t.Context(), "/events")
			equal(t, err.Kind, want.kind)
			equal(t, err.Trail.Attempts()[0].Sent, want.sent)
		})
	}
}

func TestAnErrorIsWrittenAsItsDialectHasIt(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/events").Replies(0, reqtrailtest.Reply{Code: reqtrail.Code(reqtrail.NovaVMSNotFound), Message: "No such event"})
	err := failed(t, mock.Client(), t.Context(), "/events")
	equal(t, []any{err.StatusCode, err.Code, err.Message}, []any{404, reqtrail.Code("not_found"), "No such event"})
	contains(t, err.RequestID, "req_")

	mock.Get("/servers/{id}").Replies(404, reqtrailtest.Reply{Code: reqtrail.Code(reqtrail.OpenStackItemNotFound), Message: "Gone"})
	err = failed(t, mock.Client(reqtrail.Config{Dialect: reqtrail.OpenStack}), t.Context(), "/servers/7")
	equal(t, errors.Is(err, reqtrail.OpenStackItemNotFound), true)
	equal(t, err.Message, "Gone")
	contains(t, err.RequestID, "req-")
}

func TestAnAnswerMayServeSeveralRequests(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/events").Fails(reqtrailtest.Connect, reqtrailtest.Reply{Times: 2}).Then(200, reqtrailtest.Reply{Times: reqtrailtest.Always})
	mock.Get("/never").Replies(200, reqtrailtest.Reply{Optional: true})
	client := mock.Client()
	equal(t, len(got(t, client, "/events").Trail.Attempts()), 3)
	equal(t, len(got(t, client, "/events").Trail.Attempts()), 1)
}

func TestTheSameSeedGivesEqualTrails(t *testing.T) {
	trail := func(options ...reqtrailtest.Option) *reqtrail.Trail {
		mock := reqtrailtest.New(t, options...)
		mock.Get("/events").Replies(503).Then(503).Then(200)
		return got(t, mock.Client(), "/events").Trail
	}
	first, again, other := trail(), trail(), trail(reqtrailtest.Seed(7))
	equal(t, again.JSON(), first.JSON())
	equal(t, again.Equal(first), true)
	equal(t, other.Equal(first), false)
	equal(t, other.Equal(trail(reqtrailtest.Seed(7))), true)

	var read reqtrail.Trail
	if err := json.Unmarshal([]byte(first.JSON()), &read); err != nil {
		t.Fatal(err)
	}
	equal(t, read.Equal(first), true)
	var none *reqtrail.Trail
	equal(t, []bool{none.Equal(nil), none.Equal(first), first.Equal(nil)}, []bool{true, false, false})
}

func TestAScriptIsLoaded(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Load([]byte(`{"schema": "reqtrail.script/1", "exchanges": [
		{"match": {"method": "GET", "path": "/events"}, "reply": {"code": "rate_limited", "retry_after": 30}},
		{"match": {"method": "GET", "path": "/events"}, "reply": {"status": 200, "json": [], "encoding": "gzip"}}
	]}`))
	response := got(t, mock.Client(), "/events")
	equal(t, string(response.Body), "[]")
	between(t, mock.Elapsed(), 30*time.Second, 31*time.Second)
}

func TestManyCallsAtATimeTakeNoTime(t *testing.T) {
	mock := reqtrailtest.New(t)
	client := mock.Client(reqtrail.Config{RetryBudget: reqtrail.RetryBudget{Off: true}, Timeout: 5 * time.Minute, AttemptTimeout: 10 * time.Second})
	var running sync.WaitGroup
	for n := range 64 {
		mock.Get(fmt.Sprint("/events/", n)).
			Replies(429, reqtrailtest.Reply{RetryAfter: time.Minute}).
			ThenFails(reqtrailtest.Timeout).
			Then(200, reqtrailtest.Reply{Delay: time.Second})
		running.Add(1)
		go func() {
			defer running.Done()
			response, err := client.Get(context.Background(), "/events/{id}", reqtrail.WithParam("id", n))
			if err != nil {
				t.Error(err)
				return
			}
			if elapsed := response.Trail.Elapsed(); elapsed < 71*time.Second || elapsed > 80*time.Second {
				t.Error(elapsed)
			}
		}()
	}
	running.Wait()
}

// The end of a test reports what the test got wrong about the API.

func TestARequestThatNothingFits(t *testing.T) {
	said := record(t, func(rt testing.TB) {
		mock := reqtrailtest.New(rt)
		mock.Get("/cameras/{id}").Replies(200)
		err := failed(t, mock.Client(), t.Context(), "/camera/7")
		equal(t, err.Kind, reqtrail.KindConnect)
		equal(t, err.Trail.Attempts()[0].Sent, reqtrail.SentNo)
		contains(t, err.Error(), "/cameras/{id}")
		// The call is not repeated.
		equal(t, len(err.Trail.Attempts()), 1)
		// It was never sent.
		equal(t, len(mock.Requests()), 0)
	})
	contains(t, said, "reqtrailtest: ", "GET /camera/7", "/cameras/{id}")
}

func TestWhatIsLeftOver(t *testing.T) {
	leaves := func(options ...reqtrailtest.Option) func(testing.TB) {
		return func(rt testing.TB) { reqtrailtest.New(rt, options...).Get("/cameras/{id}").Replies(200) }
	}
	contains(t, record(t, leaves()), "GET /cameras/{id}")
	equal(t, record(t, leaves(reqtrailtest.AllowUnused())), "")
	// A test that has already failed reports nothing else.
	equal(t, record(t, func(rt testing.TB) { leaves()(rt); rt.Fatal("first") }), "first")
}

func TestWhatARequestMustLookLike(t *testing.T) {
	want := reqtrailtest.Want{
		JSON:   map[string]any{"reason": "test"},
		Header: map[string]any{"X-A": "b", "X-B": nil, "X-C": map[string]any{"$re": "^c+$"}},
	}
	send := func(reason string, header http.Header) string {
		return record(t, func(rt testing.TB) {
			mock := reqtrailtest.New(rt)
			mock.Post("/trigger", want).Replies(202)
			request := &reqtrail.Request{Method: "POST", Path: "/trigger", JSON: map[string]any{"reason": reason}, Header: header}
			response, err := mock.Client().Do(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, response.StatusCode, 202)
		})
	}
	equal(t, send("test", http.Header{"X-A": {"b"}, "X-C": {"cc"}}), "")
	contains(t, send("another", http.Header{"X-A": {"b"}, "X-C": {"cc"}}), "POST /trigger", "another")
	contains(t, send("test", http.Header{"X-A": {"b"}, "X-B": {"b"}, "X-C": {"cc"}}), "X-B")
	contains(t, send("test", http.Header{"X-A": {"b"}, "X-C": {"d"}}), "X-C")
}

func TestARouteWithoutAnAnswer(t *testing.T) {
	contains(t, record(t, func(rt testing.TB) { reqtrailtest.New(rt).Get("/cameras/{id}") }),
		"GET /cameras/{id} has no answer; expected Replies or Fails after it")
}

func TestAMistakeInTheScriptEndsTheTest(t *testing.T) {
	reply := func(status int, reply ...reqtrailtest.Reply) func(*reqtrailtest.Mock) {
		return func(mock *reqtrailtest.Mock) { mock.Get("/events").Replies(status, reply...) }
	}
	for at, one := range []struct {
		wrong func(*reqtrailtest.Mock)
		says  []string
	}{
		{reply(99), []string{"GET /events: ", "status", "99"}},
		{reply(0), []string{"status", "0"}},
		{reply(200, reqtrailtest.Reply{JSON: 1, Text: "a"}), []string{"Reply has more than one of JSON, Text and Body; expected one of them"}},
		{reply(200, reqtrailtest.Reply{JSON: func() {}}), []string{"GET /events: json: unsupported type: func()"}},
		{reply(200, reqtrailtest.Reply{}, reqtrailtest.Reply{}), []string{"an answer has 2 Replies; expected one at most"}},
		{reply(200, reqtrailtest.Reply{Times: -2}), []string{"Reply.Times is -2; expected a number of requests, or Always"}},
		{reply(200, reqtrailtest.Reply{Delay: time.Microsecond}), []string{"Reply.Delay is 1µs; expected zero or more, in whole milliseconds"}},
		{reply(200, reqtrailtest.Reply{RequestID: "a", NoRequestID: true}), []string{`Reply.RequestID is "a" and NoRequestID is set; expected one of them`}},
		{reply(429, reqtrailtest.Reply{Code: "rate_limited", JSON: 1}), []string{"code"}},
		{func(mock *reqtrailtest.Mock) { mock.Get("/events").Fails("explode") }, []string{"explode", "timeout"}},
		{func(mock *reqtrailtest.Mock) { mock.Get("/cameras/{id").Replies(200) }, []string{"/cameras/{id"}},
		{func(mock *reqtrailtest.Mock) { mock.Get("/a", reqtrailtest.Want{}, reqtrailtest.Want{}) }, []string{"GET /a has 2 Wants; expected one at most"}},
		{func(mock *reqtrailtest.Mock) { mock.Get("/a", reqtrailtest.Want{JSON: 1, Text: "a"}).Replies(200) }, []string{"Want has more than one of JSON, Text and Body"}},
		{func(mock *reqtrailtest.Mock) { mock.Load([]byte(`{"schema": "another/1"}`)) }, []string{"reqtrail.script/1", "another/1"}},
		{func(mock *reqtrailtest.Mock) { mock.Client(reqtrail.Config{MaxAttempts: 99}) }, []string{"MaxAttempts", "99"}},
		{func(mock *reqtrailtest.Mock) { mock.Client(reqtrail.Config{}, reqtrail.Config{}) }, []string{"a client has 2 Configs; expected one at most"}},
		{func(mock *reqtrailtest.Mock) { mock.Advance(-1) }, []string{"Advance by -1ns; expected zero or more, in whole milliseconds"}},
	} {
		went := false
		said := record(t, func(rt testing.TB) {
			mock := reqtrailtest.New(rt, reqtrailtest.AllowUnused())
			one.wrong(mock)
			went = true
		})
		if went {
			t.Errorf("%d: nothing was said", at)
		}
		contains(t, said, append(one.says, "reqtrailtest: ")...)
	}
	contains(t, record(t, func(rt testing.TB) { reqtrailtest.New(rt, nil) }), "an option is nil")
}

func TestAWrongConfigurationAsAValue(t *testing.T) {
	_, err := reqtrailtest.New(t).NewClient(reqtrail.Config{MaxAttempts: 99})
	equal(t, errors.Is(err, reqtrail.KindConfig), true)
}

func TestTheEndClosesTheClients(t *testing.T) {
	var client *reqtrail.Client
	equal(t, record(t, func(rt testing.TB) { client = reqtrailtest.New(rt).Client() }), "")
	_, err := client.Get(t.Context(), "/events")
	equal(t, errors.Is(err, reqtrail.ErrClosed), true)
}

func TestACustomBaseURL(t *testing.T) {
	mock := reqtrailtest.New(t)
	mock.Get("/cameras/{id}").Replies(200).Then(200)
	mock.Get("/api/v1/cameras/{id}").Replies(200)
	client := mock.Client(reqtrail.Config{BaseURL: "https://novavms.example/api/v1"})
	for range 3 {
		equal(t, got(t, client, "/cameras/7").Trail.Origin(), "https://novavms.example")
	}
	equal(t, mock.Requests()[2].Path, "/api/v1/cameras/7")
}

func ExampleNew() {
	t := new(testing.T) // a test has one

	mock := reqtrailtest.New(t)
	mock.Get("/cameras/{id}").
		Replies(429, reqtrailtest.Reply{Code: "rate_limited", RetryAfter: 30 * time.Second}).
		Then(200, reqtrailtest.Reply{JSON: map[string]any{"name": "Main Gate"}})
	client := mock.Client()

	ctx := context.Background()
	response, err := client.Get(ctx, "/cameras/{id}", reqtrail.WithParam("id", 7))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(response.Body), len(response.Trail.Attempts()), mock.Elapsed() > 30*time.Second)
	// Output: {"name":"Main Gate"} 2 true
}
