package reqtrail

import (
	"context"
	"math"
	"net/http"
	"time"
)

// NoLimit as a time sets no limit.
const NoLimit = time.Duration(math.MinInt64)

// Config describes a client. The zero value of a field stands for its default. If a number may be zero, such as
// MaxRedirects, a negative one stands for zero; other negative numbers are refused. [NoLimit] as a time sets no limit.
//
// The deadline of a context bounds Timeout.
type Config struct {
	// BaseURL is the URL of the API, as in https://novavms.example/api/v1. It is the only required field.
	BaseURL string

	// The options that a type describes. Generated from core/src/surface; do not edit.

	// Dialect is the dialect of the API. Without one, the request ID is read from X-Request-Id, the token is sent as
	// Authorization: Bearer, and only the status says what an error means.
	Dialect Dialect
	// Token is the credential: an API key or a token. Trails, reports, logs and error texts never show it.
	Token Secret
	// Header holds headers that every request carries; a request's own header of the same name replaces one. The values
	// of Authorization, Cookie, headers with a secret-looking name, and headers given as secrets are redacted wherever
	// the server repeats them.
	Header http.Header
	// SecretHeader is Header with values that are redacted wherever the server repeats them.
	SecretHeader map[string]Secret
	// UserAgent is a text such as my-app/1.2 that follows reqtrail/ and the version in the User-Agent.
	UserAgent string
	// Microversion is the version of the API that requests ask for, such as 2.90 or latest
	// (https://docs.openstack.org/api-guide/compute/microversions.html). Only dialects that have versions take it.
	Microversion string
	// MaxAttempts is the maximum number of attempts of a call, 1 to 32; 1 turns retries off. Repetitions after a 401
	// and redirect hops do not count. Default: 4.
	MaxAttempts int
	// BaseDelay is the upper bound of the first backoff. It doubles with each further backoff. Default: 0.5 s.
	BaseDelay time.Duration
	// MaxDelay is the upper bound of every backoff. Default: 8 s.
	MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that a call waits for; a longer one ends the call. Default: 60 s.
	MaxRetryAfter time.Duration
	// RetryBudget is the retry budget that all calls of the client share, so that retries do not multiply the load of
	// an outage. A retry takes its cost, and a success returns 1. Default: a capacity of 500 and a cost of 5.
	RetryBudget RetryBudget
	// Timeout is the timeout of a whole call, including all attempts and waits. If the program sets more than 10
	// seconds, and no AttemptTimeout, an attempt has this timeout too. Default: 60 s.
	Timeout time.Duration
	// AttemptTimeout is the timeout of one attempt, including its body. Default: 10 s.
	AttemptTimeout time.Duration
	// ConnectTimeout is the timeout of connecting. Default: 5 s.
	ConnectTimeout time.Duration
	// MaxBodyBytes is the largest body of a successful response, in bytes after decoding. Default: 64 MiB.
	MaxBodyBytes int64
	// MaxRedirects is how many redirects a call follows at most. Only redirects within the origin are followed.
	// Default: 5.
	MaxRedirects int
	// ShowQueryParams holds the query parameters whose values trails show, besides limit, cursor, marker, page and
	// offset. All other values are redacted.
	ShowQueryParams []string
	// NoTraceparent turns this off: attempts carry a traceparent header.
	NoTraceparent bool
	// NoDecompress turns this off: responses are requested compressed and then decoded (gzip, br, zstd and deflate, as
	// far as their features are on). If not, a body is returned as it came.
	NoDecompress bool
	// Proxy is the URL of the proxy. By default it comes from the environment.
	Proxy Secret
	// NoProxy turns off what Proxy sets, and its default.
	NoProxy bool
	// ExtraCAs holds certificate authorities, as PEM texts, that are trusted in addition to those of the system.
	ExtraCAs [][]byte
	// ClientCertificate is the client certificate: a PEM text with the certificate and its private key.
	ClientCertificate Secret
	// InsecureSkipVerify says whether any TLS certificate is accepted. Anybody on the network path can then read and
	// change everything, including the credential. Every trail notes it.
	InsecureSkipVerify bool
	// HTTP1Only says whether only HTTP/1.1 is used, and HTTP/2 never.
	HTTP1Only bool
	// PoolMaxIdle is how many idle connections are kept, across all threads. Default: unlimited.
	PoolMaxIdle int
	// PoolIdleTimeout is how long an idle connection is kept. The longer it is idle, the likelier the server closes it
	// just as a request goes out, which leaves the outcome of that request unknown. Default: 15 s.
	PoolIdleTimeout time.Duration
	// HTTP2PingInterval is how long an HTTP/2 connection with open streams may be silent before it is pinged. The
	// pings, and the timeout of the attempt, detect a peer that has vanished without closing the connection. Default: 5
	// s.
	HTTP2PingInterval time.Duration
	// NoHTTP2Pings turns off what HTTP2PingInterval sets, and its default.
	NoHTTP2Pings bool
	// HTTP2PingTimeout is how long the answer to an HTTP/2 ping may take before the connection is dropped. Default: 3
	// s.
	HTTP2PingTimeout time.Duration
	// UnixSocket is the path of a Unix socket to connect to. The host and port of the base URL then only name the API,
	// in Host, in TLS and in trails. Proxies from the environment are ignored, and setting Proxy too is a config error.
	UnixSocket string
	// JitterSeed is the seed of the random waits, which makes them repeatable in tests. 0 means none.
	JitterSeed uint64
	// Resolve holds addresses of hosts that are then not looked up, each as curl's --resolve has it:
	// HOST:PORT:ADDRESS[,ADDRESS]…. Connections to that host and port go to the addresses, while Host, TLS and trails
	// keep the name. * as the host matches every name, and the last of several entries for a host wins. The name of a
	// proxy is resolved this way too, but not the names that the proxy looks up itself.
	Resolve []string
	// Record is the file that the client's exchanges are recorded in, as a script that replays them without a network.
	// It contains bodies, but no known secrets. REQTRAIL_RECORD in the environment does the same for every client. Both
	// need REQTRAIL_ALLOW_RECORD=1 in the environment; without it the option is a config error. An existing recording
	// is replaced, and warnings say what differs.
	Record string
	// Chaos is faults that are injected at random into the client's calls, for staging:
	// 503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7. The environment has to allow it with
	// REQTRAIL_ALLOW_CHAOS=1; REQTRAIL_CHAOS then does the same for clients without the option. Every trail notes it.
	Chaos string
	// NoRecorder turns this off: the client keeps the trails of its last calls in memory, where its recorder finds
	// them.
	NoRecorder bool
	// SlowAfter is the duration from which a call counts as slow. The recorder and the journal keep slow calls even if
	// they succeeded. Default: 1 s.
	SlowAfter time.Duration
	// ServiceName is the name by which the journal and its readers know the program. The default is the variable
	// REQTRAIL_SERVICE, or else the name of the program.
	ServiceName string
	// Journal is the folder of the journal: files that outlive the process and that the command reqtrail reads. The
	// variable REQTRAIL_JOURNAL does the same for clients without the option; its value 1 stands for the default
	// folder, reqtrail in $XDG_STATE_HOME or in ~/.local/state. All clients of a process with the same folder share its
	// journal. Nothing is created on disk before there is something to write.
	Journal string
	// JournalPolicy is which calls the journal keeps: failed, notable (by default: these, and calls that were slow or
	// had several attempts) or all. The variable REQTRAIL_JOURNAL_POLICY does the same for clients without the option.
	JournalPolicy string
	// JournalSync is whether the thread that makes a call writes its record before the call returns: always, never (the
	// journal's thread writes it soon after), or auto (by default: always on a local disk, never while the disk is slow
	// or not local). The variable REQTRAIL_JOURNAL_SYNC does the same for clients without the option.
	JournalSync string
	// JournalFsync says whether each record is flushed to the disk (fsync), so that it survives a power loss. It costs
	// milliseconds per record.
	JournalFsync bool
	// JournalUrls is how the journal writes the URLs of attempts: full (by default: as trails show them), or template,
	// for APIs whose paths hold personal data.
	JournalUrls string
	// JournalMaxBytes is how many bytes all journals of the folder may take together: 64 MiB by default, at least 1
	// MiB. The oldest records are deleted first. The variable REQTRAIL_JOURNAL_MAX_BYTES does the same for clients
	// without the option.
	JournalMaxBytes int64
	// JournalMaxAge is how long records are kept. Default: 7 days.
	JournalMaxAge time.Duration
	// Service is the type of the OpenStack service that the client calls, such as volume, network or image; compute by
	// default. Trails, logs and hooks name the service so, and it decides under which name Microversion is sent. An
	// alias of the service-types authority (https://service-types.openstack.org/) works too. Only the dialect openstack
	// takes it.
	Service string
	// TokenRefresher is the function that returns a new token. It is called before the first call if the client has
	// none, before the token expires where that is known, and once after a 401. One refresh serves all calls that wait
	// for it. It runs on a separate goroutine and may block. Its context has the values of the context of the call that
	// asks, but not its end: it ends as soon as the client is closed, also while calls are under way. It must not wait
	// for its own client: a call through that, with its context, is refused if it would need the new token. If it
	// fails, the 401 is the call's error. A call without a first credential ends with the kind and the category of the
	// [*Error] that the refresher's error is or wraps, and otherwise with [KindAPI] and [CategoryAuthentication]; its
	// text names the request ID. [errors.Is] finds the refresher's error in both.
	TokenRefresher func(ctx context.Context) (Token, error)
	// OnAttempt is the function that is called after each attempt, before the wait that may follow. It gets the
	// attempts of one call in order, and may get those of several calls at the same time. A call returns when OnAttempt
	// has got all its attempts. A call whose context ends returns at once, and OnAttempt gets the rest later. A panic
	// in it is logged, and the call continues.
	OnAttempt func(CallInfo, Attempt)
	// OnCall is the function that is called when a call has ended, however it ended. It is called before the call
	// returns, with the same exception as OnAttempt.
	OnCall func(*Trail)

	// Generated until here.
}

// RetryBudget is a bucket of tokens that retries consume and successes refill. The zero value of a number stands for
// its default, a negative one for zero.
type RetryBudget struct {
	// Capacity is how many tokens it holds.
	Capacity int
	// RetryCost is what a retry costs.
	RetryCost int
	// Off has calls retry without a budget.
	Off bool
}

// Token is a credential that a refresher made.
type Token struct {
	Value Secret
	// ExpiresAt is when it expires, if that is known. The refresher is then called before that time.
	ExpiresAt time.Time
}
