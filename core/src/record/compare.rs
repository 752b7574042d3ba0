//! Describes how a new recording differs from the one that it replaces.

use serde_json::Value;

/// The exchanges of the former recording that have not occurred again.
#[derive(Debug)]
pub(super) struct Former {
    exchanges: Vec<Option<Value>>,
}

impl Former {
    pub(super) fn of(script: &Value) -> Self {
        let exchanges = script.get("exchanges").and_then(Value::as_array);
        Self {
            exchanges: exchanges.into_iter().flatten().cloned().map(Some).collect(),
        }
    }

    /// Returns what is new about an exchange. Each one of the former recording is compared once, in order.
    pub(super) fn compare(&mut self, exchange: &Value) -> Vec<String> {
        let is_same = |former: &&mut Option<Value>| {
            let former = former.as_ref();
            former.is_some_and(|former| former.get("match") == exchange.get("match"))
        };
        let Some(former) = self.exchanges.iter_mut().find(is_same) else {
            return vec![format!("{} is new", name(exchange))];
        };
        let Some(former) = former.take() else {
            return Vec::new();
        };
        let request = differences(
            former.get("want"),
            exchange.get("want"),
            "the request's body",
        );
        let reply = of_replies(
            former.get("reply").unwrap_or(&Value::Null),
            exchange.get("reply").unwrap_or(&Value::Null),
        );
        let name = name(exchange);
        let all = request.into_iter().chain(reply);
        all.map(|what| format!("{name}: {what}")).collect()
    }

    /// Returns which exchanges were not made again, once each.
    pub(super) fn missing(&mut self) -> Vec<String> {
        let left = self.exchanges.iter_mut().filter_map(Option::take);
        left.map(|exchange| format!("{} was not made this time", name(&exchange)))
            .collect()
    }
}

/// The name of an exchange for people.
pub(super) fn name(exchange: &Value) -> String {
    let text = |key: &str| exchange.get("match")?.get(key)?.as_str();
    let place = text("target")
        .or_else(|| text("path"))
        .unwrap_or("a secret path");
    format!("{} {place}", text("method").unwrap_or("a request to"))
}

fn of_replies(former: &Value, new: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let text = |reply: &Value, key: &str| reply.get(key).map(|value| value.to_string());
    for (key, what) in [("fault", "fault"), ("status", "status")] {
        let (before, after) = (text(former, key), text(new, key));
        if before != after {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
            out.push(format!("{what} {}, was {}", shown(after), shown(before)));
        }
    }
    let (before, after) = (header_names(former), header_names(new));
    for name in without(&after, &before) {
        out.push(format!("header `{name}` is new"));
    }
    for name in without(&before, &after) {
        out.push(format!("header `{name}` is gone"));
    }
    let (before, after) = (content_type(former), content_type(new));
    if let (Some(before), Some(after)) = (before, after)
        && before != after
    {
        out.push(format!("content-type {after}, was {before}"));
    }
    out.extend(differences(former.get("json"), new.get("json"), "the body"));
    out
}

fn headers(reply: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let pairs = reply.get("headers").and_then(Value::as_array);
    pairs.into_iter().flatten().filter_map(|pair| {
        let [name, value] = pair.as_array()?.as_slice() else {
            return None;
        };
        Some((name.as_str()?, value))
    })
}

fn header_names(reply: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (name, _) in headers(reply) {
        add(name.to_owned(), &mut names);
    }
    names
}

/// Adds a text in sorted order, unless it is there. A set type would be more code than these few texts need.
fn add(text: String, sorted: &mut Vec<String>) {
    if let Err(place) = sorted.binary_search(&text) {
        sorted.insert(place, text);
    }
}

/// Those of sorted texts that are not among others.
fn without<'a>(texts: &'a [String], others: &'a [String]) -> impl Iterator<Item = &'a String> {
    texts
        .iter()
        .filter(|text| others.binary_search(text).is_err())
}

fn content_type(reply: &Value) -> Option<&str> {
    let found = headers(reply).find(|(name, _)| *name == "content-type");
    found.and_then(|(_, value)| value.as_str())
}

/// Separates a path from its type; it sorts before any character that continues a name.
const SPLIT: char = '\0';

/// How the shape of a body differs: its members and their types.
fn differences(former: Option<&Value>, new: Option<&Value>, what: &str) -> Vec<String> {
    let shape = |value: Option<&Value>| {
        let mut parts = Vec::new();
        if let Some(value) = value {
            shape_of(value, "", &mut parts);
        }
        parts
    };
    let (before, after) = (shape(former), shape(new));
    let shown = |part: &str| match part.rsplit_once(SPLIT) {
        None | Some(("", _)) => part.trim_start_matches(SPLIT).to_owned(),
        Some((place, kind)) => format!("`{place}` ({kind})"),
    };
    let mut out = Vec::new();
    for part in without(&after, &before) {
        out.push(format!("{what} has {}, which is new", shown(part)));
    }
    for part in without(&before, &after) {
        out.push(format!("{what} no longer has {}", shown(part)));
    }
    out
}

fn shape_of(value: &Value, place: &str, parts: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    add(format!("{place}{SPLIT}{kind}"), parts);
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let place = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                shape_of(value, &place, parts);
            }
        }
        Value::Array(items) => {
            for item in items {
                shape_of(item, &format!("{place}[]"), parts);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(target: &str, reply: &Value) -> Value {
        json!({"match": {"method": "GET", "target": target}, "reply": reply})
    }

    #[test]
    fn what_matters_is_said_and_what_is_volatile_is_not() {
        let old = json!({"exchanges": [
            exchange("/a", &json!({"status": 200, "delay_ms": 10, "json": {"data": [{"id": 1, "zone": "x"}]},
                "headers": [["x-request-id", "req_1"], ["content-type", "application/json"], ["x-old", ""]]})),
            exchange("/a", &json!({"status": 200})),
            exchange("/b", &json!({"fault": "reset"})),
            exchange("/c", &json!({"status": 204})),
        ]});
        let mut former = Former::of(&old);
        let new = exchange(
            "/a",
            &json!({"status": 503, "delay_ms": 90, "json": {"data": [{"id": "1", "zone": "y"}]},
            "headers": [["x-request-id", "req_2"], ["content-type", "text/plain"], ["retry-after", "1"]]}),
        );
        assert_eq!(
            former.compare(&new),
            [
                "GET /a: status 503, was 200",
                "GET /a: header `retry-after` is new",
                "GET /a: header `x-old` is gone",
                "GET /a: content-type text/plain, was application/json",
                "GET /a: the body has `data[].id` (a string), which is new",
                "GET /a: the body no longer has `data[].id` (a number)",
            ]
        );
        assert!(
            former
                .compare(&exchange("/a", &json!({"status": 200})))
                .is_empty()
        );
        assert_eq!(
            former.compare(&exchange("/d", &json!({}))),
            ["GET /d is new"]
        );
        assert_eq!(
            former.compare(&exchange("/b", &json!({"status": 200}))),
            [
                "GET /b: fault none, was \"reset\"",
                "GET /b: status 200, was none",
            ]
        );
        assert_eq!(former.missing(), ["GET /c was not made this time"]);
        assert!(former.missing().is_empty());
    }
}
