package reqtrail

import (
	"log/slog"
	"math"
	"time"
)

// Attempt is one HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too.
type Attempt struct {
	// Number is the place in the call, from 1.
	Number int
	// Cause is what caused it.
	Cause Cause
	// Method is what was sent: after a 303 it may differ from the call's.
	Method string
	// SpanID is the parent-id of its traceparent.
	SpanID string
	// URL is the URL without secrets.
	URL string
	// Status is the status; 0 if no response arrived.
	Status int
	// RequestID is the server's own ID of the request; empty if there is none.
	RequestID string
	// RequestIDSource is where the ID was: header:NAME or body.
	RequestIDSource string
	// RequestIDNotes are what was odd about the ID.
	RequestIDNotes []RequestIDNote
	// BodyRequestID is the ID that the body names, if it differs.
	BodyRequestID string
	// ErrorCode is the API's error code in its canonical spelling.
	ErrorCode Code
	// Category is what the API error means; empty if the attempt is none.
	Category Category
	// Failure is why there was no whole, usable response; empty if there was one.
	Failure Kind
	// FailureCode is what operators know the failure by, such as ECONNREFUSED; empty where no code fits.
	FailureCode string
	// FailureReason is the failure in words: one line of at most 200 characters, without secrets.
	FailureReason string
	// Sent says whether the request went out.
	Sent Sent
	// Processed is true if the server answered, and false if nothing left or the server vowed that it did not process the
	// request. It is nil if nobody knows.
	Processed *bool
	// Started is when it began, from the start of the call.
	Started time.Duration
	// Elapsed is how long it took.
	Elapsed time.Duration
	// RetryAfter is the wait that the server asked for; nil if it asked for none.
	RetryAfter *time.Duration
	// Wait is the wait that was decided on after it; nil if there was none.
	Wait *time.Duration
	// WaitReason is why it was waited.
	WaitReason WaitReason
}

// LogValue is the attempt for slog: number, status, request ID, code or failure, and how long it took.
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("number", a.Number)}
	if a.Status != 0 {
		attrs = append(attrs, slog.Int("status", a.Status))
	}
	if a.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", a.RequestID))
	}
	if a.ErrorCode != "" {
		attrs = append(attrs, slog.String("code", string(a.ErrorCode)))
	}
	if a.Failure != "" {
		attrs = append(attrs, slog.String("failure", string(a.Failure)))
	}
	if a.FailureCode != "" {
		attrs = append(attrs, slog.String("failure_code", a.FailureCode))
	}
	if a.FailureReason != "" {
		attrs = append(attrs, slog.String("failure_reason", a.FailureReason))
	}
	return slog.GroupValue(append(attrs, slog.Duration("elapsed", a.Elapsed))...)
}

// attemptJSON is an attempt as the trail's JSON has it.
type attemptJSON struct {
	Number          int             `json:"number"`
	Cause           Cause           `json:"cause"`
	Method          string          `json:"method"`
	SpanID          string          `json:"span_id"`
	URL             string          `json:"url"`
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

func (a *attemptJSON) attempt() Attempt {
	return Attempt{
		Number:          a.Number,
		Cause:           a.Cause,
		Method:          a.Method,
		SpanID:          a.SpanID,
		URL:             a.URL,
		Status:          a.Status,
		RequestID:       a.RequestID,
		RequestIDSource: a.RequestIDSource,
		RequestIDNotes:  a.RequestIDNotes,
		BodyRequestID:   a.BodyRequestID,
		ErrorCode:       a.ErrorCode,
		Category:        a.Category,
		Failure:         a.Failure,
		FailureCode:     a.FailureCode,
		FailureReason:   a.FailureReason,
		Sent:            a.Sent,
		Processed:       a.Processed,
		Started:         duration(a.StartedMS),
		Elapsed:         duration(a.ElapsedMS),
		RetryAfter:      durationOrNil(a.RetryAfterMS),
		Wait:            durationOrNil(a.WaitMS),
		WaitReason:      a.WaitReason,
	}
}

// duration reads milliseconds. A server may ask for a wait that no time.Duration holds.
func duration(ms float64) time.Duration {
	nanoseconds := math.Round(ms * 1e6)
	if nanoseconds >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(nanoseconds)
}

func durationOrNil(ms *float64) *time.Duration {
	if ms == nil {
		return nil
	}
	d := duration(*ms)
	return &d
}
