//! Builds the requests of a scenario.

use base64::Engine as _;
use reqtrail::RequestBuilder;

use crate::client::millis;
use crate::input::Request;
use crate::options;
use crate::values::OptionError;

/// Builds a request. `begin` starts it with the method and the path.
///
/// # Errors
/// Names the option that does not exist, or whose value has another type.
pub fn fill<C>(
    request: &Request,
    begin: impl FnOnce(&str, &str) -> RequestBuilder<C>,
) -> Result<RequestBuilder<C>, OptionError> {
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
    for (name, value) in &request.options {
        builder = options::request(builder, name, value)?;
    }
    Ok(builder)
}
