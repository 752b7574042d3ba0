//! The options of a client that are values

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use reqtrail::Secret;
use reqtrail::host::Value;

use crate::numbers::duration;
use crate::options::reqtrail_client_options;

export! {
    /// Sets the dialect of the API. Without one, the request ID is read from `X-Request-Id`, the token is sent as
    /// `Authorization: Bearer`, and only the status says what an error means.
    fn reqtrail_client_options_dialect(options: &mut reqtrail_client_options, name: text) sets {
        options.option(1, Value::Text(name.to_owned()))?;
    }

    /// Like `reqtrail_client_options_dialect`, but takes a description as JSON, for an API that is not built in;
    /// docs/custom-dialect.md has the fields.
    fn reqtrail_client_options_dialect_json(options: &mut reqtrail_client_options, json: text) sets {
        options.option(1, Value::Bytes(json.as_bytes().to_owned()))?;
    }

    /// Sets the credential: an API key or a token. Trails, reports, logs and error texts never show it.
    fn reqtrail_client_options_token(options: &mut reqtrail_client_options, token: text) sets {
        options.option(2, Value::Secret(Secret::from(token)))?;
    }

    /// Sets headers that every request carries; a request's own header of the same name replaces one. The values of
    /// `Authorization`, `Cookie`, headers with a secret-looking name, and headers given as secrets are redacted
    /// wherever the server repeats them. Each call adds one.
    fn reqtrail_client_options_default_header(options: &mut reqtrail_client_options, name: text, value: text) sets {
        options.option(3, Value::Pairs(vec![(name.to_owned(), Value::Text(value.to_owned()))]))?;
    }

    /// Like `reqtrail_client_options_default_header`, but the value is a secret: it is redacted wherever the server
    /// repeats it.
    fn reqtrail_client_options_default_secret_header(options: &mut reqtrail_client_options, name: text, value: text) sets {
        options.option(3, Value::Pairs(vec![(name.to_owned(), Value::Secret(Secret::from(value)))]))?;
    }

    /// Sets a text such as `my-app/1.2` that follows `reqtrail/` and the version in the `User-Agent`.
    fn reqtrail_client_options_user_agent(options: &mut reqtrail_client_options, user_agent: text) sets {
        options.option(4, Value::Text(user_agent.to_owned()))?;
    }

    /// Sets the version of the API that requests ask for, such as `2.90` or `latest`
    /// (<https://docs.openstack.org/api-guide/compute/microversions.html>). Only dialects that have versions take it.
    fn reqtrail_client_options_microversion(options: &mut reqtrail_client_options, microversion: text) sets {
        options.option(5, Value::Text(microversion.to_owned()))?;
    }

    /// Sets the maximum number of attempts of a call, 1 to 32; 1 turns retries off. Repetitions after a 401 and
    /// redirect hops do not count. Default: 4.
    fn reqtrail_client_options_max_attempts(options: &mut reqtrail_client_options, max_attempts: u32) sets {
        options.option(6, Value::Integer(max_attempts.into()))?;
    }

    /// Sets the upper bound of the first backoff. It doubles with each further backoff. In milliseconds. Default: 500.
    fn reqtrail_client_options_base_delay_ms(options: &mut reqtrail_client_options, base_delay: u64) sets {
        options.option(7, Value::Duration(duration(base_delay)))?;
    }

    /// Sets the upper bound of every backoff. In milliseconds. Default: 8,000.
    fn reqtrail_client_options_max_delay_ms(options: &mut reqtrail_client_options, max_delay: u64) sets {
        options.option(8, Value::Duration(duration(max_delay)))?;
    }

    /// Sets the longest `Retry-After` that a call waits for; a longer one ends the call. In milliseconds. Default:
    /// 60,000.
    fn reqtrail_client_options_max_retry_after_ms(options: &mut reqtrail_client_options, max_retry_after: u64) sets {
        options.option(9, Value::Duration(duration(max_retry_after)))?;
    }

    /// Sets the retry budget that all calls of the client share, so that retries do not multiply the load of an outage.
    /// A retry takes its cost, and a success returns 1. Default: a capacity of 500 and a cost of 5.
    fn reqtrail_client_options_retry_budget(options: &mut reqtrail_client_options, capacity: u32, retry_cost: u32) sets {
        options.option(10, Value::Pairs(vec![("capacity".to_owned(), Value::Integer(capacity.into())), ("retry_cost".to_owned(), Value::Integer(retry_cost.into()))]))?;
    }

    /// Turns off what `reqtrail_client_options_retry_budget` sets, and its default.
    fn reqtrail_client_options_no_retry_budget(options: &mut reqtrail_client_options) sets {
        options.option(10, Value::Null)?;
    }

    /// Sets the timeout of a whole call, including all attempts and waits. If the program sets more than 10 seconds,
    /// and no `attempt_timeout_ms`, an attempt has this timeout too. In milliseconds. Default: 60,000.
    fn reqtrail_client_options_timeout_ms(options: &mut reqtrail_client_options, timeout: u64) sets {
        options.option(11, Value::Duration(duration(timeout)))?;
    }

    /// Sets the timeout of one attempt, including its body. In milliseconds. Default: 10,000.
    fn reqtrail_client_options_attempt_timeout_ms(options: &mut reqtrail_client_options, attempt_timeout: u64) sets {
        options.option(12, Value::Duration(duration(attempt_timeout)))?;
    }

    /// Sets the timeout of connecting. In milliseconds. Default: 5,000.
    fn reqtrail_client_options_connect_timeout_ms(options: &mut reqtrail_client_options, connect_timeout: u64) sets {
        options.option(13, Value::Duration(duration(connect_timeout)))?;
    }

    /// Sets the largest body of a successful response, in bytes after decoding. Default: 64 MiB.
    fn reqtrail_client_options_max_body_bytes(options: &mut reqtrail_client_options, max_body_bytes: u64) sets {
        options.option(14, Value::Integer(max_body_bytes.into()))?;
    }

    /// Sets how many redirects a call follows at most. Only redirects within the origin are followed. Default: 5.
    fn reqtrail_client_options_max_redirects(options: &mut reqtrail_client_options, max_redirects: u32) sets {
        options.option(15, Value::Integer(max_redirects.into()))?;
    }

    /// Sets the query parameters whose values trails show, besides `limit`, `cursor`, `marker`, `page` and `offset`.
    /// All other values are redacted. Each call adds one.
    fn reqtrail_client_options_show_query_param(options: &mut reqtrail_client_options, show_query_param: text) sets {
        options.option(16, Value::Text(show_query_param.to_owned()))?;
    }

    /// Sets whether attempts carry a `traceparent` header. Default: true.
    fn reqtrail_client_options_traceparent(options: &mut reqtrail_client_options, traceparent: bool) sets {
        options.option(17, Value::Flag(traceparent))?;
    }

    /// Sets whether responses are requested compressed and then decoded (gzip, br, zstd and deflate, as far as their
    /// features are on). If not, a body is returned as it came. Default: true.
    fn reqtrail_client_options_decompress(options: &mut reqtrail_client_options, decompress: bool) sets {
        options.option(18, Value::Flag(decompress))?;
    }

    /// Sets the URL of the proxy. By default it comes from the environment.
    fn reqtrail_client_options_proxy(options: &mut reqtrail_client_options, proxy: text) sets {
        options.option(19, Value::Secret(Secret::from(proxy)))?;
    }

    /// Turns off what `reqtrail_client_options_proxy` sets, and its default.
    fn reqtrail_client_options_no_proxy(options: &mut reqtrail_client_options) sets {
        options.option(19, Value::Null)?;
    }

    /// Sets certificate authorities, as PEM texts, that are trusted in addition to those of the system. Each call adds
    /// one.
    fn reqtrail_client_options_extra_ca(options: &mut reqtrail_client_options, extra_ca: bytes) sets {
        options.option(20, Value::Bytes(extra_ca.to_vec()))?;
    }

    /// Sets the client certificate: a PEM text with the certificate and its private key.
    fn reqtrail_client_options_client_certificate(options: &mut reqtrail_client_options, client_certificate: text) sets {
        options.option(21, Value::Secret(Secret::from(client_certificate)))?;
    }

    /// Sets whether any TLS certificate is accepted. Anybody on the network path can then read and change everything,
    /// including the credential. Every trail notes it. Default: false.
    fn reqtrail_client_options_danger_accept_invalid_certs(options: &mut reqtrail_client_options, danger_accept_invalid_certs: bool) sets {
        options.option(22, Value::Flag(danger_accept_invalid_certs))?;
    }

    /// Sets whether only HTTP/1.1 is used, and HTTP/2 never. Default: false.
    fn reqtrail_client_options_http1_only(options: &mut reqtrail_client_options, http1_only: bool) sets {
        options.option(23, Value::Flag(http1_only))?;
    }

    /// Sets how many idle connections are kept, across all threads. Default: unlimited.
    fn reqtrail_client_options_pool_max_idle(options: &mut reqtrail_client_options, pool_max_idle: usize) sets {
        options.option(24, Value::Integer(pool_max_idle.try_into().unwrap_or(i128::MAX)))?;
    }

    /// Sets how long an idle connection is kept. The longer it is idle, the likelier the server closes it just as a
    /// request goes out, which leaves the outcome of that request unknown. In milliseconds. Default: 15,000.
    fn reqtrail_client_options_pool_idle_timeout_ms(options: &mut reqtrail_client_options, pool_idle_timeout: u64) sets {
        options.option(25, Value::Duration(duration(pool_idle_timeout)))?;
    }

    /// Sets how long an HTTP/2 connection with open streams may be silent before it is pinged. The pings, and the
    /// timeout of the attempt, detect a peer that has vanished without closing the connection. In milliseconds.
    /// Default: 5,000.
    fn reqtrail_client_options_http2_ping_interval_ms(options: &mut reqtrail_client_options, http2_ping_interval: u64) sets {
        options.option(26, Value::Duration(duration(http2_ping_interval)))?;
    }

    /// Turns off what `reqtrail_client_options_http2_ping_interval_ms` sets, and its default.
    fn reqtrail_client_options_no_http2_pings(options: &mut reqtrail_client_options) sets {
        options.option(26, Value::Null)?;
    }

    /// Sets how long the answer to an HTTP/2 ping may take before the connection is dropped. In milliseconds. Default:
    /// 3,000.
    fn reqtrail_client_options_http2_ping_timeout_ms(options: &mut reqtrail_client_options, http2_ping_timeout: u64) sets {
        options.option(27, Value::Duration(duration(http2_ping_timeout)))?;
    }

    /// Sets the path of a Unix socket to connect to. The host and port of the base URL then only name the API, in
    /// `Host`, in TLS and in trails. Proxies from the environment are ignored, and setting `proxy` too is a `config`
    /// error.
    fn reqtrail_client_options_unix_socket(options: &mut reqtrail_client_options, unix_socket: text) sets {
        options.option(28, Value::Text(unix_socket.to_owned()))?;
    }

    /// Sets the seed of the random waits, which makes them repeatable in tests.
    fn reqtrail_client_options_jitter_seed(options: &mut reqtrail_client_options, jitter_seed: u64) sets {
        options.option(29, Value::Integer(jitter_seed.into()))?;
    }

    /// Sets addresses of hosts that are then not looked up, each as curl's `--resolve` has it:
    /// `HOST:PORT:ADDRESS[,ADDRESS]…`. Connections to that host and port go to the addresses, while `Host`, TLS and
    /// trails keep the name. `*` as the host matches every name, and the last of several entries for a host wins. The
    /// name of a proxy is resolved this way too, but not the names that the proxy looks up itself. Each call adds one.
    fn reqtrail_client_options_resolve(options: &mut reqtrail_client_options, resolve: text) sets {
        options.option(30, Value::Text(resolve.to_owned()))?;
    }

    /// Sets the file that the client's exchanges are recorded in, as a script that replays them without a network. It
    /// contains bodies, but no known secrets. `REQTRAIL_RECORD` in the environment does the same for every client. Both
    /// need `REQTRAIL_ALLOW_RECORD=1` in the environment; without it the option is a `config` error. An existing
    /// recording is replaced, and warnings say what differs.
    fn reqtrail_client_options_record(options: &mut reqtrail_client_options, record: text) sets {
        options.option(31, Value::Text(record.to_owned()))?;
    }

    /// Sets faults that are injected at random into the client's calls, for staging:
    /// `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`. The environment has to allow it with
    /// `REQTRAIL_ALLOW_CHAOS=1`; `REQTRAIL_CHAOS` then does the same for clients without the option. Every trail notes
    /// it.
    fn reqtrail_client_options_chaos(options: &mut reqtrail_client_options, chaos: text) sets {
        options.option(32, Value::Text(chaos.to_owned()))?;
    }

    /// Sets whether the client keeps the trails of its last calls in memory, where its recorder finds them. Default:
    /// true.
    fn reqtrail_client_options_recorder(options: &mut reqtrail_client_options, recorder: bool) sets {
        options.option(33, Value::Flag(recorder))?;
    }

    /// Sets the duration from which a call counts as slow. The recorder and the journal keep slow calls even if they
    /// succeeded. In milliseconds. Default: 1,000.
    fn reqtrail_client_options_slow_after_ms(options: &mut reqtrail_client_options, slow_after: u64) sets {
        options.option(34, Value::Duration(duration(slow_after)))?;
    }

    /// Sets the name by which the journal and its readers know the program. The default is the variable
    /// `REQTRAIL_SERVICE`, or else the name of the program.
    fn reqtrail_client_options_service_name(options: &mut reqtrail_client_options, service_name: text) sets {
        options.option(35, Value::Text(service_name.to_owned()))?;
    }

    /// Sets the folder of the journal: files that outlive the process and that the command `reqtrail` reads. The
    /// variable `REQTRAIL_JOURNAL` does the same for clients without the option; its value `1` stands for the default
    /// folder, `reqtrail` in `$XDG_STATE_HOME` or in `~/.local/state`. All clients of a process with the same folder
    /// share its journal. Nothing is created on disk before there is something to write.
    fn reqtrail_client_options_journal(options: &mut reqtrail_client_options, journal: text) sets {
        options.option(36, Value::Text(journal.to_owned()))?;
    }

    /// Sets which calls the journal keeps: `failed`, `notable` (by default: these, and calls that were slow or had
    /// several attempts) or `all`. The variable `REQTRAIL_JOURNAL_POLICY` does the same for clients without the option.
    fn reqtrail_client_options_journal_policy(options: &mut reqtrail_client_options, journal_policy: text) sets {
        options.option(37, Value::Text(journal_policy.to_owned()))?;
    }

    /// Sets whether the thread that makes a call writes its record before the call returns: `always`, `never` (the
    /// journal's thread writes it soon after), or `auto` (by default: `always` on a local disk, `never` while the disk
    /// is slow or not local). The variable `REQTRAIL_JOURNAL_SYNC` does the same for clients without the option.
    fn reqtrail_client_options_journal_sync(options: &mut reqtrail_client_options, journal_sync: text) sets {
        options.option(38, Value::Text(journal_sync.to_owned()))?;
    }

    /// Sets whether each record is flushed to the disk (fsync), so that it survives a power loss. It costs milliseconds
    /// per record. Default: false.
    fn reqtrail_client_options_journal_fsync(options: &mut reqtrail_client_options, journal_fsync: bool) sets {
        options.option(39, Value::Flag(journal_fsync))?;
    }

    /// Sets how the journal writes the URLs of attempts: `full` (by default: as trails show them), or `template`, for
    /// APIs whose paths hold personal data.
    fn reqtrail_client_options_journal_urls(options: &mut reqtrail_client_options, journal_urls: text) sets {
        options.option(40, Value::Text(journal_urls.to_owned()))?;
    }

    /// Sets how many bytes all journals of the folder may take together: 64 MiB by default, at least 1 MiB. The oldest
    /// records are deleted first. The variable `REQTRAIL_JOURNAL_MAX_BYTES` does the same for clients without the
    /// option.
    fn reqtrail_client_options_journal_max_bytes(options: &mut reqtrail_client_options, journal_max_bytes: u64) sets {
        options.option(41, Value::Integer(journal_max_bytes.into()))?;
    }

    /// Sets how long records are kept. In milliseconds. Default: 604,800,000.
    fn reqtrail_client_options_journal_max_age_ms(options: &mut reqtrail_client_options, journal_max_age: u64) sets {
        options.option(42, Value::Duration(duration(journal_max_age)))?;
    }

    /// Sets the type of the OpenStack service that the client calls, such as `volume`, `network` or `image`; `compute`
    /// by default. Trails, logs and hooks name the service so, and it decides under which name `microversion` is sent.
    /// An alias of the service-types authority (<https://service-types.openstack.org/>) works too. Only the dialect
    /// `openstack` takes it.
    fn reqtrail_client_options_service(options: &mut reqtrail_client_options, service: text) sets {
        options.option(43, Value::Text(service.to_owned()))?;
    }
}
