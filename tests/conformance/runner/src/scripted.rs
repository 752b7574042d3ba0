//! Plays scenarios with the adapter's own mock: the exchanges are its script, and its answer contains the requests that it got.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use crate::adapter::Adapter;
use crate::check::trail_of;
use crate::failure::Failure;
use crate::scenario::{Call, Scenario};
use crate::server::log::{Row, trace_of};
use crate::server::mock_reply;
use crate::server::request::Request;

/// The origin of clients with a script. It has the form of the server's address, which scenarios expect.
const ORIGIN: &str = "http://127.0.0.1:8080";

/// Client options that affect only the network, which a mock does not have.
const NETWORK_OPTIONS: [&str; 12] = [
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

/// Returns why a mock cannot play a scenario; `None` if it can.
pub(crate) fn unplayable(scenario: &Scenario, adapter: &dyn Adapter) -> Option<String> {
    let exchanges = &scenario.exchanges;
    let options = scenario
        .client
        .given
        .get("options")
        .and_then(Value::as_object);
    let network_option = options
        .into_iter()
        .flat_map(Map::keys)
        .find(|name| NETWORK_OPTIONS.contains(&name.as_str()));
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
    network_option.map(|name| format!("a script has no network for `{name}`"))
}

/// Gives the client of a server the seed that a mock has, so that both draw the same jitter.
pub(crate) fn seed(job: &mut Value) {
    if let Some(client) = job.get_mut("client").and_then(Value::as_object_mut) {
        let options = client.entry("options").or_insert_with(|| json!({}));
        if let Some(options) = options.as_object_mut() {
            options.entry("jitter_seed").or_insert_with(|| 0.into());
        }
    }
}

/// Returns why the trails of a scenario differ between runs; `None` if they do not.
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

/// Makes the adapter's job: the scenario with its exchanges as a script.
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

/// Removes the note `scripted` from every trail. It is a failure if the note is missing.
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

/// Returns the mock's requests in the form of a server's log, and the problems that the mock found.
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

/// Returns whether a problem is an exchange that was not used up, which a server allows.
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
            mock_reply::sent(&exchange.reply, &request.method).map_err(|e| e.to_string())?
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

/// The keys of a trail that differ between runs: random, measured, or with the server's address.
const VARYING: [&str; 6] = [
    "call_id",
    "trace_id",
    "correlation_id",
    "started_at",
    "elapsed_ms",
    "origin",
];

/// The same of an attempt.
const VARYING_OF_ATTEMPTS: [&str; 5] = [
    "span_id",
    "started_ms",
    "elapsed_ms",
    "url",
    "remote_address",
];

/// Returns how the results of the two backends differ.
pub(crate) fn differences(by_sockets: &Value, by_script: &Value) -> Vec<Failure> {
    let (one, other) = (trails(by_sockets), trails(by_script));
    if one.len() != other.len() {
        return vec![Failure::new(
            "results",
            format!(
                "{} with sockets, {} with the script",
                one.len(),
                other.len()
            ),
        )];
    }
    let pairs = one.iter().zip(&other).enumerate();
    pairs
        .flat_map(|(index, (one, other))| {
            name_differences(&format!("results[{index}].trail"), one, other)
        })
        .collect()
}

/// Returns each place where two values differ.
pub(crate) fn name_differences(path: &str, one: &Value, other: &Value) -> Vec<Failure> {
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

/// Compares two values. Times from an HTTP date may differ by a fraction of a second.
fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left.and_then(Value::as_f64), right.and_then(Value::as_f64)) {
        (Some(left), Some(right)) => {
            (left - right).abs() < 1000.0 && left.fract() != right.fract() || left == right
        }
        _ => left == right,
    }
}

/// Returns the JSON pointers of all values that contain no others.
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

/// Returns the trails of an answer without the parts that differ between runs.
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
            // The remaining time of a call is measured.
            attempt["failure_reason"] = masked(&reason, "within ", "", "TIME").into();
        }
    }
    trail
}

/// Replaces the text between `before` and `after` by `word`. An empty `after` means the end of the text.
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
