//! Removes secrets from bodies and texts, and finds those that only their names reveal.

mod members;

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::redact::{self, REDACTED, Redactor, Secret, is_secret_member, of_member};

/// Members that are secret within an object whose name says that it holds a secret, as in `"token": {"id": "…"}`.
const HOLDERS: [&str; 5] = ["id", "value", "key", "blob", "data"];

/// The shortest part that counts as the beginning of a secret where a body breaks off.
const SHORTEST_HALF: usize = 4;

/// Whether a body is JSON, by its type or by how it begins.
pub(super) fn is_json(content_type: Option<&HeaderValue>, body: &[u8]) -> bool {
    let named = content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| {
            let kind = text.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
                || kind.to_ascii_lowercase().ends_with("+json")
        });
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    !body.is_empty() && (named || matches!(begins, Some(b'{' | b'[')))
}

/// Whether a body is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// Calls `learn` with each secret of a JSON value.
pub(super) fn secrets_of(value: &Value, learn: &mut dyn FnMut(Secret)) {
    members(value, "", false, &mut |value| {
        if let Value::String(text) = value
            && let Some(secret) = of_member(text)
        {
            learn(secret);
        }
    });
}

/// Visits the scalars that are secrets by the names of their members.
fn members(value: &Value, name: &str, held: bool, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(object) => {
            let holds = is_secret_member(name);
            for (key, value) in object {
                members(value, key, holds && HOLDERS.contains(&&**key), visit);
            }
        }
        Value::Array(items) => {
            for item in items {
                members(item, name, held, visit);
            }
        }
        _ if held || is_secret_scalar(name, value) => visit(value),
        _ => {}
    }
}

fn is_secret_scalar(name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty() && is_secret_member(name),
        Value::Number(_) => is_secret_number(name),
        _ => false,
    }
}

/// Whether a number of this name is a secret: only passwords are, since `max_tokens` is a count.
fn is_secret_number(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passcode", "pin", "otp"]
        .iter()
        .any(|ending| name == *ending || name.ends_with(&format!("_{ending}")))
}

/// Removes the known secrets from one exchange.
pub(super) struct Cleaner<'a> {
    pub(super) secrets: &'a Redactor,
    /// Query parameters that are shown in addition to the default ones.
    pub(super) shown_query: &'a [String],
}

impl Cleaner<'_> {
    /// A JSON value with its secrets replaced by `[redacted]`.
    pub(super) fn json(&self, value: &Value) -> Value {
        self.map(value, "", false, &mut |text, is_secret| {
            if is_secret {
                return REDACTED.into();
            }
            match text {
                Value::String(text) => self.text(text).into_owned().into(),
                number if self.is_secret(&number.to_string()) => REDACTED.into(),
                number => number.clone(),
            }
        })
    }

    /// A JSON value with each scalar replaced by `leaf`, which also gets whether the name says that it is a secret.
    pub(super) fn map(
        &self,
        value: &Value,
        name: &str,
        held: bool,
        leaf: &mut dyn FnMut(&Value, bool) -> Value,
    ) -> Value {
        match value {
            Value::Object(object) => {
                let holds = is_secret_member(name);
                let mut members = Map::new();
                for (key, value) in object {
                    let held = holds && HOLDERS.contains(&&**key);
                    let value = self.map(value, key, held, leaf);
                    members.insert(self.key(key).into_owned(), value);
                }
                Value::Object(members)
            }
            Value::Array(items) => {
                let items = items.iter().map(|item| self.map(item, name, held, leaf));
                Value::Array(items.collect())
            }
            Value::Null | Value::Bool(_) => value.clone(),
            _ => leaf(value, held || is_secret_scalar(name, value)),
        }
    }

    /// The name of a member without the known secrets. `password` stays a name even if it is also a password.
    pub(super) fn key<'a>(&self, key: &'a str) -> Cow<'a, str> {
        match is_secret_member(key) {
            true => Cow::Borrowed(key),
            false => self.secrets.text(key),
        }
    }

    /// A text without secrets: known ones, JSON members in it whose names say so, and the values of queries.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = Cow::Borrowed(text);
        if let Some(clean) = without_members(&out) {
            out = Cow::Owned(clean);
        }
        if let Some(clean) = self.without_queries(&out) {
            out = Cow::Owned(clean);
        }
        if let Cow::Owned(clean) = self.secrets.text(&out) {
            out = Cow::Owned(clean);
        }
        out
    }

    /// A text that is one URL, absolute or relative, without secrets.
    pub(super) fn link<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.contains("://") || !text.contains(['?', '#']) {
            return self.text(text);
        }
        let mut out = String::new();
        self.push_url(text, &mut out);
        Cow::Owned(self.secrets.text(&out).into_owned())
    }

    /// A text of `application/x-www-form-urlencoded` without secrets.
    pub(super) fn form(&self, text: &str) -> String {
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_member(&percent_decode_str(name).decode_utf8_lossy()) => {
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        });
        let pairs: Vec<_> = pairs.collect();
        self.secrets.text(&pairs.join("&")).into_owned()
    }

    /// The length of a body that broke off within a known secret, without the part of that secret.
    pub(super) fn whole_part(&self, body: &[u8]) -> usize {
        let halves = self.secrets.secrets().filter_map(|(secret, _)| {
            let secret = secret.expose().as_bytes();
            let mut lengths = (SHORTEST_HALF..secret.len()).rev();
            lengths.find(|&length| body.ends_with(&secret[..length]))
        });
        body.len() - halves.max().unwrap_or(0)
    }

    /// Bytes that are not text, without the known secrets.
    pub(super) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.secrets.bytes(bytes)
    }

    /// Whether a text is, or contains, a known secret.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        matches!(self.secrets.text(text), Cow::Owned(_))
    }

    /// Whether a part of a URL contains a known secret.
    pub(super) fn has_secret(&self, text: &str) -> bool {
        matches!(self.secrets.url(text), Cow::Owned(_))
    }

    /// Removes user info and the values of queries from the URLs in a text. `None` if there are none.
    fn without_queries(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        // A link from the root or without its scheme, as in `next`.
        if let Some(link) = text.strip_prefix("//") {
            out.push_str("//");
            let (url, after) = link.split_at(end_of_url(link));
            self.push_authority(url, &mut out);
            rest = after;
        } else if text.starts_with('/') && text.contains(['?', '#']) {
            let (url, after) = text.split_at(end_of_url(text));
            self.push_url(url, &mut out);
            rest = after;
        }
        while let Some(at) = rest.find("://") {
            let (before, after) = rest.split_at(at + 3);
            out.push_str(before);
            let (url, after) = after.split_at(end_of_url(after));
            self.push_authority(url, &mut out);
            rest = after;
        }
        if out.is_empty() {
            return None;
        }
        out.push_str(rest);
        Some(out)
    }

    /// Adds what follows the `//` of a URL, without user info.
    fn push_authority(&self, url: &str, out: &mut String) {
        let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
        match url[..authority].rfind('@') {
            Some(at) => {
                out.push_str(REDACTED);
                self.push_url(&url[at..], out);
            }
            None => self.push_url(url, out),
        }
    }

    /// Adds a URL without the values of its query, and of a fragment that is written like one, as OAuth's tokens are.
    fn push_url(&self, url: &str, out: &mut String) {
        let (url, fragment) = match url.split_once('#') {
            Some((url, fragment)) => (url, Some(fragment)),
            None => (url, None),
        };
        match url.split_once('?') {
            None => out.push_str(url),
            Some((path, query)) => {
                out.push_str(path);
                out.push('?');
                out.push_str(&redact::query(query, self.shown_query));
            }
        }
        if let Some(fragment) = fragment {
            out.push('#');
            match fragment.contains('=') {
                true => out.push_str(&redact::query(fragment, self.shown_query)),
                false => out.push_str(fragment),
            }
        }
    }
}

/// Where a URL in a text ends.
fn end_of_url(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`' | ','))
        .unwrap_or(text.len())
}

/// Redacts members whose names say so, in a text that is not JSON as a whole.
fn without_members(text: &str) -> Option<String> {
    let secrets = members::secrets(text);
    let mut out = String::new();
    let mut done = 0;
    for place in secrets {
        out.push_str(&text[done..place.start]);
        out.push_str(REDACTED);
        done = place.end;
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Calls `learn` with each secret of a text that is not JSON as a whole.
pub(super) fn secrets_of_text(body: &[u8], learn: &mut dyn FnMut(Secret)) {
    let Ok(text) = std::str::from_utf8(body) else {
        return;
    };
    for place in members::secrets(text) {
        if let Some(secret) = of_member(&text[place]) {
            learn(secret);
        }
    }
}

/// Calls `learn` with each secret of a form's text.
pub(super) fn secrets_of_form(body: &Bytes, learn: &mut dyn FnMut(Secret)) {
    for (name, value) in form_urlencoded::parse(body) {
        for secret in redact::of_field(&name, &value) {
            learn(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cleaned(value: &Value) -> Value {
        let cleaner = Cleaner {
            secrets: &Redactor::default(),
            shown_query: &[],
        };
        cleaner.json(value)
    }

    fn clean_text(text: &str) -> String {
        let cleaner = Cleaner {
            secrets: &Redactor::default(),
            shown_query: &["site".to_owned()],
        };
        cleaner.text(text).into_owned()
    }

    #[test]
    fn members_are_secrets_by_their_names() {
        let given = json!({
            "access_token": "a", "apiKey": "b", "tokens": ["c", "d"], "code": "not_found", "max_tokens": 5,
            "pin": 1234, "token": {"id": "e", "expires_at": "f", "user": {"password": "g"}},
            "token_type": "Bearer", "secret": null, "password": true, "next": "h",
        });
        let wanted = json!({
            "access_token": REDACTED, "apiKey": REDACTED, "tokens": [REDACTED, REDACTED], "code": "not_found",
            "max_tokens": 5, "pin": REDACTED,
            "token": {"id": REDACTED, "expires_at": "f", "user": {"password": REDACTED}},
            "token_type": "Bearer", "secret": null, "password": true, "next": "h",
        });
        assert_eq!(cleaned(&given), wanted);
        let mut learnt = Vec::new();
        let given = json!({"token": {"id": "long-enough"}, "password": "pass", "secret": "abc"});
        secrets_of(&given, &mut |secret| {
            learnt.push(secret.expose().to_owned())
        });
        learnt.sort();
        assert_eq!(learnt, ["long-enough", "pass"]);
    }

    #[test]
    fn queries_and_user_info_of_urls_are_hidden() {
        for (given, wanted) in [
            ("/x?limit=2&sig=abc", "/x?limit=2&sig=[redacted]"),
            (
                "<https://h/x?cursor=a&k=b>; rel=next",
                "<https://h/x?cursor=a&k=[redacted]>; rel=next",
            ),
            (
                "see http://me:pw@h/x, please",
                "see http://[redacted]@h/x, please",
            ),
            ("https://h/x?site=7", "https://h/x?site=7"),
            ("what? a=b", "what? a=b"),
            (
                "https://h/x?page=2#access_token=abc&state=d",
                "https://h/x?page=2#access_token=[redacted]&state=[redacted]",
            ),
            ("/x#token=abc", "/x#token=[redacted]"),
            ("/x#part", "/x#part"),
            ("//h/x?sig=abc", "//h/x?sig=[redacted]"),
            ("//me:pw@h/x", "//[redacted]@h/x"),
            ("// a comment: b@c", "// a comment: b@c"),
        ] {
            assert_eq!(clean_text(given), wanted);
        }
    }

    #[test]
    fn a_link_may_be_relative() {
        let cleaner = Cleaner {
            secrets: &Redactor::default(),
            shown_query: &[],
        };
        for (given, wanted) in [
            ("cb?code=abc", "cb?code=[redacted]"),
            ("?code=abc&page=2", "?code=[redacted]&page=2"),
            ("cb#id_token=abc", "cb#id_token=[redacted]"),
            ("/next", "/next"),
            (
                "https://me:pw@h/x?a=b",
                "https://[redacted]@h/x?a=[redacted]",
            ),
        ] {
            assert_eq!(cleaner.link(given), wanted);
        }
    }

    #[test]
    fn half_a_secret_at_the_end_is_not_whole() {
        let mut secrets = Redactor::default();
        secrets.add(&"s3cr3t-token".into());
        let cleaner = Cleaner {
            secrets: &secrets,
            shown_query: &[],
        };
        assert_eq!(cleaner.whole_part(b"Bearer s3cr3t-to"), 7);
        assert_eq!(cleaner.whole_part(b"Bearer s3c"), 10);
        assert_eq!(cleaner.whole_part(b""), 0);
    }

    #[test]
    fn a_form_names_its_secrets_however_it_writes_them() {
        let cleaner = Cleaner {
            secrets: &Redactor::default(),
            shown_query: &[],
        };
        assert_eq!(
            cleaner.form("access%5Ftoken=abc&pass%77ord=d&scope=e"),
            "access%5Ftoken=[redacted]&pass%77ord=[redacted]&scope=e"
        );
    }
}
