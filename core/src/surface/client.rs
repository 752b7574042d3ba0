//! The options of a client.

macro_rules! client_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets the dialect of the API. Without one, the request ID is read from `X-Request-Id`, the token is sent
                /// as `Authorization: Bearer`, and only the status says what an error means.
                1 dialect: Dialect { };

                /// Sets the credential: an API key or a token. Trails, reports, logs and error texts never show it.
                2 token: Token { setter: into };

                /// Sets headers that every request carries; a request's own header of the same name replaces one. The
                /// values of `Authorization`, `Cookie`, headers with a secret-looking name, and headers given as
                /// secrets are redacted wherever the server repeats them.
                3 headers: DefaultHeaders { setter: hand, rust: "default_header", c: "default_header", go: "Header" };

                /// Sets a text such as `my-app/1.2` that follows `reqtrail/` and the version in the `User-Agent`.
                4 user_agent: String { setter: into };

                /// Sets the version of the API that requests ask for, such as `2.90` or `latest`
                /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions
                /// take it.
                5 microversion: String { setter: into };

                /// Sets the maximum number of attempts of a call, 1 to 32; 1 turns retries off. Repetitions after a 401
                /// and redirect hops do not count.
                6 max_attempts: u32 { default: 4, expected: "1 to 32" };

                /// Sets the upper bound of the first backoff. It doubles with each further backoff.
                7 base_delay: Duration { default: Duration::from_millis(500) };

                /// Sets the upper bound of every backoff.
                8 max_delay: Duration { default: Duration::from_secs(8) };

                /// Sets the longest `Retry-After` that a call waits for; a longer one ends the call.
                9 max_retry_after: Duration { default: Duration::from_secs(60) };

                /// Sets the retry budget that all calls of the client share, so that retries do not multiply the load of
                /// an outage. A retry takes its cost, and a success returns 1.
                10 retry_budget: Option<RetryBudget> { default: Some(RetryBudget { capacity: 500, retry_cost: 5 }), c_off: "no_retry_budget" };

                /// Sets the timeout of a whole call, including all attempts and waits. If the program sets more than 10
                /// seconds, and no `attempt_timeout`, an attempt has this timeout too.
                11 timeout: Duration { default: Duration::from_secs(60), expected: "a longer time" };

                /// Sets the timeout of one attempt, including its body.
                12 attempt_timeout: Duration { default: Duration::from_secs(10), expected: "a longer time" };

                /// Sets the timeout of connecting.
                13 connect_timeout: Duration { default: Duration::from_secs(5), expected: "a longer time" };

                /// Sets the largest body of a successful response, in bytes after decoding.
                14 max_body_bytes: u64 { default: 64 * 1024 * 1024 };

                /// Sets how many redirects a call follows at most. Only redirects within the origin are followed.
                15 max_redirects: u32 { default: 5 };

                /// Sets the query parameters whose values trails show, besides `limit`, `cursor`, `marker`, `page` and
                /// `offset`. All other values are redacted.
                16 show_query_params: Vec<String> {
                    setter: hand, default: Vec::new(), rust: "show_query_param", c: "show_query_param"
                };

                /// Sets whether attempts carry a `traceparent` header.
                17 traceparent: bool { default: true };

                /// Sets whether responses are requested compressed and then decoded (gzip, br, zstd and deflate, as far
                /// as their features are on). If not, a body is returned as it came.
                18 decompress: bool { default: true };

                /// Sets the URL of the proxy. By default it comes from the environment.
                19 proxy: Proxy {
                    default: Proxy::Environment, reqwest: "proxy` or `no_proxy", c_off: "no_proxy", go_off: "NoProxy"
                };

                /// Sets certificate authorities, as PEM texts, that are trusted in addition to those of the system.
                20 extra_ca: Vec<Vec<u8>> {
                    setter: hand, default: Vec::new(), reqwest: "tls_certs_merge", go: "ExtraCAs"
                };

                /// Sets the client certificate: a PEM text with the certificate and its private key.
                21 client_certificate: Secret { setter: into, reqwest: "identity" };

                /// Sets whether any TLS certificate is accepted. Anybody on the network path can then read and change
                /// everything, including the credential. Every trail notes it.
                22 danger_accept_invalid_certs: bool {
                    default: false, reqwest: "tls_danger_accept_invalid_certs", go: "InsecureSkipVerify"
                };

                /// Sets whether only HTTP/1.1 is used, and HTTP/2 never.
                23 http1_only: bool { default: false, reqwest: "http1_only" };

                /// Sets how many idle connections are kept, across all threads.
                24 pool_max_idle: usize { default: usize::MAX, reqwest: "pool_max_idle_per_host" };

                /// Sets how long an idle connection is kept. The longer it is idle, the likelier the server closes it
                /// just as a request goes out, which leaves the outcome of that request unknown.
                25 pool_idle_timeout: Duration { default: Duration::from_secs(15), reqwest: "pool_idle_timeout" };

                /// Sets how long an HTTP/2 connection with open streams may be silent before it is pinged. The pings, and
                /// the timeout of the attempt, detect a peer that has vanished without closing the connection.
                26 http2_ping_interval: Option<Duration> {
                    default: Some(Duration::from_secs(5)), reqwest: "http2_keep_alive_interval", c_off: "no_http2_pings",
                    go_off: "NoHTTP2Pings", expected: "a longer time"
                };

                /// Sets how long the answer to an HTTP/2 ping may take before the connection is dropped.
                27 http2_ping_timeout: Duration {
                    default: Duration::from_secs(3), reqwest: "http2_keep_alive_timeout", expected: "a longer time"
                };

                /// Sets the path of a Unix socket to connect to. The host and port of the base URL then only name the API,
                /// in `Host`, in TLS and in trails. Proxies from the environment are ignored, and setting `proxy` too is a
                /// `config` error.
                28 unix_socket: PathBuf { setter: into, reqwest: "unix_socket" };

                /// Sets the seed of the random waits, which makes them repeatable in tests.
                29 jitter_seed: u64 { go_type: "uint64", go_doc: "0 means none." };

                /// Sets addresses of hosts that are then not looked up, each as curl's `--resolve` has it:
                /// `HOST:PORT:ADDRESS[,ADDRESS]…`. Connections to that host and port go to the addresses, while `Host`, TLS
                /// and trails keep the name. `*` as the host matches every name, and the last of several entries for a host
                /// wins. The name of a proxy is resolved this way too, but not the names that the proxy looks up itself.
                30 resolve: Vec<String> {
                    setter: [String], default: Vec::new(), reqwest: "resolve_to_addrs",
                    expected: "HOST:PORT:ADDRESS", example: "api.example:443:10.0.0.7"
                };

                /// Sets the file that the client's exchanges are recorded in, as a script that replays them without a
                /// network. It contains bodies, but no known secrets. `REQTRAIL_RECORD` in the environment does the same
                /// for every client. Both need `REQTRAIL_ALLOW_RECORD=1` in the environment; without it the option is a
                /// `config` error. An existing recording is replaced, and warnings say what differs.
                31 record: PathBuf {
                    setter: hand, example: "session.json", permission: "REQTRAIL_ALLOW_RECORD"
                };

                /// Sets faults that are injected at random into the client's calls, for staging:
                /// `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`. The environment has to allow it
                /// with `REQTRAIL_ALLOW_CHAOS=1`; `REQTRAIL_CHAOS` then does the same for clients without the option.
                /// Every trail notes it.
                32 chaos: String {
                    setter: hand, example: "503@10%", permission: "REQTRAIL_ALLOW_CHAOS"
                };

                /// Sets whether the client keeps the trails of its last calls in memory, where its recorder finds them.
                33 recorder: bool { default: true };

                /// Sets the duration from which a call counts as slow. The recorder and the journal keep slow calls even
                /// if they succeeded.
                34 slow_after: Duration { default: Duration::from_secs(1) };

                /// Sets the name by which the journal and its readers know the program. The default is the variable
                /// `REQTRAIL_SERVICE`, or else the name of the program.
                35 service_name: String { setter: into, example: "checkout" };

                /// Sets the folder of the journal: files that outlive the process and that the command `reqtrail` reads. The
                /// variable `REQTRAIL_JOURNAL` does the same for clients without the option; its value `1` stands for the
                /// default folder, `reqtrail` in `$XDG_STATE_HOME` or in `~/.local/state`. All clients of a process with the
                /// same folder share its journal. Nothing is created on disk before there is something to write.
                36 journal: PathBuf { setter: into, example: "journal-of-no-call" };

                /// Sets which calls the journal keeps: `failed`, `notable` (by default: these, and calls that were slow or had
                /// several attempts) or `all`. The variable `REQTRAIL_JOURNAL_POLICY` does the same for clients without the
                /// option.
                37 journal_policy: JournalPolicy {
                    example: "failed", node_type: "\"failed\" | \"notable\" | \"all\"",
                    python_type: "Literal[\"failed\", \"notable\", \"all\"]"
                };

                /// Sets whether the thread that makes a call writes its record before the call returns: `always`, `never`
                /// (the journal's thread writes it soon after), or `auto` (by default: `always` on a local disk, `never`
                /// while the disk is slow or not local). The variable `REQTRAIL_JOURNAL_SYNC` does the same for clients
                /// without the option.
                38 journal_sync: JournalSync {
                    example: "never", node_type: "\"auto\" | \"always\" | \"never\"",
                    python_type: "Literal[\"auto\", \"always\", \"never\"]"
                };

                /// Sets whether each record is flushed to the disk (fsync), so that it survives a power loss. It costs
                /// milliseconds per record.
                39 journal_fsync: bool { default: false };

                /// Sets how the journal writes the URLs of attempts: `full` (by default: as trails show them), or
                /// `template`, for APIs whose paths hold personal data.
                40 journal_urls: JournalUrls {
                    example: "template", node_type: "\"full\" | \"template\"",
                    python_type: "Literal[\"full\", \"template\"]"
                };

                /// Sets how many bytes all journals of the folder may take together: 64 MiB by default, at least 1 MiB. The
                /// oldest records are deleted first. The variable `REQTRAIL_JOURNAL_MAX_BYTES` does the same for clients
                /// without the option.
                41 journal_max_bytes: u64 { example: "2097152" };

                /// Sets how long records are kept.
                42 journal_max_age: Duration { default: Duration::from_secs(604800) };

                /// Sets the type of the OpenStack service that the client calls, such as `volume`, `network` or `image`;
                /// `compute` by default. Trails, logs and hooks name the service so, and it decides under which name
                /// `microversion` is sent. An alias of the service-types authority (<https://service-types.openstack.org/>)
                /// works too. Only the dialect `openstack` takes it.
                43 service: String { setter: into, example: "volume" };
            }
            by_hand {
                /// Sets the function that returns a new token. It is called before the first call if the client has none,
                /// before the token expires where that is known, and once after a 401. One refresh serves all calls that
                /// wait for it.
                token_refresher {
                    node_type: "() => SecretText | PromiseLike<SecretText>",
                    go_type: "func(ctx context.Context) (Token, error)",
                    python_doc: "It runs in a copy of the context of the call that asks (`contextvars`), on a separate \
                        thread; a coroutine function, which only an asyncio client takes, on the loop of that call.",
                    node_doc: "It runs in the `AsyncLocalStorage` context of the call that asks first. Give it a separate \
                        client: a call through the client it serves that would wait for it is refused. What it throws is \
                        the `cause` of the call's error. A call that has no credential at all repeats its text, and ends \
                        with its kind and category if it is an error of this package.",
                    go_doc: "It runs on a separate goroutine and may block. Its context has the values of the context of \
                        the call that asks, but not its end: it ends as soon as the client is closed, also while calls \
                        are under way. It must not wait for its own client: a call through that, with its context, is \
                        refused if it would need the new token. If it fails, the 401 is the call's error. A call \
                        without a first credential ends with the kind and the category of the [*Error] that the \
                        refresher's error is or wraps, and otherwise with [KindAPI] and [CategoryAuthentication]; its text \
                        names the request ID. [errors.Is] finds the refresher's error in both."
                };

                /// Sets the function that is called after each attempt, before the wait that may follow.
                on_attempt {
                    python_type: "Callable[[CallInfo, Attempt], object]",
                    node_type: "(call: CallInfo, attempt: Attempt) => void",
                    go_type: "func(CallInfo, Attempt)",
                    node_doc: "What it throws becomes a warning of the process.",
                    go_doc: "It gets the attempts of one call in order, and may get those of several calls at the same \
                        time. A call returns when OnAttempt has got all its attempts. A call whose context ends returns \
                        at once, and OnAttempt gets the rest later. A panic in it is logged, and the call continues."
                };

                /// Sets the function that is called when a call has ended, however it ended.
                on_call {
                    python_type: "Callable[[Trail], object]",
                    node_type: "(trail: Trail) => void",
                    go_type: "func(*Trail)",
                    node_doc: "What it throws becomes a warning of the process.",
                    go_doc: "It is called before the call returns, with the same exception as OnAttempt."
                };
            }
        }
    };
}
pub(crate) use client_options;
