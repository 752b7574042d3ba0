package reqtrail

import (
	"context"
	"net/http"
	"time"
)

// Config describes a client. The zero value of a field stands for its default; where a number may be zero, such as
// MaxRedirects, a negative one stands for zero, and elsewhere it is refused.
type Config struct {
	// BaseURL is where the API is, as in https://novavms.example/api/v1. It is all that is needed.
	BaseURL string
	// Dialect is what is known of the API.
	Dialect Dialect

	// Token is the credential: an API key, or a token.
	Token Secret
	// TokenRefresher makes a new token: asked before the first call if there is none, and once after a 401. One refresh
	// serves all calls that met the same 401. It runs on a goroutine of its own and may block. Its
	// context has the values of the context of the call that asks, but not its end: it ends as soon as the client is
	// closed, also while calls are under way. It must not wait for its own client: a
	// call through that, with its context, is refused where it would need the new token.
	//
	// If it fails, the 401 is the call's error. A call without a first credential ends with the kind, the category and the
	// request ID of the [*Error] that the refresher's error is or wraps, and else with [KindAPI] and
	// [CategoryAuthentication]. [errors.Is] finds the refresher's error in both.
	TokenRefresher func(ctx context.Context) (Token, error)

	// Header is added to every request; a request's own header of the same name replaces it.
	Header http.Header
	// SecretHeader is added to every request like Header. Its values are redacted wherever the server repeats them, as those
	// of Authorization, Cookie and headers whose names say so are by themselves.
	SecretHeader map[string]Secret
	// UserAgent is a text such as my-app/1.2 that follows reqtrail's own in the User-Agent.
	UserAgent string
	// Microversion is the version of the API that requests ask for, such as 2.90, for dialects that have versions.
	Microversion string

	// MaxAttempts is how many attempts a call makes at most, 1 to 32; 4 by default.
	MaxAttempts int
	// BaseDelay bounds the first backoff, half a second by default; each further one is twice as long.
	BaseDelay time.Duration
	// MaxDelay bounds every backoff, 8 seconds by default.
	MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for, a minute by default; a longer one ends the call.
	MaxRetryAfter time.Duration
	// RetryBudget is shared by all calls, so that an outage is not multiplied.
	RetryBudget RetryBudget

	// Timeout is the time of a whole call, all attempts and waits included; a minute by default. A context with an
	// earlier deadline bounds it.
	Timeout time.Duration
	// AttemptTimeout is the time of one attempt, its body included; 10 seconds by default.
	AttemptTimeout time.Duration
	// ConnectTimeout is the time to connect, 5 seconds by default.
	ConnectTimeout time.Duration

	// MaxBodyBytes is the largest body of a success after decoding, 64 MiB by default.
	MaxBodyBytes int64
	// MaxRedirects is how many redirects a call follows, 5 by default; they never leave the origin.
	MaxRedirects int

	// ShowQueryParams are query parameters whose values trails show besides limit, cursor, marker, page and offset.
	ShowQueryParams []string
	// NoTraceparent turns the traceparent header off.
	NoTraceparent bool
	// NoDecompress turns content codings off: a body is given as it came.
	NoDecompress bool

	// Proxy is the URL of a proxy, in the place of what the environment names.
	Proxy Secret
	// NoProxy uses none, whatever the environment says.
	NoProxy bool
	// ExtraCAs are PEM texts with certificate authorities that are trusted besides those of the system.
	ExtraCAs [][]byte
	// ClientCertificate is a PEM text with a certificate and its private key.
	ClientCertificate Secret
	// InsecureSkipVerify turns the verification of TLS certificates off. Every trail says so.
	InsecureSkipVerify bool
	// HTTP1Only speaks HTTP/1.1 only.
	HTTP1Only bool
	// PoolMaxIdle is how many idle connections are kept; unlimited by default.
	PoolMaxIdle int
	// PoolIdleTimeout is how long an idle connection is kept, 15 seconds by default.
	PoolIdleTimeout time.Duration
	// HTTP2PingInterval is how long an HTTP/2 connection with open streams may be silent before the peer is pinged, 5
	// seconds by default.
	HTTP2PingInterval time.Duration
	// NoHTTP2Pings turns HTTP/2 pings off.
	NoHTTP2Pings bool
	// HTTP2PingTimeout is how long the answer to an HTTP/2 ping may take before the connection is given up, 3 seconds by
	// default.
	HTTP2PingTimeout time.Duration
	// UnixSocket is the path of a Unix socket to connect to. The base URL's host and port then only name the API: in
	// Host, in TLS and in trails. No proxy of the environment is used, and Proxy is an error beside it.
	UnixSocket string

	// JitterSeed makes the random waits repeatable, for tests; 0 stands for none.
	JitterSeed uint64

	// OnAttempt is told of each attempt that has ended, before any wait. The attempts of one call are told in order;
	// those of several may be told at the same time. A call returns when all its attempts have been told, but one whose
	// context ends returns at once, and what is left is told later. A panic in it is logged, and the call goes on.
	OnAttempt func(CallInfo, Attempt)
	// OnCall is told of each call that has ended, before the call returns, with the same exception.
	OnCall func(*Trail)
}

// RetryBudget is a bucket of tokens that retries are paid from, and that successes refill.
type RetryBudget struct {
	// Capacity is 500 by default.
	Capacity int
	// RetryCost is what a retry costs, 5 by default.
	RetryCost int
	// Off has calls retry without a budget.
	Off bool
}

// Token is a credential that a refresher made.
type Token struct {
	Value Secret
	// ExpiresAt is until when it holds, if that is known: the refresher is then asked ahead of time.
	ExpiresAt time.Time
}

// CallInfo is the call that an attempt belongs to.
type CallInfo struct {
	// CallID is the call's own random ID.
	CallID string
	// Dialect is the name of the API's dialect.
	Dialect string
	// Method is the method that was asked for.
	Method string
	// Path is the path template.
	Path string
	// CorrelationID is what the dialect's correlation header carries; empty if there is none.
	CorrelationID string
	// Service is the service that is called, where one sign-in serves several, such as "compute"; else it is empty.
	Service string
	// LogLine is the line for a log that tells of the attempt, without secrets. For OpenStack it is the one that operators
	// search logs for: "GET call to compute for URL used request id req-…".
	LogLine string
}
