//! Sets any option of the surface by its name.

// Generated from core/src/surface by `cargo run -p xtask -- codegen`. Do not edit.

use reqtrail::{ClientBuilder, Proxy, RequestBuilder};
use serde_json::Value;

use crate::values::*;

/// Sets an option of a client. The error names the option.
pub(crate) fn client(
    builder: ClientBuilder,
    name: &str,
    value: &Value,
) -> Result<ClientBuilder, OptionError> {
    let plain = name.strip_suffix("_ms").unwrap_or(name);
    // Null leaves an option unset, unless it turns it off.
    if value.is_null() && !["retry_budget", "proxy", "http2_ping_interval"].contains(&plain) {
        return Ok(builder);
    }
    Ok(match plain {
        "dialect" => builder.dialect(dialect(name, value)?),
        "token" => builder.token(text(name, value)?),
        "headers" => pairs(name, value)?
            .into_iter()
            .fold(builder, |builder, (key, text)| {
                builder.default_header(key, text)
            }),
        "user_agent" => builder.user_agent(text(name, value)?),
        "microversion" => builder.microversion(text(name, value)?),
        "max_attempts" => builder.max_attempts(count(name, value)?),
        "base_delay" => builder.base_delay(duration(name, value)?),
        "max_delay" => builder.max_delay(duration(name, value)?),
        "max_retry_after" => builder.max_retry_after(duration(name, value)?),
        "retry_budget" => builder.retry_budget(nullable(budget, name, value)?),
        "timeout" => builder.timeout(duration(name, value)?),
        "attempt_timeout" => builder.attempt_timeout(duration(name, value)?),
        "connect_timeout" => builder.connect_timeout(duration(name, value)?),
        "max_body_bytes" => builder.max_body_bytes(count(name, value)?),
        "max_redirects" => builder.max_redirects(count(name, value)?),
        "show_query_params" => texts(name, value)?
            .into_iter()
            .fold(builder, |builder, one| builder.show_query_param(one)),
        "traceparent" => builder.traceparent(flag(name, value)?),
        "decompress" => builder.decompress(flag(name, value)?),
        "proxy" => builder
            .proxy(nullable(text, name, value)?.map_or(Proxy::None, |url| Proxy::Url(url.into()))),
        "extra_ca" => texts(name, value)?
            .into_iter()
            .fold(builder, |builder, one| builder.extra_ca(one)),
        "client_certificate" => builder.client_certificate(text(name, value)?),
        "danger_accept_invalid_certs" => builder.danger_accept_invalid_certs(flag(name, value)?),
        "http1_only" => builder.http1_only(flag(name, value)?),
        "pool_max_idle" => builder.pool_max_idle(count(name, value)?),
        "pool_idle_timeout" => builder.pool_idle_timeout(duration(name, value)?),
        "http2_ping_interval" => builder.http2_ping_interval(nullable(duration, name, value)?),
        "http2_ping_timeout" => builder.http2_ping_timeout(duration(name, value)?),
        "unix_socket" => builder.unix_socket(text(name, value)?),
        "jitter_seed" => builder.jitter_seed(count(name, value)?),
        "resolve" => builder.resolve(texts(name, value)?),
        "record" => builder.record(text(name, value)?),
        "chaos" => builder.chaos(text(name, value)?),
        "recorder" => builder.recorder(flag(name, value)?),
        "slow_after" => builder.slow_after(duration(name, value)?),
        "service_name" => builder.service_name(text(name, value)?),
        "journal" => builder.journal(text(name, value)?),
        "journal_policy" => builder.journal_policy(word(name, value)?),
        "journal_sync" => builder.journal_sync(word(name, value)?),
        "journal_fsync" => builder.journal_fsync(flag(name, value)?),
        "journal_urls" => builder.journal_urls(word(name, value)?),
        "journal_max_bytes" => builder.journal_max_bytes(count(name, value)?),
        "journal_max_age" => builder.journal_max_age(duration(name, value)?),
        "service" => builder.service(text(name, value)?),
        _ => {
            return Err(OptionError::Unknown(format!(
                "client: the adapter knows no option `{name}`"
            )));
        }
    })
}

/// Sets an option of a request. The error names the option.
pub(crate) fn request<C>(
    builder: RequestBuilder<C>,
    name: &str,
    value: &Value,
) -> Result<RequestBuilder<C>, OptionError> {
    let plain = name.strip_suffix("_ms").unwrap_or(name);
    if value.is_null() {
        return Ok(builder);
    }
    Ok(match plain {
        "timeout" => builder.timeout(duration(name, value)?),
        "attempt_timeout" => builder.attempt_timeout(duration(name, value)?),
        "connect_timeout" => builder.connect_timeout(duration(name, value)?),
        "max_attempts" => builder.max_attempts(count(name, value)?),
        "idempotent" => builder.idempotent(flag(name, value)?),
        "idempotency_key" => builder.idempotency_key(text(name, value)?),
        "correlation_id" => builder.correlation_id(text(name, value)?),
        "microversion" => builder.microversion(text(name, value)?),
        "if_none_match" => builder.if_none_match(text(name, value)?),
        "accept_statuses" => builder.accept_statuses(statuses(name, value)?),
        _ => {
            return Err(OptionError::Unknown(format!(
                "request: the adapter knows no option `{name}`"
            )));
        }
    })
}

/// Options that belong to the transport, which may be another library's.
pub(crate) const NETWORK_OPTIONS: &[&str] = &[
    "proxy",
    "extra_ca",
    "client_certificate",
    "danger_accept_invalid_certs",
    "http1_only",
    "pool_max_idle",
    "pool_idle_timeout",
    "http2_ping_interval",
    "http2_ping_timeout",
    "unix_socket",
    "resolve",
];
