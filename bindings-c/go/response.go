package reqtrail

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// Response is a 2xx response whose whole body is here.
type Response struct {
	// StatusCode is 200 to 299.
	StatusCode int
	// Header is without Content-Encoding and Content-Length where the body was decoded.
	Header http.Header
	// Body is the body, decoded.
	Body []byte
	// RequestID is the server's ID of the request that succeeded; empty if it sent none.
	RequestID string
	// RateLimit is what the response reported; nil if it reported nothing.
	RateLimit *RateLimit
	// Microversion is the version of the API that answered, as in 2.90, where the API has versions.
	Microversion string
	// Trail is the call's trail.
	Trail *Trail
}

// RateLimit is what a response said about the caller's rate limit. It is a report, not a licence: do not pace requests
// by it.
type RateLimit struct {
	// Limit is how many requests the server's window allows; nil if it does not say.
	Limit *int64
	// Remaining is how many are left in the window; nil if it does not say.
	Remaining *int64
	// ResetAt is when the window is full again, in UTC; zero if it does not say.
	ResetAt time.Time
}

var errNotText = errors.New("the body is not UTF-8 text")

// JSON reads the body into v. A body that is not JSON, or does not fit, gives an [*Error] of [KindDecode] with the trail;
// [errors.As] finds the error of encoding/json in it.
func (r *Response) JSON(v any) error {
	if !utf8.Valid(r.Body) {
		return r.Trail.unusable("the body is not JSON", errNotText)
	}
	err := json.Unmarshal(r.Body, v)
	if err == nil {
		return nil
	}
	var refused *json.UnmarshalTypeError
	if errors.As(err, &refused) {
		what := fmt.Sprintf("the body is JSON, but not of the wanted shape (at byte %d)", refused.Offset)
		return r.Trail.unusable(what, err)
	}
	return r.Trail.unusable("the body is not JSON", err)
}

// Text gives the body as a string. One that is not UTF-8 gives an [*Error] of [KindDecode] with the trail.
func (r *Response) Text() (string, error) {
	if !utf8.Valid(r.Body) {
		return "", r.Trail.unusable(errNotText.Error(), errNotText)
	}
	return string(r.Body), nil
}
