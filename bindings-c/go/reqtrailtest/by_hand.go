package reqtrailtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
	"github.com/reqtrail/reqtrail/bindings-c/go/internal/scripted"
)

// Call describes a call, for tests of code that uses its trail, response or error. A real call is made from the
// description, so IDs, times, waits and the outcome are consistent. A call that cannot happen as described fails the
// test at once, with the rule that forbids it.
//
// [Trail], [Response] and [Error] are shorter if only the attempts matter.
type Call struct {
	// Dialect is the dialect of the API. Default: [reqtrail.NovaVMS].
	Dialect reqtrail.Dialect
	// Method is the method. Default: GET.
	Method string
	// Path is the path, a template as in /cameras/{id}. Default: /.
	Path string
	// Params are the values of the path's {name}.
	Params map[string]string
	// Query is the query parameters.
	Query url.Values
	// Idempotent says whether the request may be sent twice, in place of what its method says.
	Idempotent *bool
	// IdempotencyKey is the Idempotency-Key.
	IdempotencyKey string
	// MaxRetryAfter is the longest Retry-After that is waited for.
	MaxRetryAfter time.Duration
	// Stopped says why the last attempt was not repeated, if the attempts leave that open. Default: the allowed
	// attempts were used up.
	Stopped reqtrail.StopReason
	// Kind is the kind of the error that the call ends with. It is required if there are no attempts, as for
	// [reqtrail.KindInvalidRequest].
	Kind reqtrail.Kind
	// Attempts are the attempts, in order. Waits between them are computed.
	Attempts []Attempt
}

// Attempt describes an attempt of a [Call]: an answer, or a failure. The zero value of a field stands for its default.
type Attempt struct {
	// StatusCode is the answer's status. Default: the status of Code, if there is one, or 200 for the only attempt of a
	// response.
	StatusCode int
	// Code is the API's error code, such as "rate_limited": the body is an error as the API writes it.
	Code reqtrail.Code
	// Message is the message of that error.
	Message string
	// RequestID is the server's ID of the request. Default: a generated one.
	RequestID string
	// NoRequestID omits the ID.
	NoRequestID bool
	// RetryAfter is the wait that the server asked for. A negative value stands for zero.
	RetryAfter time.Duration
	// Header is the answer's headers.
	Header http.Header
	// JSON is the answer's body, sent as application/json.
	JSON any
	// Text is the answer's body as UTF-8.
	Text string
	// Body is the answer's body.
	Body []byte
	// Failure is how an attempt without a complete, usable answer failed, such as [reqtrail.KindTimeout].
	Failure reqtrail.Kind
	// FailureCode is the code of that failure, such as ENOTFOUND for [reqtrail.KindConnect].
	FailureCode string
	// Elapsed is how long the attempt took.
	Elapsed time.Duration
}

// Trail makes the trail of a GET call of NovaVMS's API with these attempts.
func Trail(t testing.TB, attempts ...Attempt) *reqtrail.Trail {
	t.Helper()
	return Call{Attempts: attempts}.Trail(t)
}

// Response makes the response of a GET call of NovaVMS's API with these attempts.
func Response(t testing.TB, attempts ...Attempt) *reqtrail.Response {
	t.Helper()
	return Call{Attempts: attempts}.Response(t)
}

// Error makes the error of a GET call of NovaVMS's API with these attempts.
func Error(t testing.TB, attempts ...Attempt) *reqtrail.Error {
	t.Helper()
	return Call{Attempts: attempts}.Error(t)
}

// Trail makes the call's trail.
func (c Call) Trail(t testing.TB) *reqtrail.Trail {
	t.Helper()
	response, failed := c.make(t, false)
	if failed != nil {
		return failed.Trail
	}
	return response.Trail
}

// Response makes the call's response. It fails the test at once if the call fails.
func (c Call) Response(t testing.TB) *reqtrail.Response {
	t.Helper()
	response, failed := c.make(t, true)
	if failed != nil {
		t.Fatalf("reqtrailtest: the call has no response: %v; expected a 2xx as the last answer, or use Error", failed)
	}
	return response
}

// Error makes the call's error. It fails the test at once if the call succeeds.
func (c Call) Error(t testing.TB) *reqtrail.Error {
	t.Helper()
	response, failed := c.make(t, false)
	if failed == nil {
		t.Fatalf("reqtrailtest: the call has no error: its answer is a %d; expected a last answer other than 2xx, or use Response",
			response.StatusCode)
	}
	return failed
}

func (c Call) make(t testing.TB, responds bool) (*reqtrail.Response, *reqtrail.Error) {
	t.Helper()
	description, err := c.describe(responds)
	if err != nil {
		t.Fatalf("reqtrailtest: %v", err)
	}
	response, failed, err := byHand(description)
	if err != nil {
		t.Fatalf("reqtrailtest: %v", err)
	}
	var own *reqtrail.Error
	errors.As(failed, &own)
	return response, own
}

// describe writes the description that the library reads.
func (c Call) describe(responds bool) (string, error) {
	call := map[string]any{"schema": "reqtrail.by_hand/1"}
	if c.Dialect != nil {
		name, description, err := scripted.Describe(c.Dialect)
		if err != nil {
			return "", fmt.Errorf("the dialect cannot be written as JSON: %w", err)
		}
		call["dialect"] = name
		if description != nil {
			call["dialect"] = json.RawMessage(description)
		}
	}
	for name, text := range map[string]string{
		"method": c.Method, "path": c.Path, "idempotency_key": c.IdempotencyKey, "stopped": string(c.Stopped),
	} {
		if text != "" {
			call[name] = text
		}
	}
	if c.Params != nil {
		call["params"] = c.Params
	}
	if c.Query != nil {
		call["query"] = pairsOf(c.Query)
	}
	if c.Idempotent != nil {
		call["idempotent"] = *c.Idempotent
	}
	if c.MaxRetryAfter != 0 {
		call["max_retry_after"] = c.MaxRetryAfter.Seconds()
	}
	if c.Kind != "" {
		call["error"] = map[string]any{"kind": c.Kind}
	}
	attempts := make([]map[string]any, len(c.Attempts))
	for at, attempt := range c.Attempts {
		fields, err := attempt.fields()
		if err != nil {
			return "", fmt.Errorf("the call's Attempts[%d]: %w", at, err)
		}
		attempts[at] = fields
	}
	if len(attempts) > 0 || c.Kind == "" {
		if responds && len(attempts) == 1 && c.Attempts[0].saysNothing() {
			attempts[0]["status"] = http.StatusOK
		}
		call["attempts"] = attempts
	}
	text, err := json.Marshal(call)
	return string(text), err
}

// saysNothing says whether an attempt does not describe how it ended.
func (a *Attempt) saysNothing() bool { return a.StatusCode == 0 && a.Code == "" && a.Failure == "" }

func (a *Attempt) fields() (map[string]any, error) {
	fields, err := (&Reply{
		JSON: a.JSON, Text: a.Text, Body: a.Body, Header: a.Header, Code: a.Code, Message: a.Message, RequestID: a.RequestID,
		NoRequestID: a.NoRequestID, RetryAfter: a.RetryAfter,
	}).fields()
	if err != nil {
		return nil, err
	}
	if a.StatusCode != 0 {
		fields["status"] = a.StatusCode
	}
	if a.Failure != "" {
		fields["failure"] = a.Failure
	}
	if a.FailureCode != "" {
		fields["failure_code"] = a.FailureCode
	}
	switch {
	case a.Elapsed < 0 || a.Elapsed%time.Millisecond != 0:
		return nil, fmt.Errorf("Elapsed is %v; expected zero or more, in whole milliseconds", a.Elapsed)
	case a.Elapsed > 0:
		fields["elapsed_ms"] = a.Elapsed.Milliseconds()
	}
	return fields, nil
}

// pairsOf returns names and values, sorted by name.
func pairsOf(lists map[string][]string) [][2]string {
	pairs := [][2]string{}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		for _, value := range lists[name] {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	return pairs
}
