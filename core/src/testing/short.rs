//! The short form of exchanges in tests, the same in every language. By default they have a request ID.

use serde_json::{Map, Value};

use super::script::{Exchange, Reader, Result, error_at, wrong_type};
use crate::json::put;

/// The values of `fails` in addition to the names of faults.
const ALIASES: [(&str, &str); 3] = [
    ("timeout", "stall"),
    ("connect", "connect_refused"),
    ("transport", "reset"),
];

/// Reads an exchange in short form: `{"method", "path", "want", "reply", "times", "optional"}`, where `reply` may have
/// `fails`.
pub(super) fn exchange(short: Value) -> Result<Exchange> {
    let Value::Object(mut short) = short else {
        return Err(wrong_type("exchange", "an object", &short));
    };
    if short.contains_key("match") {
        let message =
            "`match` is that of a whole script; expected its `method` and `path` without it";
        return Err(error_at("exchange.match", message));
    }
    let mut matching = Map::new();
    for key in ["method", "path", "target"] {
        if let Some(value) = short.remove(key) {
            put(&mut matching, key, value);
        }
    }
    put(&mut short, "match", Value::Object(matching));
    if let Some(Value::Object(reply)) = short.get_mut("reply") {
        if let Some(fails) = reply.remove("fails") {
            put(reply, "fault", fault(fails)?);
        } else if !reply.contains_key("request_id") && !names_an_id(reply) {
            put(reply, "request_id", "auto".into());
        }
    }
    Reader::script().exchange(&Value::Object(short), "exchange")
}

fn fault(word: Value) -> Result<Value> {
    let Value::String(word) = word else {
        return Err(wrong_type(
            "exchange.reply.fails",
            "a text such as \"timeout\"",
            &word,
        ));
    };
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
    let fault = alias.map_or(&*word, |(_, fault)| fault);
    // A fault that only slows a call down is not a failure.
    let names = super::script::fault_names();
    if names.contains(&fault) && fault != "drip" {
        return Ok(fault.into());
    }
    let known = ALIASES
        .iter()
        .map(|(alias, _)| *alias)
        .chain(names.into_iter().filter(|it| *it != "drip"));
    let known: Vec<_> = known.collect();
    let message = format!("expected one of {}, found {word:?}", known.join(", "));
    Err(error_at("exchange.reply.fails", message))
}

/// Whether a header of the reply is one that carries request IDs.
fn names_an_id(reply: &Map<String, Value>) -> bool {
    let headers = reply.get("headers").and_then(Value::as_array);
    headers.into_iter().flatten().any(|pair| {
        let name = pair.get(0).and_then(Value::as_str).unwrap_or_default();
        name.to_ascii_lowercase().ends_with("request-id")
    })
}
