//! Prints JSON for people to read and edit: what fits on a line is on one line.

use serde_json::{Map, Value};

/// The longest line, unless a text is longer.
const WIDTH: usize = 110;

/// The order of the members that a script has. Those of bodies are sorted.
const EXCHANGE: [&str; 3] = ["match", "want", "reply"];
const REPLY: [&str; 9] = [
    "fault",
    "status",
    "delay_ms",
    "body_delay_ms",
    "headers",
    "json",
    "text",
    "base64",
    "fill",
];

/// Prints an exchange, indented by `indent` spaces.
pub(super) fn exchange(exchange: &Value, indent: usize) -> String {
    let mut out = " ".repeat(indent);
    let parts = in_order(exchange, &EXCHANGE);
    lines(
        '{',
        '}',
        indent,
        &mut out,
        parts,
        |(name, value), indent, out| {
            member(name, out);
            match name {
                "reply" => {
                    let parts = in_order(value, &REPLY);
                    let is_short = inline(value).len() + indent + name.len() <= WIDTH;
                    match is_short {
                        true => pairs(parts, out),
                        false => lines(
                            '{',
                            '}',
                            indent,
                            out,
                            parts,
                            |(name, value), indent, out| {
                                member(name, out);
                                print(value, indent, out);
                            },
                        ),
                    }
                }
                _ => print(value, indent, out),
            }
        },
    );
    out
}

fn in_order<'a>(value: &'a Value, order: &[&'a str]) -> Vec<(&'a str, &'a Value)> {
    let known = order
        .iter()
        .filter_map(|name| Some((*name, value.get(name)?)));
    known.collect()
}

fn member(name: &str, out: &mut String) {
    out.push_str(&Value::from(name).to_string());
    out.push_str(": ");
}

fn print(value: &Value, indent: usize, out: &mut String) {
    let short = inline(value);
    if indent + short.len() <= WIDTH {
        out.push_str(&short);
        return;
    }
    match value {
        Value::Array(items) => lines('[', ']', indent, out, items, |item, indent, out| {
            print(item, indent, out);
        }),
        Value::Object(object) => lines(
            '{',
            '}',
            indent,
            out,
            object,
            |(name, value), indent, out| {
                member(name, out);
                print(value, indent, out);
            },
        ),
        _ => out.push_str(&short),
    }
}

/// Prints items on separate lines.
fn lines<T>(
    open: char,
    close: char,
    indent: usize,
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    print: impl Fn(T, usize, &mut String),
) {
    let mut before = open;
    for item in items {
        out.push(before);
        before = ',';
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent + 2));
        print(item, indent + 2, out);
    }
    if before == open {
        out.push(open);
    } else {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
    out.push(close);
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                out.push_str(&inline(item));
            }
            out.push(']');
        }
        Value::Object(object) => pairs(members(object), &mut out),
        scalar => out.push_str(&scalar.to_string()),
    }
    out
}

fn members(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    object.iter().map(|(name, value)| (name.as_str(), value))
}

fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a Value)>, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in pairs.into_iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        member(name, out);
        out.push_str(&inline(value));
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_exchange_is_printed_in_the_order_in_which_people_read_it() {
        let long = "x".repeat(90);
        let given = json!({
            "reply": {"json": {"b": [1, {}], "a": long}, "status": 200, "headers": [["a", "b"]]},
            "match": {"method": "GET", "target": "/\"x"},
        });
        let printed = exchange(&given, 2);
        let wanted = format!(
            r#"  {{
    "match": {{"method": "GET", "target": "/\"x"}},
    "reply": {{
      "status": 200,
      "headers": [["a", "b"]],
      "json": {{
        "a": "{long}",
        "b": [1, {{}}]
      }}
    }}
  }}"#
        );
        assert_eq!(printed, wanted);
        assert_eq!(
            serde_json::from_str::<Value>(&printed).expect("JSON"),
            given
        );
        let short = json!({"match": {}, "reply": {"status": 204, "fault": "stall"}});
        assert!(exchange(&short, 0).contains(r#""reply": {"fault": "stall", "status": 204}"#));
    }
}
