//! Checks the shape of a result, and that it contains no secret.

use reqtrail::testing::script::shown;
use serde_json::Value;

use super::view::PlayedCall;
use crate::failure::Failure;

/// A part of every secret of a scenario.
const CANARY: &str = "s3cr3t";
const OK_KEYS: [&str; 4] = ["status", "request_id", "headers", "trail"];
const ERROR_KEYS: [&str; 9] = [
    "kind",
    "category",
    "code",
    "status",
    "request_id",
    "message",
    "retry_after_ms",
    "display",
    "trail",
];

pub(super) fn check(played: &PlayedCall<'_>, out: &mut Vec<Failure>) {
    let path = &played.path;
    let (ok, error) = (played.result.get("ok"), played.result.get("error"));
    let (value, keys, key, outcome) = match (ok, error) {
        (Some(ok), None) => (ok, &OK_KEYS[..], "ok", Some("ok")),
        (None, Some(error)) => {
            let kind = error.get("kind").and_then(Value::as_str);
            (error, &ERROR_KEYS[..], "error", kind)
        }
        _ => {
            let got = shown(Some(played.result));
            out.push(Failure::differs(path, "either `ok` or `error`", got));
            return;
        }
    };
    for name in keys {
        if value.get(name).is_none() {
            let path = format!("{path}.{key}");
            out.push(Failure::new(path, format!("`{name}` is missing")));
        }
    }
    if played.trail.is_none() && outcome != Some("config") {
        let message = "null, which only a `config` error may have";
        out.push(Failure::new(played.trail_path(), message));
    }
    let trail_outcome = played.trail_text("outcome");
    if played.trail.is_some() && trail_outcome != outcome {
        let path = format!("{}.outcome", played.trail_path());
        let expected = outcome.unwrap_or("an outcome");
        out.push(Failure::differs(
            path,
            expected,
            trail_outcome.unwrap_or("nothing"),
        ));
    }
    find_canary(played, out);
}

/// Searches for secrets. The body and the headers of a success are the server's and may contain anything.
fn find_canary(played: &PlayedCall<'_>, out: &mut Vec<Failure>) {
    let mut result = played.result.clone();
    if let Some(ok) = result.get_mut("ok").and_then(Value::as_object_mut) {
        for free in ["json", "text", "base64", "headers"] {
            ok.remove(free);
        }
    }
    search(&result, &played.path, out);
}

fn search(value: &Value, path: &str, out: &mut Vec<Failure>) {
    match value {
        Value::String(text) if text.contains(CANARY) => {
            let got = shown(Some(value));
            out.push(Failure::new(path, format!("a secret leaked: {got}")));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                search(item, &format!("{path}[{index}]"), out);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                let path = format!("{path}.{key}");
                if key.contains(CANARY) {
                    out.push(Failure::new(&path, "a secret leaked into a key"));
                }
                search(value, &path, out);
            }
        }
        _ => {}
    }
}
