package reqtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"unicode/utf8"
)

// Response is a 2xx response with its whole body, or the 304 of a request with IfNoneMatch.
type Response struct {
	// StatusCode is 200 to 299, or 304.
	StatusCode int
	// Header has the response headers, without Content-Encoding and Content-Length if the body was decoded.
	Header http.Header
	// Body is the body, decoded.
	Body []byte
	// RequestID is the server's ID of the request that succeeded; empty if the server sent none.
	RequestID string
	// RateLimit is the rate limit that the response reported; nil if it reported none.
	RateLimit *RateLimit
	// Microversion is the version of the API that answered, as in 2.90; empty if the API has no versions.
	Microversion string
	// Trail is the call's trail.
	Trail *Trail

	// decoded returns the text of a body whose charset may not be UTF-8.
	decoded func() (string, error)
}

var errNotText = errors.New("the body is not UTF-8 text")

// byteOrderMark may precede a text, and is not part of it.
var byteOrderMark = []byte("\ufeff")

// NotModified says whether the entity tag that the request named with IfNoneMatch is still current: a 304, which has no
// body.
func (r *Response) NotModified() bool { return r.StatusCode == http.StatusNotModified }

// checkTarget returns an error if JSON cannot be unmarshaled into v.
func checkTarget(v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() == reflect.Pointer && !target.IsNil() {
		return nil
	}
	what := "nil"
	switch {
	case v == nil:
	case target.Kind() == reflect.Pointer:
		what = fmt.Sprintf("a nil %T", v)
	default:
		what = fmt.Sprintf("a %T", v)
	}
	return invalidRequest("the body cannot be decoded into "+what+"; expected a non-nil pointer", nil)
}

// JSON unmarshals the body into v, a pointer. JSON is UTF-8 whatever the charset says; a byte-order mark is skipped. If
// the body is not JSON or does not fit v, the error is an [*Error] of [KindDecode] with the trail; [errors.As] finds
// the error of encoding/json in it.
func (r *Response) JSON(v any) error {
	if wrong := checkTarget(v); wrong != nil {
		return wrong
	}
	if !utf8.Valid(r.Body) {
		return r.Trail.decodeError("the body is not JSON", errNotText)
	}
	text := bytes.TrimPrefix(r.Body, byteOrderMark)
	err := json.Unmarshal(text, v)
	if err == nil {
		return nil
	}
	var refused *json.UnmarshalTypeError
	switch {
	case errors.As(err, &refused):
		what := fmt.Sprintf("the body is JSON, but not of the wanted shape (at byte %d)", refused.Offset)
		return r.Trail.decodeError(what, err)
	case json.Valid(text):
		return r.Trail.decodeError("the body is JSON, but the type that it is decoded into does not accept it", err)
	}
	return r.Trail.decodeError("the body is not JSON", err)
}

// Text returns the body as a string, decoded by the charset of its Content-Type: a label of the WHATWG Encoding
// Standard, or UTF-8 if there is no label or an unknown one. A byte-order mark is removed. If the body contains bytes
// that are not valid in the charset, the error is an [*Error] of [KindDecode] with the trail.
func (r *Response) Text() (string, error) {
	if r.decoded != nil {
		return r.decoded()
	}
	if !utf8.Valid(r.Body) {
		return "", r.Trail.decodeError(errNotText.Error(), errNotText)
	}
	return string(bytes.TrimPrefix(r.Body, byteOrderMark)), nil
}
