//! The client of a scenario.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqtrail::{Client, ClientBuilder, CustomDialect, Dialect, RetryBudget, Secret};
use serde_json::Value;

use crate::input::Input;

/// Sets an option that is a duration.
type Setter = fn(ClientBuilder, Duration) -> ClientBuilder;

/// Makes the builder of a scenario's client, without the options of the wire; the error is the text of a `config` error.
///
/// # Errors
/// Names the option that reqtrail does not take.
pub fn builder(input: &Input) -> Result<ClientBuilder, String> {
    let given = &input.client;
    let mut base = input.base_url.clone();
    if let Some(path) = &given.base_path {
        base = format!(
            "{}/{}",
            base.trim_end_matches('/'),
            path.trim_start_matches('/')
        );
    }
    let mut builder = Client::builder(base);
    if let Some(dialect) = &given.dialect {
        builder = builder.dialect(read_dialect(dialect)?);
    }
    if let Some(version) = &given.microversion {
        builder = builder.microversion(version);
    }
    if let Some(token) = &given.token {
        builder = builder.token(token.as_str());
    }
    if let Some(tokens) = &given.tokens {
        let left: Mutex<VecDeque<String>> = Mutex::new(tokens.iter().cloned().collect());
        builder = builder.token_refresher_blocking(move || {
            let next = left
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            next.map(Secret::from)
                .ok_or_else(|| "no token is left".into())
        });
    }
    if let Some(attempts) = given.max_attempts {
        builder = builder.max_attempts(attempts);
    }
    let durations: [(Option<f64>, Setter); 6] = [
        (given.base_delay_ms, ClientBuilder::base_delay),
        (given.max_delay_ms, ClientBuilder::max_delay),
        (given.max_retry_after_ms, ClientBuilder::max_retry_after),
        (given.attempt_timeout_ms, ClientBuilder::attempt_timeout),
        (given.call_timeout_ms, ClientBuilder::timeout),
        (given.connect_timeout_ms, ClientBuilder::connect_timeout),
    ];
    for (value, set) in durations {
        if let Some(value) = value {
            builder = set(builder, millis(value));
        }
    }
    if let Some(budget) = &given.retry_budget {
        let default = RetryBudget::default();
        builder = builder.retry_budget(budget.as_ref().map(|budget| RetryBudget {
            capacity: budget.capacity.unwrap_or(default.capacity),
            retry_cost: budget.retry_cost.unwrap_or(default.retry_cost),
        }));
    }
    if let Some(bytes) = given.max_body_bytes {
        builder = builder.max_body_bytes(bytes);
    }
    if let Some(redirects) = given.max_redirects {
        builder = builder.max_redirects(redirects);
    }
    if let Some(service) = given.service.as_deref().filter(|s| *s != "compute") {
        return Err(format!(
            "service: `{service}` is not an option of this release"
        ));
    }
    if let Some(on) = given.options.decompress {
        builder = builder.decompress(on);
    }
    if let Some(suffix) = &given.options.user_agent {
        builder = builder.user_agent(suffix);
    }
    if let Some(on) = given.traceparent {
        builder = builder.traceparent(on);
    }
    Ok(builder)
}

/// Adds the options of the wire, for the library's own transport.
#[must_use = "a builder does nothing until it is built"]
pub fn with_wire(mut builder: ClientBuilder, input: &Input) -> ClientBuilder {
    let given = &input.client.options;
    if let Some(pem) = input.authority() {
        builder = builder.extra_ca(pem);
    }
    if let Some(only) = given.http1_only {
        builder = builder.http1_only(only);
    }
    if let Some(connections) = given.pool_max_idle {
        builder = builder.pool_max_idle(connections);
    }
    if let Some(timeout) = given.pool_idle_timeout_ms {
        builder = builder.pool_idle_timeout(millis(timeout));
    }
    if let Some(interval) = given.http2_ping_interval_ms {
        builder = builder.http2_ping_interval(interval.map(millis));
    }
    if let Some(timeout) = given.http2_ping_timeout_ms {
        builder = builder.http2_ping_timeout(millis(timeout));
    }
    if let Some(path) = &given.unix_socket {
        builder = builder.unix_socket(path);
    }
    if let Some(accept) = given.danger_accept_invalid_certs {
        builder = builder.danger_accept_invalid_certs(accept);
    }
    builder
}

/// Makes a reqwest client's builder that has the same options of the wire.
///
/// # Errors
/// Says that the authority is not PEM.
#[cfg(feature = "reqwest")]
pub fn reqwest_builder(input: &Input) -> Result<reqwest::ClientBuilder, String> {
    let given = &input.client.options;
    let mut builder = reqwest::Client::builder();
    if let Some(pem) = input.authority() {
        let found = reqwest::Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| format!("ca_pem: {error}"))?;
        builder = builder.tls_certs_only(found);
    }
    if given.http1_only == Some(true) {
        builder = builder.http1_only();
    }
    if let Some(connections) = given.pool_max_idle {
        builder = builder.pool_max_idle_per_host(connections);
    }
    if let Some(timeout) = given.pool_idle_timeout_ms {
        builder = builder.pool_idle_timeout(millis(timeout));
    }
    if let Some(interval) = given.http2_ping_interval_ms {
        builder = builder.http2_keep_alive_interval(interval.map(millis));
    }
    if let Some(timeout) = given.http2_ping_timeout_ms {
        builder = builder.http2_keep_alive_timeout(millis(timeout));
    }
    #[cfg(unix)]
    if let Some(path) = &given.unix_socket {
        builder = builder.unix_socket(path.as_str());
    }
    if let Some(accept) = given.danger_accept_invalid_certs {
        builder = builder.tls_danger_accept_invalid_certs(accept);
    }
    Ok(builder)
}

fn read_dialect(value: &Value) -> Result<Dialect, String> {
    match value {
        Value::String(name) => {
            Dialect::named(name).ok_or_else(|| format!("dialect: `{name}` is not built in"))
        }
        data => CustomDialect::from_json(&data.to_string())
            .and_then(Dialect::custom)
            .map_err(|e| e.to_string()),
    }
}

/// A duration of so many milliseconds.
pub(crate) fn millis(value: f64) -> Duration {
    Duration::try_from_secs_f64(value / 1e3).unwrap_or_default()
}
