//! Writes one exchange in the form of a script.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::clean::{Cleaner, is_form, is_json};
use super::headers;
use super::observed::{Answer, LONGEST_BODY, ObservedExchange};
use super::uuids::uuids;
use crate::coding::{Coding, DecodeError, Decoder};
use crate::json::{object, put};
use crate::redact::{Redactor, SHOWN_QUERY};
use crate::transport::{Failure, SentMark, TransportError};

/// The longest JSON that a request is recognised by.
const LONGEST_WANT: usize = 64 * 1024;

/// Longer replies to HEAD are recorded without a length.
const LONGEST_FILL: u64 = 64 * 1024 * 1024;

/// The longest body that a script fills.
const MOST_FILLED: u64 = 256 * 1024 * 1024;

/// A day: a time in a request that is this close counts as the time of the request.
const NEAR: SignedDuration = SignedDuration::from_hours(24);

/// The word of a script for an exchange without a response head.
pub(super) fn fault(error: &TransportError, sent: &SentMark) -> &'static str {
    if error.is_unread() {
        return "tls";
    }
    if !sent.is_marked() {
        match (error.failure(), error.code()) {
            (Failure::Tls, _) => return "tls",
            (Failure::Connect, Some("ETIMEDOUT")) => return "connect_timeout",
            (Failure::Connect, Some(code)) if is_of_a_name(code) => return "dns",
            (Failure::Connect | Failure::ProxyRefused, _) => return "connect_refused",
            _ => {}
        }
    }
    match (error.failure(), is_reset(error)) {
        (Failure::Unprocessed | Failure::RefusedStream, _) => "close_unread",
        (_, true) => "reset",
        (_, false) => "close",
    }
}

/// The word of a script for a body that broke off.
pub(super) fn fault_of_body(error: &TransportError) -> &'static str {
    if is_reset(error) {
        "reset_body"
    } else {
        "cut_body"
    }
}

fn is_reset(error: &TransportError) -> bool {
    matches!(error.code(), Some("ECONNRESET" | "EPIPE" | "ECONNABORTED"))
}

fn is_of_a_name(code: &str) -> bool {
    code.starts_with("EAI_") || matches!(code, "ENOTFOUND" | "ENODATA")
}

/// An exchange of a script, without the secrets that are known.
pub(super) fn exchange(observed: &ObservedExchange, secrets: &Redactor) -> Value {
    let cleaner = Cleaner {
        secrets,
        shown_query: &observed.api.shown_query,
    };
    let mut exchange = Map::new();
    put(&mut exchange, "match", matching(observed, &cleaner));
    if let Some(json) = &observed.json
        && let Some(json) = want(json, observed, &cleaner)
    {
        put(&mut exchange, "want", object(&mut [("json", json)]));
    }
    let mut reply = Map::new();
    if let Some(answer) = &observed.reply {
        answered(answer, observed, &cleaner, &mut reply);
    }
    if let Some(fault) = observed.fault {
        put(&mut reply, "fault", fault.into());
    }
    put(&mut exchange, "reply", Value::Object(reply));
    Value::Object(exchange)
}

/// What the request is recognised by: its whole target, or the part that is neither secret nor generated for each run.
fn matching(observed: &ObservedExchange, cleaner: &Cleaner<'_>) -> Value {
    let method = observed.method.as_str();
    let (path, query) = match observed.target.split_once('?') {
        None => (&*observed.target, None),
        Some((path, query)) => (path, Some(query)),
    };
    let segments: Vec<_> = path.split('/').collect();
    let clean = cleaner.secrets.url(path);
    let clean: Vec<_> = clean.split('/').collect();
    if clean.len() != segments.len() {
        // A secret spans several segments.
        return object(&mut [("method", method.into())]);
    }
    let mut placeholders = 0;
    let segments: Vec<Cow<'_, str>> = segments
        .into_iter()
        .zip(clean)
        .map(|(segment, clean)| {
            let is_made = uuids(segment.as_bytes()).any(|uuid| observed.made.contains(&uuid));
            if segment == clean && !is_made {
                return Cow::Borrowed(segment);
            }
            placeholders += 1;
            Cow::Owned(match placeholders {
                1 => "{id}".to_owned(),
                n => format!("{{id{n}}}"),
            })
        })
        .collect();
    let pairs: Vec<_> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .collect();
    let is_shown = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_known =
            SHOWN_QUERY.contains(&name) || cleaner.shown_query.iter().any(|shown| shown == name);
        let is_made = uuids(value.as_bytes()).any(|uuid| observed.made.contains(&uuid));
        is_known && !is_made && !cleaner.has_secret(pair)
    };
    let shown: Vec<_> = pairs.iter().copied().filter(is_shown).collect();
    if placeholders == 0 && shown.len() == pairs.len() {
        return object(&mut [
            ("method", method.into()),
            ("target", observed.target.as_str().into()),
        ]);
    }
    let path = segments.join("/");
    let base = &observed.api.base_path;
    let mut path = match path.strip_prefix(base.as_str()) {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path,
    };
    if !shown.is_empty() {
        path.push('?');
        path.push_str(&shown.join("&"));
    }
    object(&mut [("method", method.into()), ("path", path.into())])
}

/// The JSON of a request, with an operator for each secret and for each value that the program generates for each run.
fn want(json: &Value, observed: &ObservedExchange, cleaner: &Cleaner<'_>) -> Option<Value> {
    if has_odd_name(json, cleaner) || json.to_string().len() > LONGEST_WANT {
        return None;
    }
    let any = || object(&mut [("$any", true.into())]);
    Some(
        cleaner.map(json, "", false, &mut |value, is_secret| match value {
            _ if is_secret => any(),
            Value::String(text) => {
                let is_made = uuids(text.as_bytes()).any(|uuid| observed.made.contains(&uuid));
                let is_time = text.parse::<Timestamp>().is_ok_and(is_near);
                let is_clean = cleaner.text(text) == *text;
                if is_made || is_time || !is_clean {
                    any()
                } else {
                    text.clone().into()
                }
            }
            Value::Number(number) if number.as_i64().is_some_and(is_epoch) => any(),
            number if cleaner.is_secret(&number.to_string()) => any(),
            other => other.clone(),
        }),
    )
}

/// Whether a member's name would be read as an operator, as `$min` would, or has a secret.
fn has_odd_name(json: &Value, cleaner: &Cleaner<'_>) -> bool {
    match json {
        Value::Object(object) => object.iter().any(|(name, value)| {
            let is_odd = name.starts_with('$') || matches!(cleaner.key(name), Cow::Owned(_));
            is_odd || has_odd_name(value, cleaner)
        }),
        Value::Array(items) => items.iter().any(|item| has_odd_name(item, cleaner)),
        _ => false,
    }
}

fn is_near(time: Timestamp) -> bool {
    Timestamp::now().duration_since(time).abs() < NEAR
}

/// Whether a number is the time of the request, in seconds or milliseconds since 1970.
fn is_epoch(number: i64) -> bool {
    [
        Timestamp::from_second(number),
        Timestamp::from_millisecond(number),
    ]
    .into_iter()
    .flatten()
    .any(is_near)
}

fn answered(
    answer: &Answer,
    observed: &ObservedExchange,
    cleaner: &Cleaner<'_>,
    reply: &mut Map<String, Value>,
) {
    let mut put = |name: &str, value: Value| put(reply, name, value);
    put("status", answer.status.as_u16().into());
    for (name, delay) in [
        ("delay_ms", answer.delay),
        ("body_delay_ms", answer.body_delay),
    ] {
        if let Some(delay) = rounded(delay) {
            put(name, delay.into());
        }
    }
    let is_partial = observed.fault.is_some();
    let (mut body, is_decoded) = decoded(answer, observed.api.decompress, is_partial);
    if is_partial {
        body.truncate(cleaner.whole_part(&body));
    }
    let headers = headers::headers(answer, &observed.origin, cleaner, is_decoded);
    if !headers.is_empty() {
        put("headers", headers.into());
    }
    if observed.method == Method::HEAD {
        let length = headers::length(&answer.headers);
        if let Some(length) = length.filter(|&length| length > 0 && length <= LONGEST_FILL) {
            put(
                "fill",
                object(&mut [("byte", "x".into()), ("count", length.into())]),
            );
        }
        return;
    }
    if let Some(length) = answer.body.cut_length() {
        // A script sends half of a body that breaks off.
        let count = if is_partial { length * 2 } else { length };
        let count = count.min(MOST_FILLED);
        put(
            "fill",
            object(&mut [("byte", "x".into()), ("count", count.into())]),
        );
        return;
    }
    let content_type = answer.headers.get(CONTENT_TYPE);
    if !is_partial
        && is_json(content_type, &body)
        && let Ok(json) = serde_json::from_slice(&body)
    {
        put("json", cleaner.json(&json));
        return;
    }
    let is_form = is_form(&answer.headers);
    match std::str::from_utf8(&body) {
        Ok("") if !is_partial => {}
        Ok(text) => {
            let mut text = if is_form {
                cleaner.form(text)
            } else {
                cleaner.text(text).into_owned()
            };
            if is_partial {
                // A script sends half of a body that breaks off, and that half is what was received.
                let half = text.len();
                text.extend(std::iter::repeat_n(' ', half.max(1)));
            }
            put("text", text.into());
        }
        Err(_) => {
            let mut bytes = cleaner.bytes(&body).into_owned();
            if is_partial {
                bytes.resize(bytes.len() * 2, b' ');
            }
            put("base64", BASE64.encode(bytes).into());
        }
    }
}

/// The decoded body of a response, for searching.
pub(super) fn readable(answer: &Answer) -> Bytes {
    decoded(answer, true, true).0
}

/// The decoded body, and whether it was coded. A body that cannot be decoded stays unchanged, so that it cannot be
/// decoded in a replay either.
fn decoded(answer: &Answer, decompress: bool, is_partial: bool) -> (Bytes, bool) {
    let raw = Bytes::copy_from_slice(&answer.body.bytes);
    let coding = match Coding::from_headers(&answer.headers) {
        Ok(coding) if decompress && coding != Coding::Identity => coding,
        _ => return (raw, false),
    };
    if raw.is_empty() {
        return (raw, true);
    }
    match decode(coding, raw.clone(), is_partial) {
        Some(body) => (body, true),
        None => (raw, false),
    }
}

fn decode(coding: Coding, raw: Bytes, is_partial: bool) -> Option<Bytes> {
    let mut decoder = Decoder::new(coding, raw, LONGEST_BODY as u64).ok()?;
    loop {
        match decoder.step() {
            Ok(true) => return Some(decoder.into_bytes()),
            Ok(false) => {}
            Err(DecodeError::Corrupt(_)) if is_partial => return Some(decoder.into_bytes()),
            Err(_) => return None,
        }
    }
}

/// Milliseconds to two digits, so that two runs differ less; `None` below 5 ms.
fn rounded(delay: Duration) -> Option<u64> {
    let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let step = match delay {
        0..5 => return None,
        5..1000 => 10,
        1000..10_000 => 100,
        _ => 1000,
    };
    Some((delay.saturating_add(step / 2)) / step * step)
}
