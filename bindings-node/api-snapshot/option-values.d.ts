/** The options that are values. */
import type { CustomDialect } from "./custom-dialect.js";
import type { Body, HeaderValues, Pem, RetryBudget, SecretText } from "./option-types.js";
import type { Signal } from "./platform.js";
import type { Attempt, CallInfo, Trail } from "./trail.js";
/** The options of a client that are values. What is left out keeps its default. */
export interface ClientValues {
    /**
     * The dialect of the API. Without one the request ID is read from `X-Request-Id`, the token goes out as
     * `Authorization: Bearer`, and statuses alone tell what an error means.
     */
    dialect?: "novavms" | "openstack" | CustomDialect | (string & {}) | null | undefined;
    /** The credential: an API key, or a token. Trails, reports, logs and error texts never show it. */
    token?: SecretText | null | undefined;
    /**
     * Headers of every request; a request's own header of the same name replaces one. The values of `Authorization`,
     * `Cookie` and headers whose names say so, and those that are given as secrets, are redacted wherever the server
     * repeats them.
     */
    headers?: HeaderValues | null | undefined;
    /** A text such as `my-app/1.2` that follows `reqtrail/` and the version in the `User-Agent`. */
    userAgent?: string | null | undefined;
    /**
     * The version of the API that requests ask for, such as `2.90` or `latest`
     * (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
     */
    microversion?: string | null | undefined;
    /**
     * How many attempts a call makes at most, 1 to 32; 1 turns retries off. Repetitions after a 401 and redirect hops do
     * not count. Default: 4.
     */
    maxAttempts?: number | null | undefined;
    /** The bound of the first backoff; each further one is twice as long. In milliseconds. Default: 500. */
    baseDelayMs?: number | null | undefined;
    /** The bound of every backoff. In milliseconds. Default: 8,000. */
    maxDelayMs?: number | null | undefined;
    /** The longest `Retry-After` that is waited for; a longer one ends the call. In milliseconds. Default: 60,000. */
    maxRetryAfterMs?: number | null | undefined;
    /**
     * The retry budget that all calls of the client share, so that an outage is not multiplied. A retry takes its cost, a
     * success gives 1 back. `null` turns it off. Default: a capacity of 500 and a cost of 5.
     */
    retryBudget?: RetryBudget | null | undefined;
    /**
     * The time of a whole call, all attempts and waits included. A time above 10 seconds is the time of an attempt too,
     * unless `attemptTimeoutMs` sets another. In milliseconds. Default: 60,000.
     */
    timeoutMs?: number | null | undefined;
    /** The time of one attempt, its body included. In milliseconds. Default: 10,000. */
    attemptTimeoutMs?: number | null | undefined;
    /** The time to connect. In milliseconds. Default: 5,000. */
    connectTimeoutMs?: number | null | undefined;
    /** The largest body of a success, in bytes after decoding. Default: 64 MiB. */
    maxBodyBytes?: number | null | undefined;
    /** How many redirects a call follows; they never leave the origin. Default: 5. */
    maxRedirects?: number | null | undefined;
    /**
     * The query parameters whose values trails show, besides `limit`, `cursor`, `marker`, `page` and `offset`. The values
     * of others are redacted.
     */
    showQueryParams?: string | readonly string[] | null | undefined;
    /** Whether attempts carry a `traceparent` header. Default: true. */
    traceparent?: boolean | null | undefined;
    /**
     * Whether content codings are used: gzip, br, zstd and deflate, as far as their features are on. If not, a body is
     * given as it came. Default: true.
     */
    decompress?: boolean | null | undefined;
    /** The URL of the proxy. By default the environment names it. `null` turns it off. */
    proxy?: SecretText | null | undefined;
    /** PEM texts of certificate authorities that are trusted besides those of the system. */
    extraCa?: Pem | readonly Pem[] | null | undefined;
    /** The client's own certificate: a PEM text with the certificate and its private key. */
    clientCertificate?: SecretText | null | undefined;
    /**
     * Whether any TLS certificate is accepted. Anybody on the way can then read and change everything, the credential
     * included; every trail says so. Default: false.
     */
    dangerAcceptInvalidCerts?: boolean | null | undefined;
    /** Whether HTTP/2 is left out. Default: false. */
    http1Only?: boolean | null | undefined;
    /** How many idle connections are kept, by all threads together. Default: unlimited. */
    poolMaxIdle?: number | null | undefined;
    /**
     * How long an idle connection is kept. The older it is, the likelier the server closes it just as a request goes out,
     * which leaves that request's outcome unknown. In milliseconds. Default: 15,000.
     */
    poolIdleTimeoutMs?: number | null | undefined;
    /**
     * How long an HTTP/2 connection with open streams may be silent before the peer is pinged. A peer that vanishes
     * without a word is noticed so, and by the attempt's own timeout. `null` turns it off. In milliseconds. Default:
     * 5,000.
     */
    http2PingIntervalMs?: number | null | undefined;
    /**
     * How long the answer to an HTTP/2 ping may take before the connection is given up. In milliseconds. Default: 3,000.
     */
    http2PingTimeoutMs?: number | null | undefined;
    /**
     * The path of a Unix socket to connect to. The base URL's host and port then only name the API: in `Host`, in TLS and
     * in trails. No proxy of the environment is used, and `proxy` is a `config` error beside it.
     */
    unixSocket?: string | null | undefined;
    /** The seed of the random waits, which makes them repeatable, for tests. */
    jitterSeed?: number | null | undefined;
    /**
     * Addresses of hosts that are then not looked up, each as curl's `--resolve` has it: `HOST:PORT:ADDRESS[,ADDRESS]…`.
     * Connections to that host and port go to the addresses, while `Host`, TLS and trails keep the name. `*` as the host
     * stands for every name; of several entries for a host the last counts. A proxy is found this way too, but what it
     * looks up itself is not.
     */
    resolve?: string | readonly string[] | null | undefined;
    /**
     * The file that the client's exchanges are recorded in, as a script that plays them again without a network: bodies
     * and all, but without the secrets that are known. `REQTRAIL_RECORD` in the environment does the same for every
     * client. Both need `REQTRAIL_ALLOW_RECORD=1` in the environment; without it the option is a `config` error. A
     * recording that is there is replaced, and warnings say what is different.
     */
    record?: string | null | undefined;
    /**
     * Faults that are injected into the client's calls by chance, for staging:
     * `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`. The environment has to allow it by
     * `REQTRAIL_ALLOW_CHAOS=1`; then `REQTRAIL_CHAOS` does the same for clients without the option. Every trail says so.
     */
    chaos?: string | null | undefined;
    /** Whether the client keeps the trails of its last calls in memory, where its recorder finds them. Default: true. */
    recorder?: boolean | null | undefined;
    /**
     * The least time that a slow call takes. The recorder and the journal keep slow calls although they succeeded. In
     * milliseconds. Default: 1,000.
     */
    slowAfterMs?: number | null | undefined;
    /**
     * The name by which the journal and its readers know the program. By default it is what the variable
     * `REQTRAIL_SERVICE` says, else the name of the program.
     */
    serviceName?: string | null | undefined;
    /**
     * The folder of the journal: files that the command `reqtrail` reads, and that outlive the process. The variable
     * `REQTRAIL_JOURNAL` does the same for clients without the option; its value `1` stands for the default folder,
     * `reqtrail` in `$XDG_STATE_HOME` or in `~/.local/state`. All clients of a process that name a folder share its
     * journal. Nothing is made on the disk before there is something to write.
     */
    journal?: string | null | undefined;
    /**
     * Which calls the journal keeps: `failed`, `notable` (by default: these, and calls that were slow or had several
     * attempts) or `all`. The variable `REQTRAIL_JOURNAL_POLICY` does the same for clients without the option.
     */
    journalPolicy?: "failed" | "notable" | "all" | null | undefined;
    /**
     * Whether the thread that makes a call writes the call's record before the call returns: `always`, `never` (a thread
     * of the journal's own writes it soon after), or `auto` (by default: `always` on a local disk, `never` while the disk
     * is slow or not local). The variable `REQTRAIL_JOURNAL_SYNC` does the same for clients without the option.
     */
    journalSync?: "auto" | "always" | "never" | null | undefined;
    /**
     * Whether each record is forced to the disk, so that it survives a loss of power. It costs milliseconds. Default:
     * false.
     */
    journalFsync?: boolean | null | undefined;
    /**
     * How the URLs of attempts stand in the journal: `full` (by default: as trails show them), or `template`, for APIs
     * whose paths hold personal data.
     */
    journalUrls?: "full" | "template" | null | undefined;
    /**
     * How many bytes all journals of the folder may take: 64 MiB by default, and 1 MiB or more. The oldest records go
     * first. The variable `REQTRAIL_JOURNAL_MAX_BYTES` does the same for clients without the option.
     */
    journalMaxBytes?: number | null | undefined;
    /** How long records are kept. In milliseconds. Default: 604,800,000. */
    journalMaxAgeMs?: number | null | undefined;
    /**
     * The type of the OpenStack service that the client calls, such as `volume`, `network` or `image`; `compute` without
     * it. Trails, logs and hooks name the service so. It also says under which name `microversion` is sent: an alias of
     * the service-types authority (<https://service-types.openstack.org/>) does as well as its type. Only the dialect
     * `openstack` takes it.
     */
    service?: string | null | undefined;
}
/** Those that cross the border in ways of their own. */
export interface ClientFunctions {
    /**
     * What makes a new token: asked before the first call if the client has none, ahead of the token's end where that is
     * known, and once after a 401. One refresh serves all calls that wait for it. It runs in the `AsyncLocalStorage`
     * context of the call that asks first. Give it a client of its own: a call through the client it serves that would
     * wait for it is refused. What it throws is the `cause` of the call's error. A call that has no credential at all
     * repeats its text, and ends with its kind and category if it is an error of this package.
     */
    tokenRefresher?: (() => SecretText | PromiseLike<SecretText>) | null | undefined;
    /**
     * What is called after each attempt, before the wait that may follow it. What it throws becomes a warning of the
     * process.
     */
    onAttempt?: ((call: CallInfo, attempt: Attempt) => void) | null | undefined;
    /** What is called when a call has ended, however it ended. What it throws becomes a warning of the process. */
    onCall?: ((trail: Trail) => void) | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const CLIENT_VALUES: Readonly<Record<keyof ClientValues, readonly [number, Kind, boolean]>>;
/** The options of a request that are values. */
export interface RequestValues {
    /**
     * The time of the whole call, all attempts and waits included. A time above the client's `attemptTimeoutMs` lifts
     * that for this call too. In milliseconds.
     */
    timeoutMs?: number | null | undefined;
    /** The time of one attempt, its body included. In milliseconds. */
    attemptTimeoutMs?: number | null | undefined;
    /** The time to connect. In milliseconds. */
    connectTimeoutMs?: number | null | undefined;
    /** How many attempts the call makes at most, 1 to 32; 1 turns retries off. */
    maxAttempts?: number | null | undefined;
    /** Whether the request may be sent twice, in place of what its method says. */
    idempotent?: boolean | null | undefined;
    /** The `Idempotency-Key`, the same on every attempt. A request with a key is safe to repeat. */
    idempotencyKey?: string | null | undefined;
    /**
     * The correlation ID, in place of the call's: the ID of the request that this call serves. For OpenStack that is the
     * global request ID, `req-` and a UUID in lower case, which appears in the logs of every service on the way; a
     * malformed one is `invalid_request`, since the server would drop it in silence.
     */
    correlationId?: string | null | undefined;
    /**
     * The version of the API to ask for, such as `2.90` or `latest`, in place of the client's
     * (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
     */
    microversion?: string | null | undefined;
    /**
     * The entity tag of a response that the caller has: the `ETag` header of an earlier response, sent as it is, quotes
     * included. Where it is still current, the call succeeds with a 304 without a body. Without this option a 304 is an
     * `api` error, also to an `If-None-Match` of the caller's own.
     */
    ifNoneMatch?: string | null | undefined;
    /**
     * Further statuses that are no error, 300 to 599. A response with one of them is the call's result, as a 2xx is: it
     * is not repeated, a 401 refreshes no token, and a redirect is not followed.
     */
    acceptStatuses?: number | readonly number[] | null | undefined;
}
/** Those that cross the border in ways of their own. */
export interface RequestParts {
    /** Headers; one replaces a header of the client of the same name. */
    headers?: HeaderValues | null | undefined;
    /** A body that is sent as JSON. What JSON would lose (maps, sets, promises, bytes) is refused by its place. */
    json?: unknown;
    /** A body that is sent as it is. */
    body?: Body | null | undefined;
    /** What cancels the call. It does so at once, also in a wait or a body. */
    signal?: Signal | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const REQUEST_VALUES: Readonly<Record<keyof RequestValues, readonly [number, Kind, boolean]>>;
/** Which of the kept calls are asked for: those that match all of these. */
export interface RecentFilter {
    /** Whether only failed calls match. Default: false. */
    failed?: boolean | null | undefined;
    /** The least time that a call took. In milliseconds. */
    slowerThanMs?: number | null | undefined;
    /** The error code of a call's last attempt, in its canonical spelling. */
    code?: string | null | undefined;
    /** The path template, as in `/cameras/{id}`. */
    path?: string | null | undefined;
    /** The status that a call's last attempt got. */
    status?: number | null | undefined;
    /** How many calls are returned at most. */
    limit?: number | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const RECENT_VALUES: Readonly<Record<keyof RecentFilter, readonly [number, Kind, boolean]>>;
/** What a cloud is described by: the keys of an entry of `clouds.yaml`, as they stand there. */
export interface CloudOptions {
    /**
     * The URL of Keystone, `auth_url`, and what the way to sign in takes: `username`, `password`, `passcode`,
     * `project_name` and domains, or `application_credential_id` and `application_credential_secret`, or `token`.
     * `trust_id` stands in place of a project, and `receipt` is that of a multi-factor sign-in which continues.
     * `http_basic` takes `endpoint`, `username` and `password`.
     */
    auth?: Readonly<Record<string, SecretText>> | null | undefined;
    /**
     * The way to sign in: `password` (the default), `v3totp`, `v3multifactor`, `v3applicationcredential`, `token`,
     * `http_basic`, `admin_token` or `none`. A passcode serves one sign-in, so a client that had one does not renew its
     * token.
     */
    auth_type?: string | null | undefined;
    /** The region of the endpoint; without one it is the first of the catalog that fits. */
    region_name?: string | null | undefined;
    /** The interface of the endpoint: `public` (the default), `internal` or `admin`. */
    interface?: string | readonly string[] | null | undefined;
    /** The compute endpoint, in the place of the catalog's. */
    compute_endpoint_override?: string | null | undefined;
    /** The version of the API that requests ask for, such as `2.90`. */
    compute_default_microversion?: string | null | undefined;
    /** Whether TLS certificates are verified. Default: true. */
    verify?: boolean | null | undefined;
    /** The path of a PEM file with more certificate authorities. */
    cacert?: string | null | undefined;
    /** The path of a PEM file with a client certificate. */
    cert?: string | null | undefined;
    /** The path of a PEM file with the private key of the client certificate. */
    key?: string | null | undefined;
    /** The ways of proof of `v3multifactor`, such as `v3password` and `v3totp`. */
    auth_methods?: string | readonly string[] | null | undefined;
}
/** What values an option takes. */
export type Kind = "count" | "dialect" | "duration" | "flag" | "headers" | "moment" | "path" | "pems" | "retryBudget" | "secret" | "statuses" | "text" | "texts";
