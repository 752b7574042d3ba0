//! A call: the request that the adapter makes, and its expected result.

use reqtrail::testing::script::{Fields, Pattern, Result, decode_base64, error_at, wrong_type};
use serde_json::Value;

use super::READER;

/// A call of the scenario.
#[derive(Debug)]
pub(crate) struct Call {
    /// The request, as the adapter gets it.
    pub(crate) request: Value,
    pub(crate) repeat: usize,
    pub(crate) concurrency: usize,
    pub(crate) timeout_ms: Option<f64>,
    header_names: Vec<String>,
    pub(crate) expect: Expect,
}

/// The expected result of a call.
#[derive(Debug)]
pub(crate) struct Expect {
    pub(crate) outcome: Option<(Outcome, Pattern)>,
    pub(crate) trail: Option<Pattern>,
    pub(crate) elapsed_ms: Option<Pattern>,
    pub(crate) display_contains: Vec<Pattern>,
    pub(crate) server_saw: Option<Pattern>,
    pub(crate) connections: Option<Pattern>,
}

/// Whether a result is a success or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Error,
}

impl Outcome {
    /// Returns its key in a result.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

impl Call {
    pub(super) fn parse(value: &Value, path: &str) -> Result<Self> {
        let mut fields = Fields::of(value, path)?;
        let request = fields.value("request");
        let request = fields.required("request", request)?;
        let expect = Expect::parse(fields.value("expect"), &fields.path("expect"))?;
        let request_path = fields.path("request");
        fields.done()?;

        let mut fields = Fields::of(request, &request_path)?;
        fields.string("method")?;
        fields.string("path")?;
        let params_path = fields.path("params");
        for (name, value) in fields.object("params")?.into_iter().flatten() {
            if !value.is_string() {
                let path = format!("{params_path}.{name}");
                return Err(wrong_type(&path, "a string", value));
            }
        }
        fields.pairs("query")?;
        let mut header_names: Vec<String> = fields
            .pairs("headers")?
            .into_iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let json = fields.raw("json").is_some();
        let text = fields.string("text")?.is_some();
        let bytes = fields.string("base64")?;
        if let Some(bytes) = bytes {
            decode_base64(bytes, &fields.path("base64"))?;
        }
        if [json, text, bytes.is_some()].iter().filter(|b| **b).count() > 1 {
            return Err(error_at(request_path, "more than one body"));
        }
        fields.boolean("idempotent")?;
        fields.string("idempotency_key")?;
        let timeout_ms = fields.number("timeout_ms")?;
        fields.number("cancel_after_ms")?;
        fields.number("attempt_timeout_ms")?;
        fields.number("max_attempts")?;
        fields.string("if_none_match")?;
        let options = fields.object("options")?;
        // The option sets the dialect's header.
        if options.is_some_and(|options| options.contains_key("correlation_id")) {
            header_names.push("x-openstack-request-id".to_owned());
        }
        let parse = fields.string("parse")?;
        if let Some(parse) = parse.filter(|parse| !["json", "text", "bytes"].contains(parse)) {
            let message = format!("unknown `{parse}`, expected one of json, text, bytes");
            return Err(error_at(fields.path("parse"), message));
        }
        let repeat = count(&mut fields, "repeat")?;
        let concurrency = count(&mut fields, "concurrency")?;
        fields.done()?;
        Ok(Self {
            request: request.clone(),
            repeat,
            concurrency,
            timeout_ms,
            header_names,
            expect,
        })
    }

    /// Returns whether the caller sets the header with this name, which is in lower case.
    pub(crate) fn brings(&self, name: &str) -> bool {
        self.header_names.iter().any(|header| header == name)
    }
}

impl Expect {
    fn parse(value: Option<&Value>, path: &str) -> Result<Self> {
        let empty = Value::Object(serde_json::Map::new());
        let mut fields = Fields::of(value.unwrap_or(&empty), path)?;
        let mut outcomes = Vec::new();
        for outcome in [Outcome::Ok, Outcome::Error] {
            let path = fields.path(outcome.key());
            if let Some(value) = fields.value(outcome.key()) {
                let value = with_lower_case_header_names(value);
                outcomes.push((outcome, READER.pattern(&value, &path)?));
            }
        }
        if outcomes.len() > 1 {
            return Err(error_at(path, "both `ok` and `error`"));
        }
        let mut raw = |key| {
            let path = fields.path(key);
            fields
                .raw(key)
                .map(|value| READER.pattern(value, &path))
                .transpose()
        };
        let trail = raw("trail")?;
        let elapsed_ms = raw("elapsed_ms")?;
        let server_saw = raw("server_saw")?;
        let connections = raw("connections")?;
        let contains_path = fields.path("display_contains");
        let mut display_contains = Vec::new();
        let items = fields.array("display_contains")?.unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{contains_path}[{index}]");
            let pattern = READER.pattern(item, &path)?;
            if !matches!(pattern, Pattern::String(_)) && !pattern.is_operator() {
                return Err(wrong_type(&path, "a string", item));
            }
            display_contains.push(pattern);
        }
        fields.done()?;
        Ok(Self {
            outcome: outcomes.pop(),
            trail,
            elapsed_ms,
            display_contains,
            server_saw,
            connections,
        })
    }
}

/// Header names are case-insensitive, so `ok.headers` is compared in lower case.
fn with_lower_case_header_names(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(headers) = value.get_mut("headers") {
        lower_names(headers);
    }
    value
}

/// Changes the first string of each pair to lower case, also inside operators.
pub(crate) fn lower_names(value: &mut Value) {
    match value {
        Value::Array(items) => {
            if let [Value::String(name), _] = items.as_mut_slice() {
                name.make_ascii_lowercase();
            }
            items.iter_mut().for_each(lower_names);
        }
        Value::Object(members) => members.values_mut().for_each(lower_names),
        _ => {}
    }
}

fn count(fields: &mut Fields<'_>, key: &'static str) -> Result<usize> {
    let count = fields.count(key)?.unwrap_or(1);
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
