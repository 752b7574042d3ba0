use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::super::observed::{Api, Received};
use super::*;

fn observed(target: &str, json: Option<Value>, made: &str) -> ObservedExchange {
    ObservedExchange {
        api: Arc::new(Api {
            base_path: "/api".to_owned(),
            shown_query: vec!["site".to_owned()],
            decompress: true,
        }),
        method: Method::POST,
        origin: "http://h".to_owned(),
        target: target.to_owned(),
        json,
        made: uuids(made.as_bytes()).collect(),
        fault: None,
        reply: None,
    }
}

fn redactor(secrets: &[&str]) -> Redactor {
    let mut redactor = Redactor::default();
    for secret in secrets {
        redactor.add(&(*secret).into());
    }
    redactor
}

const MADE: &str = "0192f0c1-2b3a-4c5d-8e9f-0123456789ab";

#[test]
fn a_request_is_recognised_by_what_stays() {
    let secrets = redactor(&["s3cr3t", "a/b"]);
    let of = |target: &str| exchange(&observed(target, None, MADE), &secrets)["match"].clone();
    for (target, key, wanted) in [
        ("/api/x?limit=2&site=7", "target", "/api/x?limit=2&site=7"),
        ("/api/x?limit=2&q=1", "path", "/x?limit=2"),
        ("/api/x/s3cr3t/y-s3cr3t", "path", "/x/{id}/{id2}"),
        ("/api/x?cursor=s3cr3t", "path", "/x"),
        ("/apis/s3cr3t", "path", "/apis/{id}"),
        (&format!("/api/{MADE}/x"), "path", "/{id}/x"),
        (&format!("/api/x?site={MADE}"), "path", "/x"),
    ] {
        assert_eq!(
            of(target),
            json!({"method": "POST", key: wanted}),
            "{target}"
        );
    }
    // The secret takes two segments.
    assert_eq!(of("/api/a/b"), json!({"method": "POST"}));
}

#[test]
fn a_requests_json_is_wanted_where_it_stays() {
    let of = |json: Value, secrets: &[&str]| {
        exchange(&observed("/x", Some(json), MADE), &redactor(secrets))["want"].clone()
    };
    let any = || json!({"$any": true});
    let now = Timestamp::now();
    let given = json!({
        "name": "n", "id": MADE, "at": now.to_string(), "ms": now.as_millisecond(), "old": "2001-01-01T00:00:00Z",
        "password": "password", "note": "says s3cr3t", "count": 7,
    });
    let wanted = json!({"json": {
        "name": "n", "id": any(), "at": any(), "ms": any(), "old": "2001-01-01T00:00:00Z",
        "password": any(), "note": any(), "count": 7,
    }});
    assert_eq!(of(given, &["s3cr3t", "password"]), wanted);
    assert_eq!(of(json!({"$min": 1}), &[]), Value::Null);
    assert_eq!(of(json!({"s3cr3t": 1}), &["s3cr3t"]), Value::Null);
}

#[test]
fn delays_are_rounded() {
    for (delay, wanted) in [
        (0, None),
        (4, None),
        (5, Some(10)),
        (14, Some(10)),
        (96, Some(100)),
        (1234, Some(1200)),
        (59_700, Some(60_000)),
    ] {
        assert_eq!(rounded(Duration::from_millis(delay)), wanted, "{delay}");
    }
}

#[test]
fn failures_have_the_words_of_scripts() {
    let of = |failure, code: &'static str, is_sent: bool| {
        let sent = SentMark::default();
        if is_sent {
            sent.mark();
        }
        fault(
            &TransportError::new(failure, "it broke").with_code(code),
            &sent,
        )
    };
    for (failure, code, is_sent, wanted) in [
        (Failure::Connect, "ECONNREFUSED", false, "connect_refused"),
        (Failure::Connect, "ENOTFOUND", false, "dns"),
        (Failure::Connect, "ETIMEDOUT", false, "connect_timeout"),
        (Failure::Tls, "CERT_HAS_EXPIRED", false, "tls"),
        (Failure::ProxyRefused, "", false, "connect_refused"),
        (Failure::Broken, "ECONNRESET", true, "reset"),
        (Failure::Broken, "", true, "close"),
        (Failure::Connect, "ECONNRESET", true, "reset"),
        (Failure::RefusedStream, "", true, "close_unread"),
    ] {
        assert_eq!(of(failure, code, is_sent), wanted, "{failure:?} {code}");
    }
}

/// What a script says of an answer at second 784111777, which is Sun, 06 Nov 1994 08:49:37 GMT.
fn reply(
    method: Method,
    fault: Option<&'static str>,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Value {
    let mut received = Received::default();
    received.push(body);
    let headers = headers.iter().map(|(name, value)| {
        let value = HeaderValue::from_str(value).expect("a value");
        (HeaderName::from_static(name), value)
    });
    let observed = ObservedExchange {
        method,
        fault,
        reply: Some(Answer {
            status: StatusCode::OK,
            headers: headers.collect(),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            body: received,
        }),
        ..observed("/x", None, "")
    };
    exchange(&observed, &redactor(&["s3cr3t"]))["reply"].clone()
}

#[test]
fn headers_that_hang_on_the_time_or_the_server_follow_it() {
    for (name, value, wanted) in [
        (
            "date",
            "Sun, 06 Nov 1994 08:49:38 GMT",
            json!({"http_date": {"offset_s": 0}}),
        ),
        (
            "date",
            "Sun, 06 Nov 1994 08:39:37 GMT",
            json!({"http_date": {"offset_s": -600}}),
        ),
        (
            "retry-after",
            "Sun, 06 Nov 1994 08:50:37 GMT",
            json!({"http_date": {"offset_s": 60}}),
        ),
        ("retry-after", "60", json!("60")),
        (
            "last-modified",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            json!("Sun, 06 Nov 1994 08:49:37 GMT"),
        ),
        (
            "x-ratelimit-reset",
            "1784111777",
            json!({"epoch_s": 1_000_000_000}),
        ),
        ("x-ratelimit-reset", "30", json!("30")),
        (
            "location",
            "http://h/y?limit=2&k=v",
            json!({"redirect": "/y?limit=2&k=[redacted]"}),
        ),
        ("location", "http://hosts/y", json!("http://hosts/y")),
        (
            "set-cookie",
            "sid=abc; Secure",
            json!("sid=[redacted]; Secure"),
        ),
        ("x-echo", "a s3cr3t", json!("a [redacted]")),
    ] {
        let reply = reply(
            Method::GET,
            None,
            &[(name, value), ("connection", "close")],
            b"",
        );
        assert_eq!(reply["headers"], json!([[name, wanted]]), "{name}: {value}");
    }
}

#[test]
fn bodies_have_the_form_that_plays_them_again() {
    let of = |fault, headers: &[(&'static str, &str)], body: &[u8]| {
        let mut reply = reply(Method::GET, fault, headers, body);
        let object = reply.as_object_mut().expect("an object");
        object.retain(|name, _| ["json", "text", "base64", "fill"].contains(&&**name));
        reply
    };
    assert_eq!(of(None, &[], b""), json!({}));
    assert_eq!(of(None, &[], b"[1]"), json!({"json": [1]}));
    assert_eq!(of(None, &[], b"7 s3cr3t"), json!({"text": "7 [redacted]"}));
    assert_eq!(of(None, &[], b"\xff"), json!({"base64": "/w=="}));
    // Half of it is sent.
    assert_eq!(of(Some("cut_body"), &[], b"[1]"), json!({"text": "[1]   "}));
    assert_eq!(of(Some("stall_body"), &[], b""), json!({"text": " "}));
    assert_eq!(
        of(Some("reset_body"), &[], b"\xff"),
        json!({"base64": "/yA="})
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(
        of(None, &form, b"a=b&oauth_token=c"),
        json!({"text": "a=b&oauth_token=[redacted]"})
    );
    let long = vec![b'a'; LONGEST_BODY + 2];
    assert_eq!(
        of(None, &[], &long),
        json!({"fill": {"byte": "x", "count": LONGEST_BODY + 2}})
    );

    let head = reply(Method::HEAD, None, &[("content-length", "12")], b"");
    assert_eq!(head["fill"], json!({"byte": "x", "count": 12}));
}

#[cfg(feature = "gzip")]
#[test]
fn a_body_that_cannot_be_decoded_stays_coded() {
    let coded = [("content-encoding", "gzip")];
    let reply = reply(Method::GET, None, &coded, b"\xff\xff");
    assert_eq!(reply["base64"], "//8=");
    assert_eq!(reply["headers"], json!([["content-encoding", "gzip"]]));
}
