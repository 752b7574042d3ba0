package reqtrailtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	reqtrail "github.com/reqtrail/reqtrail/bindings-c/go"
)

// Route selects the requests that an answer is for.
type Route struct {
	mock         *Mock
	method, path string
	want         *Want
}

// Want is what a request must contain, besides its method and its path. A request that differs is still answered, but
// fails the test at its end.
//
// Any value may be an operator of the script format instead, such as map[string]any{"$re": "^Bearer "}.
type Want struct {
	// Header has the values of headers; a header with nil must be absent.
	Header map[string]any
	// JSON is the request's body, with exactly these members.
	JSON any
	// Text is the request's body as UTF-8.
	Text string
	// Body is the request's body.
	Body []byte
}

// Reply is the answer to a request, besides its status. The zero value of a field stands for its default.
type Reply struct {
	// JSON is the body, which is sent as application/json. nil means no body; json.RawMessage("null") is a null.
	JSON any
	// Text is the body as UTF-8. It sets no Content-Type.
	Text string
	// Body is the body. It sets no Content-Type.
	Body []byte
	// Header is the headers.
	Header http.Header
	// Code is an error code of the client's dialect, such as "rate_limited". The body is then an error as the API
	// writes it, and a status of 0 stands for the code's own status.
	Code reqtrail.Code
	// Message is the message of that error.
	Message string
	// RequestID is the server's ID of the request, in the header that the dialect reads. Default: a generated one.
	RequestID string
	// NoRequestID omits the ID.
	NoRequestID bool
	// RetryAfter is the wait that the server asks for. A negative value stands for zero.
	RetryAfter time.Duration
	// Delay is how long the answer takes, in virtual time.
	Delay time.Duration
	// Times is how many requests it answers, or [Always]. Default: 1.
	Times int
	// Optional says that it may be unused at the end of the test.
	Optional bool
}

// Always as [Reply.Times] answers every request.
const Always = -1

// Failure is how a request without a complete answer fails. It may be any fault of the script format.
type Failure string

const (
	// Timeout: the server has the request and never answers.
	Timeout Failure = "timeout"
	// Connect: the server refuses the connection.
	Connect Failure = "connect"
	// ConnectTimeout: no connection is established.
	ConnectTimeout Failure = "connect_timeout"
	// DNS: the name of the host is not found.
	DNS Failure = "dns"
	// TLS: the client does not accept the server's certificate.
	TLS Failure = "tls"
	// Reset: the server resets the connection after it has read the request.
	Reset Failure = "reset"
	// Close: the server closes the connection after it has read the request.
	Close Failure = "close"
	// CutBody: the server closes the connection in the middle of the body.
	CutBody Failure = "cut_body"
	// ResetBody: the server resets the connection in the middle of the body.
	ResetBody Failure = "reset_body"
	// StallBody: the server sends half of the body, and then nothing.
	StallBody Failure = "stall_body"
)

// Get begins an answer to GET requests of a path.
//
// The path is a template, as in /cameras/{id}: each {name} takes one segment. It may leave out the path of the client's
// base URL. Parameters after a ? must be in the request's query.
func (m *Mock) Get(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodGet, path, want...)
}

// Head begins an answer to HEAD requests.
func (m *Mock) Head(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodHead, path, want...)
}

// Post begins an answer to POST requests.
func (m *Mock) Post(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodPost, path, want...)
}

// Put begins an answer to PUT requests.
func (m *Mock) Put(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodPut, path, want...)
}

// Patch begins an answer to PATCH requests.
func (m *Mock) Patch(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodPatch, path, want...)
}

// Delete begins an answer to DELETE requests.
func (m *Mock) Delete(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodDelete, path, want...)
}

// Options begins an answer to OPTIONS requests.
func (m *Mock) Options(path string, want ...Want) *Route {
	m.t.Helper()
	return m.On(http.MethodOptions, path, want...)
}

// On begins an answer to requests with a method and a path. An empty method or path matches any.
func (m *Mock) On(method, path string, want ...Want) *Route {
	m.t.Helper()
	route := &Route{mock: m, method: method, path: path}
	switch len(want) {
	case 0:
	case 1:
		route.want = &want[0]
	default:
		m.t.Fatalf("reqtrailtest: %s has %d Wants; expected one at most", route, len(want))
	}
	m.mutex.Lock()
	m.routes = append(m.routes, route)
	m.mutex.Unlock()
	return route
}

// String returns the method and path, as in GET /cameras/{id}.
func (r *Route) String() string {
	method, path := r.method, r.path
	if method == "" {
		method = "any method"
	}
	if path == "" {
		path = "any path"
	}
	return method + " " + path
}

// Replies answers the first of the requests.
func (r *Route) Replies(status int, reply ...Reply) *Sequence {
	r.mock.t.Helper()
	r.add(&status, "", reply)
	return &Sequence{r}
}

// Fails makes the first of the requests fail. A reply is only needed for its other fields; a failure within the body
// also uses its body.
func (r *Route) Fails(how Failure, reply ...Reply) *Sequence {
	r.mock.t.Helper()
	r.add(nil, how, reply)
	return &Sequence{r}
}

// Sequence is a route with an answer, which further answers may follow.
type Sequence struct {
	route *Route
}

// Then answers the next of the requests.
func (s *Sequence) Then(status int, reply ...Reply) *Sequence {
	s.route.mock.t.Helper()
	s.route.add(&status, "", reply)
	return s
}

// ThenFails makes the next of the requests fail.
func (s *Sequence) ThenFails(how Failure, reply ...Reply) *Sequence {
	s.route.mock.t.Helper()
	s.route.add(nil, how, reply)
	return s
}

// add adds an exchange. It fails the test at once if the exchange is wrong.
func (r *Route) add(status *int, fails Failure, replies []Reply) {
	m := r.mock
	m.t.Helper()
	m.mutex.Lock()
	m.routes = slices.DeleteFunc(m.routes, func(route *Route) bool { return route == r })
	m.mutex.Unlock()
	var reply Reply
	switch len(replies) {
	case 0:
	case 1:
		reply = replies[0]
	default:
		m.t.Fatalf("reqtrailtest: %s: an answer has %d Replies; expected one at most", r, len(replies))
	}
	exchange, err := r.exchange(&reply)
	if err == nil {
		answer := exchange["reply"].(map[string]any)
		if status == nil {
			answer["fails"] = fails
		} else if *status != 0 || reply.Code == "" {
			answer["status"] = *status
		}
		var text []byte
		if text, err = json.Marshal(exchange); err == nil {
			err = m.script.add(string(text))
		}
	}
	if err != nil {
		m.t.Fatalf("reqtrailtest: %s: %v", r, err)
	}
}

// exchange returns an exchange in the short form that the library reads.
func (r *Route) exchange(reply *Reply) (map[string]any, error) {
	answer, err := reply.fields()
	if err != nil {
		return nil, err
	}
	exchange := map[string]any{"reply": answer}
	if r.method != "" {
		exchange["method"] = r.method
	}
	if r.path != "" {
		exchange["path"] = r.path
	}
	if r.want != nil {
		if exchange["want"], err = r.want.fields(); err != nil {
			return nil, err
		}
	}
	switch {
	case reply.Times == Always:
		exchange["times"] = "always"
	case reply.Times < 0:
		return nil, fmt.Errorf("Reply.Times is %d; expected a number of requests, or Always", reply.Times)
	case reply.Times > 0:
		exchange["times"] = reply.Times
	}
	if reply.Optional {
		exchange["optional"] = true
	}
	return exchange, nil
}

func (w *Want) fields() (map[string]any, error) {
	fields, err := bodyFields("Want", w.JSON, w.Text, w.Body)
	if len(w.Header) > 0 {
		fields["headers"] = w.Header
	}
	return fields, err
}

func (r *Reply) fields() (map[string]any, error) {
	fields, err := bodyFields("Reply", r.JSON, r.Text, r.Body)
	if err != nil {
		return nil, err
	}
	if len(r.Header) > 0 {
		fields["headers"] = pairsOf(r.Header)
	}
	if r.Code != "" {
		fields["code"] = r.Code
	}
	if r.Message != "" {
		fields["message"] = r.Message
	}
	switch {
	case r.NoRequestID && r.RequestID != "":
		return nil, fmt.Errorf("Reply.RequestID is %q and NoRequestID is set; expected one of them", r.RequestID)
	case r.NoRequestID:
		fields["request_id"] = nil
	case r.RequestID != "":
		fields["request_id"] = r.RequestID
	}
	if r.RetryAfter != 0 {
		fields["retry_after"] = max(r.RetryAfter, 0).Seconds()
	}
	switch {
	case r.Delay < 0 || r.Delay%time.Millisecond != 0:
		return nil, fmt.Errorf("Reply.Delay is %v; expected zero or more, in whole milliseconds", r.Delay)
	case r.Delay > 0:
		fields["delay_ms"] = r.Delay.Milliseconds()
	}
	return fields, nil
}

// bodyFields returns the field of a body. At most one may be set.
func bodyFields(of string, value any, text string, body []byte) (map[string]any, error) {
	fields := map[string]any{}
	if value != nil {
		fields["json"] = value
	}
	if text != "" {
		fields["text"] = text
	}
	if body != nil {
		fields["base64"] = body
	}
	if len(fields) > 1 {
		return nil, fmt.Errorf("%s has more than one of JSON, Text and Body; expected one of them", of)
	}
	return fields, nil
}
