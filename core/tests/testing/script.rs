//! The format of scripts: what is read, what is refused, and that the published schema says the same.

mod mistakes;
mod properties;
mod sending;

use std::sync::LazyLock;

use jsonschema::Validator;
use reqtrail::testing::script::{Body, Coding, Exchange, Fault, Reader, Reply, ReplyId, Times};
use reqtrail::testing::{Script, ScriptError};
use serde_json::{Value, json};

pub(crate) static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../../../schema/script.schema.json");
    let schema = serde_json::from_str(schema).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
});

/// A script with every key and every operator.
fn full() -> Value {
    json!({
        "schema": "reqtrail.script/1",
        "recorded": {"at": "2026-11-26T00:00:00Z", "anything": [1, null]},
        "exchanges": [
            {
                "match": {"method": "GET", "target": {"$re": "^/"}, "path": "/cameras/{id}?limit=10"},
                "times": "always", "optional": true,
                "want": {
                    "method": {"$any": true}, "target": {"$len": 20},
                    "headers": {"a": null, "b": "c", "d": {"$re": "^x"}},
                    "json": {"a": {"$min": 1, "$max": 2}, "b": [1, {"$has": ["x", {"c": 1.5}]}], "c": {"$max": 3}}
                },
                "reply": {
                    "delay_ms": 10, "status": 201,
                    "headers": [["A", "b"], ["Date", {"http_date": {"offset_s": -2, "form": "asctime"}}],
                        ["E", {"epoch_s": 30}], ["Location", {"redirect": "other-origin:/path"}]],
                    "json": null, "encoding": ["gzip", "br"], "framing": "chunked", "body_delay_ms": 5,
                    "informational": [{"status": 103, "headers": [["Link", "x"]]}],
                    "fault": "drip", "after": "close", "request_id": "req_1", "retry_after": 1.5
                }
            },
            {"want": {"text": "a"}, "reply": {"text": "b", "request_id": null}},
            {"times": 2.0, "want": {"base64": "AAE="}, "reply": {"base64": "AAE=", "encoding": "zstd"}},
            {"want": {"base64": {"$re": "^AA"}}, "reply": {"fill": {"byte": "x", "count": 1000000}}},
            {"reply": {"code": "rate_limited", "message": "slow down", "request_id": "auto", "retry_after": 60}},
            {"reply": {"code": "quota", "headers": [["X-Request-Id", "req_1"], ["Retry-After", "1"]], "text": null}},
            {"reply": {"fault": "connect_refused"}}, {"reply": {"fault": "connect_timeout"}},
            {"reply": {"fault": "dns"}}, {"reply": {"fault": "tls"}},
            {"match": null, "times": null, "want": null, "reply": null}, {}
        ]
    })
}

fn read(value: &Value) -> Result<Script, ScriptError> {
    Script::from_json(&value.to_string())
}

fn exchange(value: Value) -> Exchange {
    Exchange::from_json(&value, "x").expect("an exchange")
}

fn reply(value: Value) -> Reply {
    Reply::from_json(&value, "x").expect("a reply")
}

#[test]
fn every_key_is_read() {
    read(&full()).expect("a script");
    let exchanges = &full()["exchanges"];
    let first = exchange(exchanges[0].clone());
    assert_eq!(first.times, Times::Always);
    assert!(first.optional);
    let template = first.path.expect("a template");
    assert_eq!(template.as_str(), "/cameras/{id}?limit=10");
    assert_eq!(first.reply.status(), 201);
    assert_eq!(first.reply.body, Body::Json(b"null".to_vec()));
    assert_eq!(first.reply.codings, [Coding::Gzip, Coding::Brotli]);
    assert_eq!(first.reply.request_id, ReplyId::Exact("req_1".to_owned()));
    let short = exchange(exchanges[4].clone()).reply;
    assert_eq!(short.code.as_deref(), Some("rate_limited"));
    assert_eq!(short.message.as_deref(), Some("slow down"));
    assert_eq!(short.request_id, ReplyId::Auto);
    assert_eq!(short.retry_after, Some(60.0));
    assert_eq!(short.status, None);
    let bare = exchange(json!({}));
    assert_eq!((bare.times, bare.optional), (Times::Count(1), false));
    assert_eq!((bare.reply.status(), bare.reply.body), (200, Body::None));
    for (word, fault) in [
        ("connect_refused", Fault::ConnectRefused),
        ("connect_timeout", Fault::ConnectTimeout),
        ("dns", Fault::Dns),
        ("tls", Fault::Tls),
    ] {
        assert_eq!(reply(json!({"fault": word})).fault, Some(fault));
    }
}

#[test]
fn a_missing_request_id_differs_from_null() {
    assert_eq!(reply(json!({})).request_id, ReplyId::Default);
    assert_eq!(reply(json!({"request_id": null})).request_id, ReplyId::None);
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let errors: Vec<String> = (SCHEMA.iter_errors(&full()))
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// What only scripts have, a scenario refuses, and the other way round.
#[test]
fn scenarios_and_scripts_refuse_each_others_keys() {
    let scenario = Reader::scenario(|_| Err("no expressions".to_owned()));
    for (value, key) in [
        (json!({"match": {"path": "/a"}}), "unknown key `path`"),
        (json!({"optional": true}), "unknown key `optional`"),
        (json!({"reply": {"code": "a"}}), "unknown key `code`"),
        (json!({"reply": {"message": "a"}}), "unknown key `message`"),
        (
            json!({"reply": {"request_id": null}}),
            "unknown key `request_id`",
        ),
        (
            json!({"reply": {"retry_after": 1}}),
            "unknown key `retry_after`",
        ),
        (json!({"reply": {"fault": "dns"}}), "unknown `dns`"),
        (json!({"reply": {"fault": "tls"}}), "unknown `tls`"),
    ] {
        let error = scenario.exchange(&value, "x").expect_err(key).to_string();
        assert!(error.contains(key), "{error}");
        assert!(!error.contains("expected one of match"), "{error}");
        Exchange::from_json(&value, "x")
            .map(drop)
            .or_else(|error| {
                // `message` alone is not complete.
                let alone = error.message().contains("needs `code`");
                alone.then_some(()).ok_or(error)
            })
            .expect(key);
    }
    let raw = json!({"reply": {"raw_base64": "AAE="}});
    let raw = scenario.exchange(&raw, "x").expect("an exchange");
    assert_eq!(raw.reply.raw.as_deref(), Some(&[0, 1][..]));
    // What breaks HTTP's grammar can be sent over a socket.
    let broken = json!({"reply": {"headers": [["A b", "c\u{1}"]]}});
    scenario.exchange(&broken, "x").expect("an exchange");
}
