//! Reads a trail that was written as JSON, for its report and everything else that a trail can do.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{Method, StatusCode};
use serde::Deserialize;

use super::json::{CLIENT, SCHEMA};
use super::late::KeeperNumber;
use super::{Attempt, Data, Opening, Outcome, Trail};
use crate::closed_set::ClosedSet;
use crate::request_id::{RequestId, RequestIdSource};
use crate::trace_context::{SpanId, TraceId};

/// The trail in the form of its JSON. Unknown fields are skipped.
#[derive(Deserialize)]
pub(crate) struct TrailJson {
    schema: String,
    client: Option<String>,
    call_id: String,
    trace_id: String,
    correlation_id: Option<Box<str>>,
    dialect: String,
    service: Option<String>,
    method: String,
    origin: String,
    path: String,
    started_at: String,
    elapsed_ms: f64,
    outcome: String,
    stopped: String,
    notes: Vec<String>,
    attempts: Vec<AttemptJson>,
}

#[derive(Deserialize)]
struct AttemptJson {
    number: u32,
    cause: String,
    method: String,
    span_id: String,
    url: String,
    remote_address: Option<String>,
    status: Option<u16>,
    request_id: Option<RequestId>,
    request_id_source: Option<String>,
    #[serde(default)]
    request_id_notes: Vec<String>,
    body_request_id: Option<RequestId>,
    error_code: Option<String>,
    category: Option<String>,
    failure: Option<String>,
    failure_code: Option<String>,
    failure_reason: Option<Box<str>>,
    sent: String,
    processed: Option<bool>,
    started_ms: f64,
    elapsed_ms: f64,
    retry_after_ms: Option<f64>,
    wait_ms: Option<f64>,
    wait_reason: Option<String>,
}

/// Reads a trail; the error says what is wrong.
pub(crate) fn trail(text: &str) -> Result<Trail, String> {
    let json: TrailJson = serde_json::from_str(text)
        .map_err(|e| format!("the text is not the JSON of a trail: {}", shape(&e)))?;
    json.into_trail()
}

impl TrailJson {
    /// Makes the trail; the error says what is wrong, without the values.
    pub(crate) fn into_trail(self) -> Result<Trail, String> {
        if self.schema != SCHEMA {
            return Err(format!(
                "the trail has the schema `{}`; expected `{SCHEMA}`",
                self.schema.escape_debug()
            ));
        }
        let call_id = uuid::Uuid::try_parse(&self.call_id).map_err(|_| bad("call_id"))?;
        let started_at: jiff::Timestamp = self.started_at.parse().map_err(|_| bad("started_at"))?;
        let outcome = match self.outcome.as_str() {
            "ok" => Outcome::Ok,
            kind => Outcome::Error(word("outcome", kind)?),
        };
        let attempts: Result<_, String> = self.attempts.into_iter().map(attempt).collect();
        Ok(Trail(Arc::new(Data {
            client: self
                .client
                .filter(|client| client != CLIENT)
                .map(Into::into),
            opening: Opening {
                keeper: KeeperNumber::default(),
                #[cfg(feature = "openstack")]
                asked: None,
                call_id,
                trace_id: TraceId::read(&self.trace_id).ok_or_else(|| bad("trace_id"))?,
                traced: true,
                dialect: self.dialect.into(),
                service: self.service.map(Into::into),
                method: method(&self.method)?,
                origin: self.origin.into(),
                path: self.path,
                correlation_id: self.correlation_id,
                notes: words("notes", &self.notes)?,
                started_at: SystemTime::from(started_at),
                started: Instant::now(),
            },
            elapsed: time("elapsed_ms", self.elapsed_ms)?,
            outcome,
            stopped: word("stopped", &self.stopped)?,
            attempts: attempts?,
        })))
    }
}

fn attempt(json: AttemptJson) -> Result<Attempt, String> {
    let sent = word("sent", &json.sent)?;
    let source = |text| RequestIdSource::read(text).ok_or_else(|| bad("request_id_source"));
    let status = |number| StatusCode::from_u16(number).map_err(|_| bad("status"));
    let address = |text: String| text.parse().map_err(|_| bad("remote_address"));
    Ok(Attempt {
        number: json.number,
        cause: word("cause", &json.cause)?,
        method: method(&json.method)?,
        span_id: SpanId::read(&json.span_id).ok_or_else(|| bad("span_id"))?,
        url: json.url,
        status: json.status.map(status).transpose()?,
        request_id: json.request_id,
        request_id_source: json.request_id_source.as_deref().map(source).transpose()?,
        request_id_notes: words("request_id_notes", &json.request_id_notes)?,
        body_request_id: json.body_request_id,
        error_code: json.error_code,
        category: word_or_none("category", json.category)?,
        failure: word_or_none("failure", json.failure)?,
        failure_code: json.failure_code.map(Cow::Owned),
        failure_reason: json.failure_reason,
        unprocessed: json.processed == Some(false),
        sent,
        started: time("started_ms", json.started_ms)?,
        elapsed: time("elapsed_ms", json.elapsed_ms)?,
        retry_after: time_or_none("retry_after_ms", json.retry_after_ms)?,
        wait: time_or_none("wait_ms", json.wait_ms)?,
        wait_reason: word_or_none("wait_reason", json.wait_reason)?,
        remote: json.remote_address.map(address).transpose()?,
        is_reused: None,
    })
}

/// The value of a word, also of one that this release does not know.
fn word<T: ClosedSet>(field: &str, text: &str) -> Result<T, String> {
    T::read(text).ok_or_else(|| bad(field))
}

fn word_or_none<T: ClosedSet>(field: &str, text: Option<String>) -> Result<Option<T>, String> {
    text.map(|text| word(field, &text)).transpose()
}

fn words<T: ClosedSet>(field: &str, texts: &[String]) -> Result<Vec<T>, String> {
    texts.iter().map(|text| word(field, text)).collect()
}

fn bad(field: &str) -> String {
    format!("the trail's `{field}` is not one that this release can read")
}

/// Returns serde's error text without the values that it may repeat.
fn shape(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing or of another type",
        _ => "it is not JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

fn method(text: &str) -> Result<Method, String> {
    Method::from_bytes(text.as_bytes()).map_err(|_| bad("method"))
}

/// Reads milliseconds, to the microsecond as they were written. Values beyond the longest time become the longest time.
fn time(field: &str, milliseconds: f64) -> Result<Duration, String> {
    if milliseconds.is_nan() || milliseconds < 0.0 {
        return Err(bad(field));
    }
    // Two to the power of 64 microseconds: the longest that is written.
    if milliseconds >= 18_446_744_073_709_551.0 {
        return Ok(Duration::MAX);
    }
    let time = Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or(Duration::MAX);
    // A double is not exact; adding half a microsecond rounds it.
    let rounded = time.saturating_add(Duration::from_nanos(500));
    Ok(Duration::new(
        rounded.as_secs(),
        rounded.subsec_micros() * 1000,
    ))
}

fn time_or_none(field: &str, milliseconds: Option<f64>) -> Result<Option<Duration>, String> {
    milliseconds.map(|time_ms| time(field, time_ms)).transpose()
}

#[cfg(test)]
mod tests {
    use super::super::Trail;

    const WRITTEN: &str = concat!(
        r#"{"schema":"reqtrail.trail/1","client":"reqtrail/"#,
        env!("CARGO_PKG_VERSION"),
        r#"","call_id":"6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f","trace_id":"6f2c1a9e4b574c3d9e520a1b2c3d4e5f","#,
        r#""correlation_id":null,"dialect":"novavms","service":null,"method":"POST","origin":"https://api.example","#,
        r#""path":"/cameras/{id}","started_at":"2026-11-21T21:00:00.123Z","elapsed_ms":4210.4,"outcome":"transport","#,
        r#""stopped":"unsafe_to_retry","notes":["may_have_succeeded"],"attempts":[{"number":1,"cause":"initial","#,
        r#""method":"POST","span_id":"00f067aa0ba902b7","url":"https://api.example/cameras/7","remote_address":"[2001:db8::7]:443","status":503,"#,
        r#""request_id":"req_a","request_id_source":"header:x-request-id","request_id_notes":["duplicate"],"#,
        r#""body_request_id":"req_b","error_code":"busy","category":"unavailable","failure":null,"failure_code":null,"#,
        r#""failure_reason":null,"sent":"yes","processed":true,"started_ms":0,"elapsed_ms":12.125,"#,
        r#""retry_after_ms":2000,"wait_ms":2000,"wait_reason":"retry_after"},{"number":2,"cause":"retry","method":"POST","#,
        r#""span_id":"00f067aa0ba902b8","url":"https://api.example/cameras/7","remote_address":null,"status":null,"request_id":null,"#,
        r#""request_id_source":null,"request_id_notes":[],"body_request_id":null,"error_code":null,"category":null,"#,
        r#""failure":"transport","failure_code":"ECONNRESET","failure_reason":"reset by api.example","sent":"unknown","#,
        r#""processed":false,"started_ms":2012.2,"elapsed_ms":3.5,"retry_after_ms":null,"wait_ms":null,"#,
        r#""wait_reason":null}]}"#
    );

    #[test]
    fn what_was_written_is_read() {
        let trail = Trail::from_json(WRITTEN).expect("a trail");
        assert_eq!(trail.to_json(), WRITTEN);
        assert!(trail.report().contains("ECONNRESET"));
    }

    #[test]
    fn times_that_no_clock_has_are_shown_all_the_same() {
        for number in ["1e300", "1e18"] {
            let text = WRITTEN.replace("2012.2", number).replace("4210.4", number);
            let trail = Trail::from_json(&text).expect("a trail");
            assert!(trail.report().contains("ECONNRESET"));
            assert!(!trail.to_string().is_empty());
        }
    }

    #[test]
    fn what_a_later_release_adds_is_kept_where_it_has_a_place() {
        let later = WRITTEN
            .replace(r#""notes":["#, r#""later":[1],"notes":["later","#)
            .replace("header:x-request-id", "trailer:x-request-id");
        let trail = Trail::from_json(&later).expect("a trail");
        assert_eq!(trail.notes()[0].as_str(), "later");
        assert_eq!(trail.to_json(), later.replace(r#""later":[1],"#, ""));
        // The report says what it can.
        assert!(trail.report().contains("later"), "{trail}");
    }

    #[test]
    fn what_an_earlier_release_did_not_write_is_null() {
        let new = [
            r#""correlation_id":null,"#,
            r#""service":null,"#,
            r#""remote_address":null,"#,
            r#""failure_code":null,"#,
            r#""failure_reason":null,"#,
            r#""body_request_id":null,"#,
            r#""wait_reason":null"#,
        ];
        let earlier = new
            .iter()
            .fold(WRITTEN.to_owned(), |text, field| text.replace(field, ""))
            .replace(r#""wait_ms":null,}"#, r#""wait_ms":null}"#);
        assert_ne!(earlier, WRITTEN);
        let trail = Trail::from_json(&earlier).expect("a trail");
        assert_eq!(trail.to_json(), WRITTEN);
    }

    #[test]
    fn who_wrote_a_trail_stays_its_author() {
        let own = format!("reqtrail/{}", crate::VERSION);
        let other = WRITTEN.replace(&own, "reqtrail/17.0.0");
        let trail = Trail::from_json(&other).expect("a trail");
        assert_eq!(trail.to_json(), other);
    }

    #[test]
    fn a_trail_is_a_part_of_other_documents() {
        let list = format!("[{WRITTEN}]");
        let trails: Vec<Trail> = serde_json::from_str(&list).expect("trails");
        assert_eq!(serde_json::to_string(&trails).expect("JSON"), list);
        let bad = list.replace("00f067aa0ba902b7", "hush");
        let error = serde_json::from_str::<Vec<Trail>>(&bad).expect_err("no trail");
        let text = error.to_string();
        assert!(
            text.contains("`span_id`") && !text.contains("hush"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_trail_is_refused_without_its_values() {
        for (from, to, says) in [
            ("trail/1", "trail/2", "expected `reqtrail.trail/1`"),
            (
                "\"transport\",\"stopped\"",
                "\"Hush hush\",\"stopped\"",
                "`outcome`",
            ),
            ("unsafe_to_retry", "Hush hush", "`stopped`"),
            ("\"status\":503", "\"status\":99", "`status`"),
            ("\"number\":1", "\"number\":\"hush\"", "of another type"),
            ("\"elapsed_ms\":4210.4", "\"elapsed_ms\":-1", "`elapsed_ms`"),
            ("\"wait_ms\":2000", "\"wait_ms\":-0.5", "`wait_ms`"),
            ("2026-11-21T", "hush", "`started_at`"),
            ("6f2c1a9e-", "hush", "`call_id`"),
            ("00f067aa0ba902b7", "hush", "`span_id`"),
            ("[2001:db8::7]:443", "hush", "`remote_address`"),
        ] {
            assert!(WRITTEN.contains(from), "{from}");
            let error = Trail::from_json(&WRITTEN.replace(from, to)).expect_err(from);
            let text = error.to_string();
            assert!(text.contains(says) && !text.contains("ush"), "{text}");
        }
        for text in ["", "{}", "[]", "null", "\"hush\""] {
            assert!(Trail::from_json(text).is_err());
        }
    }
}
