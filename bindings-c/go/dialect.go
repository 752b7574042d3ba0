package reqtrail

import (
	"encoding/json"
	"errors"
)

// Dialect is what reqtrail knows of an API: where the request ID is, how errors look, which codes exist and which may be
// retried, how the credential is sent. It is [NovaVMS], [OpenStack], a [CustomDialect] or a [DialectJSON].
//
// A client without one reads the request ID from X-Request-Id, sends the token as "Authorization: Bearer", and tells by
// the status alone what an error means.
type Dialect interface {
	// describe gives the name of a built-in dialect, or the JSON of another.
	describe() (name string, description []byte, err error)
}

// BuiltInDialect is the name of a dialect that the library brings along.
type BuiltInDialect string

// The dialects that the library brings along.
const (
	NovaVMS   BuiltInDialect = "novavms"
	OpenStack BuiltInDialect = "openstack"
)

func (d BuiltInDialect) describe() (string, []byte, error) { return string(d), nil, nil }

// DialectJSON describes an API as JSON, with the fields of [CustomDialect] in snake case.
type DialectJSON string

func (d DialectJSON) describe() (string, []byte, error) { return "", []byte(d), nil }

// CustomDialect describes an API that the library has no dialect for. Only Name is needed.
type CustomDialect struct {
	// Name is what trails call it.
	Name string `json:"name"`
	// RequestIDHeaders are the response headers that may carry the request ID; the first that does counts.
	RequestIDHeaders []string `json:"request_id_headers,omitempty"`
	// Auth says how the credential is sent.
	Auth *CustomAuth `json:"auth,omitempty"`
	// Error says where the parts of an error body are.
	Error *ErrorPointers `json:"error,omitempty"`
	// Codes are the error codes that something is known of.
	Codes map[string]CustomCode `json:"codes,omitempty"`
	// CorrelationHeader carries the call ID, the same on every attempt.
	CorrelationHeader string `json:"correlation_header,omitempty"`
	// IdempotencyHeader carries the idempotency key; Idempotency-Key if it is empty.
	IdempotencyHeader string `json:"idempotency_header,omitempty"`
	// RateLimitHeaders name the response headers of a rate limit.
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

// CustomAuth says that the credential goes out as "Header: Prefix" and the token.
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

// CustomCode is what is known of one code; what is left out is decided by the status.
type CustomCode struct {
	Category Category `json:"category,omitempty"`
	// Retry is "always" (as a 429), "if_safe" (as a 503) or "never".
	Retry string `json:"retry,omitempty"`
	// Hint says how to fix what the code complains of.
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
