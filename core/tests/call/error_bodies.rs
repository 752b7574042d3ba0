//! An error status makes the call `api`, whatever its body is like.

use std::io::Write as _;

use http::StatusCode;
use reqtrail::{ApiError, Category, CustomCode, CustomDialect, StopReason};

use crate::support::*;

const JSON: &str = r#"{"error":"not_found","message":"no such camera","request_id":"req_b"}"#;
const READ: usize = 1024 * 1024;
const KEPT: usize = 64 * 1024;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(data).expect("memory");
    writer.finish().expect("memory")
}

/// The answer of a call that failed with `api`, with its code.
async fn answered(exchange: Exchange) -> (ApiError, Option<String>) {
    let fixture = with([exchange.id("req_h")], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    let (kind, why) = end(&outcome);
    assert_eq!(kind, "api");
    assert!(
        matches!(
            why,
            StopReason::NotRetryable | StopReason::AttemptsExhausted
        ),
        "{why}"
    );
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(attempt.failure(), None, "the response is the API's answer");
    assert_eq!(fixture.wire.open(), 0);
    let error = error(outcome);
    assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_h"));
    let code = error.code().map(str::to_owned);
    (error.api().expect("the API's answer").clone(), code)
}

#[tokio::test(start_paused = true)]
async fn the_fields_of_an_error_body_are_decoded() {
    let (api, code) = answered(reply(404).header("x-mine", "1").body(JSON)).await;
    assert_eq!(code.as_deref(), Some("not_found"));
    assert_eq!(
        (api.status(), api.category()),
        (StatusCode::NOT_FOUND, Category::NotFound)
    );
    assert_eq!(api.message(), Some("no such camera"));
    assert_eq!(api.raw_code(), Some("not_found"));
    assert!(api.hint().is_some());
    assert_eq!(
        api.documentation_url(),
        Some("https://novavms-manual.novalien.com/developer/troubleshooting/error-codes/")
    );
    assert_eq!(api.headers()["x-mine"], "1");
    assert_eq!(&api.body()[..], JSON.as_bytes());
    // An old spelling of a code has its canonical form, and keeps its own.
    let (api, code) = answered(reply(400).body(r#"{"error":"VALIDATION_ERROR"}"#)).await;
    assert_eq!(code.as_deref(), Some("validation_failed"));
    assert_eq!(api.raw_code(), Some("VALIDATION_ERROR"));
}

#[tokio::test(start_paused = true)]
async fn the_page_that_explains_a_code_is_never_the_servers() {
    let body = |code: &str| {
        format!(r#"{{"error":"{code}","documentation_url":"https://evil.example","hint":"pay"}}"#)
    };
    let link = |status| reply(status).header("link", "<https://evil.example>; rel=help");
    let (api, _) = answered(link(503).body(body("service_unavailable"))).await;
    assert_eq!(api.documentation_url(), Some("https://status.novalien.com"));
    for code in ["brand_new", ""] {
        let (api, _) = answered(link(400).body(body(code))).await;
        assert_eq!((api.documentation_url(), api.hint()), (None, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_custom_code_has_the_page_that_its_dialect_names() {
    let page = "https://acme.example/errors#too-fast";
    let dialect = CustomDialect::builder("acme")
        .error_code("/error")
        .code("TOO_FAST", CustomCode::new().documentation_url(page))
        .code("TOO_SLOW", CustomCode::new().hint("hurry"));
    let dialect = dialect.build().expect("a dialect");
    for (code, wanted) in [("TOO_FAST", Some(page)), ("TOO_SLOW", None), ("X", None)] {
        let answer = reply(400).body(format!(
            r#"{{"error":"{code}","documentation_url":"https://evil.example"}}"#
        ));
        let own = dialect.clone();
        let fixture = with([answer], |client| client.dialect(own));
        let failed = error(fixture.client.get("/x").send().await);
        let api = failed.api().expect("the API's answer");
        assert_eq!(api.documentation_url(), wanted, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_body_without_fields_leaves_the_status() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = format!(
        r#"{}"x"{}"#,
        r#"{"error":"#.repeat(100_000),
        "}".repeat(100_000)
    );
    let rows: [&[u8]; 13] = [
        b"",
        b"<html><h1>502 Bad Gateway</h1></html>",
        b"{",
        b"null",
        b"[]",
        b"\"not_found\"",
        b"{\"error\":null}",
        b"{\"error\":[\"not_found\"],\"message\":{}}",
        b"{\"error\":true}",
        b"{\"error\":1.5}",
        b"\xff\xfe\x00",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for body in rows {
        let (api, code) = answered(reply(404).body(body.to_vec())).await;
        let start = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
        assert_eq!(
            (code, api.message(), api.category()),
            (None, None, Category::NotFound),
            "{start}"
        );
        assert_eq!(&api.body()[..], &body[..body.len().min(KEPT)], "{start}");
    }
    // An integer is its decimal text; a byte-order mark is not a part of JSON.
    let (_, code) = answered(reply(404).body(r#"{"error":42}"#)).await;
    assert_eq!(code.as_deref(), Some("42"));
    let (_, code) = answered(reply(404).body(format!("\u{feff}{JSON}"))).await;
    assert_eq!(code.as_deref(), Some("not_found"));
}

#[tokio::test(start_paused = true)]
async fn an_error_body_that_is_cut_or_stalls_keeps_the_status() {
    for (exchange, code, body) in [
        (reply(404).cut(), None, ""),
        (reply(404).body("{\"err").cut(), None, "{\"err"),
        // All of it was there before the connection broke.
        (reply(404).body(JSON).cut(), Some("not_found"), JSON),
        (reply(404).stalled(), None, ""),
        (reply(404).body(JSON).stalled(), Some("not_found"), JSON),
        (reply(503).body("{\"err").stalled(), None, "{\"err"),
        (
            reply(404).body(&JSON[..9]).pause(secs(5)).body(&JSON[9..]),
            Some("not_found"),
            JSON,
        ),
    ] {
        let (api, got) = answered(exchange).await;
        assert_eq!((got.as_deref(), &api.body()[..]), (code, body.as_bytes()));
    }
}

/// A stalled body costs its attempt's time, and the retry comes all the same.
#[tokio::test(start_paused = true)]
async fn a_stalled_body_does_not_hide_a_retryable_status() {
    let fixture = novavms([reply(503).body("{").stalled(), reply(200)]);
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(trail(&outcome).attempts()[0].elapsed(), secs(10));
    let fixture = novavms([reply(503).body("{").stalled()]);
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::UnsafeToRetry));
}

#[tokio::test(start_paused = true)]
async fn an_error_body_is_read_to_a_mebibyte_and_kept_to_64_kibibytes() {
    let sized = |size: usize| {
        let head = r#"{"error":"not_found","pad":""#;
        format!("{head}{}\"}}", "x".repeat(size - head.len() - 2))
    };
    for (size, code) in [
        (KEPT - 1, Some("not_found")),
        (KEPT, Some("not_found")),
        (KEPT + 1, Some("not_found")),
        (READ, Some("not_found")),
        (READ + 1, None),
        (3 * READ, None),
    ] {
        let whole = sized(size);
        let pieces = whole.as_bytes().chunks(100_000);
        let exchange = pieces.fold(reply(404), |r, piece| r.body(piece.to_vec()));
        let (api, got) = answered(exchange).await;
        if size <= READ {
            assert_eq!(got.as_deref(), code, "{size}");
        }
        assert_eq!(api.status(), 404);
        assert_eq!(
            &api.body()[..],
            &whole.as_bytes()[..size.min(KEPT)],
            "{size}"
        );
    }
    // Neither does a small body that unpacks to a large one use the client up.
    let bomb = gzip(&vec![b'x'; 40 * READ]);
    let exchange = reply(404).header("content-encoding", "gzip").body(bomb);
    let (api, _) = answered(exchange).await;
    assert_eq!(api.body().len(), KEPT);
    // An endless body is not read to its end.
    let wire = ScriptedTransport::answering(|_, _| {
        (0..1000).fold(reply(503), |r, _| r.body(vec![b'x'; 10_000]).pause(ms(10)))
    });
    let fixture = built(wire, |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).0, "api");
    assert!(
        fixture.wire.elapsed() < secs(2),
        "{:?}",
        fixture.wire.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn error_bodies_are_decompressed() {
    let packed = gzip(JSON.as_bytes());
    let half = packed[..packed.len() - 12].to_vec();
    let rows = [
        ("gzip", packed.clone(), Some("not_found")),
        ("GZIP", packed.clone(), Some("not_found")),
        ("identity", JSON.into(), Some("not_found")),
        // Not what it says.
        ("gzip", JSON.into(), None),
        ("br", packed.clone(), None),
        ("zstd", packed.clone(), None),
        ("deflate", packed.clone(), None),
        ("lzma", JSON.into(), None),
        ("gzip, gzip", packed, None),
        ("gzip", half, None),
    ];
    for (coding, body, code) in rows {
        let (api, got) = answered(reply(404).header("content-encoding", coding).body(body)).await;
        assert_eq!(api.status(), 404);
        if code.is_some() {
            assert_eq!(got.as_deref(), code, "{coding}");
            assert_eq!(&api.body()[..], JSON.as_bytes(), "{coding}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_display_of_an_error_is_one_line() {
    let message = "a\r\nb\u{1b}[31m\0c\u{202e}d\u{2028}e";
    let body = serde_json::json!({"error": "bad\ncode", "message": message}).to_string();
    let fixture = novavms([reply(404).body(body)]);
    let error = error(fixture.client.get("/x").send().await);
    let shown = error.to_string();
    assert!(
        !shown.contains(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{202e}'),
        "{shown:?}"
    );
    assert_eq!(
        error.api().and_then(ApiError::message),
        Some(message),
        "the text itself is kept"
    );
    let report = error.trail().expect("a trail").report();
    assert!(
        !report.contains(|c: char| c.is_control() && c != '\n'),
        "{report:?}"
    );
}

/// Text and JSON of an answer.
async fn words(body: impl Into<Vec<u8>>, media_type: &str) -> (String, Option<serde_json::Value>) {
    let exchange = reply(404).header("content-type", media_type);
    let (api, _) = answered(exchange.body(body.into())).await;
    (api.text().into_owned(), api.json())
}

#[tokio::test(start_paused = true)]
async fn text_and_json_of_an_error_body_are_decoded_from_any_bytes() {
    use serde_json::json;
    let json_of = |word: &str| Some(json!({ "a": word }));
    for (body, media_type, text, json) in [
        (
            "{\"a\":\"é\"}".into(),
            "application/json",
            "{\"a\":\"é\"}",
            json_of("é"),
        ),
        (
            b"{\"a\":\"\xe9\"}".to_vec(),
            "application/json; charset=latin1",
            "{\"a\":\"é\"}",
            json_of("é"),
        ),
        // UTF-8 under a wrong label: the text is by the label, the JSON is not.
        (
            "{\"a\":\"é\"}".into(),
            "application/json; charset=latin1",
            "{\"a\":\"Ã©\"}",
            json_of("é"),
        ),
        (
            b"{\"a\":\"\xff\"}".to_vec(),
            "application/json",
            "{\"a\":\"\u{fffd}\"}",
            json_of("\u{fffd}"),
        ),
        (
            "\u{feff}{\"a\":\"\\ud800\"}".into(),
            "application/json",
            "{\"a\":\"\\ud800\"}",
            json_of("\u{fffd}"),
        ),
        ("<h1>".into(), "text/html", "<h1>", None),
        (
            "{\"a\":NaN}".into(),
            "application/json",
            "{\"a\":NaN}",
            None,
        ),
        (Vec::new(), "application/json", "", None),
    ] {
        let shown = format!("{media_type} {body:?}");
        assert_eq!(
            words(body, media_type).await,
            (text.to_owned(), json),
            "{shown}"
        );
    }
    let utf_16: Vec<u8> = "[1]".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (text, json) = words(utf_16, "application/json; charset=utf-16be").await;
    assert_eq!((&*text, json), ("[1]", Some(json!([1]))));
}

#[tokio::test(start_paused = true)]
async fn the_text_of_an_error_body_is_cut_where_its_bytes_are() {
    let (text, json) = words("é".repeat(KEPT), "text/plain; charset=latin1").await;
    assert_eq!((text.len(), json), (KEPT, None));
    let (text, json) = words(format!("[\"{}\"]", "x".repeat(KEPT)), "application/json").await;
    assert_eq!((text.len(), json), (KEPT, None));
    // Nested so deep that a reader would not take it.
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let (text, json) = words(deep.clone(), "application/json").await;
    assert_eq!((text, json), (deep, None));
}

#[tokio::test(start_paused = true)]
async fn text_and_json_of_an_error_body_hold_no_credential() {
    let secret = "s3cr3t-ñ";
    let body = format!("{{\"a\":\"no {secret}\"}}");
    let latin_1: Vec<u8> = body.chars().map(|c| c as u8).collect();
    let utf_16: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (label, body) in [
        ("utf-8", body.clone().into_bytes()),
        ("latin1", latin_1),
        ("utf-16le", utf_16),
    ] {
        let exchange = reply(404)
            .header("content-type", format!("application/json; charset={label}"))
            .body(body);
        let fixture = with([exchange], |b| b.max_attempts(1));
        let request = fixture.client.get("/x/{id}").secret_param("id", secret);
        let error = error(request.send().await);
        let api = error.api().expect("the API's answer");
        assert_eq!(api.text(), "{\"a\":\"no {id}\"}", "{label}");
        let json: serde_json::Value = error.json().expect("JSON");
        assert_eq!(json, serde_json::json!({"a": "no {id}"}), "{label}");
        assert_eq!(&api.body()[..], b"{\"a\":\"no {id}\"}", "{label}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_coding_that_is_not_understood_is_not_handed_over_raw() {
    let coded = reply(503)
        .header("transfer-encoding", "gzip, chunked")
        .body(gzip(JSON.as_bytes()));
    let (api, code) = answered(coded).await;
    assert_eq!((code, api.message()), (None, None));
    assert!(api.body().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_fields_of_an_error_body_are_cut() {
    let long = "a".repeat(900 * 1024);
    let body = format!(r#"{{"error":"{long}","message":"{long}"}}"#);
    let (api, code) = answered(reply(404).body(body)).await;
    assert_eq!(api.message().map(str::len), Some(KEPT));
    assert!(code.is_none_or(|code| code.len() <= KEPT));
    assert!(api.body().len() <= KEPT);
}
