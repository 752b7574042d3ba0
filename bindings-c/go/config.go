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

	// Dialect is the dialect of the API. Without one the request ID is read from X-Request-Id, the token goes out as
	// Authorization: Bearer, and statuses alone tell what an error means.
	Dialect Dialect
	// Token is the credential: an API key, or a token. Trails, reports, logs and error texts never show it.
	Token Secret
	// Header holds headers of every request; a request's own header of the same name replaces one. The values of
	// Authorization, Cookie and headers whose names say so, and those that are given as secrets, are redacted wherever
	// the server repeats them.
	Header http.Header
	// SecretHeader is Header with values that are redacted wherever the server repeats them.
	SecretHeader map[string]Secret
	// UserAgent is a text such as my-app/1.2 that follows reqtrail/ and the version in the User-Agent.
	UserAgent string
	// Microversion is the version of the API that requests ask for, such as 2.90 or latest
	// (https://docs.openstack.org/api-guide/compute/microversions.html). Only dialects that have versions take it.
	Microversion string
	// MaxAttempts is how many attempts a call makes at most, 1 to 32; 1 turns retries off. Repetitions after a 401 and
	// redirect hops do not count. Default: 4.
	MaxAttempts int
	// BaseDelay is the bound of the first backoff; each further one is twice as long. Default: 0.5 s.
	BaseDelay time.Duration
	// MaxDelay is the bound of every backoff. Default: 8 s.
	MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for; a longer one ends the call. Default: 60 s.
	MaxRetryAfter time.Duration
	// RetryBudget is the retry budget that all calls of the client share, so that an outage is not multiplied. A retry
	// takes its cost, a success gives 1 back. Default: a capacity of 500 and a cost of 5.
	RetryBudget RetryBudget
	// Timeout is the time of a whole call, all attempts and waits included. A time above 10 seconds is the time of an
	// attempt too, unless AttemptTimeout sets another. Default: 60 s.
	Timeout time.Duration
	// AttemptTimeout is the time of one attempt, its body included. Default: 10 s.
	AttemptTimeout time.Duration
	// ConnectTimeout is the time to connect. Default: 5 s.
	ConnectTimeout time.Duration
	// MaxBodyBytes is the largest body of a success, in bytes after decoding. Default: 64 MiB.
	MaxBodyBytes int64
	// MaxRedirects is how many redirects a call follows; they never leave the origin. Default: 5.
	MaxRedirects int
	// ShowQueryParams holds the query parameters whose values trails show, besides limit, cursor, marker, page and
	// offset. The values of others are redacted.
	ShowQueryParams []string
	// NoTraceparent turns this off: attempts carry a traceparent header.
	NoTraceparent bool
	// NoDecompress turns this off: content codings are used: gzip, br, zstd and deflate, as far as their features are
	// on. If not, a body is given as it came.
	NoDecompress bool
	// Proxy is the URL of the proxy. By default the environment names it.
	Proxy Secret
	// NoProxy turns off what Proxy sets, and its default.
	NoProxy bool
	// ExtraCAs holds PEM texts of certificate authorities that are trusted besides those of the system.
	ExtraCAs [][]byte
	// ClientCertificate is the client's own certificate: a PEM text with the certificate and its private key.
	ClientCertificate Secret
	// InsecureSkipVerify says whether any TLS certificate is accepted. Anybody on the way can then read and change
	// everything, the credential included; every trail says so.
	InsecureSkipVerify bool
	// HTTP1Only says whether HTTP/2 is left out.
	HTTP1Only bool
	// PoolMaxIdle is how many idle connections are kept, by all threads together. Default: unlimited.
	PoolMaxIdle int
	// PoolIdleTimeout is how long an idle connection is kept. The older it is, the likelier the server closes it just
	// as a request goes out, which leaves that request's outcome unknown. Default: 15 s.
	PoolIdleTimeout time.Duration
	// HTTP2PingInterval is how long an HTTP/2 connection with open streams may be silent before the peer is pinged. A
	// peer that vanishes without a word is noticed so, and by the attempt's own timeout. Default: 5 s.
	HTTP2PingInterval time.Duration
	// NoHTTP2Pings turns off what HTTP2PingInterval sets, and its default.
	NoHTTP2Pings bool
	// HTTP2PingTimeout is how long the answer to an HTTP/2 ping may take before the connection is given up. Default: 3
	// s.
	HTTP2PingTimeout time.Duration
	// UnixSocket is the path of a Unix socket to connect to. The base URL's host and port then only name the API: in
	// Host, in TLS and in trails. No proxy of the environment is used, and Proxy is a config error beside it.
	UnixSocket string
	// JitterSeed is the seed of the random waits, which makes them repeatable, for tests. 0 stands for none.
	JitterSeed uint64
	// Resolve holds addresses of hosts that are then not looked up, each as curl's --resolve has it:
	// HOST:PORT:ADDRESS[,ADDRESS]…. Connections to that host and port go to the addresses, while Host, TLS and trails
	// keep the name. * as the host stands for every name; of several entries for a host the last counts. A proxy is
	// found this way too, but what it looks up itself is not.
	Resolve []string
	// Record is the file that the client's exchanges are recorded in, as a script that plays them again without a
	// network: bodies and all, but without the secrets that are known. REQTRAIL_RECORD in the environment does the same
	// for every client. Both need REQTRAIL_ALLOW_RECORD=1 in the environment; without it the option is a config error.
	// A recording that is there is replaced, and warnings say what is different.
	Record string
	// Chaos is faults that are injected into the client's calls by chance, for staging:
	// 503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7. The environment has to allow it by
	// REQTRAIL_ALLOW_CHAOS=1; then REQTRAIL_CHAOS does the same for clients without the option. Every trail says so.
	Chaos string
	// NoRecorder turns this off: the client keeps the trails of its last calls in memory, where its recorder finds
	// them.
	NoRecorder bool
	// SlowAfter is the least time that a slow call takes. The recorder and the journal keep slow calls although they
	// succeeded. Default: 1 s.
	SlowAfter time.Duration
	// ServiceName is the name by which the journal and its readers know the program. By default it is what the variable
	// REQTRAIL_SERVICE says, else the name of the program.
	ServiceName string
	// Journal is the folder of the journal: files that the command reqtrail reads, and that outlive the process. The
	// variable REQTRAIL_JOURNAL does the same for clients without the option; its value 1 stands for the default
	// folder, reqtrail in $XDG_STATE_HOME or in ~/.local/state. All clients of a process that name a folder share its
	// journal. Nothing is made on the disk before there is something to write.
	Journal string
	// JournalPolicy is which calls the journal keeps: failed, notable (by default: these, and calls that were slow or
	// had several attempts) or all. The variable REQTRAIL_JOURNAL_POLICY does the same for clients without the option.
	JournalPolicy string
	// JournalSync is whether the thread that makes a call writes the call's record before the call returns: always,
	// never (a thread of the journal's own writes it soon after), or auto (by default: always on a local disk, never
	// while the disk is slow or not local). The variable REQTRAIL_JOURNAL_SYNC does the same for clients without the
	// option.
	JournalSync string
	// JournalFsync says whether each record is forced to the disk, so that it survives a loss of power. It costs
	// milliseconds.
	JournalFsync bool
	// JournalUrls is how the URLs of attempts stand in the journal: full (by default: as trails show them), or
	// template, for APIs whose paths hold personal data.
	JournalUrls string
	// JournalMaxBytes is how many bytes all journals of the folder may take: 64 MiB by default, and 1 MiB or more. The
	// oldest records go first. The variable REQTRAIL_JOURNAL_MAX_BYTES does the same for clients without the option.
	JournalMaxBytes int64
	// JournalMaxAge is how long records are kept. Default: 7 days.
	JournalMaxAge time.Duration
	// Service is the type of the OpenStack service that the client calls, such as volume, network or image; compute
	// without it. Trails, logs and hooks name the service so. It also says under which name Microversion is sent: an
	// alias of the service-types authority (https://service-types.openstack.org/) does as well as its type. Only the
	// dialect openstack takes it.
	Service string
	// TokenRefresher makes a new token: asked before the first call if the client has none, ahead of the token's end
	// where that is known, and once after a 401. One refresh serves all calls that wait for it. It runs on a separate
	// goroutine and may block. Its context has the values of the context of the call that asks, but not its end: it
	// ends as soon as the client is closed, also while calls are under way. It must not wait for its own client: a call
	// through that, with its context, is refused where it would need the new token. If it fails, the 401 is the call's
	// error. A call without a first credential ends with the kind and the category of the [*Error] that the refresher's
	// error is or wraps, and else with [KindAPI] and [CategoryAuthentication]; its text names the request ID.
	// [errors.Is] finds the refresher's error in both.
	TokenRefresher func(ctx context.Context) (Token, error)
	// OnAttempt is called after each attempt, before the wait that may follow it. It gets the attempts of one call in
	// order, and may get those of several calls at the same time. A call returns when OnAttempt has got all its
	// attempts. A call whose context ends returns at once, and OnAttempt gets the rest later. A panic in it is logged,
	// and the call goes on.
	OnAttempt func(CallInfo, Attempt)
	// OnCall is called when a call has ended, however it ended. It is called before the call returns, with the same
	// exception as OnAttempt.
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
