package reqtrail

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Params are the values of a path template. A [Secret] stays {name} in trails, reports and logs. Strings and bools are
// written directly, numbers in plain decimals, a [time.Time] in RFC 3339, and an [encoding.TextMarshaler] or a
// [fmt.Stringer] by its method. All of a value is percent-encoded. Any other value, nil too, is refused, and nothing is
// sent.
type Params map[string]any

// Request describes one call. The zero value of a field stands for the client's setting; a negative number is refused.
// [NoLimit] as a time sets no limit.
type Request struct {
	// Method is GET if it is empty.
	Method string
	// Path is a template such as /cameras/{id}. Trails show it unchanged, so values belong in Params and Query.
	Path string
	// Link is a URL that the API returned, such as that of a next page. It replaces Path, must be on the client's
	// origin, and takes neither Params nor a query.
	Link string

	// OrderedQuery has names and values that are sent after Query, in this order.
	OrderedQuery [][2]string
	// SecretHeader is added like Header. Its values are redacted wherever the server repeats them. The values of
	// Authorization, Cookie and headers whose names indicate a secret are always redacted.
	SecretHeader map[string]Secret

	// The options that a type describes. Generated from core/src/surface; do not edit.

	// Timeout is the timeout of the whole call, including all attempts and waits. A value above the client's
	// AttemptTimeout raises that for this call too.
	Timeout time.Duration
	// AttemptTimeout is the timeout of one attempt, including its body.
	AttemptTimeout time.Duration
	// ConnectTimeout is the timeout of connecting.
	ConnectTimeout time.Duration
	// MaxAttempts is the maximum number of attempts, 1 to 32; 1 turns retries off.
	MaxAttempts int
	// Idempotent says whether the request may be sent twice. By default its method decides.
	Idempotent *bool
	// IdempotencyKey is the Idempotency-Key, the same on every attempt. A request with a key is safe to repeat.
	IdempotencyKey string
	// CorrelationID is the correlation ID, the ID of the request that this call serves, instead of one made from the
	// call ID. For OpenStack it is the global request ID, req- and a UUID in lower case, which appears in the logs of
	// every service on the way. A malformed one is an invalid_request error, since the server would drop it silently.
	CorrelationID string
	// Microversion is the version of the API to ask for, such as 2.90 or latest, instead of the client's
	// (https://docs.openstack.org/api-guide/compute/microversions.html). Only dialects that have versions take it.
	Microversion string
	// IfNoneMatch is the entity tag of a response that the caller has: the ETag header of an earlier response, sent
	// unchanged, including the quotes. If it is still current, the call succeeds with a 304 without a body. Without
	// this option a 304 is an api error, even if the caller sets the header If-None-Match.
	IfNoneMatch string
	// AcceptStatuses holds further statuses, 300 to 599, that are not errors. A response with one of them is the result
	// of the call, like a 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not
	// followed.
	AcceptStatuses []int
	// Params holds the values of the {name} parts of the path; each is percent-encoded as a whole. A secret stays
	// {name} in trails, logs and errors.
	Params Params
	// Query holds query parameters. Trails redact their values unless the client shows them. They are sent sorted by
	// name.
	Query url.Values
	// Header holds headers; one replaces the client's header of the same name.
	Header http.Header
	// JSON is a body that is sent as JSON. It then has the type application/json; nil means no body. What JSON would
	// change is refused: a [Secret], which has to be converted to string to be sent, a stream, and a text that is not
	// UTF-8. A finished body is sent unchanged: []byte, *bytes.Buffer, *bytes.Reader and *strings.Reader from their
	// position, as application/octet-stream unless Header says otherwise, and [url.Values] as a form. Any other
	// [io.Reader] is refused: read it first, so that a retry can send it again.
	JSON any
	// Body is a body that is sent unchanged. Header may set its type. It cannot be combined with JSON.
	Body []byte

	// Generated until here.

	// empty has a bit, at the option's number, for each text that the program set to "".
	empty uint64
	// nilOption refuses the request because an option was nil; hasBody refuses a JSON body beside WithBody.
	nilOption, hasBody bool
}

func (r *Request) method() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// shown returns the request as errors name it: method and template, without a query that the template should not have.
// It never shows a link, which may contain anything.
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

// oneLine escapes characters that are not printable, and shortens long texts.
func oneLine(text string) string {
	const longest = 200
	var line strings.Builder
	for _, c := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case line.Len() > longest:
			return line.String() + "…"
		case unicode.IsPrint(c):
			line.WriteRune(c)
		default:
			line.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
		}
	}
	return line.String()
}

// Option sets a part of a [Request].
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

// WithQuery adds a query parameter. Query parameters are sent in the order in which they are added.
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

// WithBody sets the body and its type. The body is sent unchanged. The JSON body must be nil.
func WithBody(contentType string, body []byte) Option {
	return func(r *Request) {
		r.Body, r.hasBody = body, true
		WithHeader("Content-Type", contentType)(r)
	}
}

// setText sets an option for which an empty text is refused instead of meaning unset.
func (r *Request) setText(text *string, option uint16, value string) {
	*text = value
	if value == "" {
		r.empty |= 1 << option
	} else {
		r.empty &^= 1 << option
	}
}

func (r *Request) isEmpty(option uint16) bool { return r.empty&(1<<option) != 0 }

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
