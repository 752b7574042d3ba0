//! One attempt of a description: its result, and the reply that produces it.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::dialect::{Dialect, ErrorBody, ErrorContext, RetryRule};
use crate::json::{object, put};
use crate::retry_after;
use crate::testing::render::{self, CannotRender, ErrorReply, RenderedId};
use crate::testing::script::{Fields, Reader, Reply, Result, error_at};

/// The body limit of a client for which an attempt's body has to be too large.
pub(super) const SMALL_BODY: u64 = 1024;

/// The time at which headers are read. It does not matter, since a `Retry-After` that is a date comes with a `Date`.
const START: SystemTime = SystemTime::UNIX_EPOCH;

/// A described attempt.
pub(super) struct DescribedAttempt {
    /// Its path in the description, for messages.
    pub(super) path: String,
    /// The answer's status, if there is one.
    pub(super) status: Option<http::StatusCode>,
    pub(super) headers: HeaderMap,
    /// The code as the dialect reads it.
    pub(super) code: Option<String>,
    /// The dialect's rule for repeating it.
    pub(super) rule: Option<RetryRule>,
    pub(super) failure: Option<Failure>,
    pub(super) elapsed_ms: Option<u64>,
    /// The wait that the answer asks for.
    pub(super) retry_after: Option<Duration>,
    /// Whether the answer has a body, or a part of one.
    pub(super) has_body: bool,
    /// The reply of its exchange.
    pub(super) reply: Value,
}

/// How an attempt without a complete, usable answer fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Failure {
    /// The connection is refused, or the host's name is not found.
    NoConnection,
    ConnectTimeout,
    Tls,
    Timeout,
    Broken,
    TooLarge,
    Decode,
    Redirect,
    Cancelled,
}

impl DescribedAttempt {
    /// Reads an attempt. `usual` is the status of an answer with neither status nor code.
    pub(super) fn read(
        dialect: &Dialect,
        row: &Value,
        path: &str,
        usual: Option<u16>,
    ) -> Result<Self> {
        let mut fields = Reader::script().fields(row, path)?;
        let mut reply = Map::new();
        let failure = failure(&mut fields, &mut reply)?;
        let elapsed_ms = fields.count("elapsed_ms")?;
        let is_endless = matches!(
            failure,
            Some(Failure::Timeout | Failure::ConnectTimeout | Failure::Cancelled)
        );
        if let Some(elapsed) = elapsed_ms.filter(|elapsed| *elapsed > 0 && !is_endless) {
            put(&mut reply, "delay_ms", elapsed.into());
        }
        for key in ["json", "text", "base64"] {
            if let Some(value) = fields.raw(key) {
                put(&mut reply, key, value.clone());
            }
        }
        let has_content = ["json", "text", "base64"]
            .iter()
            .any(|key| reply.contains_key(*key));
        for key in ["code", "message", "retry_after", "headers"] {
            if let Some(value) = fields.value(key) {
                put(&mut reply, key, value.clone());
            }
        }
        let status = fields.count("status")?;
        let id = fields.raw("request_id").cloned();
        fields.done()?;

        let has_code = reply.contains_key("code");
        let answers = status.is_some() || has_code || failure.is_none() || has_content;
        let status = match status {
            Some(status) => Some(status),
            None if has_code => None,
            None => match failure {
                None => usual.map(u64::from),
                Some(Failure::TooLarge | Failure::Decode) => Some(200),
                Some(Failure::Redirect) => Some(307),
                Some(_) => None,
            },
        };
        if answers && status.is_none() && !has_code {
            let message = "it says neither how the server answered nor what failed; expected `status`, `code` or `failure`";
            return Err(error_at(path, message));
        }
        let is_answered = status.is_some() || has_code;
        if let Some(status) = status {
            if !(200..=599).contains(&status) {
                let message = format!("{status} does not end an attempt; expected 200 to 599");
                return Err(error_at(format!("{path}.status"), message));
            }
            put(&mut reply, "status", status.into());
        }
        if is_answered {
            put_id(dialect, &mut reply, id);
        } else if let Some(key) = ["headers", "retry_after", "message", "request_id"]
            .into_iter()
            .find(|key| reply.contains_key(*key) || *key == "request_id" && id.is_some())
        {
            let message = "it needs `status`, since only an answer has it";
            return Err(error_at(format!("{path}.{key}"), message));
        }
        shape(failure, &mut reply, has_content, has_code, path)?;
        let fails_in_body = failure.is_some_and(|failure| failure != Failure::Redirect);
        let mut attempt = Self {
            path: path.to_owned(),
            status: None,
            headers: headers(&reply),
            code: None,
            rule: None,
            failure,
            elapsed_ms,
            retry_after: None,
            has_body: has_content || has_code || is_answered && fails_in_body,
            reply: reply.into(),
        };
        // The format's own rules, such as a code beside a body.
        let read = Reply::from_json(&attempt.reply, path)?;
        if is_answered {
            attempt.judge(dialect, &read)?;
        }
        Ok(attempt)
    }

    /// How long it takes, if nothing else ends it.
    pub(super) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms.unwrap_or(0))
    }

    /// Whether it ends by itself, not by a timeout.
    pub(super) fn is_timed(&self) -> bool {
        !matches!(
            self.failure,
            Some(Failure::Timeout | Failure::ConnectTimeout)
        )
    }

    /// Reads the answer as a call does.
    fn judge(&mut self, dialect: &Dialect, reply: &Reply) -> Result<()> {
        let at =
            |error: CannotRender| error_at(format!("{}.{}", self.path, error.key), error.problem);
        let mut asking = self.headers.clone();
        if let Some(seconds) = reply.retry_after {
            let (name, value) = render::retry_after(seconds).map_err(at)?;
            asking.append(name, value);
        }
        self.retry_after = retry_after::from_headers(&asking, START, |_| ());
        let (status, body) = match reply.code.as_deref() {
            Some(code) => {
                let asked = ErrorReply {
                    code: Some(code),
                    message: reply.message.as_deref(),
                    status: reply.status,
                    request_id: RenderedId::None,
                    retry_after: None,
                };
                let mut rng = fastrand::Rng::with_seed(0);
                let rendered = render::error_reply(dialect, &asked, &mut rng, START);
                let rendered = rendered.map_err(at)?;
                (rendered.status, rendered.body.to_vec())
            }
            None => {
                let status = http::StatusCode::from_u16(reply.status());
                let status = status.map_err(|error| error_at(&self.path, error.to_string()))?;
                (status, reply.plain_body().into_owned())
            }
        };
        self.status = Some(status);
        if self.has_body && matches!(status.as_u16(), 204 | 304) {
            let message = format!(
                "an answer with {} has no body, and so neither code nor content, and nothing fails within it",
                status.as_u16()
            );
            return Err(error_at(format!("{}.status", self.path), message));
        }
        if self.failure.is_some() && !status.is_success() && self.failure != Some(Failure::Redirect)
        {
            let message = format!(
                "{} is the API's answer whatever happens to its body; expected a 2xx beside `failure`",
                status.as_u16()
            );
            return Err(error_at(format!("{}.status", self.path), message));
        }
        if status.is_success() {
            return Ok(());
        }
        let error_body = ErrorBody::new(&self.headers, &body);
        let decoded = dialect.0.decode(&error_body, status.as_u16());
        let meaning = dialect.0.decoder.classify(&ErrorContext {
            code: decoded.code.as_deref(),
            message: decoded.message.as_deref(),
            status: status.as_u16(),
            retry_after: self.retry_after,
        });
        self.rule = meaning.and_then(|meaning| meaning.retry);
        self.code = decoded.code;
        Ok(())
    }
}

/// Reads the failure, and notes the fault that produces it.
fn failure(fields: &mut Fields<'_>, reply: &mut Map<String, Value>) -> Result<Option<Failure>> {
    let path = fields.path("failure");
    let code_path = fields.path("failure_code");
    let failure = fields.string("failure")?;
    let code = fields.raw("failure_code");
    let is_answered = fields.value("status").is_some();
    let Some(failure) = failure else {
        return match code.filter(|code| !code.is_null()) {
            None => Ok(None),
            Some(_) => Err(error_at(code_path, "it needs `failure`; expected both")),
        };
    };
    let refused = |codes: &str| {
        let found = code.unwrap_or(&Value::Null);
        let message = format!("`{failure}` is made with {codes}; found {found}");
        Err(error_at(&code_path, message))
    };
    let text = code.map(|code| code.as_str());
    let (failure, fault) = match (failure, text) {
        ("connect", None | Some(Some("ECONNREFUSED"))) => {
            (Failure::NoConnection, Some("connect_refused"))
        }
        ("connect", Some(Some("ENOTFOUND"))) => (Failure::NoConnection, Some("dns")),
        ("connect", Some(Some("ETIMEDOUT"))) => (Failure::ConnectTimeout, Some("connect_timeout")),
        ("connect", Some(Some("CERT_HAS_EXPIRED"))) => (Failure::Tls, Some("tls")),
        ("connect", _) => return refused("ECONNREFUSED, ENOTFOUND, ETIMEDOUT or CERT_HAS_EXPIRED"),
        ("transport", None | Some(Some("ECONNRESET"))) if is_answered => {
            (Failure::Broken, Some("reset_body"))
        }
        ("transport", None | Some(Some("ECONNRESET"))) => (Failure::Broken, Some("reset")),
        ("transport", _) if code.is_some_and(Value::is_null) => (
            Failure::Broken,
            Some(if is_answered { "cut_body" } else { "close" }),
        ),
        ("transport", _) => return refused("ECONNRESET or null"),
        ("timeout" | "too_large" | "decode" | "redirect" | "cancelled", _)
            if code.is_some_and(|code| !code.is_null()) =>
        {
            return refused("no code");
        }
        ("timeout", _) => (
            Failure::Timeout,
            Some(if is_answered { "stall_body" } else { "stall" }),
        ),
        ("cancelled", _) => (
            Failure::Cancelled,
            Some(if is_answered { "stall_body" } else { "stall" }),
        ),
        ("too_large", _) => (Failure::TooLarge, None),
        ("decode", _) => (Failure::Decode, None),
        ("redirect", _) => (Failure::Redirect, None),
        (other, _) => {
            let message = format!(
                "expected one of connect, timeout, transport, too_large, decode, redirect, cancelled, found {other:?}"
            );
            return Err(error_at(path, message));
        }
    };
    if let Some(fault) = fault {
        put(reply, "fault", fault.into());
    }
    Ok(Some(failure))
}

/// Notes the request ID: a made one unless another is set.
fn put_id(dialect: &Dialect, reply: &mut Map<String, Value>, id: Option<Value>) {
    let sent = headers(reply);
    let mut names = dialect.0.request_id_headers.iter();
    match id {
        Some(id) => put(reply, "request_id", id),
        None if names.any(|name| sent.contains_key(name)) => {}
        None => put(reply, "request_id", "auto".into()),
    }
}

/// Adds what makes an answer fail.
fn shape(
    failure: Option<Failure>,
    reply: &mut Map<String, Value>,
    has_content: bool,
    has_code: bool,
    path: &str,
) -> Result<()> {
    let is_answered = reply.contains_key("status") || has_code;
    match failure {
        Some(Failure::NoConnection | Failure::ConnectTimeout | Failure::Tls) if is_answered => {
            let message = "without a connection there is no answer";
            return Err(error_at(format!("{path}.status"), message));
        }
        Some(Failure::TooLarge | Failure::Decode) if has_content || has_code => {
            let message = "its body is what makes it fail; expected none";
            return Err(error_at(path, message));
        }
        Some(Failure::TooLarge) => {
            let fill = object(&mut [("byte", "x".into()), ("count", (SMALL_BODY + 1).into())]);
            put(reply, "fill", fill);
        }
        Some(Failure::Decode) => {
            put(reply, "text", "not compressed".into());
            add_header(reply, "Content-Encoding", "gzip");
        }
        Some(Failure::Redirect) if !headers(reply).contains_key(http::header::LOCATION) => {
            add_header(reply, "Location", "https://other.example/");
        }
        // A cut body has a length.
        Some(Failure::Timeout | Failure::Broken | Failure::Cancelled)
            if is_answered && !has_content && !has_code =>
        {
            put(reply, "text", "cut short".into());
        }
        _ => {}
    }
    Ok(())
}

#[inline(never)]
fn add_header(reply: &mut Map<String, Value>, name: &str, value: &str) {
    let headers = reply
        .entry("headers")
        .or_insert_with(|| Vec::<Value>::new().into());
    if let Some(headers) = headers.as_array_mut() {
        headers.push(super::pair(name, value));
    }
}

/// The headers that are plain text; the reader of the format checks them all.
#[inline(never)]
fn headers(reply: &Map<String, Value>) -> HeaderMap {
    let pairs = reply.get("headers").and_then(Value::as_array);
    let pairs = pairs.into_iter().flatten().filter_map(|pair| {
        let name = pair.get(0)?.as_str()?;
        let value = pair.get(1)?.as_str()?;
        Some((
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value).ok()?,
        ))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, value);
    }
    headers
}
