//! The options of a client.

macro_rules! client_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets the dialect of the API. Without one the request ID is read from `X-Request-Id`, the token goes out
                /// as `Authorization: Bearer`, and statuses alone tell what an error means.
                1 dialect: Dialect { };

                /// Sets the credential: an API key, or a token. Trails, reports, logs and error texts never show it.
                2 token: Token { setter: into };

                /// Sets headers of every request; a request's own header of the same name replaces one. The values of
                /// `Authorization`, `Cookie` and headers whose names say so, and those that are given as secrets, are
                /// redacted wherever the server repeats them.
                3 headers: DefaultHeaders { setter: hand, rust: "default_header", c: "default_header", go: "Header" };

                /// Sets a text such as `my-app/1.2` that follows `reqtrail/` and the version in the `User-Agent`.
                4 user_agent: String { setter: into };

                /// Sets the version of the API that requests ask for, such as `2.90` or `latest`
                /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions
                /// take it.
                5 microversion: String { setter: into };

                /// Sets how many attempts a call makes at most, 1 to 32; 1 turns retries off. Repetitions after a 401 and
                /// redirect hops do not count.
                6 max_attempts: u32 { default: 4, expected: "1 to 32" };

                /// Sets the bound of the first backoff; each further one is twice as long.
                7 base_delay: Duration { default: Duration::from_millis(500) };

                /// Sets the bound of every backoff.
                8 max_delay: Duration { default: Duration::from_secs(8) };

                /// Sets the longest `Retry-After` that is waited for; a longer one ends the call.
                9 max_retry_after: Duration { default: Duration::from_secs(60) };

                /// Sets the retry budget that all calls of the client share, so that an outage is not multiplied. A retry
                /// takes its cost, a success gives 1 back.
                10 retry_budget: Option<RetryBudget> { default: Some(RetryBudget { capacity: 500, retry_cost: 5 }), c_off: "no_retry_budget" };

                /// Sets the time of a whole call, all attempts and waits included. A time above 10 seconds is the time of an
                /// attempt too, unless `attempt_timeout` sets another.
                11 timeout: Duration { default: Duration::from_secs(60), expected: "a longer time" };

                /// Sets the time of one attempt, its body included.
                12 attempt_timeout: Duration { default: Duration::from_secs(10), expected: "a longer time" };

                /// Sets the time to connect.
                13 connect_timeout: Duration { default: Duration::from_secs(5), expected: "a longer time" };

                /// Sets the largest body of a success, in bytes after decoding.
                14 max_body_bytes: u64 { default: 64 * 1024 * 1024 };

                /// Sets how many redirects a call follows; they never leave the origin.
                15 max_redirects: u32 { default: 5 };

                /// Sets the query parameters whose values trails show, besides `limit`, `cursor`, `marker`, `page` and
                /// `offset`. The values of others are redacted.
                16 show_query_params: Vec<String> {
                    setter: hand, default: Vec::new(), rust: "show_query_param", c: "show_query_param"
                };

                /// Sets whether attempts carry a `traceparent` header.
                17 traceparent: bool { default: true };

                /// Sets whether content codings are used: gzip, br, zstd and deflate, as far as their features are on. If
                /// not, a body is given as it came.
                18 decompress: bool { default: true };

                /// Sets the URL of the proxy. By default the environment names it.
                19 proxy: Proxy {
                    default: Proxy::Environment, reqwest: "proxy` or `no_proxy", c_off: "no_proxy", go_off: "NoProxy"
                };

                /// Sets PEM texts of certificate authorities that are trusted besides those of the system.
                20 extra_ca: Vec<Vec<u8>> {
                    setter: hand, default: Vec::new(), reqwest: "tls_certs_merge", go: "ExtraCAs"
                };

                /// Sets the client's own certificate: a PEM text with the certificate and its private key.
                21 client_certificate: Secret { setter: into, reqwest: "identity" };

                /// Sets whether any TLS certificate is accepted. Anybody on the way can then read and change everything,
                /// the credential included; every trail says so.
                22 danger_accept_invalid_certs: bool {
                    default: false, reqwest: "tls_danger_accept_invalid_certs", go: "InsecureSkipVerify"
                };

                /// Sets whether HTTP/2 is left out.
                23 http1_only: bool { default: false, reqwest: "http1_only" };

                /// Sets how many idle connections are kept, by all threads together.
                24 pool_max_idle: usize { default: usize::MAX, reqwest: "pool_max_idle_per_host" };

                /// Sets how long an idle connection is kept. The older it is, the likelier the server closes it just as a
                /// request goes out, which leaves that request's outcome unknown.
                25 pool_idle_timeout: Duration { default: Duration::from_secs(15), reqwest: "pool_idle_timeout" };

                /// Sets how long an HTTP/2 connection with open streams may be silent before the peer is pinged. A peer that
                /// vanishes without a word is noticed so, and by the attempt's own timeout.
                26 http2_ping_interval: Option<Duration> {
                    default: Some(Duration::from_secs(5)), reqwest: "http2_keep_alive_interval", c_off: "no_http2_pings",
                    go_off: "NoHTTP2Pings", expected: "a longer time"
                };

                /// Sets how long the answer to an HTTP/2 ping may take before the connection is given up.
                27 http2_ping_timeout: Duration {
                    default: Duration::from_secs(3), reqwest: "http2_keep_alive_timeout", expected: "a longer time"
                };

                /// Sets the path of a Unix socket to connect to. The base URL's host and port then only name the API: in
                /// `Host`, in TLS and in trails. No proxy of the environment is used, and `proxy` is a `config` error beside
                /// it.
                28 unix_socket: PathBuf { setter: into, reqwest: "unix_socket" };

                /// Sets the seed of the random waits, which makes them repeatable, for tests.
                29 jitter_seed: u64 { go_type: "uint64", go_doc: "0 stands for none." };

                /// Sets addresses of hosts that are then not looked up, each as curl's `--resolve` has it:
                /// `HOST:PORT:ADDRESS[,ADDRESS]…`. Connections to that host and port go to the addresses, while `Host`, TLS
                /// and trails keep the name. `*` as the host stands for every name; of several entries for a host the last
                /// counts. A proxy is found this way too, but what it looks up itself is not.
                30 resolve: Vec<String> {
                    setter: [String], default: Vec::new(), reqwest: "resolve_to_addrs",
                    expected: "HOST:PORT:ADDRESS", example: "api.example:443:10.0.0.7"
                };

                /// Sets the file that the client's exchanges are recorded in, as a script that plays them again without a
                /// network: bodies and all, but without the secrets that are known. `REQTRAIL_RECORD` in the environment
                /// does the same for every client. Both need `REQTRAIL_ALLOW_RECORD=1` in the environment; without it the
                /// option is a `config` error. A recording that is there is replaced, and warnings say what is different.
                31 record: PathBuf {
                    setter: hand, example: "session.json", permission: "REQTRAIL_ALLOW_RECORD"
                };

                /// Sets faults that are injected into the client's calls by chance, for staging:
                /// `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`. The environment has to allow it by
                /// `REQTRAIL_ALLOW_CHAOS=1`; then `REQTRAIL_CHAOS` does the same for clients without the option. Every trail
                /// says so.
                32 chaos: String {
                    setter: hand, example: "503@10%", permission: "REQTRAIL_ALLOW_CHAOS"
                };

                /// Sets whether the client keeps the trails of its last calls in memory, where its recorder finds them.
                33 recorder: bool { default: true };

                /// Sets the least time that a slow call takes. The recorder and the journal keep slow calls although they
                /// succeeded.
                34 slow_after: Duration { default: Duration::from_secs(1) };

                /// Sets the name by which the journal and its readers know the program. By default it is what the variable
                /// `REQTRAIL_SERVICE` says, else the name of the program.
                35 service_name: String { setter: into, example: "checkout" };

                /// Sets the folder of the journal: files that the command `reqtrail` reads, and that outlive the process. The
                /// variable `REQTRAIL_JOURNAL` does the same for clients without the option; its value `1` stands for the
                /// default folder, `reqtrail` in `$XDG_STATE_HOME` or in `~/.local/state`. All clients of a process that name
                /// a folder share its journal. Nothing is made on the disk before there is something to write.
                36 journal: PathBuf { setter: into, example: "journal-of-no-call" };

                /// Sets which calls the journal keeps: `failed`, `notable` (by default: these, and calls that were slow or had
                /// several attempts) or `all`. The variable `REQTRAIL_JOURNAL_POLICY` does the same for clients without the
                /// option.
                37 journal_policy: JournalPolicy {
                    example: "failed", node_type: "\"failed\" | \"notable\" | \"all\"",
                    python_type: "Literal[\"failed\", \"notable\", \"all\"]"
                };

                /// Sets whether the thread that makes a call writes the call's record before the call returns: `always`,
                /// `never` (a thread of the journal's own writes it soon after), or `auto` (by default: `always` on a local
                /// disk, `never` while the disk is slow or not local). The variable `REQTRAIL_JOURNAL_SYNC` does the same for
                /// clients without the option.
                38 journal_sync: JournalSync {
                    example: "never", node_type: "\"auto\" | \"always\" | \"never\"",
                    python_type: "Literal[\"auto\", \"always\", \"never\"]"
                };

                /// Sets whether each record is forced to the disk, so that it survives a loss of power. It costs milliseconds.
                39 journal_fsync: bool { default: false };

                /// Sets how the URLs of attempts stand in the journal: `full` (by default: as trails show them), or `template`,
                /// for APIs whose paths hold personal data.
                40 journal_urls: JournalUrls {
                    example: "template", node_type: "\"full\" | \"template\"",
                    python_type: "Literal[\"full\", \"template\"]"
                };

                /// Sets how many bytes all journals of the folder may take: 64 MiB by default, and 1 MiB or more. The oldest
                /// records go first. The variable `REQTRAIL_JOURNAL_MAX_BYTES` does the same for clients without the option.
                41 journal_max_bytes: u64 { example: "2097152" };

                /// Sets how long records are kept.
                42 journal_max_age: Duration { default: Duration::from_secs(604800) };

                /// Sets the type of the OpenStack service that the client calls, such as `volume`, `network` or `image`;
                /// `compute` without it. Trails, logs and hooks name the service so. It also says under which name
                /// `microversion` is sent: an alias of the service-types authority
                /// (<https://service-types.openstack.org/>) does as well as its type. Only the dialect `openstack` takes it.
                43 service: String { setter: into, example: "volume" };
            }
            by_hand {
                /// Sets what makes a new token: asked before the first call if the client has none, ahead of the token's end
                /// where that is known, and once after a 401. One refresh serves all calls that wait for it.
                token_refresher {
                    node_type: "() => SecretText | PromiseLike<SecretText>",
                    go_type: "func(ctx context.Context) (Token, error)",
                    python_doc: "It runs in a copy of the context of the call that asks (`contextvars`), on a thread of its \
                        own; a coroutine function, which an asyncio client alone takes, on the loop of that call.",
                    node_doc: "It runs in the `AsyncLocalStorage` context of the call that asks first. Give it a client of \
                        its own: a call through the client it serves that would wait for it is refused. What it throws is \
                        the `cause` of the call's error. A call that has no credential at all repeats its text, and ends \
                        with its kind and category if it is an error of this package.",
                    go_doc: "It runs on a separate goroutine and may block. Its context has the values of the context of \
                        the call that asks, but not its end: it ends as soon as the client is closed, also while calls \
                        are under way. It must not wait for its own client: a call through that, with its context, is \
                        refused where it would need the new token. If it fails, the 401 is the call's error. A call \
                        without a first credential ends with the kind and the category of the [*Error] that the \
                        refresher's error is or wraps, and else with [KindAPI] and [CategoryAuthentication]; its text \
                        names the request ID. [errors.Is] finds the refresher's error in both."
                };

                /// Sets what is called after each attempt, before the wait that may follow it.
                on_attempt {
                    python_type: "Callable[[CallInfo, Attempt], object]",
                    node_type: "(call: CallInfo, attempt: Attempt) => void",
                    go_type: "func(CallInfo, Attempt)",
                    node_doc: "What it throws becomes a warning of the process.",
                    go_doc: "It gets the attempts of one call in order, and may get those of several calls at the same \
                        time. A call returns when OnAttempt has got all its attempts. A call whose context ends returns \
                        at once, and OnAttempt gets the rest later. A panic in it is logged, and the call goes on."
                };

                /// Sets what is called when a call has ended, however it ended.
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
