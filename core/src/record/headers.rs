//! The headers of a reply, in the form of a script.

use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, DATE, EXPIRES, LOCATION, RETRY_AFTER, SET_COOKIE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::clean::Cleaner;
use super::observed::Answer;
use crate::http_date;
use crate::json::object;
use crate::redact::{REDACTED, is_secret_header};

/// How far off a server's clock may be to count as right, in seconds.
const SAME_TIME: i64 = 2;

/// Unix seconds below this are not a current date: a reset of such a number is a wait.
const OLDEST_EPOCH: i64 = 1_000_000_000;
const NEWEST_EPOCH: i64 = 100_000_000_000;

/// The headers of a reply; `is_decoded` says that its content coding was undone.
pub(super) fn headers(
    answer: &Answer,
    origin: &str,
    cleaner: &Cleaner<'_>,
    is_decoded: bool,
) -> Vec<Value> {
    let now = server_clock(answer);
    let is_kept = |name: &HeaderName, value: &HeaderValue| {
        !is_of_the_wire(name, value) && (!is_decoded || *name != CONTENT_ENCODING)
    };
    answer
        .headers
        .iter()
        .filter(|(name, value)| is_kept(name, value))
        .map(|(name, value)| {
            let shown = header(name, value, origin, now, cleaner);
            Value::from(vec![name.as_str().into(), shown])
        })
        .collect()
}

/// Whether the server that replays the script writes the header itself.
fn is_of_the_wire(name: &HeaderName, value: &HeaderValue) -> bool {
    // Any other transfer coding makes the body unreadable, also in a replay.
    if *name == TRANSFER_ENCODING {
        return value.as_bytes().eq_ignore_ascii_case(b"chunked");
    }
    [CONNECTION, CONTENT_LENGTH, TRAILER, UPGRADE].contains(name)
        || ["keep-alive", "proxy-connection"].contains(&name.as_str())
}

fn header(
    name: &HeaderName,
    value: &HeaderValue,
    origin: &str,
    now: i64,
    cleaner: &Cleaner<'_>,
) -> Value {
    let text = String::from_utf8_lossy(value.as_bytes());
    if *name == SET_COOKIE {
        return cookie(&text).into();
    }
    if is_secret_header(name) || value.is_sensitive() {
        return REDACTED.into();
    }
    if [DATE, EXPIRES, RETRY_AFTER].contains(name)
        && let Some(date) = http_date::parse(value.as_bytes(), now)
    {
        return object(&mut [(
            "http_date",
            object(&mut [("offset_s", (date - now).into())]),
        )]);
    }
    if name.as_str().ends_with("reset")
        && let Ok(epoch) = text.parse::<i64>()
        && (OLDEST_EPOCH..NEWEST_EPOCH).contains(&epoch)
    {
        return object(&mut [("epoch_s", (epoch - now).into())]);
    }
    let clean = if *name == LOCATION {
        cleaner.link(&text)
    } else {
        cleaner.text(&text)
    };
    if *name == LOCATION
        && let Some(target) = clean.strip_prefix(origin)
        && target.starts_with('/')
    {
        return object(&mut [("redirect", target.into())]);
    }
    clean.into_owned().into()
}

/// The server's time when the head came, in seconds since 1970: its `Date` if that is about right, or else the local clock.
/// Every date of the response counts from it, so that a `Retry-After` stays as long after `Date` as it was.
fn server_clock(answer: &Answer) -> i64 {
    let now = http_date::seconds(answer.at);
    let date = answer.headers.get(DATE);
    date.and_then(|date| http_date::parse(date.as_bytes(), now))
        .filter(|date| (date - now).abs() <= SAME_TIME)
        .unwrap_or(now)
}

/// A cookie without its value.
pub(super) fn cookie(text: &str) -> String {
    let (pair, attributes) = text.split_at(text.find(';').unwrap_or(text.len()));
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={REDACTED}{attributes}"),
        None => REDACTED.to_owned(),
    }
}

/// The value of a cookie that is set.
pub(super) fn cookie_value(text: &str) -> Option<&str> {
    let pair = text.split(';').next()?;
    let (_, value) = pair.split_once('=')?;
    Some(value.trim().trim_matches('"'))
}

/// The length that the response to HEAD says its body would have.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
