//! The functions that the fuzz targets in `fuzz/` call: each parser of hostile input, with what must hold for its
//! result.
//!
//! It only exists with the features of all codings and under `--cfg fuzzing`, which cargo-fuzz sets for every crate. A
//! crash found becomes a unit test of the module it is in.

use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::codes::{Category, Cause, ErrorKind, StopReason, WaitReason};
use crate::coding::{Coding, Decoder};
use crate::dialect::{CustomDialect, Dialect, ErrorBody, ErrorContext};
use crate::rate_limit::{RateLimitHeaders, ResetUnit};
use crate::redact;
use crate::request_id::{self, RequestId};
use crate::retry_after as delay;
use crate::target::{self as place, BaseUrl, Param};
use crate::trace_context::{SpanId, TraceContext};
use crate::trail::late::KeeperNumber;
use crate::trail::{Opening, Outcome, TrailWriter};

/// Headers with these names and the lines of `data` as values, as far as they are valid header values.
fn headers(names: &[&'static str], data: &[u8]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, line) in names.iter().zip(data.split(|&b| b == b'\n')) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            map.append(*name, value);
        }
    }
    map
}

fn lines(data: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(data)
        .split('\n')
        .map(|raw| raw.into())
        .collect()
}

/// Retry-After and Date.
pub fn retry_after(data: &[u8]) {
    let headers = headers(
        &["retry-after", "date", "retry-after-ms", "retry-after"],
        data,
    );
    let now = SystemTime::now();
    let mut unreadable = 0;
    let told = delay::from_headers(&headers, now, |part| {
        assert!(!part.is_empty());
        unreadable += 1;
    });
    let values = ["retry-after", "retry-after-ms"].into_iter();
    let mut values = values.flat_map(|name| headers.get_all(name));
    let is_blank = values.all(|value| value.as_bytes().iter().all(|b| b", \t".contains(b)));
    assert!(is_blank || unreadable > 0 || told.is_some());
}

/// Rate-limit headers.
pub fn rate_limit(data: &[u8]) {
    let map = headers(&["limit", "remaining", "reset"], data);
    for reset_is in [ResetUnit::Epoch, ResetUnit::Delta] {
        let names = RateLimitHeaders {
            limit: HeaderName::from_static("limit"),
            remaining: HeaderName::from_static("remaining"),
            reset: HeaderName::from_static("reset"),
            reset_is,
        };
        let _ = names.read(&map, SystemTime::now());
    }
}

/// Request IDs in two headers and the body.
pub fn request_id(data: &[u8]) {
    let names = [
        HeaderName::from_static("first"),
        HeaderName::from_static("second"),
    ];
    let map = headers(&["first", "second", "first"], data);
    let body = lines(data).pop();
    let reading = request_id::read(&names, &map, body.as_deref(), |raw| raw.into());
    for id in reading.id.iter().chain(&reading.body_id) {
        let text = id.as_str();
        assert!(text.len() <= 4 * request_id::MAX_BYTES);
        assert!(text.bytes().all(|b| (0x20..=0x7e).contains(&b)));
        let _ = id.server_time();
    }
    assert_eq!(reading.id.is_some(), reading.source.is_some());
}

fn decode(dialect: &Dialect, body: &[u8]) {
    let labels = ["utf-8", "latin1", "utf-16", "shift_jis", "iso-2022-jp"];
    let label = labels[body.len() % labels.len()];
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::try_from(format!("text/plain; charset={label}")) {
        headers.insert(http::header::CONTENT_TYPE, value);
    }
    let decoded = dialect.0.decode(&ErrorBody::new(&headers, body), 404);
    assert_eq!(decoded.code.is_some(), decoded.raw_code.is_some());
    assert!(decoded.code.as_ref().is_none_or(|code| !code.is_empty()));
    for status in [400, 401, 403, 413, 429, 502] {
        for retry_after in [None, Some(Duration::ZERO)] {
            let _ = dialect.0.decoder.classify(&ErrorContext {
                code: decoded.code.as_deref(),
                message: decoded.message.as_deref(),
                status,
                retry_after,
            });
        }
    }
}

/// NovaVMS error bodies.
pub fn decode_novavms(data: &[u8]) {
    decode(&Dialect::novavms(), data);
}

/// OpenStack error bodies.
#[cfg(feature = "openstack")]
pub fn decode_openstack(data: &[u8]) {
    decode(&Dialect::openstack(), data);
}

/// Error bodies of a custom dialect.
pub fn decode_custom(data: &[u8]) {
    let data_of = r#"{"name": "acme", "error": {"code": "/error/code", "message": "/error/detail", "request_id": "/meta/rid"},
        "codes": {"TOO_FAST": {"category": "rate_limited", "retry": "always"}}}"#;
    if let Ok(dialect) = CustomDialect::from_json(data_of).and_then(Dialect::custom) {
        decode(&dialect, data);
    }
}

/// The data of a custom dialect.
pub fn custom_dialect(data: &[u8]) {
    if let Ok(dialect) =
        CustomDialect::from_json(&String::from_utf8_lossy(data)).and_then(Dialect::custom)
    {
        decode(&dialect, data);
    }
}

/// Path templates, parameters, queries and links.
pub fn target(data: &[u8]) {
    let lines = lines(data);
    let Ok(base) = BaseUrl::parse("https://h/api") else {
        return;
    };
    let line = |n: usize| lines.get(n).cloned().unwrap_or_default();
    for secret in [false, true] {
        let params: Vec<Param> = ["id"]
            .iter()
            .filter(|_| lines.len() > 1)
            .map(|name| Param {
                name: (*name).to_owned(),
                value: line(1).into(),
                secret,
            })
            .collect();
        let query = [(line(2), line(3))];
        if let Ok(target) = place::build(&base, &line(0), &params, &query, &[]) {
            assert_eq!(target.url.to_url().origin(), base.url().origin());
            assert!(target.url.path().starts_with("/api/"), "{}", target.url);
            assert!(
                !target
                    .url
                    .path()
                    .split('/')
                    .any(|part| matches!(part, "." | ".."))
            );
        }
    }
    if let Ok(target) = place::link(&base, &line(0), &[]) {
        assert_eq!(target.url.to_url().origin(), base.url().origin());
    }
    let _ = BaseUrl::parse(&line(0));
    let shown = redact::one_line(&line(0)).into_owned();
    assert!(!shown.contains(char::is_control));
}

/// The trail of hostile text, as JSON and as report.
pub fn trail(data: &[u8]) {
    let lines = lines(data);
    let line = |n: usize| lines.get(n).cloned().unwrap_or_default();
    let start = Instant::now();
    let call_id = uuid::Uuid::from_u128(1);
    let mut writer = TrailWriter::new(Opening {
        keeper: KeeperNumber::default(),
        #[cfg(feature = "openstack")]
        asked: None,
        call_id,
        trace_id: TraceContext::start(call_id).trace_id(),
        traced: true,
        dialect: line(5).into(),
        service: None,
        method: Method::GET,
        origin: "https://h".into(),
        path: line(0),
        correlation_id: Some(line(1).into()),
        notes: Vec::new(),
        started_at: SystemTime::now(),
        started: start,
    });
    let name = HeaderName::from_static("id");
    for cause in [Cause::Initial, Cause::Retry] {
        writer.begin(start, cause, Method::GET, SpanId::new(1), line(0));
        let map = headers(&["id"], line(2).as_bytes());
        let id = request_id::read(std::slice::from_ref(&name), &map, Some(&line(4)), |raw| {
            raw.into()
        });
        writer.answered(
            line(1).parse().unwrap_or(http::StatusCode::OK),
            id.clone(),
            Some(Duration::MAX),
        );
        writer.decoded(id, Some(line(3)), Category::Unknown);
        writer.end(start);
        writer.wait(Duration::from_millis(1), WaitReason::Backoff);
    }
    let trail = writer.finish(
        start,
        Outcome::Error(ErrorKind::Api),
        StopReason::NotRetryable,
    );
    let json: serde_json::Value =
        serde_json::from_str(&trail.to_json()).expect("the trail's JSON is JSON");
    assert_eq!(json["attempts"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["path"], line(0));
    for row in trail.report().lines() {
        assert!(row.chars().count() <= 100, "{row}");
        assert!(!row.contains(char::is_control), "{row}");
    }
    let _ = RequestId::new(data);
}

/// Compressed bodies; the first byte chooses the coding.
pub fn coding(data: &[u8]) {
    const LIMIT: u64 = 1 << 20;
    let Some((kind, body)) = data.split_first() else {
        return;
    };
    let coding = match kind % 5 {
        0 => Coding::Identity,
        1 => Coding::Gzip,
        2 => Coding::Brotli,
        3 => Coding::Zstd,
        _ => Coding::Deflate,
    };
    let Ok(mut decoder) = Decoder::new(coding, bytes::Bytes::copy_from_slice(body), LIMIT) else {
        return;
    };
    while let Ok(false) = decoder.step() {}
    assert!(decoder.into_bytes().len() as u64 <= LIMIT + 256 * 1024);
}

/// A caller's traceparent.
pub fn trace_context(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(context) = TraceContext::parse(&text) {
        let header = context.traceparent(SpanId::new(7));
        assert_eq!(
            TraceContext::parse(&String::from_utf8_lossy(&header)),
            Some(context)
        );
    }
}

/// A script for a mock, and the requests that it is held against.
#[cfg(feature = "testing")]
pub fn script(data: &[u8]) {
    use crate::testing::script::{Moment, RequestView, Script};

    let text = String::from_utf8_lossy(data);
    let script = match Script::from_json(&text) {
        Ok(script) => script,
        Err(error) => {
            assert!(!error.path().is_empty(), "{error}");
            return;
        }
    };
    let request = RequestView {
        method: "GET",
        target: "/api/cameras/7?limit=10",
        headers: &[("accept", b"*/*".as_slice()), ("x-a", data)],
        body: data,
    };
    let at = Moment {
        now: SystemTime::UNIX_EPOCH,
        origin: "https://h",
        other_origin: "https://i",
    };
    for exchange in &script.exchanges {
        let differences = exchange.differences(&request, "/api");
        assert_eq!(exchange.fits(&request, "/api"), differences.is_empty());
        let _ = exchange.want.differences(&request);
        for (name, value) in exchange.reply.head(0, &at) {
            assert!(HeaderName::try_from(name).is_ok());
            assert!(HeaderValue::try_from(value).is_ok());
        }
    }
}
