//! Renders answers in the form of a dialect: the error that an API sends for a code, and the IDs of its requests.
//!
//! The dialect itself reads a rendered answer before it is used, so that a script says what a call will see.

mod body;

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::dialect::{Decoded, Dialect, ErrorBody, MadeIds, Shape};

/// The content of an error response.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ErrorReply<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// The status; `None` for the code's own.
    pub(crate) status: Option<u16>,
    pub(crate) request_id: RenderedId<'a>,
    /// In seconds.
    pub(crate) retry_after: Option<f64>,
}

/// The request ID of an answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum RenderedId<'a> {
    /// It has none.
    None,
    /// One is made, in the API's own form.
    #[default]
    Auto,
    Text(&'a str),
}

/// An answer as it is sent, except its framing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON; empty if there is neither a code nor a message.
    pub(crate) body: Bytes,
}

/// The error of an answer that cannot be rendered. It names the key of the reply that is wrong or missing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CannotRender {
    /// The key of the reply, such as `status`.
    pub(crate) key: &'static str,
    /// What is wrong, and what would be right.
    pub(crate) problem: String,
}

impl CannotRender {
    #[cold]
    #[inline(never)]
    fn new(key: &'static str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { key, problem }
    }
}

impl fmt::Display for CannotRender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reply.{}: {}", self.key, self.problem)
    }
}

type Header = (HeaderName, HeaderValue);

/// Renders an error response. IDs are drawn from `rng`, and contain the time `wall` if the API's IDs contain one.
///
/// # Errors
/// Names the key of the reply that is wrong or missing, such as the status of a code that the dialect does not know.
pub(crate) fn error_reply(
    dialect: &Dialect,
    reply: &ErrorReply<'_>,
    rng: &mut fastrand::Rng,
    wall: SystemTime,
) -> Result<Rendered, CannotRender> {
    let status = status(dialect, reply)?;
    let id = id_text(dialect, reply.request_id, rng, wall);
    let mut headers = match &id {
        Some(id) => id_headers(dialect, id)?,
        None => Vec::new(),
    };
    let mut body = Bytes::new();
    if reply.code.is_some() || reply.message.is_some() {
        headers.insert(
            0,
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        );
        let json = body::json(dialect, status, reply, id.as_deref())?;
        body = json.to_string().into();
    }
    if let Some(seconds) = reply.retry_after {
        headers.push(retry_after(seconds)?);
    }
    let rendered = Rendered {
        status,
        headers,
        body,
    };
    check(dialect, reply, id.as_deref(), &rendered)?;
    Ok(rendered)
}

/// The headers that carry a made request ID: none for a dialect whose IDs are only in error bodies.
pub(crate) fn request_id(
    dialect: &Dialect,
    rng: &mut fastrand::Rng,
    wall: SystemTime,
) -> Vec<Header> {
    let id = made_id(dialect, rng, wall);
    id_headers(dialect, &id).unwrap_or_default()
}

/// The headers that carry this request ID.
///
/// # Errors
/// Says why a header cannot carry it.
pub(crate) fn id_headers(dialect: &Dialect, id: &str) -> Result<Vec<Header>, CannotRender> {
    if id.is_empty() {
        let problem = "it is empty; expected an ID, \"auto\", or null for none";
        return Err(CannotRender::new("request_id", problem));
    }
    let value = HeaderValue::from_str(id).map_err(|_| {
        let shown = id.escape_debug();
        let problem =
            format!("`{shown}` is not valid in a header; expected printable ASCII characters");
        CannotRender::new("request_id", problem)
    })?;
    let names = dialect.0.request_id_headers.iter();
    let names = names.take(dialect.sent_id_headers());
    Ok(names.map(|name| (name.clone(), value.clone())).collect())
}

/// The header that asks for a wait.
///
/// # Errors
/// Says that it is not a valid wait.
pub(crate) fn retry_after(seconds: f64) -> Result<Header, CannotRender> {
    if !seconds.is_finite() || seconds.is_sign_negative() && seconds != 0.0 {
        let problem = format!("{seconds} is not a time; expected seconds, 0 or more");
        return Err(CannotRender::new("retry_after", problem));
    }
    // Without an exponent, and without the sign of a negative zero.
    let text = seconds.abs().to_string();
    let value = HeaderValue::try_from(text);
    let value = value.map_err(|error| CannotRender::new("retry_after", error.to_string()))?;
    Ok((RETRY_AFTER, value))
}

/// The requested status, or the code's own.
pub(super) fn status(
    dialect: &Dialect,
    reply: &ErrorReply<'_>,
) -> Result<StatusCode, CannotRender> {
    if let Some(status) = reply.status {
        let is_error = (300..=599).contains(&status);
        let code = StatusCode::from_u16(status).ok().filter(|_| is_error);
        return code.ok_or_else(|| {
            let problem = format!("{status} is not the status of an error; expected 300 to 599");
            CannotRender::new("status", problem)
        });
    }
    let Some(code) = reply.code else {
        let problem = "it is missing, and no code says it; expected a status such as 503";
        return Err(CannotRender::new("status", problem));
    };
    let status = dialect.0.decoder.status_of(code);
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    status.ok_or_else(|| {
        let problem = format!(
            "it is missing, and the dialect `{}` knows no status of the code `{}`; expected a status such as 503 in \
             reply.status",
            dialect.name(),
            code.escape_debug()
        );
        CannotRender::new("status", problem)
    })
}

fn id_text(
    dialect: &Dialect,
    given: RenderedId<'_>,
    rng: &mut fastrand::Rng,
    wall: SystemTime,
) -> Option<String> {
    match given {
        RenderedId::None => None,
        RenderedId::Text(text) => Some(text.to_owned()),
        RenderedId::Auto => {
            let id = made_id(dialect, rng, wall);
            is_placed(dialect).then_some(id)
        }
    }
}

/// Whether an error response of the API can carry a request ID.
fn is_placed(dialect: &Dialect) -> bool {
    let in_body = match dialect.0.decoder.shape() {
        Shape::Pointers { request_id, .. } => request_id.is_some(),
        _ => false,
    };
    in_body || !dialect.0.request_id_headers.is_empty()
}

fn made_id(dialect: &Dialect, rng: &mut fastrand::Rng, wall: SystemTime) -> String {
    let mut uuid = || uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid();
    match dialect.made_ids() {
        MadeIds::Ulid => format!("req_{}", ulid(wall, rng.u128(..))),
        #[cfg(feature = "openstack")]
        MadeIds::GlobalUuid => format!("req-{}", uuid().hyphenated()),
        MadeIds::Uuid => uuid().hyphenated().to_string(),
    }
}

/// A ULID: 48 bits of milliseconds since 1970 and 80 random bits, in Crockford's base 32.
fn ulid(wall: SystemTime, random: u128) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let since = wall.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    let bits = millis << 80 | random & ((1 << 80) - 1);
    let digits = (0..26).rev();
    digits
        .map(|digit| char::from(ALPHABET[(bits >> (5 * digit) & 31) as usize]))
        .collect()
}

/// Reads an answer as a call does, and compares it with what was asked for.
fn check(
    dialect: &Dialect,
    reply: &ErrorReply<'_>,
    id: Option<&str>,
    rendered: &Rendered,
) -> Result<(), CannotRender> {
    let Decoded {
        raw_code,
        message,
        request_id,
        ..
    } = dialect.0.decode(
        &ErrorBody::new(&http::HeaderMap::new(), &rendered.body),
        rendered.status.as_u16(),
    );
    let unfit = |key, text: &str, how: &str, instead: &str| {
        let name = dialect.name();
        let shown = text.escape_debug();
        let problem = format!("`{shown}` {how} of the dialect `{name}`{instead}");
        Err(CannotRender::new(key, problem))
    };
    if raw_code.as_deref() != reply.code {
        let instead = "; expected one that it can send, or reply.status without a code";
        let code = reply.code.unwrap_or_default();
        return unfit("code", code, "would not be read as a code", instead);
    }
    if let Some(asked) = reply.message
        && message.is_none()
    {
        return unfit("message", asked, "would not be read as a message", "");
    }
    if id.is_none()
        && let Some(read) = request_id
    {
        return unfit("request_id", &read, "would be read as the request ID", "");
    }
    // If pointers of a custom dialect overlap.
    let other = [("code", reply.code), ("request_id", id)];
    let read_as_message =
        |(_, text): &(&str, Option<&str>)| text.is_some() && *text == message.as_deref();
    if reply.message.is_none()
        && let Some((key, Some(text))) = other.into_iter().find(read_as_message)
    {
        return unfit(key, text, "would be read as the message", "");
    }
    if let Some(id) = id
        && request_id.is_none()
        && dialect.0.request_id_headers.is_empty()
    {
        return unfit("request_id", id, "has no place in an answer", "");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
