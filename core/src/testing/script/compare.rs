//! Compares a request with an exchange: whether it fits, and whether it is as expected.

use base64::Engine;
use serde_json::Value;

use super::difference::{Difference, shown};
use super::exchange::{Exchange, Want, WantBody};
use super::pattern::{Objects, Pattern, Scope};

/// A request for comparing.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path and the query, as sent.
    pub target: &'a str,
    /// The headers, in the order in which they were sent. Names are compared in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body; empty for none.
    pub body: &'a [u8],
}

/// Bodies are compared as a whole, not as subsets: an additional member on the wire is a difference.
const WHOLE: Scope<'static> = Scope {
    objects: Objects::Whole,
    root: None,
};

impl RequestView<'_> {
    /// All values of a header, joined as in one line; `None` if it is absent.
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<String> = self
            .headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| header_text(value))
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl Exchange {
    /// Returns whether the exchange takes a request of a client with this base path.
    #[must_use]
    pub fn fits(&self, request: &RequestView<'_>, base_path: &str) -> bool {
        self.differences(request, base_path).is_empty()
    }

    /// Returns why the exchange does not take a request; empty if it does.
    #[must_use]
    pub fn differences(&self, request: &RequestView<'_>, base_path: &str) -> Vec<Difference> {
        let mut out = Vec::new();
        text(&self.method, "match.method", request.method, &mut out);
        text(&self.target, "match.target", request.target, &mut out);
        if let Some(template) = &self.path
            && !template.fits(request.target, base_path)
        {
            let expected = shown(Some(&template.as_str().into()));
            let got = shown(Some(&request.target.into()));
            out.push(Difference::new("match.path", expected, got));
        }
        out
    }
}

impl Want {
    /// Returns what differs between a request and what its exchange expects.
    #[must_use]
    pub fn differences(&self, request: &RequestView<'_>) -> Vec<Difference> {
        let mut out = Vec::new();
        text(&self.method, "want.method", request.method, &mut out);
        text(&self.target, "want.target", request.target, &mut out);
        for (name, pattern) in &self.headers {
            let value = request.header(name).map(Value::String);
            let path = format!("want.headers.{name}");
            pattern.check(value.as_ref(), WHOLE, &path, &mut out);
        }
        if let Some(body) = &self.body {
            check_body(body, request.body, &mut out);
        }
        out
    }
}

fn check_body(want: &WantBody, body: &[u8], out: &mut Vec<Difference>) {
    match want {
        WantBody::Json(pattern) => match serde_json::from_slice::<Value>(body) {
            Ok(value) => pattern.check(Some(&value), WHOLE, "want.json", out),
            Err(error) => {
                let got = format!("a body that is not JSON ({error}): {}", readable(body));
                out.push(Difference::new("want.json", "JSON", got));
            }
        },
        WantBody::Text(pattern) => match std::str::from_utf8(body) {
            Ok(text) => pattern.check(Some(&text.into()), WHOLE, "want.text", out),
            Err(_) => {
                let got = format!("a body that is not UTF-8: {}", readable(body));
                out.push(Difference::new("want.text", "a text", got));
            }
        },
        WantBody::Bytes(bytes) => {
            if bytes != body {
                let (expected, got) = (encoded(bytes), encoded(body));
                let (expected, got) = (shown(Some(&expected)), shown(Some(&got)));
                out.push(Difference::new("want.base64", expected, got));
            }
        }
        WantBody::Base64(pattern) => {
            pattern.check(Some(&encoded(body)), WHOLE, "want.base64", out);
        }
    }
}

#[inline(never)]
fn text(pattern: &Option<Pattern>, path: &str, actual: &str, out: &mut Vec<Difference>) {
    if let Some(pattern) = pattern {
        pattern.check(Some(&actual.into()), WHOLE, path, out);
    }
}

fn encoded(bytes: &[u8]) -> Value {
    base64::engine::general_purpose::STANDARD
        .encode(bytes)
        .into()
}

#[cold]
fn readable(body: &[u8]) -> String {
    shown(Some(&String::from_utf8_lossy(body).into()))
}

/// Returns a header's value as text: as UTF-8 if possible, or else one character per byte.
#[must_use]
pub fn header_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
