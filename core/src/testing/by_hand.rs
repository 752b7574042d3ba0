//! Trails, responses and errors made by hand, for tests of what a program does with them (`reqtrail.by_hand/1`).
//!
//! Nothing is faked. A description becomes a script and a call that plays it, so the result is that of a real call: its IDs,
//! times, waits and outcome fit together. This module makes both, and asks the loop's own rules (`retry::decision`,
//! `call::redirect`, the dialect) whether a call can go as described. If it cannot, the error says which rule forbids it.
//!
//! # A description
//! One JSON object, the same in every language. It has one of `attempts`, `response` and `error`; all else may be left out.
//! ```text
//! { "schema": "reqtrail.by_hand/1",
//!   "dialect": "novavms" | "openstack" | { a custom dialect } | null,     // absent: novavms; null: none
//!   "method": "GET", "path": "/cameras/{id}",                             // absent: GET /
//!   "params": {"id": "7"}, "query": [["limit", "10"]],
//!   "idempotent": true, "idempotency_key": "k1",
//!   "max_retry_after": 60,                                                // seconds
//!   "stopped": "attempts_exhausted",                                      // below
//!   "attempts": [ATTEMPT, …] | "response": ATTEMPT | "error": ERROR }
//! ```
//! **ATTEMPT** is an answer
//! ```text
//! { "status": 503, "code": "service_unavailable", "message": "…",         // one of status and code; 200 for `response`
//!   "request_id": "req_…" | null | "auto",                                // absent: a made one; null: none
//!   "elapsed_ms": 12, "retry_after": 2,                                   // retry_after in seconds
//!   "headers": [["X-A", "b"]], "json" | "text" | "base64": … }
//! ```
//! or a failure, whose answer, if any, is a 2xx (or a redirect) that could not be used:
//! ```text
//! { "failure": "connect" | "timeout" | "transport" | "too_large" | "decode" | "redirect" | "cancelled",
//!   "failure_code": "ECONNRESET", "elapsed_ms": 12 }
//! ```
//! `failure_code` chooses how it fails: ECONNREFUSED (usual), ENOTFOUND, ETIMEDOUT or CERT_HAS_EXPIRED for `connect`,
//! ECONNRESET (usual) or null for `transport`. Others have none. A timeout takes the attempt's own time, 10 s unless
//! `elapsed_ms` says otherwise, which is then the same for all timeouts of the call.
//!
//! **ERROR** is an ATTEMPT, and may say `kind`: `{"kind": "timeout"}` is the failure of that kind, and
//! `{"kind": "invalid_request"}` or `{"kind": "config"}` a call without attempts. Beside `attempts` it has only `kind` and `code`, and
//! says how the call has to end.
//!
//! # What is worked out
//! * Waits are those of the loop, drawn by the client's seed; after `retry_after` as that says.
//! * A 401 that another attempt follows had its token refreshed. A redirect is followed if its `Location` may be.
//! * If the last attempt could be repeated, `stopped` says why it was not: `attempts_exhausted` (usual: as many attempts as
//!   there are), `budget_exhausted`, or, with a `retry_after`, `retry_after_too_long`, `deadline` and `cancelled`. A timeout
//!   that is the last attempt may also have been the call's: `deadline`. A followed redirect that is the last attempt was one
//!   too many.

mod attempt;
mod course;
#[cfg(feature = "blocking")]
mod play;

use serde_json::{Map, Value};

use super::script::{Fields, Reader, Result, SCHEMA, error_at};
use crate::codes::{ErrorKind, StopReason};
use crate::dialect::{CustomDialect, Dialect};
use crate::json::{object, put};
#[cfg(feature = "blocking")]
use crate::{error::Error, response::Response};
use attempt::DescribedAttempt;
use course::Course;

/// The name of the format.
const BY_HAND: &str = "reqtrail.by_hand/1";

/// What to play so that a call goes as described.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Played {
    /// A script (`reqtrail.script/1`) of one exchange for each attempt, in order.
    pub(crate) script: Value,
    /// Options of the client by their names, times with the suffix `_ms`. `dialect` is as described, and `tokens`, if
    /// present, are the client's token and those that its refresher then returns.
    pub(crate) client: Value,
    /// `method`, `path`, `params` (an object), `query` and `headers` (pairs), `idempotent`, `idempotency_key`, and `cancel`:
    /// `{"attempt": 2, "after_ms": 12}` cancels 12 ms after the second attempt began.
    pub(crate) request: Value,
    /// How the call ends; `None` for a success.
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) stopped: StopReason,
}

/// Makes a call as described, and returns its response or its error. The description is a JSON text.
///
/// # Errors
/// Names the place in the description, and what is wrong: a value, or the rule that no such call can meet.
#[cfg(feature = "blocking")]
pub(super) fn called(description: &Value) -> Result<std::result::Result<Response, Error>> {
    play::play(&read(description)?)
}

/// A described call.
struct Described {
    dialect: Dialect,
    dialect_json: Value,
    method: http::Method,
    path: String,
    params: Map<String, Value>,
    query: Vec<(String, String)>,
    idempotent: Option<bool>,
    idempotency_key: Option<String>,
    /// In seconds.
    max_retry_after: Option<f64>,
    stopped: Option<StopReason>,
}

/// How a call has to end, if a description says so in addition to its attempts.
#[derive(Default)]
struct Expected {
    kind: Option<ErrorKind>,
    code: Option<String>,
}

/// Reads a description and plans how to play it.
///
/// # Errors
/// Names the place, and what is wrong with it: a value, or the rule by which no call goes so.
pub(crate) fn read(description: &Value) -> Result<Played> {
    let mut fields = Reader::script().fields(description, "")?;
    if let Some(schema) = fields.string("schema")?.filter(|schema| *schema != BY_HAND) {
        let message = format!("expected \"{BY_HAND}\", found {schema:?}");
        return Err(error_at("schema", message));
    }
    let described = Described::read(&mut fields)?;
    let attempts = fields.array("attempts")?;
    let response = fields.value("response");
    let error = fields.value("error");
    fields.done()?;
    match (attempts, response, error) {
        (Some(rows), None, error) => {
            let expected = error.map(Expected::read).transpose()?.unwrap_or_default();
            let attempts: Vec<DescribedAttempt> = rows
                .iter()
                .enumerate()
                .map(|(index, row)| {
                    DescribedAttempt::read(
                        &described.dialect,
                        row,
                        &format!("attempts[{index}]"),
                        None,
                    )
                })
                .collect::<Result<_>>()?;
            let played = described.played(&attempts)?;
            expected.check(&played, attempts.last())?;
            Ok(played)
        }
        (None, Some(row), None) => {
            let attempt = DescribedAttempt::read(&described.dialect, row, "response", Some(200))?;
            let played = described.played(&[attempt])?;
            match played.kind {
                None => Ok(played),
                Some(kind) => Err(error_at(
                    "response",
                    format!(
                        "it is an error of the kind `{}`; expected an answer with a 2xx, or `error` instead",
                        kind.as_str()
                    ),
                )),
            }
        }
        (None, None, Some(row)) => described.error(row),
        _ => Err(error_at(
            "",
            "expected one of `attempts`, `response` and `error`",
        )),
    }
}

impl Described {
    fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let dialect_json = match fields.raw("dialect") {
            None => "novavms".into(),
            Some(value) => value.clone(),
        };
        let method = fields.string("method")?.unwrap_or("GET");
        let method = http::Method::from_bytes(method.as_bytes()).map_err(|_| {
            let message =
                format!("{method:?} is not an HTTP method; expected GET, POST, PUT, PATCH, …");
            error_at("method", message)
        })?;
        let mut params = Map::new();
        for (name, value) in fields.object("params")?.into_iter().flatten() {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                other => {
                    let path = format!("params.{name}");
                    return Err(super::script::wrong_type(
                        &path,
                        "a text or a number",
                        other,
                    ));
                }
            };
            params.insert(name.clone(), text.into());
        }
        let query = fields.pairs("query")?.into_iter();
        let max_retry_after = fields.number("max_retry_after")?;
        if let Some(seconds) = max_retry_after.filter(|seconds| *seconds < 0.0) {
            let message = format!("expected seconds from 0, found {seconds}");
            return Err(error_at("max_retry_after", message));
        }
        let stopped = fields.string("stopped")?;
        let stopped = stopped.map(|name| {
            StopReason::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = StopReason::ALL.iter().map(|it| it.as_str()).collect();
                let message = format!("expected one of {}, found {name:?}", known.join(", "));
                error_at("stopped", message)
            })
        });
        Ok(Self {
            dialect: dialect(&dialect_json)?,
            dialect_json,
            method,
            path: fields.string("path")?.unwrap_or("/").to_owned(),
            params,
            query: query
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            idempotent: fields.boolean("idempotent")?,
            idempotency_key: fields.string("idempotency_key")?.map(str::to_owned),
            max_retry_after,
            stopped: stopped.transpose()?,
        })
    }

    /// An error by its kind or by the API's answer.
    fn error(&self, row: &Value) -> Result<Played> {
        let mut row = row.clone();
        let kind = row.as_object_mut().and_then(|row| row.remove("kind"));
        let kind = kind.as_ref().map(|kind| error_kind(kind, "error.kind"));
        let kind = kind.transpose()?;
        let is_empty = row.as_object().is_some_and(Map::is_empty);
        match kind {
            Some(ErrorKind::InvalidRequest | ErrorKind::Config) if !is_empty => {
                let message = "a call that is not made has no attempts; expected `kind` alone";
                return Err(error_at("error", message));
            }
            Some(kind @ (ErrorKind::InvalidRequest | ErrorKind::Config)) => {
                return Ok(self.not_made(kind));
            }
            Some(ErrorKind::Internal) => {
                let message = "no script makes a bug of reqtrail; expected another kind";
                return Err(error_at("error.kind", message));
            }
            Some(ErrorKind::Api) | None => {}
            Some(failure) => {
                if let Some(row) = row.as_object_mut() {
                    let name = failure.as_str().to_owned();
                    row.entry("failure").or_insert_with(|| name.into());
                }
            }
        }
        let attempt = DescribedAttempt::read(&self.dialect, &row, "error", None)?;
        let played = self.played(std::slice::from_ref(&attempt))?;
        let expected = Expected { kind, code: None };
        expected.check(&played, Some(&attempt))?;
        if played.kind.is_none() {
            let message = "its answer is a success; expected an error, or `response` instead";
            return Err(error_at("error", message));
        }
        Ok(played)
    }

    fn played(&self, attempts: &[DescribedAttempt]) -> Result<Played> {
        let course = Course::of(self, attempts)?;
        let mut client = course.options;
        put(&mut client, "dialect", self.dialect_json.clone());
        let mut request = self.request();
        if let Some((number, after_ms)) = course.cancel {
            let cancel = object(&mut [("attempt", number.into()), ("after_ms", after_ms.into())]);
            put(&mut request, "cancel", cancel);
        }
        let exchanges = attempts
            .iter()
            .map(|attempt| object(&mut [("reply", attempt.reply.clone())]));
        Ok(Played {
            script: script(exchanges.collect()),
            client: client.into(),
            request: request.into(),
            kind: course.kind,
            stopped: course.stopped,
        })
    }

    /// A call that ends before anything is sent.
    fn not_made(&self, kind: ErrorKind) -> Played {
        let mut client = Map::new();
        put(&mut client, "dialect", self.dialect_json.clone());
        let mut request = self.request();
        if kind == ErrorKind::Config {
            put(&mut client, "max_attempts", 0.into());
        } else {
            // A header must not hold a line break.
            put(
                &mut request,
                "headers",
                vec![pair("X-Refused", "\n")].into(),
            );
        }
        Played {
            script: script(Vec::new()),
            client: client.into(),
            request: request.into(),
            kind: Some(kind),
            stopped: StopReason::NotRetryable,
        }
    }

    fn request(&self) -> Map<String, Value> {
        let mut request = Map::new();
        let mut put = |name: &str, value: Value| put(&mut request, name, value);
        put("method", self.method.as_str().into());
        put("path", self.path.clone().into());
        if !self.params.is_empty() {
            put("params", self.params.clone().into());
        }
        if !self.query.is_empty() {
            let pairs = self.query.iter().map(|(name, value)| pair(name, value));
            put("query", pairs.collect());
        }
        if let Some(idempotent) = self.idempotent {
            put("idempotent", idempotent.into());
        }
        if let Some(key) = &self.idempotency_key {
            put("idempotency_key", key.clone().into());
        }
        request
    }
}

impl Expected {
    fn read(row: &Value) -> Result<Self> {
        let mut fields = Reader::script().fields(row, "error")?;
        let kind = fields.value("kind");
        let expected = Self {
            kind: kind
                .map(|kind| error_kind(kind, "error.kind"))
                .transpose()?,
            code: fields.string("code")?.map(str::to_owned),
        };
        fields.done()?;
        Ok(expected)
    }

    fn check(&self, played: &Played, last: Option<&DescribedAttempt>) -> Result<()> {
        let ends = played.kind.map_or("ok", |kind| kind.as_str());
        if let Some(kind) = self.kind.filter(|kind| Some(*kind) != played.kind) {
            let message = format!("the call ends as `{ends}`, not as `{}`", kind.as_str());
            return Err(error_at("error.kind", message));
        }
        let code = last.and_then(|attempt| attempt.code.as_deref());
        if let Some(expected) = self.code.as_deref().filter(|it| Some(*it) != code) {
            let message = match code {
                Some(code) => {
                    format!("the call ends with the code `{code}`, not with `{expected}`")
                }
                None => format!("the call ends as `{ends}` without a code, not with `{expected}`"),
            };
            return Err(error_at("error.code", message));
        }
        Ok(())
    }
}

/// An array of two texts.
#[inline(never)]
fn pair(name: &str, value: &str) -> Value {
    vec![Value::from(name), value.into()].into()
}

fn script(exchanges: Vec<Value>) -> Value {
    object(&mut [("schema", SCHEMA.into()), ("exchanges", exchanges.into())])
}

#[inline(never)]
fn error_kind(value: &Value, path: &str) -> Result<ErrorKind> {
    let known = value.as_str().and_then(ErrorKind::from_name);
    known.ok_or_else(|| {
        let known: Vec<&str> = ErrorKind::ALL.iter().map(|it| it.as_str()).collect();
        let message = format!("expected one of {}, found {value}", known.join(", "));
        error_at(path, message)
    })
}

fn dialect(value: &Value) -> Result<Dialect> {
    let dialect = match value {
        Value::Null => Dialect::unknown(),
        Value::String(name) => name.parse(),
        description => CustomDialect::from_json(&description.to_string()).and_then(Dialect::custom),
    };
    dialect.map_err(|error| error_at("dialect", error.text()))
}

#[cfg(test)]
mod tests;
