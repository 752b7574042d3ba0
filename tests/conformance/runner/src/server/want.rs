//! Whether a request looked as its exchange wanted.

use base64::Engine;
use serde_json::Value;

use super::request::Request;
use crate::failure::{Failure, shown};
use crate::pattern::{Objects, Pattern, Scope};
use crate::scenario::{Exchange, Want, WantBody};

/// Bodies are compared whole, not as subsets: a member too many on the wire is a difference.
const WHOLE: Scope<'static> = Scope {
    objects: Objects::Whole,
    root: None,
};

/// Whether an exchange takes the request.
pub(super) fn fits(exchange: &Exchange, request: &Request) -> bool {
    let mut differences = Vec::new();
    text(
        &exchange.method,
        "method",
        &request.method,
        &mut differences,
    );
    text(
        &exchange.target,
        "target",
        &request.target,
        &mut differences,
    );
    differences.is_empty()
}

/// What differs between a request and what its exchange wanted.
pub(super) fn differences(want: &Want, request: &Request) -> Vec<Failure> {
    let mut out = Vec::new();
    text(&want.method, "want.method", &request.method, &mut out);
    text(&want.target, "want.target", &request.target, &mut out);
    for (name, pattern) in &want.headers {
        let value = request.header(name).map(Value::String);
        let path = format!("want.headers.{name}");
        pattern.check(value.as_ref(), WHOLE, &path, &mut out);
    }
    if let Some(body) = &want.body {
        check_body(body, &request.body, &mut out);
    }
    out
}

fn check_body(want: &WantBody, body: &[u8], out: &mut Vec<Failure>) {
    match want {
        WantBody::Json(pattern) => match serde_json::from_slice::<Value>(body) {
            Ok(value) => pattern.check(Some(&value), WHOLE, "want.json", out),
            Err(error) => out.push(Failure::new(
                "want.json",
                format!("the body is not JSON ({error}): {}", readable(body)),
            )),
        },
        WantBody::Text(pattern) => match std::str::from_utf8(body) {
            Ok(text) => pattern.check(Some(&text.into()), WHOLE, "want.text", out),
            Err(_) => out.push(Failure::new("want.text", "the body is not UTF-8")),
        },
        WantBody::Bytes(bytes) => {
            if bytes != body {
                let (expected, got) = (encoded(bytes), encoded(body));
                out.push(Failure::differs(
                    "want.base64",
                    shown(Some(&expected)),
                    shown(Some(&got)),
                ));
            }
        }
        WantBody::Base64(pattern) => {
            pattern.check(Some(&encoded(body)), WHOLE, "want.base64", out);
        }
    }
}

fn text(pattern: &Option<Pattern>, path: &str, actual: &str, out: &mut Vec<Failure>) {
    if let Some(pattern) = pattern {
        pattern.check(Some(&actual.into()), WHOLE, path, out);
    }
}

fn encoded(bytes: &[u8]) -> Value {
    base64::engine::general_purpose::STANDARD
        .encode(bytes)
        .into()
}

fn readable(body: &[u8]) -> String {
    shown(Some(&String::from_utf8_lossy(body).into()))
}
