package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"log/slog"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// Trail is the record of one call: every HTTP attempt in order, and how the call ended. Its String is the support
// report. All goroutines may read it at the same time.
//
// A nil trail has no attempts, and its texts are empty.
//
// It is read from the core when something is asked of it, so a trail that nobody looks at costs next to nothing.
type Trail struct {
	handle *C.reqtrail_trail
	once   sync.Once
	data   trailJSON
	// text is the JSON of a trail that was read, as it was written.
	text string
}

// trailJSON is the trail as its JSON has it.
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

// newTrail takes over a handle; nil gives nil.
func newTrail(handle *C.reqtrail_trail) *Trail {
	if handle == nil {
		return nil
	}
	trail := &Trail{handle: handle}
	runtime.AddCleanup(trail, freeTrail, handle)
	return trail
}

func freeTrail(handle *C.reqtrail_trail) { C.reqtrail_trail_free(handle) }

// pointer is what C gets; nil gives NULL.
func (t *Trail) pointer() *C.reqtrail_trail {
	if t == nil {
		return nil
	}
	return t.handle
}

// ask reads a text of the core's.
func (t *Trail) ask(read func(handle *C.reqtrail_trail, length *C.size_t) *C.char) string {
	if t == nil || t.handle == nil {
		return ""
	}
	var length C.size_t
	data := read(t.handle, &length)
	copied := string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
	runtime.KeepAlive(t)
	return copied
}

func (t *Trail) read() *trailJSON {
	if t == nil || t.handle == nil {
		return &trailJSON{}
	}
	t.once.Do(func() {
		// The core wrote it, and scenarios hold it to its schema.
		_ = json.Unmarshal([]byte(t.JSON()), &t.data)
	})
	return &t.data
}

// CallID is the call's own random ID, made before the first attempt.
func (t *Trail) CallID() string { return t.read().CallID }

// TraceID is the W3C trace ID that every attempt's traceparent carried.
func (t *Trail) TraceID() string { return t.read().TraceID }

// Client is the library and its version.
func (t *Trail) Client() string { return t.read().Client }

// Dialect is the name of the API's dialect.
func (t *Trail) Dialect() string { return t.read().Dialect }

// Service is the called service, where one sign-in serves several: for OpenStack its type, as in compute. Else it is empty.
func (t *Trail) Service() string { return t.read().Service }

// Method is the method that the caller asked for.
func (t *Trail) Method() string { return t.read().Method }

// Origin is scheme, host and port of the API.
func (t *Trail) Origin() string { return t.read().Origin }

// Path is the path template, as in /cameras/{id}.
func (t *Trail) Path() string { return t.read().Path }

// CorrelationID is what every attempt carried in the dialect's correlation header: for OpenStack the global request ID.
// It is empty where the dialect has none.
func (t *Trail) CorrelationID() string { return t.read().CorrelationID }

// StartedAt is when the call started, by this machine's clock, in UTC.
func (t *Trail) StartedAt() time.Time { return t.read().StartedAt }

// Elapsed is how long the call took, all attempts and waits included.
func (t *Trail) Elapsed() time.Duration { return duration(t.read().ElapsedMS) }

// Outcome is "ok", or the [Kind] of the error.
func (t *Trail) Outcome() string { return t.read().Outcome }

// Stopped is why no further attempt was made.
func (t *Trail) Stopped() StopReason { return t.read().Stopped }

// Notes are what a reader of the trail should know.
func (t *Trail) Notes() []TrailNote { return append([]TrailNote(nil), t.read().Notes...) }

// Attempts are the attempts, in the order in which they went out.
func (t *Trail) Attempts() []Attempt {
	data := t.read()
	attempts := make([]Attempt, len(data.Attempts))
	for at := range data.Attempts {
		attempts[at] = data.Attempts[at].attempt()
	}
	return attempts
}

// RequestIDs are the request IDs of all attempts that have one, in order.
func (t *Trail) RequestIDs() []string {
	var ids []string
	for _, attempt := range t.read().Attempts {
		if attempt.RequestID != "" {
			ids = append(ids, attempt.RequestID)
		}
	}
	return ids
}

// RequestID is that of the last attempt, the one to give to support first; empty if it has none.
func (t *Trail) RequestID() string {
	attempts := t.read().Attempts
	if len(attempts) == 0 {
		return ""
	}
	return attempts[len(attempts)-1].RequestID
}

// String is the support report: what a person pastes into a ticket. Plain text of at most 100 columns, without secrets.
func (t *Trail) String() string {
	if t == nil || t.handle == nil {
		return "no trail"
	}
	return t.ask(func(handle *C.reqtrail_trail, length *C.size_t) *C.char {
		return C.reqtrail_trail_report(handle, length)
	})
}

// JSON is the trail as JSON of the schema reqtrail.trail/1, the same in every language.
func (t *Trail) JSON() string {
	switch {
	case t == nil || t.handle == nil:
		return "null"
	case t.text != "":
		return t.text
	}
	return t.ask(func(handle *C.reqtrail_trail, length *C.size_t) *C.char {
		return C.reqtrail_trail_json(handle, length)
	})
}

// MarshalJSON is the same as JSON.
func (t *Trail) MarshalJSON() ([]byte, error) { return []byte(t.JSON()), nil }

// UnmarshalJSON reads a trail that MarshalJSON or a sibling in another language has written. Its error is an [*Error] of
// [KindDecode]. null reads as a trail without attempts.
func (t *Trail) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if t.handle != nil {
		return &Error{Kind: KindDecode, Message: "a trail of a call cannot become another; read into a new one"}
	}
	text := string(data)
	var handle *C.reqtrail_trail
	var failed *C.reqtrail_error
	C.reqtrail_trail_from_json(charsOf(text), C.size_t(len(text)), &handle, &failed)
	if handle == nil {
		defer C.reqtrail_error_free(failed)
		e := errorOf(failed)
		if e.Kind == KindInvalidRequest {
			e.Kind, e.text = KindDecode, ""
		}
		return e
	}
	t.handle, t.text = handle, text
	runtime.AddCleanup(t, freeTrail, handle)
	return nil
}

// LogValue is the trail for slog: the call, how it ended, and the request IDs of all attempts.
func (t *Trail) LogValue() slog.Value {
	if t == nil {
		return slog.Value{}
	}
	data := t.read()
	return slog.GroupValue(
		slog.String("call_id", data.CallID),
		slog.String("method", data.Method),
		slog.String("path", data.Path),
		slog.String("outcome", data.Outcome),
		slog.String("stopped", string(data.Stopped)),
		slog.Int("attempts", len(data.Attempts)),
		slog.Any("request_ids", t.RequestIDs()),
		slog.Duration("elapsed", t.Elapsed()),
	)
}

// decodeError is the decode error of a response whose body a parser refused. The parser's own text may repeat the body, so
// it is behind the error and not in it.
func (t *Trail) decodeError(what string, cause error) *Error {
	cause = withoutValues(cause)
	if t == nil || t.handle == nil {
		return &Error{Kind: KindDecode, Message: what, causes: []error{cause}}
	}
	why := errorText(cause)
	failed := C.reqtrail_trail_decode_error(t.handle, charsOf(what), C.size_t(len(what)), charsOf(why), C.size_t(len(why)))
	runtime.KeepAlive(t)
	if failed == nil {
		return &Error{Kind: KindDecode, Message: what, Trail: t, causes: []error{cause}}
	}
	defer C.reqtrail_error_free(failed)
	e := errorOf(failed)
	e.causes = []error{cause}
	return e
}

// charsOf lends a text to C for one call.
func charsOf(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }
