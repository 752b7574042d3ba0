// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import "time"

// RateLimit is what a response said about the caller's rate limit. It is information, not permission: do not pace
// requests by these numbers, and wait as long as an error's RetryAfter says.
type RateLimit struct {
	// Limit is how many requests the server's window allows; nil if there is none.
	Limit *int64
	// Remaining is how many requests are left in the window; nil if there is none.
	Remaining *int64
	// ResetAt is when the window or bucket is full again, in UTC; zero if there is none.
	ResetAt time.Time
}

// CallInfo is the call that an attempt belongs to.
type CallInfo struct {
	// CallID is the call's own random ID, as in its trail.
	CallID string
	// Dialect is the name of the API's dialect.
	Dialect string
	// Method is the method that the caller asked for.
	Method string
	// Path is the path template, as in /cameras/{id}.
	Path string
	// CorrelationID is the value that every attempt carries in the dialect's correlation header; empty if there is
	// none. For OpenStack it is the global request ID.
	CorrelationID string
	// Service is the service that is called, if one sign-in serves several; empty if there is none. For OpenStack it is
	// the service type, as in compute.
	Service string
	// LogLine is the log line of the attempt, without secrets. If one sign-in serves several services, it is the line
	// that OpenStack's operators search clients' logs for to draw a call graph: method, service, URL and the request ID
	// that was used (https://docs.openstack.org/api-guide/compute/faults.html#tracking-errors-by-request-id).
	LogLine string
}

// callInfoTexts is the number of texts of a call info.
const callInfoTexts = 7

func callInfoOf(t []string) CallInfo {
	return CallInfo{t[0], t[1], t[2], t[3], t[4], t[5], t[6]}
}

// Attempt is one HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too.
type Attempt struct {
	// Number is the number of the attempt within the call, from 1.
	Number int
	// Cause is why the attempt was made.
	Cause Cause
	// Method is the method that was sent; a redirect may have changed it.
	Method string
	// SpanID is the parent-id of the attempt's traceparent: 16 hex digits.
	SpanID string
	// URL is the URL, with secret parameters as {name} and query values redacted.
	URL string
	// RemoteAddress is the address and port that the request's connection led to, as in 10.0.0.7:443 or [::1]:443: the
	// server's or a proxy's. empty without a connection, over a Unix socket, and for a transport that does not report
	// it.
	RemoteAddress string
	// StatusCode is the response's status, if a response arrived; 0 if there is none.
	StatusCode int
	// RequestID is the server's ID of this request; empty if there is none.
	RequestID string
	// RequestIDSource is where the request ID was found; empty if there is none.
	RequestIDSource string
	// RequestIDNotes is what was unusual about the request ID.
	RequestIDNotes []RequestIDNote
	// BodyRequestID is the request ID in the body, if it differs from the header's; empty if there is none.
	BodyRequestID string
	// ErrorCode is the API's error code, in its canonical spelling; empty if there is none.
	ErrorCode Code
	// Category is what the API error means; empty if the attempt is not an API error.
	Category Category
	// Failure is what went wrong, if there was no complete, usable response; empty if there is none.
	Failure Kind
	// FailureCode is the well-known code of the failure, as in ECONNREFUSED, ENOTFOUND or CERT_HAS_EXPIRED; empty if
	// none fits.
	FailureCode string
	// FailureReason is the failure in words: one line of at most 200 characters, without secrets; empty if there is
	// none. It names the peer or the proxy if known. A timeout names its limit.
	FailureReason string
	// Sent says whether the request went out.
	Sent Sent
	// Processed says whether the server processed the request. true: it answered. false: nothing left the client, or
	// the server guaranteed that it did not process the request; it may be sent again whatever its method is. nil:
	// unknown.
	Processed *bool
	// Started is when the attempt started, relative to the start of the call.
	Started time.Duration
	// Elapsed is how long the attempt took, including the body.
	Elapsed time.Duration
	// RetryAfter is the wait that the server asked for; nil if there is none.
	RetryAfter *time.Duration
	// Wait is the wait that was chosen after this attempt; nil if there is none.
	Wait *time.Duration
	// WaitReason is what decided the wait; empty if there is none.
	WaitReason WaitReason
}

// attemptJSON is the JSON form of the attempt.
type attemptJSON struct {
	Number          int             `json:"number"`
	Cause           Cause           `json:"cause"`
	Method          string          `json:"method"`
	SpanID          string          `json:"span_id"`
	URL             string          `json:"url"`
	RemoteAddress   string          `json:"remote_address"`
	Status          int             `json:"status"`
	RequestID       string          `json:"request_id"`
	RequestIDSource string          `json:"request_id_source"`
	RequestIDNotes  []RequestIDNote `json:"request_id_notes"`
	BodyRequestID   string          `json:"body_request_id"`
	ErrorCode       Code            `json:"error_code"`
	Category        Category        `json:"category"`
	Failure         Kind            `json:"failure"`
	FailureCode     string          `json:"failure_code"`
	FailureReason   string          `json:"failure_reason"`
	Sent            Sent            `json:"sent"`
	Processed       *bool           `json:"processed"`
	StartedMS       float64         `json:"started_ms"`
	ElapsedMS       float64         `json:"elapsed_ms"`
	RetryAfterMS    *float64        `json:"retry_after_ms"`
	WaitMS          *float64        `json:"wait_ms"`
	WaitReason      WaitReason      `json:"wait_reason"`
}

func (j *attemptJSON) attempt() Attempt {
	return Attempt{
		Number:          j.Number,
		Cause:           j.Cause,
		Method:          j.Method,
		SpanID:          j.SpanID,
		URL:             j.URL,
		RemoteAddress:   j.RemoteAddress,
		StatusCode:      j.Status,
		RequestID:       j.RequestID,
		RequestIDSource: j.RequestIDSource,
		RequestIDNotes:  append([]RequestIDNote(nil), j.RequestIDNotes...),
		BodyRequestID:   j.BodyRequestID,
		ErrorCode:       j.ErrorCode,
		Category:        j.Category,
		Failure:         j.Failure,
		FailureCode:     j.FailureCode,
		FailureReason:   j.FailureReason,
		Sent:            j.Sent,
		Processed:       j.Processed,
		Started:         duration(j.StartedMS),
		Elapsed:         duration(j.ElapsedMS),
		RetryAfter:      durationOrNil(j.RetryAfterMS),
		Wait:            durationOrNil(j.WaitMS),
		WaitReason:      j.WaitReason,
	}
}

// trailJSON is the JSON form of the trail.
type trailJSON struct {
	Client        string        `json:"client"`
	CallID        string        `json:"call_id"`
	TraceID       string        `json:"trace_id"`
	CorrelationID string        `json:"correlation_id"`
	Dialect       string        `json:"dialect"`
	Service       string        `json:"service"`
	Method        string        `json:"method"`
	Origin        string        `json:"origin"`
	Path          string        `json:"path"`
	StartedAt     time.Time     `json:"started_at"`
	ElapsedMS     float64       `json:"elapsed_ms"`
	Outcome       string        `json:"outcome"`
	Stopped       StopReason    `json:"stopped"`
	Notes         []TrailNote   `json:"notes"`
	Attempts      []attemptJSON `json:"attempts"`
}

// Client is the library that wrote the trail, and its version, as in reqtrail/0.1.0.
func (t *Trail) Client() string { return t.read().Client }

// CallID is the call's own random ID, made before the first attempt.
func (t *Trail) CallID() string { return t.read().CallID }

// TraceID is the W3C trace ID that every attempt's traceparent carried: 32 hex digits.
func (t *Trail) TraceID() string { return t.read().TraceID }

// CorrelationID is the value that every attempt carried in the dialect's correlation header; empty if there is none.
// For OpenStack it is the global request ID, which is req- and the call ID unless the caller set another. It appears in
// the logs of every service on the way.
func (t *Trail) CorrelationID() string { return t.read().CorrelationID }

// Dialect is the name of the API's dialect.
func (t *Trail) Dialect() string { return t.read().Dialect }

// Service is the service that was called, if one sign-in serves several; empty if there is none. For OpenStack it is
// the service type, as in compute.
func (t *Trail) Service() string { return t.read().Service }

// Method is the method that the caller asked for.
func (t *Trail) Method() string { return t.read().Method }

// Origin is scheme, host and port of the API.
func (t *Trail) Origin() string { return t.read().Origin }

// Path is the path template, as in /cameras/{id}.
func (t *Trail) Path() string { return t.read().Path }

// StartedAt is when the call started, by this machine's clock.
func (t *Trail) StartedAt() time.Time { return t.read().StartedAt }

// Elapsed is how long the call took, including all attempts and waits.
func (t *Trail) Elapsed() time.Duration { return duration(t.read().ElapsedMS) }

// Outcome is how the call ended.
func (t *Trail) Outcome() string { return t.read().Outcome }

// Stopped is why no further attempt was made.
func (t *Trail) Stopped() StopReason { return t.read().Stopped }

// Notes is what a reader of the trail should know.
func (t *Trail) Notes() []TrailNote { return append([]TrailNote(nil), t.read().Notes...) }

// InFlightCall is a call under way.
type InFlightCall struct {
	// CallID is the call's own random ID, as its trail will show it.
	CallID string
	// TraceID is the W3C trace ID that its attempts carry: 32 hex digits.
	TraceID string
	// CorrelationID is the value that every attempt carries in the dialect's correlation header; empty if there is
	// none.
	CorrelationID string
	// Dialect is the name of the API's dialect.
	Dialect string
	// Service is the service that is called, if one sign-in serves several; empty if there is none.
	Service string
	// Method is the method that the caller asked for.
	Method string
	// Path is the path template, as in /cameras/{id}. A very long one is cut.
	Path string
	// Attempt is the number of the attempt that is under way or was the last; 0 before the first.
	Attempt int
	// Phase is the current phase: refreshing (it waits for a new token), connecting, resolving, proxy, tls, stream (it
	// waits until the connection takes another stream), sending, waiting (for the response's head), reading, decoding,
	// or backoff (it waits before the next attempt).
	Phase string
	// RetryIn is how much longer it waits before the next attempt; nil if there is none.
	RetryIn *time.Duration
	// MayHaveBeenSent says whether the server may have seen the request of the last attempt.
	MayHaveBeenSent bool
	// StartedAt is when the call started, by this machine's clock.
	StartedAt time.Time
	// Age is how long it has been under way.
	Age time.Duration
}

// inFlightCallJSON is the JSON form of the in flight call.
type inFlightCallJSON struct {
	CallID          string    `json:"call_id"`
	TraceID         string    `json:"trace_id"`
	CorrelationID   string    `json:"correlation_id"`
	Dialect         string    `json:"dialect"`
	Service         string    `json:"service"`
	Method          string    `json:"method"`
	Path            string    `json:"path"`
	Attempt         int       `json:"attempt"`
	Phase           string    `json:"phase"`
	RetryInMS       *float64  `json:"retry_in_ms"`
	MayHaveBeenSent bool      `json:"may_have_been_sent"`
	StartedAt       time.Time `json:"started_at"`
	AgeMS           float64   `json:"age_ms"`
}

func (j *inFlightCallJSON) inFlightCall() InFlightCall {
	return InFlightCall{
		CallID:          j.CallID,
		TraceID:         j.TraceID,
		CorrelationID:   j.CorrelationID,
		Dialect:         j.Dialect,
		Service:         j.Service,
		Method:          j.Method,
		Path:            j.Path,
		Attempt:         j.Attempt,
		Phase:           j.Phase,
		RetryIn:         durationOrNil(j.RetryInMS),
		MayHaveBeenSent: j.MayHaveBeenSent,
		StartedAt:       j.StartedAt,
		Age:             duration(j.AgeMS),
	}
}

// JournalStats is what this process wrote into a journal, for all of its clients.
type JournalStats struct {
	// Folder is the folder.
	Folder string `json:"folder"`
	// Records is how many records were written.
	Records int `json:"records"`
	// Bytes is how many bytes these take.
	Bytes int `json:"bytes"`
	// Queued is how many records are waiting to be written.
	Queued int `json:"queued"`
	// Lost is how many records were lost, because the disk was full or too slow.
	Lost int `json:"lost"`
}

// RecorderStats is what a recorder holds, and what it left out.
type RecorderStats struct {
	// Failed is how many failed calls are kept.
	Failed int `json:"failed"`
	// Notable is how many notable calls are kept: slow, or with several attempts.
	Notable int `json:"notable"`
	// Recent is how many other calls are kept.
	Recent int `json:"recent"`
	// Bytes is how many bytes all of these take.
	Bytes int `json:"bytes"`
	// InFlight is how many calls are under way.
	InFlight int `json:"in_flight"`
	// Skipped is how many calls that were not notable were left out because other threads were storing theirs at that
	// moment.
	Skipped int `json:"skipped"`
	// Journal is what the journal wrote; nil if the client has none.
	Journal *JournalStats `json:"journal"`
}
