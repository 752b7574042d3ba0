// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

import "time"

// The options of a client by their numbers.
const (
	clientDialect                  uint16 = 1
	clientToken                    uint16 = 2
	clientHeaders                  uint16 = 3
	clientUserAgent                uint16 = 4
	clientMicroversion             uint16 = 5
	clientMaxAttempts              uint16 = 6
	clientBaseDelay                uint16 = 7
	clientMaxDelay                 uint16 = 8
	clientMaxRetryAfter            uint16 = 9
	clientRetryBudget              uint16 = 10
	clientTimeout                  uint16 = 11
	clientAttemptTimeout           uint16 = 12
	clientConnectTimeout           uint16 = 13
	clientMaxBodyBytes             uint16 = 14
	clientMaxRedirects             uint16 = 15
	clientShowQueryParams          uint16 = 16
	clientTraceparent              uint16 = 17
	clientDecompress               uint16 = 18
	clientProxy                    uint16 = 19
	clientExtraCA                  uint16 = 20
	clientClientCertificate        uint16 = 21
	clientDangerAcceptInvalidCerts uint16 = 22
	clientHTTP1Only                uint16 = 23
	clientPoolMaxIdle              uint16 = 24
	clientPoolIdleTimeout          uint16 = 25
	clientHTTP2PingInterval        uint16 = 26
	clientHTTP2PingTimeout         uint16 = 27
	clientUnixSocket               uint16 = 28
	clientJitterSeed               uint16 = 29
	clientResolve                  uint16 = 30
	clientRecord                   uint16 = 31
	clientChaos                    uint16 = 32
	clientRecorder                 uint16 = 33
	clientSlowAfter                uint16 = 34
	clientServiceName              uint16 = 35
	clientJournal                  uint16 = 36
	clientJournalPolicy            uint16 = 37
	clientJournalSync              uint16 = 38
	clientJournalFsync             uint16 = 39
	clientJournalUrls              uint16 = 40
	clientJournalMaxBytes          uint16 = 41
	clientJournalMaxAge            uint16 = 42
	clientService                  uint16 = 43
)

// clientOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) clientOptions(o *Config) *Error {
	if outsideUint32(int64(o.MaxAttempts)) {
		return outOfRange(KindConfig, "MaxAttempts", o.MaxAttempts, "1 to 32")
	}
	if o.Timeout < 0 && o.Timeout != NoLimit {
		return outOfRange(KindConfig, "Timeout", o.Timeout, "a longer time")
	}
	if o.AttemptTimeout < 0 && o.AttemptTimeout != NoLimit {
		return outOfRange(KindConfig, "AttemptTimeout", o.AttemptTimeout, "a longer time")
	}
	if o.ConnectTimeout < 0 && o.ConnectTimeout != NoLimit {
		return outOfRange(KindConfig, "ConnectTimeout", o.ConnectTimeout, "a longer time")
	}
	if err := notUTF8(KindConfig, "ShowQueryParams", o.ShowQueryParams); err != nil {
		return err
	}
	if o.HTTP2PingInterval < 0 && o.HTTP2PingInterval != NoLimit {
		return outOfRange(KindConfig, "HTTP2PingInterval", o.HTTP2PingInterval, "a longer time")
	}
	if o.HTTP2PingTimeout < 0 && o.HTTP2PingTimeout != NoLimit {
		return outOfRange(KindConfig, "HTTP2PingTimeout", o.HTTP2PingTimeout, "a longer time")
	}
	if err := notUTF8(KindConfig, "Resolve", o.Resolve); err != nil {
		return err
	}
	if err := s.dialect(clientDialect, o.Dialect); err != nil {
		return err
	}
	s.textIf(clientToken, string(o.Token), false)
	s.headers(clientHeaders, o.Header, o.SecretHeader)
	s.textIf(clientUserAgent, o.UserAgent, false)
	s.textIf(clientMicroversion, o.Microversion, false)
	s.count(clientMaxAttempts, uint64(max(o.MaxAttempts, 0)), o.MaxAttempts != 0)
	s.duration(clientBaseDelay, o.BaseDelay)
	s.duration(clientMaxDelay, o.MaxDelay)
	s.duration(clientMaxRetryAfter, o.MaxRetryAfter)
	s.retryBudget(clientRetryBudget, o.RetryBudget)
	s.duration(clientTimeout, o.Timeout)
	s.duration(clientAttemptTimeout, o.AttemptTimeout)
	s.duration(clientConnectTimeout, o.ConnectTimeout)
	s.count(clientMaxBodyBytes, uint64(max(o.MaxBodyBytes, 0)), o.MaxBodyBytes != 0)
	s.count(clientMaxRedirects, uint64(max(o.MaxRedirects, 0)), o.MaxRedirects != 0)
	s.texts(clientShowQueryParams, o.ShowQueryParams)
	s.flagIf(clientTraceparent, o.NoTraceparent, false)
	s.flagIf(clientDecompress, o.NoDecompress, false)
	s.textIf(clientProxy, string(o.Proxy), false)
	s.null(clientProxy, o.NoProxy)
	s.pems(clientExtraCA, o.ExtraCAs)
	s.textIf(clientClientCertificate, string(o.ClientCertificate), false)
	s.flagIf(clientDangerAcceptInvalidCerts, o.InsecureSkipVerify, true)
	s.flagIf(clientHTTP1Only, o.HTTP1Only, true)
	s.count(clientPoolMaxIdle, uint64(max(o.PoolMaxIdle, 0)), o.PoolMaxIdle != 0)
	s.duration(clientPoolIdleTimeout, o.PoolIdleTimeout)
	s.duration(clientHTTP2PingInterval, o.HTTP2PingInterval)
	s.null(clientHTTP2PingInterval, o.NoHTTP2Pings)
	s.duration(clientHTTP2PingTimeout, o.HTTP2PingTimeout)
	s.textIf(clientUnixSocket, o.UnixSocket, false)
	s.count(clientJitterSeed, o.JitterSeed, o.JitterSeed != 0)
	s.texts(clientResolve, o.Resolve)
	s.textIf(clientRecord, o.Record, false)
	s.textIf(clientChaos, o.Chaos, false)
	s.flagIf(clientRecorder, o.NoRecorder, false)
	s.duration(clientSlowAfter, o.SlowAfter)
	s.textIf(clientServiceName, o.ServiceName, false)
	s.textIf(clientJournal, o.Journal, false)
	s.textIf(clientJournalPolicy, o.JournalPolicy, false)
	s.textIf(clientJournalSync, o.JournalSync, false)
	s.flagIf(clientJournalFsync, o.JournalFsync, true)
	s.textIf(clientJournalUrls, o.JournalUrls, false)
	s.count(clientJournalMaxBytes, uint64(max(o.JournalMaxBytes, 0)), o.JournalMaxBytes != 0)
	s.duration(clientJournalMaxAge, o.JournalMaxAge)
	s.textIf(clientService, o.Service, false)
	return nil
}

// The options of a request by their numbers.
const (
	requestTimeout        uint16 = 1
	requestAttemptTimeout uint16 = 2
	requestConnectTimeout uint16 = 3
	requestMaxAttempts    uint16 = 4
	requestIdempotent     uint16 = 5
	requestIdempotencyKey uint16 = 6
	requestCorrelationID  uint16 = 7
	requestMicroversion   uint16 = 8
	requestIfNoneMatch    uint16 = 9
	requestAcceptStatuses uint16 = 10
)

// WithTimeout sets the timeout of the whole call, including all attempts and waits. A value above the client's
// AttemptTimeout raises that for this call too.
func WithTimeout(value time.Duration) Option {
	return func(r *Request) { r.Timeout = value }
}

// WithAttemptTimeout sets the timeout of one attempt, including its body.
func WithAttemptTimeout(value time.Duration) Option {
	return func(r *Request) { r.AttemptTimeout = value }
}

// WithConnectTimeout sets the timeout of connecting.
func WithConnectTimeout(value time.Duration) Option {
	return func(r *Request) { r.ConnectTimeout = value }
}

// WithMaxAttempts sets the maximum number of attempts, 1 to 32; 1 turns retries off.
func WithMaxAttempts(value int) Option {
	return func(r *Request) { r.MaxAttempts = value }
}

// WithIdempotent sets whether the request may be sent twice. By default its method decides.
func WithIdempotent(value bool) Option {
	return func(r *Request) { r.Idempotent = &value }
}

// WithIdempotencyKey sets the Idempotency-Key, the same on every attempt. A request with a key is safe to repeat. An
// empty one is refused.
func WithIdempotencyKey(value string) Option {
	return func(r *Request) { r.setText(&r.IdempotencyKey, requestIdempotencyKey, value) }
}

// WithCorrelationID sets the correlation ID, the ID of the request that this call serves, instead of one made from the
// call ID. For OpenStack it is the global request ID, req- and a UUID in lower case, which appears in the logs of every
// service on the way. A malformed one is an invalid_request error, since the server would drop it silently.
func WithCorrelationID(value string) Option {
	return func(r *Request) { r.CorrelationID = value }
}

// WithMicroversion sets the version of the API to ask for, such as 2.90 or latest, instead of the client's
// (https://docs.openstack.org/api-guide/compute/microversions.html). Only dialects that have versions take it.
func WithMicroversion(value string) Option {
	return func(r *Request) { r.Microversion = value }
}

// WithIfNoneMatch sets the entity tag of a response that the caller has: the ETag header of an earlier response, sent
// unchanged, including the quotes. If it is still current, the call succeeds with a 304 without a body. Without this
// option a 304 is an api error, even if the caller sets the header If-None-Match. An empty one is refused.
func WithIfNoneMatch(value string) Option {
	return func(r *Request) { r.setText(&r.IfNoneMatch, requestIfNoneMatch, value) }
}

// WithAcceptStatuses sets further statuses, 300 to 599, that are not errors. A response with one of them is the result
// of the call, like a 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not
// followed.
func WithAcceptStatuses(value ...int) Option {
	return func(r *Request) { r.AcceptStatuses = added(r.AcceptStatuses, value) }
}

// requestOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) requestOptions(o *Request) *Error {
	if o.Timeout < 0 && o.Timeout != NoLimit {
		return outOfRange(KindInvalidRequest, "Timeout", o.Timeout, "a longer time")
	}
	if o.AttemptTimeout < 0 && o.AttemptTimeout != NoLimit {
		return outOfRange(KindInvalidRequest, "AttemptTimeout", o.AttemptTimeout, "a longer time")
	}
	if o.ConnectTimeout < 0 && o.ConnectTimeout != NoLimit {
		return outOfRange(KindInvalidRequest, "ConnectTimeout", o.ConnectTimeout, "a longer time")
	}
	if outsideUint32(int64(o.MaxAttempts)) {
		return outOfRange(KindInvalidRequest, "MaxAttempts", o.MaxAttempts, "1 to 32")
	}
	if err := notStatus(KindInvalidRequest, "AcceptStatuses", o.AcceptStatuses); err != nil {
		return err
	}
	s.duration(requestTimeout, o.Timeout)
	s.duration(requestAttemptTimeout, o.AttemptTimeout)
	s.duration(requestConnectTimeout, o.ConnectTimeout)
	s.count(requestMaxAttempts, uint64(max(o.MaxAttempts, 0)), o.MaxAttempts != 0)
	s.flagOf(requestIdempotent, o.Idempotent)
	s.textIf(requestIdempotencyKey, o.IdempotencyKey, o.isEmpty(requestIdempotencyKey))
	s.textIf(requestCorrelationID, o.CorrelationID, false)
	s.textIf(requestMicroversion, o.Microversion, false)
	s.textIf(requestIfNoneMatch, o.IfNoneMatch, o.isEmpty(requestIfNoneMatch))
	s.statuses(requestAcceptStatuses, o.AcceptStatuses)
	return nil
}

// The options of a recorder's filter by their numbers.
const (
	recentFailed     uint16 = 1
	recentSlowerThan uint16 = 2
	recentCode       uint16 = 3
	recentPath       uint16 = 4
	recentStatus     uint16 = 5
	recentLimit      uint16 = 6
)

// recentOptions writes the options, or refuses a value that cannot be one.
func (s *encoder) recentOptions(o *RecentFilter) *Error {
	s.flagIf(recentFailed, o.Failed, true)
	s.duration(recentSlowerThan, o.SlowerThan)
	s.textIf(recentCode, string(o.Code), false)
	s.textIf(recentPath, o.Path, false)
	s.count(recentStatus, uint64(max(o.StatusCode, 0)), o.StatusCode != 0)
	s.count(recentLimit, uint64(max(o.Limit, 0)), o.Limit != 0)
	return nil
}

// entry returns the configuration as an entry of clouds.yaml.
func (o *CloudConfig) entry() map[string]any {
	return map[string]any{
		"auth":                         o.Auth,
		"auth_type":                    o.AuthType,
		"region_name":                  o.RegionName,
		"interface":                    o.Interface,
		"compute_endpoint_override":    o.ComputeEndpointOverride,
		"compute_default_microversion": o.ComputeDefaultMicroversion,
		"verify":                       !o.InsecureSkipVerify,
		"cacert":                       o.CACert,
		"cert":                         o.Cert,
		"key":                          o.Key,
		"auth_methods":                 o.AuthMethods,
	}
}
