//! Scenarios that the adapter's own mock plays: the exchanges are its script, and it answers with the requests that it saw.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use crate::adapter::Adapter;
use crate::check::trail_of;
use crate::failure::Failure;
use crate::scenario::{Call, Scenario};
use crate::server::log::{Row, trace_of};
use crate::server::played;
use crate::server::request::Request;

/// Where the clients of a script seem to go: as the server's own address, which scenarios know.
const ORIGIN: &str = "http://127.0.0.1:8080";

/// Options of a client that are of the network alone, which a mock is not.
const OF_THE_WIRE: [&str; 12] = [
    "proxy",
    "extra_ca",
    "client_certificate",
    "danger_accept_invalid_certs",
    "http1_only",
    "pool_max_idle",
    "pool_idle_timeout_ms",
    "http2_ping_interval_ms",
    "http2_ping_timeout_ms",
    "unix_socket",
    "resolve",
    "connect_timeout_ms",
];

/// Why a mock cannot play a scenario.
pub(crate) fn unplayable(scenario: &Scenario, adapter: &dyn Adapter) -> Option<String> {
    let exchanges = &scenario.exchanges;
    let options = scenario
        .client
        .given
        .get("options")
        .and_then(Value::as_object);
    let of_the_wire = options
        .into_iter()
        .flat_map(Map::keys)
        .find(|name| OF_THE_WIRE.contains(&name.as_str()));
    let calls = &scenario.calls;
    if scenario.tls {
        return Some("a script has no TLS".to_owned());
    }
    if exchanges
        .iter()
        .any(|exchange| exchange.reply.raw.is_some())
    {
        return Some("a script has no raw bytes".to_owned());
    }
    if scenario.listen_after_ms > 0 {
        return Some("a script has no port that opens later".to_owned());
    }
    if calls.iter().any(|call| call.expect.connections.is_some()) {
        return Some("a script has no connections to count".to_owned());
    }
    if calls
        .iter()
        .any(|call| call.request.get("cancel_after_ms").is_some())
        && !adapter.has("virtual-cancel")
    {
        return Some("needs virtual-cancel".to_owned());
    }
    of_the_wire.map(|name| format!("`{name}` is of the network"))
}

/// Lets a client draw what its mock would draw.
pub(crate) fn seed(job: &mut Value) {
    if let Some(client) = job.get_mut("client").and_then(Value::as_object_mut) {
        let options = client.entry("options").or_insert_with(|| json!({}));
        if let Some(options) = options.as_object_mut() {
            options.entry("jitter_seed").or_insert_with(|| 0.into());
        }
    }
}

/// Why the trails of a scenario are not the same each time.
pub(crate) fn unrepeatable(scenario: &Scenario) -> Option<&'static str> {
    let at_once =
        |call: &Call| call.request.get("cancel_after_ms").and_then(Value::as_f64) == Some(0.0);
    if scenario.calls.iter().any(|call| call.concurrency > 1) {
        Some("its calls run at the same time")
    } else if scenario.calls.iter().any(at_once) {
        Some("a cancel may come before or after the request")
    } else if scenario
        .exchanges
        .iter()
        .any(|exchange| exchange.reply.is_unread())
    {
        Some("a client may notice the end of its connection before or after it sends")
    } else {
        None
    }
}

/// What the adapter is given: the scenario with its exchanges as a script.
pub(crate) fn job(scenario: &Scenario) -> Value {
    let calls: Vec<Value> = scenario
        .calls
        .iter()
        .map(|call| json!({"request": call.request}))
        .collect();
    json!({
        "id": scenario.name,
        "base_url": format!("{ORIGIN}{}", scenario.client.base_path),
        "script": {"schema": "reqtrail.script/1", "exchanges": scenario.written},
        "client": scenario.client.given,
        "calls": calls,
    })
}

/// Takes the note out of every trail that a script answered. Where it is missing, that is a failure.
pub(crate) fn take_notes(answer: &mut Value) -> Vec<Failure> {
    let mut failures = Vec::new();
    let results = answer.get_mut("results").and_then(Value::as_array_mut);
    for (index, result) in results.into_iter().flatten().enumerate() {
        let trail = ["/ok/trail/notes", "/error/trail/notes"]
            .into_iter()
            .find(|at| result.pointer(at).is_some());
        let notes = trail.and_then(|at| result.pointer_mut(at)?.as_array_mut());
        if let Some(notes) = notes {
            let before = notes.len();
            notes.retain(|note| note != "scripted");
            if notes.len() == before {
                failures.push(Failure::new(
                    format!("results[{index}].trail.notes"),
                    "no note says `scripted`",
                ));
            }
        }
    }
    failures
}

/// The requests that the mock saw, as the log of a server, and what it found wrong.
pub(crate) fn rows(
    scenario: &Scenario,
    answer: &Value,
) -> Result<(Vec<Row>, Vec<Failure>), String> {
    let requests = answer
        .get("requests")
        .and_then(Value::as_array)
        .ok_or("the answer has no `requests`")?;
    let rows = requests
        .iter()
        .map(|request| row(scenario, request))
        .collect::<Result<_, _>>()?;
    let problems = answer
        .get("problems")
        .and_then(Value::as_array)
        .ok_or("the answer has no `problems`")?;
    let problems = problems
        .iter()
        .filter(|problem| !is_left_over(problem))
        .filter_map(Value::as_str);
    Ok((
        rows,
        problems
            .map(|problem| Failure::new("script", problem))
            .collect(),
    ))
}

/// Whether a problem is an exchange that was not used up, which a server allows.
pub(crate) fn is_left_over(problem: &Value) -> bool {
    problem
        .as_str()
        .is_some_and(|text| text.starts_with("exchange "))
}

fn row(scenario: &Scenario, value: &Value) -> Result<Row, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let lacks = |key: &str| format!("a request of the mock has no `{key}`");
    let headers = value
        .get("headers")
        .and_then(Value::as_array)
        .ok_or_else(|| lacks("headers"))?;
    let pair = |pair: &Value| {
        let text = |index: usize| pair.get(index).and_then(Value::as_str).map(str::to_owned);
        Some((text(0)?, text(1)?))
    };
    let body = match (value.get("json"), text("text"), text("base64")) {
        (Some(json), ..) => json.to_string().into_bytes(),
        (_, Some(text), _) => text.into_bytes(),
        (.., Some(coded)) => base64::engine::general_purpose::STANDARD
            .decode(coded)
            .map_err(|e| e.to_string())?,
        _ => Vec::new(),
    };
    let request = Request {
        method: text("method").ok_or_else(|| lacks("method"))?,
        target: text("target").ok_or_else(|| lacks("target"))?,
        headers: headers
            .iter()
            .map(pair)
            .collect::<Option<_>>()
            .ok_or_else(|| lacks("headers"))?,
        body,
    };
    let exchange = value.get("exchange").and_then(Value::as_u64);
    let exchange = exchange.and_then(|number| usize::try_from(number).ok());
    let sent = match exchange.and_then(|number| scenario.exchanges.get(number)) {
        None => None,
        Some(exchange) => {
            played::sent(&exchange.reply, &request.method).map_err(|e| e.to_string())?
        }
    };
    Ok(Row {
        at_ms: value
            .get("at_ms")
            .and_then(Value::as_f64)
            .ok_or_else(|| lacks("at_ms"))?,
        connection: 0,
        trace: request
            .header("traceparent")
            .and_then(|value| trace_of(&value)),
        request: Arc::new(request),
        exchange,
        other_origin: false,
        problems: Vec::new(),
        sent,
    })
}

/// What of a trail differs from run to run: what is drawn, measured, or names the server.
const VARYING: [&str; 6] = [
    "call_id",
    "trace_id",
    "correlation_id",
    "started_at",
    "elapsed_ms",
    "origin",
];
const VARYING_OF_ATTEMPTS: [&str; 5] = [
    "span_id",
    "started_ms",
    "elapsed_ms",
    "url",
    "remote_address",
];

/// What differs between the results of the two ways.
pub(crate) fn differences(by_sockets: &Value, by_script: &Value) -> Vec<Failure> {
    let (one, other) = (trails(by_sockets), trails(by_script));
    if one.len() != other.len() {
        return vec![Failure::new(
            "results",
            format!("{} by sockets, {} by the script", one.len(), other.len()),
        )];
    }
    let pairs = one.iter().zip(&other).enumerate();
    pairs
        .flat_map(|(index, (one, other))| named(&format!("results[{index}].trail"), one, other))
        .collect()
}

/// Names each place where two values differ.
pub(crate) fn named(path: &str, one: &Value, other: &Value) -> Vec<Failure> {
    let mut found = Vec::new();
    for pointer in pointers(one).into_iter().chain(pointers(other)) {
        let (left, right) = (one.pointer(&pointer), other.pointer(&pointer));
        if !is_same(left, right) && !found.iter().any(|(known, _)| *known == pointer) {
            let shown = |value: Option<&Value>| {
                value.map_or_else(|| "nothing".to_owned(), Value::to_string)
            };
            let text = format!("{} and {}", shown(left), shown(right));
            found.push((pointer, text));
        }
    }
    let failure = |(pointer, text)| Failure::new(format!("{path}{pointer}"), text);
    found.into_iter().map(failure).collect()
}

/// Times that come of an HTTP date differ by what is left of a second.
fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left.and_then(Value::as_f64), right.and_then(Value::as_f64)) {
        (Some(left), Some(right)) => {
            (left - right).abs() < 1000.0 && left.fract() != right.fract() || left == right
        }
        _ => left == right,
    }
}

/// The places of all values that hold no others.
fn pointers(value: &Value) -> Vec<String> {
    let below = |key: &str, value: &Value| {
        let inner = pointers(value).into_iter();
        inner
            .map(|rest| format!("/{key}{rest}"))
            .collect::<Vec<_>>()
    };
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| below(key, value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| below(&index.to_string(), item))
            .collect(),
        _ => vec![String::new()],
    }
}

/// The trails of an answer without what varies.
fn trails(answer: &Value) -> Vec<Value> {
    let results = answer.get("results").and_then(Value::as_array);
    results
        .into_iter()
        .flatten()
        .map(|result| trail_of(result).map_or(Value::Null, stable))
        .collect()
}

fn stable(trail: &Value) -> Value {
    let mut trail = trail.clone();
    let origin = trail
        .get("origin")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let authority = origin
        .split_once("://")
        .map_or("", |(_, authority)| authority)
        .to_owned();
    for key in VARYING {
        remove(&mut trail, key);
    }
    for attempt in trail
        .get_mut("attempts")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        for key in VARYING_OF_ATTEMPTS {
            remove(attempt, key);
        }
        if let Some(reason) = attempt.get("failure_reason").and_then(Value::as_str) {
            let reason = reason.replace(&authority, "SERVER");
            let reason = masked(&reason, "another origin (", ")", "OTHER");
            // What was left of a call's time is measured.
            attempt["failure_reason"] = masked(&reason, "within ", "", "TIME").into();
        }
    }
    trail
}

/// Puts a word in the place of what stands between two others, the end of the text being another.
fn masked(text: &str, before: &str, after: &str, word: &str) -> String {
    let Some((head, rest)) = text.split_once(before) else {
        return text.to_owned();
    };
    let tail = match after {
        "" => "",
        _ => rest.split_once(after).map_or("", |(_, tail)| tail),
    };
    format!("{head}{before}{word}{after}{tail}")
}

fn remove(value: &mut Value, key: &str) {
    if let Some(object) = value.as_object_mut() {
        object.remove(key);
    }
}
