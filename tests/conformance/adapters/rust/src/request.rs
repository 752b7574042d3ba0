//! The requests of a scenario.

use base64::Engine as _;
use reqtrail::RequestBuilder;

use crate::client::millis;
use crate::input::Request;

/// Fills a request; `begin` starts it with the method and the path.
pub fn fill<C>(
    request: &Request,
    begin: impl FnOnce(&str, &str) -> RequestBuilder<C>,
) -> RequestBuilder<C> {
    let mut builder = begin(request.method.as_deref().unwrap_or("GET"), &request.path);
    for (name, value) in &request.params {
        builder = builder.param(name, value);
    }
    for (name, value) in &request.query {
        builder = builder.query(name, value);
    }
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(json) = &request.json {
        builder = builder.json(json);
    }
    if let Some(text) = &request.text {
        builder = builder.body(text.clone());
    }
    if let Some(text) = &request.base64 {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap_or_default();
        builder = builder.body(bytes);
    }
    if let Some(idempotent) = request.idempotent {
        builder = builder.idempotent(idempotent);
    }
    if let Some(key) = &request.idempotency_key {
        builder = builder.idempotency_key(key);
    }
    if let Some(timeout) = request.timeout_ms {
        builder = builder.timeout(millis(timeout));
    }
    if let Some(timeout) = request.attempt_timeout_ms {
        builder = builder.attempt_timeout(millis(timeout));
    }
    if let Some(attempts) = request.max_attempts {
        builder = builder.max_attempts(attempts);
    }
    if let Some(tag) = &request.if_none_match {
        builder = builder.if_none_match(tag);
    }
    if let Some(timeout) = request.options.connect_timeout_ms {
        builder = builder.connect_timeout(millis(timeout));
    }
    if let Some(id) = &request.options.correlation_id {
        builder = builder.correlation_id(id);
    }
    if let Some(version) = &request.options.microversion {
        builder = builder.microversion(version);
    }
    builder
}
