// Code generated from schema/codes.json by `cargo run -p xtask -- codegen`; DO NOT EDIT.

package reqtrail

// Kind says what went wrong with a call, the same in every language.
type Kind string

// The values of [Kind].
const (
	// KindAPI: the server answered with a final status outside 2xx.
	KindAPI Kind = "api"

	// KindConnect: no connection was made (DNS, refused, TLS, connect timeout); nothing was sent.
	KindConnect Kind = "connect"

	// KindTimeout: the attempt's or the call's time ran out.
	KindTimeout Kind = "timeout"

	// KindTransport: the connection broke, the protocol was violated or a 2xx body was cut short.
	KindTransport Kind = "transport"

	// KindTooLarge: a 2xx body or a header block is over its limit.
	KindTooLarge Kind = "too_large"

	// KindDecode: a 2xx body cannot be decoded or is not what the caller asked to parse.
	KindDecode Kind = "decode"

	// KindRedirect: a redirect was refused: another origin, a downgrade, too many, or a method it must not change.
	KindRedirect Kind = "redirect"

	// KindCancelled: the caller cancelled.
	KindCancelled Kind = "cancelled"

	// KindInvalidRequest: the request cannot be built; nothing was sent and the trail has no attempts.
	KindInvalidRequest Kind = "invalid_request"

	// KindConfig: the client cannot be built.
	KindConfig Kind = "config"

	// KindInternal: a bug in reqtrail: a caught panic.
	KindInternal Kind = "internal"
)

// Error makes it a target of [errors.Is].
func (k Kind) Error() string { return string(k) }

// Category says what an API error means, across dialects.
type Category string

// The values of [Category].
const (
	// CategoryAuthentication: the credential is missing or was not accepted.
	CategoryAuthentication Category = "authentication"

	// CategoryPermission: the credential is good but may not do this.
	CategoryPermission Category = "permission"

	// CategoryNotFound: the resource does not exist, or is hidden from this caller.
	CategoryNotFound Category = "not_found"

	// CategoryInvalid: the request itself is wrong.
	CategoryInvalid Category = "invalid"

	// CategoryConflict: the request conflicts with the resource's current state.
	CategoryConflict Category = "conflict"

	// CategoryRateLimited: too many requests in too short a time.
	CategoryRateLimited Category = "rate_limited"

	// CategoryQuota: a quota is used up; waiting alone does not help.
	CategoryQuota Category = "quota"

	// CategoryUnavailable: the service, or something it depends on, is temporarily unavailable.
	CategoryUnavailable Category = "unavailable"

	// CategoryServer: the server failed.
	CategoryServer Category = "server"

	// CategoryUnknown: neither the status nor the code has a known meaning.
	CategoryUnknown Category = "unknown"
)

// Error makes it a target of [errors.Is].
func (c Category) Error() string { return string(c) }

// StopReason says why a call made no further attempt.
type StopReason string

// The values of [StopReason].
const (
	// StopSucceeded: a usable 2xx response arrived.
	StopSucceeded StopReason = "succeeded"

	// StopNotRetryable: repeating the request would not help.
	StopNotRetryable StopReason = "not_retryable"

	// StopUnsafeToRetry: the server may have acted on the request, and repeating it is not safe.
	StopUnsafeToRetry StopReason = "unsafe_to_retry"

	// StopAttemptsExhausted: the allowed number of attempts was used up.
	StopAttemptsExhausted StopReason = "attempts_exhausted"

	// StopRetryAfterTooLong: the server asked for a longer wait than the client allows.
	StopRetryAfterTooLong StopReason = "retry_after_too_long"

	// StopDeadline: the call's time ran out, or the next wait would not fit in what is left.
	StopDeadline StopReason = "deadline"

	// StopBudgetExhausted: the client's retry budget is empty.
	StopBudgetExhausted StopReason = "budget_exhausted"

	// StopCancelled: the caller cancelled.
	StopCancelled StopReason = "cancelled"

	// StopBodyNotReplayable: reserved: the request body cannot be sent twice.
	StopBodyNotReplayable StopReason = "body_not_replayable"
)

// Cause says what caused an attempt.
type Cause string

// The values of [Cause].
const (
	// CauseInitial: the first request of the call.
	CauseInitial Cause = "initial"

	// CauseRetry: a repetition after a failure.
	CauseRetry Cause = "retry"

	// CauseReauth: a repetition with a refreshed credential after a 401.
	CauseReauth Cause = "reauth"

	// CauseRedirect: a hop that a redirect response asked for.
	CauseRedirect Cause = "redirect"

	// CauseResend: a repetition of a request that the server said it did not process.
	CauseResend Cause = "resend"
)

// WaitReason says why a call waited before its next attempt.
type WaitReason string

// The values of [WaitReason].
const (
	// WaitBackoff: the client's own exponential backoff.
	WaitBackoff WaitReason = "backoff"

	// WaitRetryAfter: the server's Retry-After.
	WaitRetryAfter WaitReason = "retry_after"
)

// Sent says whether an attempt's request went out. Unknown decides like yes, unless the server guaranteed that it did not process the request.
type Sent string

// The values of [Sent].
const (
	// SentNo: nothing of the request left the client.
	SentNo Sent = "no"

	// SentYes: the server received the request.
	SentYes Sent = "yes"

	// SentUnknown: the request, or a part of it, may have reached the server.
	SentUnknown Sent = "unknown"
)

// TrailNote is what a reader of a whole trail should know.
type TrailNote string

// The values of [TrailNote].
const (
	// NoteTLSUnverified: the client does not verify TLS certificates.
	NoteTLSUnverified TrailNote = "tls_unverified"

	// NoteViaProxy: the call went through a proxy.
	NoteViaProxy TrailNote = "via_proxy"

	// NoteMayHaveSucceeded: an earlier attempt of unknown outcome may have succeeded on the server.
	NoteMayHaveSucceeded TrailNote = "may_have_succeeded"

	// NoteScripted: a script answered the call, not a network.
	NoteScripted TrailNote = "scripted"

	// NoteChaos: the client injected faults into the call.
	NoteChaos TrailNote = "chaos"
)

// RequestIDNote is what was odd about an attempt's request ID.
type RequestIDNote string

// The values of [RequestIDNote].
const (
	// RequestIDMissing: the response carries no request ID.
	RequestIDMissing RequestIDNote = "missing"

	// RequestIDDuplicate: the response carries several differing request IDs; the first one counts.
	RequestIDDuplicate RequestIDNote = "duplicate"

	// RequestIDMalformed: the request ID holds bytes outside printable ASCII, shown escaped.
	RequestIDMalformed RequestIDNote = "malformed"

	// RequestIDTruncated: the request ID is longer than 256 bytes and was cut.
	RequestIDTruncated RequestIDNote = "truncated"

	// RequestIDBodyMismatch: the body names another request ID than the header.
	RequestIDBodyMismatch RequestIDNote = "body_mismatch"

	// RequestIDAsSent: the request ID equals the correlation ID that the attempt carried.
	RequestIDAsSent RequestIDNote = "as_sent"
)

// NovaVMSCode is an error code of NovaVMS. A code that this release does not know is a [Code] all the same.
type NovaVMSCode string

// The values of [NovaVMSCode].
const (
	// NovaVMSAuthRequired: the request carried no credential.
	NovaVMSAuthRequired NovaVMSCode = "auth_required"

	// NovaVMSInvalidToken: the token is malformed, expired or signed by another key.
	NovaVMSInvalidToken NovaVMSCode = "invalid_token"

	// NovaVMSInvalidCredentials: the e-mail address or password of a login is wrong.
	NovaVMSInvalidCredentials NovaVMSCode = "invalid_credentials"

	// NovaVMSAccountDisabled: the user account is disabled.
	NovaVMSAccountDisabled NovaVMSCode = "account_disabled"

	// NovaVMSForbidden: the caller is known but its role does not allow this, or the resource belongs to another organisation.
	NovaVMSForbidden NovaVMSCode = "forbidden"

	// NovaVMSNotFound: the resource does not exist, or it belongs to another organisation.
	NovaVMSNotFound NovaVMSCode = "not_found"

	// NovaVMSValidationFailed: a field of the request is invalid; the message names the first one.
	NovaVMSValidationFailed NovaVMSCode = "validation_failed"

	// NovaVMSConflict: the request conflicts with the resource's current state, such as a name that is taken.
	NovaVMSConflict NovaVMSCode = "conflict"

	// NovaVMSRateLimited: the caller sent more requests than its limit allows.
	NovaVMSRateLimited NovaVMSCode = "rate_limited"

	// NovaVMSWebhookSignatureInvalid: a webhook's signature could not be verified.
	NovaVMSWebhookSignatureInvalid NovaVMSCode = "webhook_signature_invalid"

	// NovaVMSWebhookEndpointUnreachable: the webhook's URL cannot be reached over TLS.
	NovaVMSWebhookEndpointUnreachable NovaVMSCode = "webhook_endpoint_unreachable"

	// NovaVMSInternalError: the server failed in a way it did not expect.
	NovaVMSInternalError NovaVMSCode = "internal_error"

	// NovaVMSServiceUnavailable: something that the API depends on is temporarily unavailable.
	NovaVMSServiceUnavailable NovaVMSCode = "service_unavailable"

	// NovaVMSWebhookDeliveryFailed: the API called the webhook's endpoint and got no 2xx answer in time.
	NovaVMSWebhookDeliveryFailed NovaVMSCode = "webhook_delivery_failed"
)

// Error makes it a target of [errors.Is].
func (n NovaVMSCode) Error() string { return string(n) }

// OpenStackFault is an error code of OpenStack Nova. A code that this release does not know is a [Code] all the same.
type OpenStackFault string

// The values of [OpenStackFault].
const (
	// OpenStackBadRequest: the request is malformed or breaks the API's schema.
	OpenStackBadRequest OpenStackFault = "badRequest"

	// OpenStackUnauthorized: the token is missing, wrong or expired.
	OpenStackUnauthorized OpenStackFault = "unauthorized"

	// OpenStackForbidden: policy does not allow it, or a quota is exceeded.
	OpenStackForbidden OpenStackFault = "forbidden"

	// OpenStackItemNotFound: the resource does not exist, or belongs to another project.
	OpenStackItemNotFound OpenStackFault = "itemNotFound"

	// OpenStackBadMethod: the resource does not take this method.
	OpenStackBadMethod OpenStackFault = "badMethod"

	// OpenStackConflictingRequest: the server's state does not allow the action, or it is locked or busy with another.
	OpenStackConflictingRequest OpenStackFault = "conflictingRequest"

	// OpenStackOverLimit: a quota is used up (413), or there were too many requests (429).
	OpenStackOverLimit OpenStackFault = "overLimit"

	// OpenStackBadMediaType: the content type of the body is not supported.
	OpenStackBadMediaType OpenStackFault = "badMediaType"

	// OpenStackNotImplemented: the cloud's hypervisor or configuration does not support it.
	OpenStackNotImplemented OpenStackFault = "notImplemented"

	// OpenStackServiceUnavailable: the service, or one that it needs, is temporarily unavailable.
	OpenStackServiceUnavailable OpenStackFault = "serviceUnavailable"

	// OpenStackComputeFault: any fault without a more specific name: an unexpected error, but also 406 and 410.
	OpenStackComputeFault OpenStackFault = "computeFault"
)

// Error makes it a target of [errors.Is].
func (o OpenStackFault) Error() string { return string(o) }

// Verdict says how a server action ended, as far as the API tells.
type Verdict string

// The values of [Verdict].
const (
	// VerdictSucceeded: it did what was asked for.
	VerdictSucceeded Verdict = "succeeded"

	// VerdictFailed: it did not do what was asked for.
	VerdictFailed Verdict = "failed"

	// VerdictUnknown: the API does not say.
	VerdictUnknown Verdict = "unknown"
)
