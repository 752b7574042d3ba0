/** Attempts, trails, and what hooks and responses have, and their JSON. */
import type { Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason } from "./codes.js";
/**
 * What a response said about the caller's rate limit. It is information, not permission: do not pace requests by these
 * numbers, and wait as long as an error's `retryAfterMs` says.
 */
export interface RateLimit {
    /** How many requests the server's window allows. */
    readonly limit: number | null;
    /** How many requests are left in the window. */
    readonly remaining: number | null;
    /** When the window or bucket is full again, in UTC. */
    readonly resetAt: Date | null;
}
/** Its JSON. */
export interface RateLimitJson {
    limit: number | null;
    remaining: number | null;
    reset_at: number | null;
}
/** Reads its JSON. */
export declare function rateLimitOf(json: RateLimitJson): RateLimit;
/** The call that an attempt belongs to. */
export interface CallInfo {
    /** The call's own random ID, as in its trail. */
    readonly callId: string;
    /** The name of the API's dialect. */
    readonly dialect: string;
    /** The method that the caller asked for. */
    readonly method: string;
    /** The path template, as in `/cameras/{id}`. */
    readonly path: string;
    /**
     * The value that every attempt carries in the dialect's correlation header. For OpenStack it is the global request
     * ID.
     */
    readonly correlationId: string | null;
    /**
     * The service that is called, if one sign-in serves several. For OpenStack it is the service type, as in `compute`.
     */
    readonly service: string | null;
    /**
     * The log line of the attempt, without secrets.
     *
     * If one sign-in serves several services, it is the line that OpenStack's operators search clients' logs for to draw
     * a call graph: method, service, URL and the request ID that was used
     * (<https://docs.openstack.org/api-guide/compute/faults.html#tracking-errors-by-request-id>).
     */
    readonly logLine: string;
}
/** Its JSON. */
export interface CallInfoJson {
    call_id: string;
    dialect: string;
    method: string;
    path: string;
    correlation_id: string | null;
    service: string | null;
    log_line: string;
}
/** Reads its JSON. */
export declare function callInfoOf(json: CallInfoJson): CallInfo;
/** One HTTP exchange of a call. Retries, repetitions after a 401 and redirect hops are attempts too. */
export interface Attempt {
    /** The number of the attempt within the call, from 1. */
    readonly number: number;
    /** Why the attempt was made. */
    readonly cause: Cause;
    /** The method that was sent; a redirect may have changed it. */
    readonly method: string;
    /** The parent-id of the attempt's `traceparent`: 16 hex digits. */
    readonly spanId: string;
    /** The URL, with secret parameters as `{name}` and query values redacted. */
    readonly url: string;
    /**
     * The address and port that the request's connection led to, as in `10.0.0.7:443` or `[::1]:443`: the server's or a
     * proxy's. `null` without a connection, over a Unix socket, and for a transport that does not report it.
     */
    readonly remoteAddress: string | null;
    /** The response's status, if a response arrived. */
    readonly status: number | null;
    /** The server's ID of this request. */
    readonly requestId: string | null;
    /** Where the request ID was found. */
    readonly requestIdSource: string | null;
    /** What was unusual about the request ID. */
    readonly requestIdNotes: readonly RequestIdNote[];
    /** The request ID in the body, if it differs from the header's. */
    readonly bodyRequestId: string | null;
    /** The API's error code, in its canonical spelling. */
    readonly errorCode: string | null;
    /** What the API error means; `null` if the attempt is not an API error. */
    readonly category: Category | null;
    /** What went wrong, if there was no complete, usable response. */
    readonly failure: ErrorKind | null;
    /**
     * The well-known code of the failure, as in `ECONNREFUSED`, `ENOTFOUND` or `CERT_HAS_EXPIRED`; `null` if none fits.
     */
    readonly failureCode: string | null;
    /**
     * The failure in words: one line of at most 200 characters, without secrets. It names the peer or the proxy if known.
     * A timeout names its limit.
     */
    readonly failureReason: string | null;
    /** Whether the request went out. */
    readonly sent: Sent;
    /**
     * Whether the server processed the request. `true`: it answered. `false`: nothing left the client, or the server
     * guaranteed that it did not process the request; it may be sent again whatever its method is. `null`: unknown.
     */
    readonly processed: boolean | null;
    /** When the attempt started, relative to the start of the call. In milliseconds. */
    readonly startedMs: number;
    /** How long the attempt took, including the body. In milliseconds. */
    readonly elapsedMs: number;
    /** The wait that the server asked for. In milliseconds. */
    readonly retryAfterMs: number | null;
    /** The wait that was chosen after this attempt. In milliseconds. */
    readonly waitMs: number | null;
    /** What decided the wait. */
    readonly waitReason: WaitReason | null;
}
/** JSON of the schema `reqtrail.trail/1`, the same in every language. */
export interface AttemptJson {
    number: number;
    cause: Cause;
    method: string;
    span_id: string;
    url: string;
    remote_address: string | null;
    status: number | null;
    request_id: string | null;
    request_id_source: string | null;
    request_id_notes: RequestIdNote[];
    body_request_id: string | null;
    error_code: string | null;
    category: Category | null;
    failure: ErrorKind | null;
    failure_code: string | null;
    failure_reason: string | null;
    sent: Sent;
    processed: boolean | null;
    started_ms: number;
    elapsed_ms: number;
    retry_after_ms: number | null;
    wait_ms: number | null;
    wait_reason: WaitReason | null;
}
/** Reads its JSON. */
export declare function attemptOf(json: AttemptJson): Attempt;
/** The record of one logical call: each request that went out, in order, and how the call ended. */
export interface TrailFields {
    /** The library that wrote the trail, and its version, as in `reqtrail/0.1.0`. */
    readonly client: string;
    /** The call's own random ID, made before the first attempt. */
    readonly callId: string;
    /** The W3C trace ID that every attempt's `traceparent` carried: 32 hex digits. */
    readonly traceId: string;
    /**
     * The value that every attempt carried in the dialect's correlation header. For OpenStack it is the global request
     * ID, which is `req-` and the call ID unless the caller set another. It appears in the logs of every service on the
     * way.
     */
    readonly correlationId: string | null;
    /** The name of the API's dialect. */
    readonly dialect: string;
    /**
     * The service that was called, if one sign-in serves several. For OpenStack it is the service type, as in `compute`.
     */
    readonly service: string | null;
    /** The method that the caller asked for. */
    readonly method: string;
    /** Scheme, host and port of the API. */
    readonly origin: string;
    /** The path template, as in `/cameras/{id}`. */
    readonly path: string;
    /** When the call started, by this machine's clock. */
    readonly startedAt: Date;
    /** How long the call took, including all attempts and waits. In milliseconds. */
    readonly elapsedMs: number;
    /** How the call ended. */
    readonly outcome: "ok" | ErrorKind;
    /** Why no further attempt was made. */
    readonly stopped: StopReason;
    /** What a reader of the trail should know. */
    readonly notes: readonly TrailNote[];
    /** The attempts, in the order in which they were made. */
    readonly attempts: readonly Attempt[];
}
/** JSON of the schema `reqtrail.trail/1`, the same in every language. */
export interface TrailJson {
    schema: "reqtrail.trail/1";
    client: string;
    call_id: string;
    trace_id: string;
    correlation_id: string | null;
    dialect: string;
    service: string | null;
    method: string;
    origin: string;
    path: string;
    started_at: string;
    elapsed_ms: number;
    outcome: "ok" | ErrorKind;
    stopped: StopReason;
    notes: TrailNote[];
    attempts: AttemptJson[];
}
/** Reads its JSON. */
export declare function trailFieldsOf(json: TrailJson): TrailFields;
/** A call under way. */
export interface InFlightCall {
    /** The call's own random ID, as its trail will show it. */
    readonly callId: string;
    /** The W3C trace ID that its attempts carry: 32 hex digits. */
    readonly traceId: string;
    /** The value that every attempt carries in the dialect's correlation header. */
    readonly correlationId: string | null;
    /** The name of the API's dialect. */
    readonly dialect: string;
    /** The service that is called, if one sign-in serves several. */
    readonly service: string | null;
    /** The method that the caller asked for. */
    readonly method: string;
    /** The path template, as in `/cameras/{id}`. A very long one is cut. */
    readonly path: string;
    /** The number of the attempt that is under way or was the last; 0 before the first. */
    readonly attempt: number;
    /**
     * The current phase: `refreshing` (it waits for a new token), `connecting`, `resolving`, `proxy`, `tls`, `stream` (it
     * waits until the connection takes another stream), `sending`, `waiting` (for the response's head), `reading`,
     * `decoding`, or `backoff` (it waits before the next attempt).
     */
    readonly phase: string;
    /** How much longer it waits before the next attempt. In milliseconds. */
    readonly retryInMs: number | null;
    /** Whether the server may have seen the request of the last attempt. */
    readonly mayHaveBeenSent: boolean;
    /** When the call started, by this machine's clock. */
    readonly startedAt: Date;
    /** How long it has been under way. In milliseconds. */
    readonly ageMs: number;
}
/** Its JSON. */
export interface InFlightCallJson {
    call_id: string;
    trace_id: string;
    correlation_id: string | null;
    dialect: string;
    service: string | null;
    method: string;
    path: string;
    attempt: number;
    phase: string;
    retry_in_ms: number | null;
    may_have_been_sent: boolean;
    started_at: string;
    age_ms: number;
}
/** Reads its JSON. */
export declare function inFlightCallOf(json: InFlightCallJson): InFlightCall;
/** What this process wrote into a journal, for all of its clients. */
export interface JournalStats {
    /** The folder. */
    readonly folder: string;
    /** How many records were written. */
    readonly records: number;
    /** How many bytes these take. */
    readonly bytes: number;
    /** How many records are waiting to be written. */
    readonly queued: number;
    /** How many records were lost, because the disk was full or too slow. */
    readonly lost: number;
}
/** Its JSON. */
export interface JournalStatsJson {
    folder: string;
    records: number;
    bytes: number;
    queued: number;
    lost: number;
}
/** Reads its JSON. */
export declare function journalStatsOf(json: JournalStatsJson): JournalStats;
/** What a recorder holds, and what it left out. */
export interface RecorderStats {
    /** How many failed calls are kept. */
    readonly failed: number;
    /** How many notable calls are kept: slow, or with several attempts. */
    readonly notable: number;
    /** How many other calls are kept. */
    readonly recent: number;
    /** How many bytes all of these take. */
    readonly bytes: number;
    /** How many calls are under way. */
    readonly inFlight: number;
    /** How many calls that were not notable were left out because other threads were storing theirs at that moment. */
    readonly skipped: number;
    /** What the journal wrote; `null` if the client has none. */
    readonly journal: JournalStats | null;
}
/** Its JSON. */
export interface RecorderStatsJson {
    failed: number;
    notable: number;
    recent: number;
    bytes: number;
    in_flight: number;
    skipped: number;
    journal: JournalStatsJson | null;
}
/** Reads its JSON. */
export declare function recorderStatsOf(json: RecorderStatsJson): RecorderStats;
