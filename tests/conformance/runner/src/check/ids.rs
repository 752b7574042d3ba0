//! The request IDs of a response by the reading rules: the dialect's header, otherwise the error body.
//!
//! If the rules leave a choice (which of two headers is the first, whether an empty header hides a
//! body's ID, whether a body that came in pieces was read), every reading is accepted.

use serde_json::Value;

use crate::scenario::{Client, Dialect};
use crate::server::log::Sent;

/// The length at which longer IDs are cut.
const LONGEST: usize = 256;

/// The IDs that a client may report.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Readings {
    pub(super) request_id: Vec<Option<String>>,
    pub(super) body_request_id: Vec<Option<String>>,
}

/// Where a dialect has its IDs.
struct IdSources {
    headers: Vec<String>,
    /// The JSON pointer in an error body that a client has to read.
    pointer: Option<String>,
    /// The JSON pointers that a client may read too.
    perhaps: &'static [&'static str],
}

/// Returns all readings of a response. `whole` says that the attempt had no failure.
pub(super) fn readings(client: &Client, trail_dialect: &str, sent: &Sent, whole: bool) -> Readings {
    let places = places(&client.dialect, trail_dialect);
    let (header, header_is_certain) = from_headers(&places, sent);
    let (body, body_is_certain) = from_body(&places, sent);
    let body_is_certain = body_is_certain && whole;
    let show = |id: &[u8]| shown(id, &client.tokens);

    let mut readings = Readings::default();
    if header.is_empty() || !header_is_certain {
        readings.request_id.extend(optional(&body, show));
        if !body_is_certain || body.is_none() {
            readings.request_id.push(None);
        }
        readings.body_request_id.push(None);
    }
    for id in &header {
        readings
            .request_id
            .extend(optional(&Some(id.clone()), show));
        // Compares what is shown: two long IDs may differ only after the cut.
        let shown_body = body.as_ref().map(|body| show(body));
        let same = shown_body.as_ref() == Some(&show(id));
        if !same {
            readings.body_request_id.extend(optional(&body, show));
        }
        if same || body.is_none() || !body_is_certain {
            readings.body_request_id.push(None);
        }
    }
    readings
}

fn places(dialect: &Dialect, trail_dialect: &str) -> IdSources {
    let name = match dialect {
        Dialect::Custom { headers, pointer } => {
            return IdSources {
                headers: headers.clone(),
                pointer: pointer.clone(),
                perhaps: &[],
            };
        }
        Dialect::Named(name) => name.as_str(),
        Dialect::Default => trail_dialect,
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match name {
        "openstack" => IdSources {
            headers: names(&[
                "x-openstack-request-id",
                "x-compute-request-id",
                "x-trans-id",
            ]),
            pointer: None,
            perhaps: &["/request_id", "/errors/0/request_id", "/error/request_id"],
        },
        _ => IdSources {
            headers: names(&["x-request-id"]),
            pointer: Some("/request_id".to_owned()),
            perhaps: &["/error/request_id"],
        },
    }
}

/// Returns the first non-empty value, both in the order of the dialect and in the order in which headers were sent.
fn from_headers(places: &IdSources, sent: &Sent) -> (Vec<Vec<u8>>, bool) {
    let named = |name: &str| {
        let headers = sent.headers.iter();
        headers
            .filter(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| trimmed(value).to_vec())
            .collect::<Vec<_>>()
    };
    let as_ordered: Vec<_> = places.headers.iter().flat_map(|name| named(name)).collect();
    let as_sent: Vec<_> = sent
        .headers
        .iter()
        .filter(|(header, _)| {
            let mut names = places.headers.iter();
            names.any(|name| name.eq_ignore_ascii_case(header))
        })
        .map(|(_, value)| trimmed(value).to_vec())
        .collect();
    let mut found = Vec::new();
    for values in [&as_ordered, &as_sent] {
        let first = values.iter().find(|value| !value.is_empty()).cloned();
        if let Some(first) = first.filter(|first| !found.contains(first)) {
            found.push(first);
        }
    }
    let empty = as_sent.iter().any(Vec::is_empty);
    (found, !empty)
}

/// Returns the ID in an error body, and whether a client must have found it.
fn from_body(places: &IdSources, sent: &Sent) -> (Option<Vec<u8>>, bool) {
    let is_error = sent.status.is_some_and(|status| status >= 400);
    let may_be_error = is_error || sent.status.is_some_and(|status| status / 100 == 3);
    let json = sent.body.as_ref().filter(|_| may_be_error);
    let Some(json) = json.and_then(|body| serde_json::from_slice::<Value>(body).ok()) else {
        return (None, true);
    };
    let certain = places
        .pointer
        .as_ref()
        .and_then(|pointer| json.pointer(pointer));
    if let Some(id) = certain.and_then(text) {
        let id = id.as_bytes().to_vec();
        return (Some(id), is_error && sent.body_is_certain);
    }
    if let Some(Value::Number(number)) = certain {
        return (Some(number.to_string().into_bytes()), false);
    }
    let perhaps = places
        .perhaps
        .iter()
        .find_map(|pointer| json.pointer(pointer).and_then(text));
    match perhaps {
        Some(id) => (Some(id.as_bytes().to_vec()), false),
        None => (None, true),
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn optional(
    id: &Option<Vec<u8>>,
    show: impl Fn(&[u8]) -> Vec<String>,
) -> impl Iterator<Item = Option<String>> {
    let shown = id.as_ref().map(|id| show(id)).unwrap_or_default();
    shown.into_iter().map(Some)
}

/// Returns an ID as it is shown: cut, then escaped. Tokens in it are redacted before or after the cut.
fn shown(id: &[u8], tokens: &[String]) -> Vec<String> {
    let plain = escaped(cut(id));
    let mut after = plain.clone();
    let mut before = id.to_vec();
    for token in tokens.iter().filter(|token| !token.is_empty()) {
        after = after.replace(token.as_str(), "[redacted]");
        if let Ok(text) = String::from_utf8(before.clone()) {
            before = text.replace(token.as_str(), "[redacted]").into_bytes();
        }
    }
    let mut all = vec![plain, after, escaped(cut(&before))];
    all.dedup();
    all
}

fn cut(id: &[u8]) -> &[u8] {
    &id[..id.len().min(LONGEST)]
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            0x20..=0x7E => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02X}")),
        }
    }
    text
}

/// Removes the spaces and tabs that are not part of a header's value.
fn trimmed(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !blank(byte));
    let end = value.iter().rposition(|byte| !blank(byte));
    match (start, end) {
        (Some(start), Some(end)) => &value[start..=end],
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
