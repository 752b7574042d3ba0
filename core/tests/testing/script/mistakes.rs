//! What is refused, where the error says it is, and in which words.

use reqtrail::testing::Script;
use reqtrail::testing::script::{Exchange, Reply};
use serde_json::{Value, json};

use super::{SCHEMA, full, read};

/// A place in [`full`], a key there, a value that it must not have, the error's path, and words of its message.
const MISTAKES: &str = r#"/ | schema | "reqtrail.script/2" | schema | expected "reqtrail.script/1", found "reqtrail.script/2"
/ | schema | null | schema | found nothing
/ | schema | 1 | schema | expected a string, found 1
/ | exchanges | {} | exchanges | expected an array, found {}
/ | exchanges | null | exchanges | expected an array, found nothing
/ | exchanges | [{}, []] | exchanges[1] | expected an object, found []
/ | format | 1 | format | unknown key `format`, expected one of schema, exchanges, recorded
/ |  | 1 | script | unknown key ``, expected one of schema, exchanges, recorded
/exchanges/1 | tiems | 2 | exchanges[1].tiems | expected one of match, times, want, optional, reply
/exchanges/1 | times | "twice" | exchanges[1].times | a number or "always"
/exchanges/1 | times | -1 | exchanges[1].times | found -1
/exchanges/1 | optional | "yes" | exchanges[1].optional | true or false
/exchanges/0/match | method | 7 | exchanges[0].match.method | a string or an operator
/exchanges/0/match | path | "cameras" | exchanges[0].match.path | such as /cameras/{id}
/exchanges/0/match | path | "/{a}{b}" | exchanges[0].match.path | two placeholders
/exchanges/0/match | path | {"$re": "x"} | exchanges[0].match.path | a string
/exchanges/0/want | text | "a" | exchanges[0].want | more than one body
/exchanges/0/want | target | {"$near": 1} | exchanges[0].want.target | unknown operator `$near`, expected one of $min, $max, $re, $any, $len, $has
/exchanges/0/want/headers | a | {"$same": "ok.status"} | exchanges[0].want.headers.a | `$same` has no result to look into
/exchanges/0/match | method | {"$same": "x"} | exchanges[0].match.method | `$same` has no result to look into
/exchanges/0/want/headers | a | 1 | exchanges[0].want.headers.a | null, a string or an operator
/exchanges/0/want/json | a | {"$min": 1, "b": 2} | exchanges[0].want.json.a | unknown key `b`
/exchanges/0/want/json | a | {"$min": 1, "$any": true} | exchanges[0].want.json.a | exactly one operator
/exchanges/0/want/json | a | {"$any": false} | exchanges[0].want.json.a | $any
/exchanges/2/want | base64 | "AAF=" | exchanges[2].want.base64 | not base64
/exchanges/0/reply | raw_base64 | "AA==" | exchanges[0].reply.raw_base64 | unknown key `raw_base64`
/exchanges/0/reply | fault | "explode" | exchanges[0].reply.fault | unknown `explode`, expected one of close, reset
/exchanges/0/reply | status | 99 | exchanges[0].reply.status | 99 is not a status
/exchanges/0/reply | status | "200" | exchanges[0].reply.status | a whole number
/exchanges/0/reply | framing | "frame" | exchanges[0].reply.framing | length, chunked, close
/exchanges/0/reply | after | "stay" | exchanges[0].reply.after | keep, close
/exchanges/0/reply | encoding | ["lzma"] | exchanges[0].reply.encoding | gzip, br, zstd or deflate
/exchanges/0/reply | delay_ms | 0.5 | exchanges[0].reply.delay_ms | a whole number from 0
/exchanges/0/reply | text | "a" | exchanges[0].reply.json | more than one body
/exchanges/0/reply | headers | [["A"]] | exchanges[0].reply.headers[0] | a [name, value] pair
/exchanges/0/reply | headers | [["A b", "c"]] | exchanges[0].reply.headers[0] | the name of a header
/exchanges/0/reply | headers | [["A", "b\r\nC: d"]] | exchanges[0].reply.headers[0] | control characters
/exchanges/0/reply | headers | [["A", {"redirect": "/\n"}]] | exchanges[0].reply.headers[0] | control characters
/exchanges/0/reply | headers | [["A", {}]] | exchanges[0].reply.headers[0] | one of http_date, epoch_s, redirect, found {}
/exchanges/0/reply | headers | [["A", {"epoch_s": 1, "redirect": "/"}]] | exchanges[0].reply.headers[0] | one of http_date
/exchanges/0/reply | headers | [["A", {"http_date": {"form": "iso"}}]] | exchanges[0].reply.headers[0].http_date.form | imf, rfc850, asctime
/exchanges/0/reply | informational | [{"headers": []}] | exchanges[0].reply.informational[0] | `status` is missing
/exchanges/0/reply | code | "quota" | exchanges[0].reply.code | and a body exclude each other
/exchanges/0/reply | request_id | "ä b" | exchanges[0].reply.request_id | null, "auto" or an ID
/exchanges/0/reply | request_id | "" | exchanges[0].reply.request_id | found ""
/exchanges/0/reply | headers | [["x-request-ID", "b"]] | exchanges[0].reply.request_id | and the header `x-request-id` are both set
/exchanges/0/reply | headers | [["Retry-After", "1"]] | exchanges[0].reply.retry_after | and the header `retry-after` are both set
/exchanges/4/reply | code | null | exchanges[4].reply.message | needs `code`
/exchanges/4/reply | code | "" | exchanges[4].reply.code | such as "rate_limited"
/exchanges/4/reply | code | 429 | exchanges[4].reply.code | a string, found 429
/exchanges/4/reply | json | {} | exchanges[4].reply.code | and a body exclude each other
/exchanges/4/reply | json | null | exchanges[4].reply.code | and a body exclude each other
/exchanges/4/reply | fill | {"byte": "x", "count": 1} | exchanges[4].reply.code | and a body exclude each other
/exchanges/4/reply | retry_after | -1 | exchanges[4].reply.retry_after | seconds from 0, found -1
/exchanges/4/reply | retry_after | "60" | exchanges[4].reply.retry_after | a number
/exchanges/4/reply | headers | [["Retry-After-Ms", "1"]] | exchanges[4].reply.retry_after | `retry-after-ms`
/exchanges/4/reply | hint | "x" | exchanges[4].reply.hint | unknown key `hint`"#;

fn refused(value: Value) -> String {
    let error = Reply::from_json(&value, "x").expect_err("a mistake");
    error.to_string()
}

#[test]
fn mistakes_are_refused_where_they_stand() {
    for row in MISTAKES.lines() {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let [place, key, bad, path, words] = cells.as_slice() else {
            panic!("{row}: five cells are needed");
        };
        let mut value = full();
        let place = value.pointer_mut(place.trim_end_matches('/')).expect(row);
        place[key] = serde_json::from_str(bad).expect(row);
        let error = read(&value).expect_err(row);
        assert_eq!(error.path(), *path, "{error}");
        assert!(error.message().contains(words), "{error}");
        assert_eq!(error.to_string(), format!("{path}: {}", error.message()));
        assert!(!SCHEMA.is_valid(&value), "the schema takes {row}");
    }
}

#[test]
fn what_a_schema_cannot_say_is_refused_too() {
    let expression = json!({"want": {"target": {"$re": "("}}});
    let error = Exchange::from_json(&expression, "exchanges[3]").expect_err("a mistake");
    assert_eq!(error.path(), "exchanges[3].want.target.$re");
    assert!(error.message().starts_with("not a regex: "), "{error}");
    let long = refused(json!({"fill": {"byte": "ab", "count": 1_u64 << 60}}));
    assert!(long.contains("x.fill.count: a body of"), "{long}");
    let long = refused(json!({"fill": {"byte": "ab", "count": u64::MAX}}));
    assert!(long.contains("at most 268435456"), "{long}");
}

#[test]
fn a_text_that_is_not_json_is_refused() {
    for (text, words) in [
        ("", "script: not JSON: "),
        ("{\"schema\": \"reqtrail.script/1\",}", "script: not JSON: "),
        ("[]", "script: expected an object, found []"),
        (
            "{}",
            "schema: expected \"reqtrail.script/1\", found nothing",
        ),
    ] {
        let error = Script::from_json(text).expect_err(text).to_string();
        assert!(error.starts_with(words), "{error}");
    }
}
