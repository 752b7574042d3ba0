package reqtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// ErrClosed is a cause of the error of a call through a closed client.
var ErrClosed = errors.New("reqtrail: the client is closed")

// Code is an API's error code in its canonical spelling: one of the dialect's constants, such as [NovaVMSRateLimited],
// or any other text.
type Code string

// Error returns the code, and makes it a target for [errors.Is].
func (c Code) Error() string { return string(c) }

// Error says why a call failed, or why a client could not be built.
//
// Its text is one line with all that support needs: what failed, status, code, every request ID, the number of attempts
// and the call ID. StatusCode, Code, Category, RequestID and RetryAfter describe the last attempt, and are zero if it
// has no such value.
//
// [errors.Is] finds its [Kind], its [Category], its [Code], the codes of the built-in dialects ([NovaVMSCode],
// [OpenStackFault]), what ended the context, and in every timeout [context.DeadlineExceeded].
type Error struct {
	// The fields of every error. Generated from core/src/surface; do not edit.

	// Kind is what went wrong with the call.
	Kind Kind
	// Category is what the API error of the last attempt means; empty if there is none. For a look-up that found
	// nothing or several resources, and for a call that had no credential to send, it says why.
	Category Category
	// Code is the API's error code of the last attempt, in its canonical spelling; empty if there is none.
	Code Code
	// StatusCode is the status of the last attempt; 0 if there is none.
	StatusCode int
	// RequestID is the request ID of the last attempt; empty if there is none.
	RequestID string
	// RetryAfter is the wait that the server asked for in its last response; nil if there is none.
	RetryAfter *time.Duration
	// Message is what went wrong, in words; empty if there is none. For an api error it is the server's message, if
	// there is one.
	Message string
	// MayHaveBeenSent says whether any attempt's request may have reached the server.
	MayHaveBeenSent bool

	// Generated until here.

	// The fields of an API's answer. Generated from core/src/surface; do not edit.

	// RawCode is the API's error code as the server wrote it; empty if there is none.
	RawCode string
	// Title is the heading of the server's text, if the API writes one; empty if there is none. OpenStack's middleware
	// writes one instead of a code.
	Title string
	// Details is what the server says to operators, such as a stack trace; empty if there is none. It is not meant for
	// end users, and no error text, log or report repeats it.
	Details string
	// Hint is how to fix the cause of the code, if the dialect knows; empty if there is none.
	Hint string
	// DocumentationURL is the URL of the page that explains the code, or of the API's status page, if the dialect knows
	// one; empty if there is none. It never comes from the server.
	DocumentationURL string
	// Microversion is the version of the API that the server answered with, as in 2.90; empty if the API has no
	// versions.
	Microversion string
	// RateLimit is the rate limit that the response reported; nil if there is none.
	RateLimit *RateLimit
	// Header is the headers of the response.
	Header http.Header
	// Body is the first 64 KiB of the response's body, decoded.
	Body []byte

	// Generated until here.

	// Trail is the call's trail. It is nil only if there was no call: if the client could not be built or is closed, or
	// the request cannot be made from its Go values, such as a body that cannot be written as JSON.
	Trail *Trail

	text   string
	causes []error
	// body is the text of a body that is not plain UTF-8.
	body *string
}

// Error returns one line with all that support needs.
func (e *Error) Error() string {
	if e.text == "" {
		return string(e.Kind) + ": " + e.Message
	}
	return e.text
}

// Text returns the body of an API's response, at most 64 KiB of it, as a string, decoded by the charset of its
// Content-Type or else as UTF-8, with replacement characters for what cannot be decoded. It is empty for other kinds.
func (e *Error) Text() string {
	if e.body != nil {
		return *e.body
	}
	return string(bytes.TrimPrefix(e.Body, byteOrderMark))
}

// JSON unmarshals the body of an API's response into v. It fails if the body is not JSON, does not fit v, or is longer
// than the 64 KiB that are kept. It also fails for other kinds, which have no body.
func (e *Error) JSON(v any) error {
	if wrong := checkTarget(v); wrong != nil {
		return wrong
	}
	body := bytes.TrimPrefix(e.Body, byteOrderMark)
	// JSON is UTF-8 whatever the charset says.
	if !utf8.Valid(body) || !json.Valid(body) {
		body = []byte(e.Text())
	}
	if len(body) == 0 {
		return errors.New("the error has no body; expected one of KindAPI with a JSON body")
	}
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	where := ""
	var refused *json.UnmarshalTypeError
	if errors.As(err, &refused) {
		where = fmt.Sprintf(" (at byte %d)", refused.Offset)
	}
	// The parser's own message may repeat the body, so it is not a cause.
	return fmt.Errorf("the error's body does not fit %T%s; expected JSON of that shape (Error.Text has the body)", v, where)
}

// RequestIDs returns the request IDs of all attempts that have one, in order.
func (e *Error) RequestIDs() []string {
	if e.Trail == nil {
		return nil
	}
	return e.Trail.RequestIDs()
}

// Timeout says whether time ran out, as in net.Error.
func (e *Error) Timeout() bool { return e.Kind == KindTimeout }

// Unwrap returns what ended the context, the token refresher's error, or the error of a parser.
func (e *Error) Unwrap() []error { return e.causes }

// Is compares with a kind, a category or a code.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Kind:
		return e.Kind == target
	case Category:
		return e.Category == target
	case Code:
		return e.Code == target
	case NovaVMSCode:
		return e.isCode(string(NovaVMS), string(target))
	case OpenStackFault:
		return e.isCode(string(OpenStack), string(target))
	default:
		return false
	}
}

// isCode compares with a code of a built-in dialect. It checks the dialect, because another API may use the same code
// for something else.
func (e *Error) isCode(dialect, code string) bool {
	return string(e.Code) == code && e.Trail != nil && e.Trail.Dialect() == dialect
}

// invalidRequest makes the error of a request that did not reach the core.
func invalidRequest(message string, cause error) *Error {
	e := &Error{Kind: KindInvalidRequest, Message: message}
	if cause != nil {
		e.causes = []error{cause}
	}
	return e
}

// of adds the request to the text of an error without a trail.
func (e *Error) of(r *Request) *Error {
	if e.Trail == nil && r != nil {
		e.text = r.shown() + ": " + string(e.Kind) + ": " + e.Message
	}
	return e
}

func nilContext() *Error {
	return invalidRequest("the context is nil; expected one, such as context.Background()", nil)
}

func notMade() *Error { return invalidRequest("the client is nil or was not made by NewClient", nil) }

func closedError() *Error {
	return &Error{Kind: KindInvalidRequest, Message: "the client is closed; create another one", causes: []error{ErrClosed}}
}
