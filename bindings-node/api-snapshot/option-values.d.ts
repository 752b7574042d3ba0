/** The options that are values. */
import type { CustomDialect } from "./custom-dialect.js";
import type { Body, HeaderValues, Pem, RetryBudget, SecretText } from "./option-types.js";
import type { Signal } from "./platform.js";
import type { Attempt, CallInfo, Trail } from "./trail.js";
/** The options of a client that are values. What is left out keeps its default. */
export interface ClientValues {
    /**
     * The dialect of the API. Without one, the request ID is read from `X-Request-Id`, the token is sent as
     * `Authorization: Bearer`, and only the status says what an error means.
     */
    dialect?: "novavms" | "openstack" | CustomDialect | (string & {}) | null | undefined;
    /** The credential: an API key or a token. Trails, reports, logs and error texts never show it. */
    token?: SecretText | null | undefined;
    /**
     * Headers that every request carries; a request's own header of the same name replaces one. The values of
     * `Authorization`, `Cookie`, headers with a secret-looking name, and headers given as secrets are redacted wherever
     * the server repeats them.
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
     * The maximum number of attempts of a call, 1 to 32; 1 turns retries off. Repetitions after a 401 and redirect hops
     * do not count. Default: 4.
     */
    maxAttempts?: number | null | undefined;
    /** The upper bound of the first backoff. It doubles with each further backoff. In milliseconds. Default: 500. */
    baseDelayMs?: number | null | undefined;
    /** The upper bound of every backoff. In milliseconds. Default: 8,000. */
    maxDelayMs?: number | null | undefined;
    /** The longest `Retry-After` that a call waits for; a longer one ends the call. In milliseconds. Default: 60,000. */
    maxRetryAfterMs?: number | null | undefined;
    /**
     * The retry budget that all calls of the client share, so that retries do not multiply the load of an outage. A retry
     * takes its cost, and a success returns 1. `null` turns it off. Default: a capacity of 500 and a cost of 5.
     */
    retryBudget?: RetryBudget | null | undefined;
    /**
     * The timeout of a whole call, including all attempts and waits. If the program sets more than 10 seconds, and no
     * `attemptTimeoutMs`, an attempt has this timeout too. In milliseconds. Default: 60,000.
     */
    timeoutMs?: number | null | undefined;
    /** The timeout of one attempt, including its body. In milliseconds. Default: 10,000. */
    attemptTimeoutMs?: number | null | undefined;
    /** The timeout of connecting. In milliseconds. Default: 5,000. */
    connectTimeoutMs?: number | null | undefined;
    /** The largest body of a successful response, in bytes after decoding. Default: 64 MiB. */
    maxBodyBytes?: number | null | undefined;
    /** How many redirects a call follows at most. Only redirects within the origin are followed. Default: 5. */
    maxRedirects?: number | null | undefined;
    /**
     * The query parameters whose values trails show, besides `limit`, `cursor`, `marker`, `page` and `offset`. All other
     * values are redacted.
     */
    showQueryParams?: string | readonly string[] | null | undefined;
    /** Whether attempts carry a `traceparent` header. Default: true. */
    traceparent?: boolean | null | undefined;
    /**
     * Whether responses are requested compressed and then decoded (gzip, br, zstd and deflate, as far as their features
     * are on). If not, a body is returned as it came. Default: true.
     */
    decompress?: boolean | null | undefined;
    /** The URL of the proxy. By default it comes from the environment. `null` turns it off. */
    proxy?: SecretText | null | undefined;
    /** Certificate authorities, as PEM texts, that are trusted in addition to those of the system. */
    extraCa?: Pem | readonly Pem[] | null | undefined;
    /** The client certificate: a PEM text with the certificate and its private key. */
    clientCertificate?: SecretText | null | undefined;
    /**
     * Whether any TLS certificate is accepted. Anybody on the network path can then read and change everything, including
     * the credential. Every trail notes it. Default: false.
     */
    dangerAcceptInvalidCerts?: boolean | null | undefined;
    /** Whether only HTTP/1.1 is used, and HTTP/2 never. Default: false. */
    http1Only?: boolean | null | undefined;
    /** How many idle connections are kept, across all threads. Default: unlimited. */
    poolMaxIdle?: number | null | undefined;
    /**
     * How long an idle connection is kept. The longer it is idle, the likelier the server closes it just as a request
     * goes out, which leaves the outcome of that request unknown. In milliseconds. Default: 15,000.
     */
    poolIdleTimeoutMs?: number | null | undefined;
    /**
     * How long an HTTP/2 connection with open streams may be silent before it is pinged. The pings, and the timeout of
     * the attempt, detect a peer that has vanished without closing the connection. `null` turns it off. In milliseconds.
     * Default: 5,000.
     */
    http2PingIntervalMs?: number | null | undefined;
    /**
     * How long the answer to an HTTP/2 ping may take before the connection is dropped. In milliseconds. Default: 3,000.
     */
    http2PingTimeoutMs?: number | null | undefined;
    /**
     * The path of a Unix socket to connect to. The host and port of the base URL then only name the API, in `Host`, in
     * TLS and in trails. Proxies from the environment are ignored, and setting `proxy` too is a `config` error.
     */
    unixSocket?: string | null | undefined;
    /** The seed of the random waits, which makes them repeatable in tests. */
    jitterSeed?: number | null | undefined;
    /**
     * Addresses of hosts that are then not looked up, each as curl's `--resolve` has it: `HOST:PORT:ADDRESS[,ADDRESS]…`.
     * Connections to that host and port go to the addresses, while `Host`, TLS and trails keep the name. `*` as the host
     * matches every name, and the last of several entries for a host wins. The name of a proxy is resolved this way too,
     * but not the names that the proxy looks up itself.
     */
    resolve?: string | readonly string[] | null | undefined;
    /**
     * The file that the client's exchanges are recorded in, as a script that replays them without a network. It contains
     * bodies, but no known secrets. `REQTRAIL_RECORD` in the environment does the same for every client. Both need
     * `REQTRAIL_ALLOW_RECORD=1` in the environment; without it the option is a `config` error. An existing recording is
     * replaced, and warnings say what differs.
     */
    record?: string | null | undefined;
    /**
     * Faults that are injected at random into the client's calls, for staging:
     * `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`. The environment has to allow it with
     * `REQTRAIL_ALLOW_CHAOS=1`; `REQTRAIL_CHAOS` then does the same for clients without the option. Every trail notes it.
     */
    chaos?: string | null | undefined;
    /** Whether the client keeps the trails of its last calls in memory, where its recorder finds them. Default: true. */
    recorder?: boolean | null | undefined;
    /**
     * The duration from which a call counts as slow. The recorder and the journal keep slow calls even if they succeeded.
     * In milliseconds. Default: 1,000.
     */
    slowAfterMs?: number | null | undefined;
    /**
     * The name by which the journal and its readers know the program. The default is the variable `REQTRAIL_SERVICE`, or
     * else the name of the program.
     */
    serviceName?: string | null | undefined;
    /**
     * The folder of the journal: files that outlive the process and that the command `reqtrail` reads. The variable
     * `REQTRAIL_JOURNAL` does the same for clients without the option; its value `1` stands for the default folder,
     * `reqtrail` in `$XDG_STATE_HOME` or in `~/.local/state`. All clients of a process with the same folder share its
     * journal. Nothing is created on disk before there is something to write.
     */
    journal?: string | null | undefined;
    /**
     * Which calls the journal keeps: `failed`, `notable` (by default: these, and calls that were slow or had several
     * attempts) or `all`. The variable `REQTRAIL_JOURNAL_POLICY` does the same for clients without the option.
     */
    journalPolicy?: "failed" | "notable" | "all" | null | undefined;
    /**
     * Whether the thread that makes a call writes its record before the call returns: `always`, `never` (the journal's
     * thread writes it soon after), or `auto` (by default: `always` on a local disk, `never` while the disk is slow or
     * not local). The variable `REQTRAIL_JOURNAL_SYNC` does the same for clients without the option.
     */
    journalSync?: "auto" | "always" | "never" | null | undefined;
    /**
     * Whether each record is flushed to the disk (fsync), so that it survives a power loss. It costs milliseconds per
     * record. Default: false.
     */
    journalFsync?: boolean | null | undefined;
    /**
     * How the journal writes the URLs of attempts: `full` (by default: as trails show them), or `template`, for APIs
     * whose paths hold personal data.
     */
    journalUrls?: "full" | "template" | null | undefined;
    /**
     * How many bytes all journals of the folder may take together: 64 MiB by default, at least 1 MiB. The oldest records
     * are deleted first. The variable `REQTRAIL_JOURNAL_MAX_BYTES` does the same for clients without the option.
     */
    journalMaxBytes?: number | null | undefined;
    /** How long records are kept. In milliseconds. Default: 604,800,000. */
    journalMaxAgeMs?: number | null | undefined;
    /**
     * The type of the OpenStack service that the client calls, such as `volume`, `network` or `image`; `compute` by
     * default. Trails, logs and hooks name the service so, and it decides under which name `microversion` is sent. An
     * alias of the service-types authority (<https://service-types.openstack.org/>) works too. Only the dialect
     * `openstack` takes it.
     */
    service?: string | null | undefined;
}
/** Options whose values are converted in other ways than by their kind. */
export interface ClientFunctions {
    /**
     * The function that returns a new token. It is called before the first call if the client has none, before the token
     * expires where that is known, and once after a 401. One refresh serves all calls that wait for it. It runs in the
     * `AsyncLocalStorage` context of the call that asks first. Give it a separate client: a call through the client it
     * serves that would wait for it is refused. What it throws is the `cause` of the call's error. A call that has no
     * credential at all repeats its text, and ends with its kind and category if it is an error of this package.
     */
    tokenRefresher?: (() => SecretText | PromiseLike<SecretText>) | null | undefined;
    /**
     * The function that is called after each attempt, before the wait that may follow. What it throws becomes a warning
     * of the process.
     */
    onAttempt?: ((call: CallInfo, attempt: Attempt) => void) | null | undefined;
    /**
     * The function that is called when a call has ended, however it ended. What it throws becomes a warning of the
     * process.
     */
    onCall?: ((trail: Trail) => void) | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const CLIENT_VALUES: Readonly<Record<keyof ClientValues, readonly [number, Kind, boolean]>>;
/** The options of a request that are values. */
export interface RequestValues {
    /**
     * The timeout of the whole call, including all attempts and waits. A value above the client's `attemptTimeoutMs`
     * raises that for this call too. In milliseconds.
     */
    timeoutMs?: number | null | undefined;
    /** The timeout of one attempt, including its body. In milliseconds. */
    attemptTimeoutMs?: number | null | undefined;
    /** The timeout of connecting. In milliseconds. */
    connectTimeoutMs?: number | null | undefined;
    /** The maximum number of attempts, 1 to 32; 1 turns retries off. */
    maxAttempts?: number | null | undefined;
    /** Whether the request may be sent twice. By default its method decides. */
    idempotent?: boolean | null | undefined;
    /** The `Idempotency-Key`, the same on every attempt. A request with a key is safe to repeat. */
    idempotencyKey?: string | null | undefined;
    /**
     * The correlation ID, the ID of the request that this call serves, instead of one made from the call ID. For
     * OpenStack it is the global request ID, `req-` and a UUID in lower case, which appears in the logs of every service
     * on the way. A malformed one is an `invalid_request` error, since the server would drop it silently.
     */
    correlationId?: string | null | undefined;
    /**
     * The version of the API to ask for, such as `2.90` or `latest`, instead of the client's
     * (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
     */
    microversion?: string | null | undefined;
    /**
     * The entity tag of a response that the caller has: the `ETag` header of an earlier response, sent unchanged,
     * including the quotes. If it is still current, the call succeeds with a 304 without a body. Without this option a
     * 304 is an `api` error, even if the caller sets the header `If-None-Match`.
     */
    ifNoneMatch?: string | null | undefined;
    /**
     * Further statuses, 300 to 599, that are not errors. A response with one of them is the result of the call, like a
     * 2xx: the request is not retried, a 401 does not refresh the token, and a redirect is not followed.
     */
    acceptStatuses?: number | readonly number[] | null | undefined;
}
/** Options whose values are converted in other ways than by their kind. */
export interface RequestParts {
    /** Headers; one replaces the client's header of the same name. */
    headers?: HeaderValues | null | undefined;
    /**
     * A body that is sent as JSON. What JSON would lose (maps, sets, promises, bytes) is refused; the error names its
     * place.
     */
    json?: unknown;
    /** A body that is sent unchanged. */
    body?: Body | null | undefined;
    /** What cancels the call. It works at once, also during a wait or a body. */
    signal?: Signal | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const REQUEST_VALUES: Readonly<Record<keyof RequestValues, readonly [number, Kind, boolean]>>;
/** Which of the kept calls are asked for: those that match all of these. */
export interface RecentFilter {
    /** Whether only failed calls match. Default: false. */
    failed?: boolean | null | undefined;
    /** The minimum duration of a call. In milliseconds. */
    slowerThanMs?: number | null | undefined;
    /** The error code of a call's last attempt, in its canonical spelling. */
    code?: string | null | undefined;
    /** The path template, as in `/cameras/{id}`. */
    path?: string | null | undefined;
    /** The status of a call's last attempt. */
    status?: number | null | undefined;
    /** The maximum number of calls to return. */
    limit?: number | null | undefined;
}
/** The number and the kind of each, and whether `null` is a value of it. */
export declare const RECENT_VALUES: Readonly<Record<keyof RecentFilter, readonly [number, Kind, boolean]>>;
/**
 * Keys of an entry of `clouds.yaml` for one service, such as `volume_interface` or `image_endpoint_override`. The service
 * has any name of the service-types authority, with `_` for `-`.
 */
export interface ServiceKeys {
    [key: `${string}_endpoint_override`]: string | null | undefined;
    [key: `${string}_interface`]: string | readonly string[] | null | undefined;
    [key: `${string}_region_name`]: string | null | undefined;
    [key: `${string}_service_type`]: string | null | undefined;
    [key: `${string}_default_microversion`]: string | null | undefined;
    [key: `${string}_api_version`]: string | number | null | undefined;
}
/** A cloud, with the keys of an entry of `clouds.yaml`, unchanged. */
export interface CloudOptions extends ServiceKeys {
    /**
     * The URL of Keystone, `auth_url`, and what the way to sign in takes: `username`, `password`, `passcode`,
     * `project_name` and domains, or `application_credential_id` and `application_credential_secret`, or `token`.
     * `trust_id` replaces the project, and `receipt` continues a multi-factor sign-in. `http_basic` takes `endpoint`,
     * `username` and `password`.
     */
    auth?: Readonly<Record<string, SecretText>> | null | undefined;
    /**
     * The way to sign in: `password` (the default), `v3totp`, `v3multifactor`, `v3applicationcredential`, `token`,
     * `http_basic`, `admin_token` or `none`. A passcode serves one sign-in, so a client that had one does not renew its
     * token.
     */
    auth_type?: string | null | undefined;
    /** The region of the endpoint; the default is the first endpoint of the catalog that fits. */
    region_name?: string | null | undefined;
    /** The interface of the endpoint: `public` (the default), `internal` or `admin`. */
    interface?: string | readonly string[] | null | undefined;
    /** The compute endpoint, instead of the catalog's. */
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
    /** The methods of `v3multifactor`, such as `v3password` and `v3totp`. */
    auth_methods?: string | readonly string[] | null | undefined;
}
/** What values an option takes. */
export type Kind = "count" | "dialect" | "duration" | "flag" | "headers" | "moment" | "path" | "pems" | "retryBudget" | "secret" | "statuses" | "text" | "texts";
