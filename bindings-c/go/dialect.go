package reqtrail

import (
	"encoding/json"
	"errors"
)

// Dialect describes an API: where the request ID is, how errors look, which codes exist and which may be retried, how
// the credential is sent. It is [NovaVMS], [OpenStack], a [CustomDialect] or a [DialectJSON].
//
// A client without a dialect reads the request ID from X-Request-Id, sends the token as "Authorization: Bearer", and
// derives the category of an error from the status alone.
type Dialect interface {
	// describe returns the name of a built-in dialect, or the JSON of another.
	describe() (name string, description []byte, err error)
}

// BuiltInDialect is the name of a dialect that the library contains.
type BuiltInDialect string

// The built-in dialects.
const (
	NovaVMS   BuiltInDialect = "novavms"
	OpenStack BuiltInDialect = "openstack"
)

func (d BuiltInDialect) describe() (string, []byte, error) { return string(d), nil, nil }

// DialectJSON describes an API as JSON, with the fields of [CustomDialect] in snake case.
type DialectJSON string

func (d DialectJSON) describe() (string, []byte, error) { return "", []byte(d), nil }

// CustomDialect describes an API that the library has no dialect for. Only Name is required.
type CustomDialect struct {
	// Name is the name of the dialect in trails.
	Name string `json:"name"`
	// RequestIDHeaders are the response headers that may carry the request ID; the first one that is present counts.
	RequestIDHeaders []string `json:"request_id_headers,omitempty"`
	// Auth says how the credential is sent.
	Auth *CustomAuth `json:"auth,omitempty"`
	// Error says where the fields of an error body are.
	Error *ErrorPointers `json:"error,omitempty"`
	// Codes describes the known error codes.
	Codes map[string]CustomCode `json:"codes,omitempty"`
	// CorrelationHeader carries the call ID, the same on every attempt.
	CorrelationHeader string `json:"correlation_header,omitempty"`
	// IdempotencyHeader carries the idempotency key; Idempotency-Key if it is empty.
	IdempotencyHeader string `json:"idempotency_header,omitempty"`
	// RateLimitHeaders names the response headers of a rate limit.
	RateLimitHeaders *CustomRateLimit `json:"rate_limit_headers,omitempty"`
}

func (d CustomDialect) describe() (string, []byte, error) {
	description, err := json.Marshal(d)
	if err == nil {
		if problem := jsonProblem(d, description); problem != "" {
			err = errors.New("it " + problem)
		}
	}
	return "", description, err
}

// CustomAuth says that the credential is sent in Header, as Prefix followed by the token.
type CustomAuth struct {
	Header string `json:"header"`
	Prefix string `json:"prefix"`
}

// ErrorPointers are JSON pointers (RFC 6901) into an error body.
type ErrorPointers struct {
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// CustomCode describes one code. The status decides fields that are left out.
type CustomCode struct {
	Category Category `json:"category,omitempty"`
	// Retry is "always" (as a 429), "if_safe" (as a 503) or "never".
	Retry string `json:"retry,omitempty"`
	// Hint says how to fix the cause of the error.
	Hint string `json:"hint,omitempty"`
	// DocumentationURL is the address of the page that explains the code: an http or https URL.
	DocumentationURL string `json:"documentation_url,omitempty"`
}

// CustomRateLimit names the response headers of a rate limit.
type CustomRateLimit struct {
	Limit     string `json:"limit"`
	Remaining string `json:"remaining"`
	Reset     string `json:"reset"`
	// ResetIs is "epoch" (seconds since 1970) or "delta" (seconds from now).
	ResetIs string `json:"reset_is"`
}
