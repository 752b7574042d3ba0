//! Errors as the records that the faces take.
//!
//! `golden/errors.json` has answers, and the record of the error that each makes. The tests of every face serve these answers
//! and compare their own error with the record, field by field. `UPDATE_GOLDEN=1 cargo test -p reqtrail error_records` writes
//! the records again.

use std::convert::Infallible;
use std::path::Path;
use std::time::UNIX_EPOCH;

use reqtrail::Dialect;
use reqtrail::host::{ErrorRecord, FieldValue, Spelling};
use serde_json::{Map, Value, json};

use crate::support::*;

/// Bytes as text, one character each, as the file has them.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn bytes(latin1: &Value) -> Vec<u8> {
    let text = latin1.as_str().expect("a text");
    let byte = |c| u8::try_from(u32::from(c)).expect("a byte");
    text.chars().map(byte).collect()
}

fn shown(value: FieldValue<'_>) -> Value {
    match value {
        FieldValue::Null => Value::Null,
        FieldValue::Bool(value) => value.into(),
        FieldValue::Number(value) => value.into(),
        FieldValue::Text(value) => value.into(),
        FieldValue::Duration(value) => value.as_secs_f64().into(),
        FieldValue::RateLimit(value) => json!({
            "limit": value.limit,
            "remaining": value.remaining,
            "reset_at": value.reset_at.map(|at| at.duration_since(UNIX_EPOCH).expect("a time").as_secs()),
        }),
        FieldValue::Headers(value) => value
            .iter()
            .map(|(name, value)| json!([name.as_str(), value.to_str().expect("a text")]))
            .collect(),
        FieldValue::Bytes(value) => latin1(value).into(),
        // Of a rate limit alone.
        FieldValue::Count(_) | FieldValue::Moment(_) => unreachable!("{value:?}"),
    }
}

async fn record(case: &Value) -> Value {
    let answer = case["answer"].as_object();
    let script = answer.map(|answer| {
        let status = answer["status"].as_u64().expect("a status");
        let mut exchange = reply(u16::try_from(status).expect("a status"));
        for pair in answer["headers"].as_array().expect("headers") {
            let name = pair[0].as_str().expect("a name");
            exchange = exchange.header(name, pair[1].as_str().expect("a value"));
        }
        exchange.body(bytes(&answer["body"]))
    });
    let dialect = match case["dialect"].as_str() {
        Some("openstack") => Dialect::openstack(),
        _ => Dialect::novavms(),
    };
    let fixture = with(script, |builder| builder.dialect(dialect).max_attempts(1));
    let path = case["path"].as_str().expect("a path");
    let error = error(fixture.client.get(path).send().await);
    let call_id = error.trail().expect("a trail").call_id().to_string();
    let mut fields = Map::new();
    let put = |name: &'static str, value| {
        let mut value = shown(value);
        if name == "display" {
            value = value
                .as_str()
                .expect("a text")
                .replace(&call_id, "{call}")
                .into();
        }
        assert!(fields.insert(name.to_owned(), value).is_none(), "{name}");
        Ok::<_, Infallible>(())
    };
    let Ok(()) = ErrorRecord::new(&error, Spelling::Python).each(put);
    fields.into()
}

#[tokio::test(start_paused = true)]
async fn error_records_match_the_golden_file_of_all_faces() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/errors.json");
    let text = std::fs::read_to_string(&path).expect("the file");
    let mut cases: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let mut changed = false;
    for case in &mut cases {
        let record = record(case).await;
        if std::env::var_os("UPDATE_GOLDEN").is_none() {
            assert_eq!(case["record"], record, "{}", case["about"]);
        } else {
            changed |= case["record"] != record;
            case["record"] = record;
        }
    }
    if changed {
        let text = serde_json::to_string_pretty(&cases).expect("JSON");
        std::fs::write(&path, text + "\n").expect("the file is written");
    }
    // What is null in every record would be compared with nothing.
    let names = cases[0]["record"].as_object().expect("a record").keys();
    for name in names {
        let some = cases.iter().any(|case| !case["record"][name].is_null());
        assert!(some, "no record has a {name}");
    }
}
