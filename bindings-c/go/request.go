package reqtrail

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxAttempts is how many attempts a call makes at most.
const maxAttempts = 32

// Params are the values of a path template. A [Secret] stays {name} in trails, reports and logs. Strings, numbers and
// bools are written as they are, numbers in plain decimals; a [time.Time] by RFC 3339; and what is an
// [encoding.TextMarshaler] or a [fmt.Stringer] as it says itself. All are percent-encoded whole. Anything else, nil too,
// is refused, and nothing is sent.
type Params map[string]any

// Request is one call. The zero value of a field stands for the client's own setting; a negative
// number is refused.
type Request struct {
	// Method is GET if it is empty.
	Method string
	// Path is a template such as /cameras/{id}. Trails show it as it is, so values belong into Params and Query.
	Path string
	// Link is a URL that the API gave out, such as that of a next page, in the place of Path. It has to be on the
	// client's origin, and takes neither Params nor a query.
	Link string

	// Params are the values of the template.
	Params Params
	// Query is sent sorted by name. Trails show only the values of parameters that are known to be harmless.
	Query url.Values
	// OrderedQuery is sent after Query, in its order: names and values.
	OrderedQuery [][2]string
	// Header is added to the client's.
	Header http.Header
	// SecretHeader is added like Header. Its values are redacted wherever the server repeats them, as those of
	// Authorization, Cookie and headers whose names say so are by themselves.
	SecretHeader map[string]Secret

	// JSON is marshalled as the body, which then has the type application/json; nil stands for no body. What JSON would
	// not show as it is, is refused: a [Secret], which is to be converted to string where it is to be sent, a stream, and
	// a text that is not UTF-8.
	//
	// What is a body already is sent as it is: []byte, *bytes.Buffer, *bytes.Reader and *strings.Reader from where they
	// stand, as application/octet-stream unless Header says otherwise, and [url.Values] as a form. Any other [io.Reader]
	// is refused: read it first, so that a retry can send it again.
	JSON any
	// Body is the body as it is; Header may say its type. It cannot be given together with JSON.
	Body []byte

	// Timeout is the time of the whole call. One above the client's attempt timeout lifts that for this call too.
	Timeout time.Duration
	// AttemptTimeout is the time of one attempt, its body included.
	AttemptTimeout time.Duration
	// ConnectTimeout is the time to connect.
	ConnectTimeout time.Duration
	// MaxAttempts is how many attempts the call makes at most; 1 turns retrying off.
	MaxAttempts int

	// Idempotent says whether the request may be sent twice, in the place of what its method says.
	Idempotent *bool
	// IdempotencyKey is sent with every attempt, and makes the request safe to repeat.
	IdempotencyKey string
	// CorrelationID is sent in the place of the call's own ID, where the dialect has a header for it.
	CorrelationID string
	// Microversion is the version of the API to ask for, in the place of the client's.
	Microversion string
	// IfNoneMatch asks for the response only if it is not the one with this entity tag, which is sent as it is: the ETag
	// header of an earlier response, quotes included. Where that is still current, the call succeeds with a 304 without
	// a body, and [Response.NotModified] is true. Without it a 304 is an [Error].
	IfNoneMatch string

	// emptyKey and emptyTag have an empty idempotency key or entity tag refused, where a program meant to give one.
	emptyKey, emptyTag bool
	// nilOption and hasBody have the request refused, where an option was nil, or a JSON body was given too.
	nilOption, hasBody bool
}

func (r *Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// checkNumbers refuses what no call can have. A negative number stands for zero only where zero is a number that may be
// given.
func (r *Request) checkNumbers() *Error {
	for name, value := range map[string]time.Duration{
		"Timeout": r.Timeout, "AttemptTimeout": r.AttemptTimeout, "ConnectTimeout": r.ConnectTimeout,
	} {
		if value < 0 {
			return invalidRequest(fmt.Sprintf("%s is %v; expected a longer time", name, value), nil)
		}
	}
	if r.MaxAttempts < 0 || r.MaxAttempts > maxAttempts {
		return invalidRequest(fmt.Sprintf("MaxAttempts is %d; expected 1 to %d", r.MaxAttempts, maxAttempts), nil)
	}
	return nil
}

// shown is the request as errors name it: method and template, without a query that the template should not have, and a
// link, which may hold anything, not at all.
func (r *Request) shown() string {
	if r.Link != "" {
		return oneLine(r.method()) + " of a link"
	}
	path, _, _ := strings.Cut(r.Path, "?")
	if strings.Contains(path, "//") {
		return oneLine(r.method()) + " of a URL"
	}
	return oneLine(r.method()) + " " + oneLine(path)
}

// oneLine escapes what would break a line, and shortens.
func oneLine(text string) string {
	const longest = 200
	var line strings.Builder
	for _, c := range strings.ToValidUTF8(text, "\uFFFD") {
		if line.Len() > longest {
			line.WriteRune('…')
			break
		}
		if unicode.IsPrint(c) {
			line.WriteRune(c)
		} else {
			line.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
		}
	}
	return line.String()
}

// Option sets something of a [Request].
type Option func(*Request)

// WithParam sets a parameter of the path template; see [Params].
func WithParam(name string, value any) Option {
	return func(r *Request) {
		if r.Params == nil {
			r.Params = Params{}
		}
		r.Params[name] = value
	}
}

// WithQuery adds a query parameter. The order in which they are added is the order in which they are sent.
func WithQuery(name, value string) Option {
	return func(r *Request) { r.OrderedQuery = append(r.OrderedQuery, [2]string{name, value}) }
}

// WithHeader adds a header.
func WithHeader(name, value string) Option {
	return func(r *Request) {
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Add(name, value)
	}
}

// WithSecretHeader adds a header whose value is redacted wherever the server repeats it; see [Request].
func WithSecretHeader(name string, value Secret) Option {
	return func(r *Request) {
		if r.SecretHeader == nil {
			r.SecretHeader = map[string]Secret{}
		}
		r.SecretHeader[name] = value
	}
}

// WithBody sets the body as it is, and its type. It takes the place of a JSON body, which must be nil.
func WithBody(contentType string, body []byte) Option {
	return func(r *Request) {
		r.Body, r.hasBody = body, true
		WithHeader("Content-Type", contentType)(r)
	}
}

// WithTimeout sets the time of the whole call.
func WithTimeout(timeout time.Duration) Option {
	return func(r *Request) { r.Timeout = timeout }
}

// WithAttemptTimeout sets the time of one attempt.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(r *Request) { r.AttemptTimeout = timeout }
}

// WithMaxAttempts sets how many attempts the call makes at most.
func WithMaxAttempts(attempts int) Option {
	return func(r *Request) { r.MaxAttempts = attempts }
}

// WithIdempotent says whether the request may be sent twice, in the place of what its method says.
func WithIdempotent(idempotent bool) Option {
	return func(r *Request) { r.Idempotent = &idempotent }
}

// WithIdempotencyKey sends a key with every attempt, which makes the request safe to repeat. An empty one is refused.
func WithIdempotencyKey(key string) Option {
	return func(r *Request) { r.IdempotencyKey, r.emptyKey = key, key == "" }
}

// WithCorrelationID sends this ID in the place of the call's own.
func WithCorrelationID(id string) Option {
	return func(r *Request) { r.CorrelationID = id }
}

// WithIfNoneMatch asks for the response only if it is not the one with this entity tag; see [Request]. An empty one is
// refused.
func WithIfNoneMatch(tag string) Option {
	return func(r *Request) { r.IfNoneMatch, r.emptyTag = tag, tag == "" }
}

// WithMicroversion asks for a version of the API.
func WithMicroversion(version string) Option {
	return func(r *Request) { r.Microversion = version }
}

func newRequest(method, path string, v any, options []Option) *Request {
	request := &Request{Method: method, Path: path, JSON: v}
	for _, set := range options {
		if set == nil {
			request.nilOption = true
			continue
		}
		set(request)
	}
	return request
}
