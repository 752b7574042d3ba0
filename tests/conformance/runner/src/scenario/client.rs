//! The client of a scenario: passed to the adapter unchanged, and parsed as far as the checks need it.

use reqtrail::testing::script::{Fields, Result, wrong_type};
use serde_json::{Map, Value};

use super::strings;

/// The client's configuration.
#[derive(Debug, Default)]
pub(crate) struct Client {
    /// What the adapter gets: everything except `base_path`, which becomes part of its base URL.
    pub(crate) given: Map<String, Value>,
    pub(crate) base_path: String,
    pub(crate) dialect: Dialect,
    pub(crate) tokens: Vec<String>,
    pub(crate) traceparent: bool,
    pub(crate) call_timeout_ms: Option<f64>,
}

/// Where a dialect has its request IDs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The scenario names no dialect. The trail names the client's default.
    #[default]
    Default,
    Named(String),
    Custom {
        headers: Vec<String>,
        pointer: Option<String>,
    },
}

impl Client {
    pub(super) fn parse(value: Option<&Value>, path: &str) -> Result<Self> {
        let Some(value) = value else {
            return Ok(Self {
                traceparent: true,
                ..Self::default()
            });
        };
        let mut fields = Fields::of(value, path)?;
        let dialect = match fields.value("dialect") {
            None => Dialect::Default,
            Some(Value::String(name)) => Dialect::Named(name.clone()),
            Some(custom) => parse_custom(custom, &fields.path("dialect"))?,
        };
        let mut tokens = Vec::new();
        tokens.extend(fields.string("token")?.map(str::to_owned));
        tokens.extend(strings(
            fields.array("tokens")?.unwrap_or_default(),
            &fields.path("tokens"),
        )?);
        for key in [
            "max_attempts",
            "base_delay_ms",
            "max_delay_ms",
            "max_retry_after_ms",
            "attempt_timeout_ms",
            "connect_timeout_ms",
            "max_body_bytes",
            "max_redirects",
        ] {
            fields.number(key)?;
        }
        let call_timeout_ms = fields.number("call_timeout_ms")?;
        if let Some(budget) = fields.value("retry_budget") {
            let mut budget = Fields::of(budget, &fields.path("retry_budget"))?;
            budget.number("capacity")?;
            budget.number("retry_cost")?;
            budget.done()?;
        }
        fields.string("microversion")?;
        fields.string("service")?;
        fields.object("options")?;
        let traceparent = fields.boolean("traceparent")?.unwrap_or(true);
        let base_path = fields.string("base_path")?.unwrap_or_default().to_owned();
        fields.done()?;

        let mut given = value.as_object().cloned().unwrap_or_default();
        given.remove("base_path");
        Ok(Self {
            given,
            base_path,
            dialect,
            tokens,
            traceparent,
            call_timeout_ms,
        })
    }
}

fn parse_custom(value: &Value, path: &str) -> Result<Dialect> {
    if !value.is_object() {
        return Err(wrong_type(path, "a dialect's name or an object", value));
    }
    let mut fields = Fields::of(value, path)?;
    fields.string("name")?;
    let headers = strings(
        fields.array("request_id_headers")?.unwrap_or_default(),
        &fields.path("request_id_headers"),
    )?;
    if let Some(auth) = fields.value("auth") {
        let mut auth = Fields::of(auth, &fields.path("auth"))?;
        auth.string("header")?;
        auth.string("prefix")?;
        auth.done()?;
    }
    let mut pointer = None;
    if let Some(error) = fields.value("error") {
        let mut error = Fields::of(error, &fields.path("error"))?;
        error.string("code")?;
        error.string("message")?;
        pointer = error.string("request_id")?.map(str::to_owned);
        error.done()?;
    }
    let codes_path = fields.path("codes");
    for (name, code) in fields.object("codes")?.into_iter().flatten() {
        let mut code = Fields::of(code, &format!("{codes_path}.{name}"))?;
        code.string("category")?;
        code.string("retry")?;
        code.done()?;
    }
    fields.string("correlation_header")?;
    if let Some(limits) = fields.value("rate_limit_headers") {
        let mut limits = Fields::of(limits, &fields.path("rate_limit_headers"))?;
        for key in ["limit", "remaining", "reset", "reset_is"] {
            limits.string(key)?;
        }
        limits.done()?;
    }
    fields.done()?;
    Ok(Dialect::Custom { headers, pointer })
}
