package reqtrail

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"log/slog"
	"reflect"
	"runtime"
	"sync"
	"unsafe"
)

// Trail is the record of one call: every HTTP attempt in order, and how the call ended. Its String is the support
// report. All goroutines may read it at the same time.
//
// A nil trail has no attempts, and its texts are empty.
//
// It is read from the core when a method first needs it, so an unused trail costs next to nothing.
type Trail struct {
	handle *C.reqtrail_trail
	once   sync.Once
	data   trailJSON
	// text is the JSON that a trail was read from.
	text string
}

// newTrail takes over a handle. It returns nil for nil.
func newTrail(handle *C.reqtrail_trail) *Trail {
	if handle == nil {
		return nil
	}
	trail := &Trail{handle: handle}
	runtime.AddCleanup(trail, freeTrail, handle)
	return trail
}

func freeTrail(handle *C.reqtrail_trail) { C.reqtrail_trail_free(handle) }

// pointer returns the handle for C, NULL for nil.
func (t *Trail) pointer() *C.reqtrail_trail {
	if t == nil {
		return nil
	}
	return t.handle
}

func (t *Trail) read() *trailJSON {
	if t == nil || t.handle == nil {
		return &trailJSON{}
	}
	t.once.Do(func() {
		// The core wrote valid JSON, and scenarios check it against its schema.
		_ = json.Unmarshal([]byte(t.JSON()), &t.data)
	})
	return &t.data
}

// Attempts returns the attempts, in the order in which they were sent.
func (t *Trail) Attempts() []Attempt {
	data := t.read()
	attempts := make([]Attempt, len(data.Attempts))
	for at := range data.Attempts {
		attempts[at] = data.Attempts[at].attempt()
	}
	return attempts
}

// RequestIDs returns the request IDs of all attempts that have one, in order.
func (t *Trail) RequestIDs() []string {
	var ids []string
	for _, attempt := range t.read().Attempts {
		if attempt.RequestID != "" {
			ids = append(ids, attempt.RequestID)
		}
	}
	return ids
}

// RequestID returns the request ID of the last attempt, the one to give to support first; empty if it has none.
func (t *Trail) RequestID() string {
	attempts := t.read().Attempts
	if len(attempts) == 0 {
		return ""
	}
	return attempts[len(attempts)-1].RequestID
}

// String returns the support report to paste into a ticket: plain text, at most 100 columns wide, without secrets.
func (t *Trail) String() string {
	if t == nil || t.handle == nil {
		return "no trail"
	}
	defer runtime.KeepAlive(t)
	return textFrom(func(n *C.size_t) *C.char { return C.reqtrail_trail_report(t.handle, n) })
}

// JSON returns the trail as JSON with the schema reqtrail.trail/1, the same in every language.
func (t *Trail) JSON() string {
	switch {
	case t == nil || t.handle == nil:
		return "null"
	case t.text != "":
		return t.text
	}
	defer runtime.KeepAlive(t)
	return textFrom(func(n *C.size_t) *C.char { return C.reqtrail_trail_json(t.handle, n) })
}

// MarshalJSON returns the same as JSON.
func (t *Trail) MarshalJSON() ([]byte, error) { return []byte(t.JSON()), nil }

// UnmarshalJSON reads a trail that MarshalJSON or its counterpart in another language has written. Its error is an
// [*Error] of [KindDecode]. null is read as a trail without attempts.
func (t *Trail) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if t.handle != nil {
		return &Error{Kind: KindDecode, Message: "the Trail already contains a call; expected a new Trail to read into"}
	}
	text := string(data)
	var handle *C.reqtrail_trail
	var failed *C.reqtrail_error
	C.reqtrail_trail_from_json(charsOf(text), C.size_t(len(text)), &handle, &failed)
	if handle == nil {
		e := takeError(failed)
		if e.Kind == KindInvalidRequest {
			e.Kind, e.text = KindDecode, ""
		}
		return e
	}
	t.handle, t.text = handle, text
	runtime.AddCleanup(t, freeTrail, handle)
	return nil
}

// Equal says whether two trails have the same call, attempts, IDs and times, such as those of two mocks with the same
// seed, or a trail and one that was read from its JSON. go-cmp uses it.
func (t *Trail) Equal(other *Trail) bool {
	if t == nil || other == nil {
		return t == other
	}
	return t == other || reflect.DeepEqual(t.read(), other.read())
}

// LogValue returns the trail for slog: the call, how it ended, and the request IDs of all attempts.
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

// decodeError makes the decode error of a response whose body a parser refused. The parser's own message may repeat the
// body, so it is the cause of the error and not part of its text.
func (t *Trail) decodeError(what string, cause error) *Error {
	cause = withoutValues(cause)
	why := errorText(cause)
	e := &Error{Kind: KindDecode, Message: what, Trail: t}
	failed := C.reqtrail_trail_decode_error(t.pointer(), charsOf(what), C.size_t(len(what)), charsOf(why), C.size_t(len(why)))
	runtime.KeepAlive(t)
	if failed != nil {
		e = takeError(failed)
	}
	e.causes = []error{cause}
	return e
}

// charsOf lends a text to C for one call.
func charsOf(text string) *C.char { return (*C.char)(unsafe.Pointer(unsafe.StringData(text))) }
