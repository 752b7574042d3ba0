/** The closed sets of names that every language shares. */
/** What went wrong with a call, the same in every language. */
export type ErrorKind = 
/** The server answered with a final status outside 2xx. */
"api"
/** No connection was made (DNS, refused, TLS, connect timeout); nothing was sent. */
 | "connect"
/** The attempt's or the call's time ran out. */
 | "timeout"
/** The connection broke, the protocol was violated or a 2xx body was cut short. */
 | "transport"
/** A 2xx body or a header block is over its limit. */
 | "too_large"
/** A 2xx body cannot be decoded or is not what the caller asked to parse. */
 | "decode"
/** A redirect was refused: another origin, a downgrade, too many, or a method it must not change. */
 | "redirect"
/** The caller cancelled. */
 | "cancelled"
/** The request cannot be built; nothing was sent and the trail has no attempts. */
 | "invalid_request"
/** The client cannot be built. */
 | "config"
/** A bug in reqtrail: a caught panic. */
 | "internal";
/** What an API error means, across dialects. */
export type Category = 
/** The credential is missing or was not accepted. */
"authentication"
/** The credential is good but may not do this. */
 | "permission"
/** The resource does not exist, or is hidden from this caller. */
 | "not_found"
/** The request itself is wrong. */
 | "invalid"
/** The request conflicts with the resource's current state. */
 | "conflict"
/** Too many requests in too short a time. */
 | "rate_limited"
/** A quota is used up; waiting alone does not help. */
 | "quota"
/** The service, or something it depends on, is temporarily unavailable. */
 | "unavailable"
/** The server failed. */
 | "server"
/** Neither the status nor the code has a known meaning. */
 | "unknown";
/** Why a call made no further attempt. */
export type StopReason = 
/** A usable 2xx response arrived. */
"succeeded"
/** Repeating the request would not help. */
 | "not_retryable"
/** The server may have acted on the request, and repeating it is not safe. */
 | "unsafe_to_retry"
/** The allowed number of attempts was used up. */
 | "attempts_exhausted"
/** The server asked for a longer wait than the client allows. */
 | "retry_after_too_long"
/** The call's time ran out, or the next wait would not fit in what is left. */
 | "deadline"
/** The client's retry budget is empty. */
 | "budget_exhausted"
/** The caller cancelled. */
 | "cancelled"
/** Reserved: the request body cannot be sent twice. */
 | "body_not_replayable";
/** What caused an attempt. */
export type Cause = 
/** The first request of the call. */
"initial"
/** A repetition after a failure. */
 | "retry"
/** A repetition with a refreshed credential after a 401. */
 | "reauth"
/** A hop that a redirect response asked for. */
 | "redirect"
/** A repetition of a request that the server said it did not process. */
 | "resend";
/** Why a call waited before its next attempt. */
export type WaitReason = 
/** The client's own exponential backoff. */
"backoff"
/** The server's Retry-After. */
 | "retry_after";
/** Whether an attempt's request went out. `unknown` decides like `yes`, unless the server guaranteed that it did not process the request. */
export type Sent = 
/** Nothing of the request left the client. */
"no"
/** The server received the request. */
 | "yes"
/** The request, or a part of it, may have reached the server. */
 | "unknown";
/** What a reader of a whole trail should know. */
export type TrailNote = 
/** The client does not verify TLS certificates. */
"tls_unverified"
/** The call went through a proxy. */
 | "via_proxy"
/** An earlier attempt of unknown outcome may have succeeded on the server. */
 | "may_have_succeeded"
/** A script answered the call, not a network. */
 | "scripted"
/** The client injected faults into the call. */
 | "chaos";
/** What was odd about an attempt's request ID. */
export type RequestIdNote = 
/** The response carries no request ID. */
"missing"
/** The response carries several differing request IDs; the first one counts. */
 | "duplicate"
/** The request ID holds bytes outside printable ASCII, shown escaped. */
 | "malformed"
/** The request ID is longer than 256 bytes and was cut. */
 | "truncated"
/** The body names another request ID than the header. */
 | "body_mismatch"
/** The request ID equals the correlation ID that the attempt carried. */
 | "as_sent";
