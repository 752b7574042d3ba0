//! A client's options, as the TypeScript half has checked and named them.

use std::time::Duration;

use reqtrail::openstack::Connection;
use reqtrail::{
    ClientBuilder, CustomDialect, Dialect, Error, Observer, Proxy, RetryBudget, Secret, blocking,
};
use serde::Deserialize;

/// What a client begins with.
pub(crate) enum Base {
    Url(String),
    Connection(Connection),
}

/// All options; what is left out keeps its default. Times are milliseconds.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Config {
    /// The name of a built-in dialect, or the JSON of a custom one.
    dialect: Option<String>,
    token: Option<String>,
    pub(crate) has_refresher: bool,
    /// Name, value, and whether the value is a secret.
    headers: Vec<(String, String, bool)>,
    user_agent: Option<String>,
    microversion: Option<String>,
    max_attempts: Option<u32>,
    base_delay_ms: Option<f64>,
    max_delay_ms: Option<f64>,
    max_retry_after_ms: Option<f64>,
    timeout_ms: Option<f64>,
    attempt_timeout_ms: Option<f64>,
    connect_timeout_ms: Option<f64>,
    pool_idle_timeout_ms: Option<f64>,
    http2_ping_interval_ms: Switch<f64>,
    http2_ping_timeout_ms: Option<f64>,
    retry_budget: Switch<Budget>,
    max_body_bytes: Option<u64>,
    max_redirects: Option<u32>,
    show_query_params: Vec<String>,
    traceparent: Option<bool>,
    decompress: Option<bool>,
    http1_only: Option<bool>,
    danger_accept_invalid_certs: Option<bool>,
    jitter_seed: Option<u64>,
    proxy: Switch<String>,
    extra_ca: Vec<String>,
    client_certificate: Option<String>,
    pool_max_idle: Option<usize>,
    unix_socket: Option<String>,
}

/// An option that is left out, turned off by `false`, or given.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Switch<T> {
    #[default]
    Default,
    Off(#[expect(dead_code, reason = "always false")] bool),
    Given(T),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Budget {
    capacity: Option<u32>,
    retry_cost: Option<u32>,
}

impl Config {
    /// Builds the client. `observer` is what Node watches with: the calls, and the sign-ins of a client that signs in. `add`
    /// adds the refresher.
    pub(crate) fn build(
        self,
        base: Base,
        observer: impl Observer + 'static,
        add: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<blocking::Client, Error> {
        let mut b = match base {
            Base::Url(url) => reqtrail::Client::builder(url).observer(observer),
            Base::Connection(connection) => connection.observer(observer).compute()?,
        };
        if let Some(text) = self.dialect {
            b = b.dialect(dialect(&text)?);
        }
        b = set(b, self.token.map(Secret::from), ClientBuilder::token);
        for (name, value, secret) in self.headers {
            b = if secret {
                b.default_secret_header(name, value)
            } else {
                b.default_header(name, value)
            };
        }
        b = set(b, self.user_agent, ClientBuilder::user_agent);
        b = set(b, self.microversion, ClientBuilder::microversion);
        b = set(b, self.max_attempts, ClientBuilder::max_attempts);
        for (given, apply) in [
            (
                self.base_delay_ms,
                ClientBuilder::base_delay as fn(_, _) -> _,
            ),
            (self.max_delay_ms, ClientBuilder::max_delay),
            (self.max_retry_after_ms, ClientBuilder::max_retry_after),
            (self.timeout_ms, ClientBuilder::timeout),
            (self.attempt_timeout_ms, ClientBuilder::attempt_timeout),
            (self.connect_timeout_ms, ClientBuilder::connect_timeout),
            (self.pool_idle_timeout_ms, ClientBuilder::pool_idle_timeout),
            (
                self.http2_ping_timeout_ms,
                ClientBuilder::http2_ping_timeout,
            ),
        ] {
            b = set(b, given.map(millis), apply);
        }
        b = match self.http2_ping_interval_ms {
            Switch::Default => b,
            Switch::Off(_) => b.http2_ping_interval(None),
            Switch::Given(interval) => b.http2_ping_interval(Some(millis(interval))),
        };
        b = match self.retry_budget {
            Switch::Default => b,
            Switch::Off(_) => b.retry_budget(None),
            Switch::Given(given) => {
                let mut budget = RetryBudget::default();
                budget.capacity = given.capacity.unwrap_or(budget.capacity);
                budget.retry_cost = given.retry_cost.unwrap_or(budget.retry_cost);
                b.retry_budget(Some(budget))
            }
        };
        b = set(b, self.max_body_bytes, ClientBuilder::max_body_bytes);
        b = set(b, self.max_redirects, ClientBuilder::max_redirects);
        for name in self.show_query_params {
            b = b.show_query_param(name);
        }
        b = set(b, self.traceparent, ClientBuilder::traceparent);
        b = set(b, self.decompress, ClientBuilder::decompress);
        b = set(b, self.http1_only, ClientBuilder::http1_only);
        b = set(
            b,
            self.danger_accept_invalid_certs,
            ClientBuilder::danger_accept_invalid_certs,
        );
        b = set(b, self.jitter_seed, ClientBuilder::jitter_seed);
        b = match self.proxy {
            Switch::Default => b,
            Switch::Off(_) => b.proxy(Proxy::None),
            Switch::Given(url) => b.proxy(Proxy::Url(url.into())),
        };
        for pem in self.extra_ca {
            b = b.extra_ca(pem);
        }
        b = set(
            b,
            self.client_certificate.map(Secret::from),
            ClientBuilder::client_certificate,
        );
        b = set(b, self.pool_max_idle, ClientBuilder::pool_max_idle);
        b = set(b, self.unix_socket, ClientBuilder::unix_socket);
        add(b).build_blocking()
    }
}

fn set<V>(
    builder: ClientBuilder,
    value: Option<V>,
    apply: impl FnOnce(ClientBuilder, V) -> ClientBuilder,
) -> ClientBuilder {
    match value {
        Some(value) => apply(builder, value),
        None => builder,
    }
}

/// Milliseconds as a time. What is no time has been refused before; what is longer than any saturates.
pub(crate) fn millis(given: f64) -> Duration {
    Duration::try_from_secs_f64(given / 1e3).unwrap_or(if given > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}

fn dialect(text: &str) -> Result<Dialect, Error> {
    let read = if text.trim_start().starts_with('{') {
        CustomDialect::from_json(text).and_then(Dialect::custom)
    } else {
        text.parse()
    };
    read.map_err(Error::from)
}
