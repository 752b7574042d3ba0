//! Results in the format of the runner.

use base64::Engine as _;
use reqtrail::{Error, Recorder, Response, Trail};
use serde_json::{Value, json};

use crate::input::{Parse, Request};

/// Returns the result of a call.
#[must_use]
pub fn result(outcome: Result<Response, Error>, request: &Request) -> Value {
    match outcome.and_then(|response| success(&response, request)) {
        Ok(value) => value,
        Err(error) => failure(&error),
    }
}

fn success(response: &Response, request: &Request) -> Result<Value, Error> {
    let (key, body) = match request.parse {
        // A 304 has nothing to parse.
        Parse::Json if response.not_modified() => ("json", Value::Null),
        Parse::Json => ("json", response.json::<Value>()?),
        Parse::Text => ("text", response.text()?.into_owned().into()),
        Parse::Bytes => (
            "base64",
            base64::engine::general_purpose::STANDARD
                .encode(response.bytes())
                .into(),
        ),
    };
    let headers: Vec<[String; 2]> = response
        .headers()
        .iter()
        .map(|(name, value)| {
            [
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            ]
        })
        .collect();
    let mut ok = json!({
        "status": response.status().as_u16(),
        "request_id": response.request_id(),
        "headers": headers,
        "trail": round_trip(response.trail()),
    });
    ok[key] = body;
    if request.if_none_match.is_some() {
        ok["not_modified"] = response.not_modified().into();
    }
    Ok(json!({ "ok": ok }))
}

/// Returns the `config` result of an option whose value the library refuses before there is a client.
pub(crate) fn config(message: &str) -> Value {
    json!({ "error": {
        "kind": "config",
        "category": null,
        "code": null,
        "status": null,
        "request_id": null,
        "message": message,
        "retry_after_ms": null,
        "display": format!("config: {message}"),
        "trail": null,
    }})
}

/// Returns the result of a call that failed, or of a client that could not be built.
#[must_use]
pub fn failure(error: &Error) -> Value {
    json!({ "error": {
        "kind": error.kind(),
        "category": error.category(),
        "code": error.code(),
        "status": error.status().map(|status| status.as_u16()),
        "request_id": error.request_id(),
        // The error response of an API may have no message. Every other error has reqtrail's.
        "message": match error.api() {
            Some(api) => api.message(),
            None => Some(error.message()),
        },
        "retry_after_ms": error.retry_after().map(|wait| wait.as_secs_f64() * 1e3),
        "display": error.to_string(),
        "trail": error.trail().map(round_trip),
    }})
}

/// Returns the trail's JSON after a round trip: written, read and written again, it must not change.
fn round_trip(trail: &Trail) -> Value {
    let written = trail.to_json();
    match Trail::from_json(&written).map(|trail| trail.to_json()) {
        Ok(again) if again == written => serde_json::from_str(&again).unwrap_or_default(),
        Ok(again) => format!("the trail {written} changed to {again} in a round trip").into(),
        Err(error) => format!("the trail {written} cannot be read: {error}").into(),
    }
}

/// How many calls of each sort a recorder keeps.
const RECORDED: usize = 64;

/// Returns the results of a request's calls, after a check that the client's recorder finds the same trails by their call IDs.
#[must_use]
pub fn check_recorder(
    recorder: &Recorder,
    keeps: bool,
    request: &Request,
    mut results: Vec<Value>,
) -> Vec<Value> {
    // Other calls may have displaced them.
    if request.concurrency > 1 || request.repeat > RECORDED {
        return results;
    }
    let trails = results.iter_mut().filter_map(|result| {
        let (_, result) = result.as_object_mut()?.iter_mut().next()?;
        result.get_mut("trail").filter(|trail| trail.is_object())
    });
    for trail in trails {
        let id = trail["call_id"].as_str().unwrap_or_default();
        let found = recorder.find(id).iter().map(round_trip).collect::<Vec<_>>();
        let expected = keeps.then_some(&*trail);
        if !found.iter().eq(expected) {
            *trail = format!("the recorder has {found:?}; expected {trail}").into();
        }
    }
    results
}
