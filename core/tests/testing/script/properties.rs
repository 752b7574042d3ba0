//! What holds of any input.

use proptest::prelude::*;
use reqtrail::testing::Script;
use serde_json::{Value, json};

use super::{SCHEMA, full, read};

/// Any JSON, with the format's own words among its keys and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "match",
        "method",
        "target",
        "path",
        "times",
        "optional",
        "want",
        "reply",
        "headers",
        "json",
        "text",
        "base64",
        "fill",
        "byte",
        "count",
        "encoding",
        "fault",
        "status",
        "code",
        "message",
        "request_id",
        "retry_after",
        "informational",
        "$re",
        "$min",
        "$max",
        "$any",
        "$len",
        "$has",
        "$same",
        "always",
        "close",
        "/a/{b}",
        "gzip",
        "auto",
        "AAE=",
        "dns",
    ]);
    let text = prop_oneof![word.prop_map(str::to_owned), "\\PC{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..1000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The places of a value, as JSON pointers.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                places(member, &format!("{at}/{key}"), out);
            }
        }
        _ => {}
    }
}

/// [`full`] with something else in one place, or with one member more.
fn nearly_a_script() -> impl Strategy<Value = Value> {
    (any::<prop::sample::Index>(), any_json(), any::<bool>()).prop_map(|(index, other, adds)| {
        let mut value = full();
        let mut all = Vec::new();
        places(&value, "", &mut all);
        let place = value
            .pointer_mut(index.get::<String>(&all))
            .expect("a place");
        match (place, other) {
            (Value::Object(members), Value::Object(more)) if adds => members.extend(more),
            (place, other) => *place = other,
        }
        value
    })
}

/// Whatever the value is, reading ends with a script or with an error that says where, and the schema agrees.
fn holds(value: &Value) {
    match read(value) {
        Ok(_) => assert!(SCHEMA.is_valid(value), "the schema refuses {value}"),
        Err(error) => {
            assert!(!error.path().is_empty(), "{error:?}");
            assert!(!error.message().is_empty(), "{error:?}");
            // An expression's syntax, a body's length, and how large a whole number may be.
            let is_beyond_schemas = ["$re", "fill.count"]
                .iter()
                .any(|end| error.path().ends_with(end))
                || error.message().starts_with("expected a whole number");
            assert!(
                is_beyond_schemas || !SCHEMA.is_valid(value),
                "the schema takes {value}, the reader says {error}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        holds(&value);
        holds(&json!({"schema": "reqtrail.script/1", "exchanges": [value.clone()]}));
        holds(&json!({"schema": "reqtrail.script/1", "exchanges": [{"want": value.clone()}, {"reply": value}]}));
    }

    #[test]
    fn a_script_with_one_changed_value_is_read_or_refused(value in nearly_a_script()) {
        holds(&value);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        prop_assert!(Script::from_json(&text).is_err_and(|error| !error.path().is_empty()));
    }
}
