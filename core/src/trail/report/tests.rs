//! The reports of six typical calls. `UPDATE_GOLDEN=1 cargo test -p reqtrail report` rewrites the files.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::WIDTH;
use super::{Lines, span};
use crate::codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
use crate::request_id;
use crate::trace_context::{SpanId, TraceContext};
use crate::trail::late::KeeperNumber;
use crate::trail::{Failed, Opening, Outcome, Trail, TrailWriter};

/// A trail with its own clock.
struct Story {
    writer: TrailWriter,
    start: Instant,
    now: Duration,
}

/// What an attempt facts.
#[derive(Default)]
struct AttemptFacts<'a> {
    status: Option<u16>,
    id: &'a str,
    body_id: Option<&'a str>,
    code: Option<&'a str>,
    failure: Option<(ErrorKind, Sent)>,
    unprocessed: bool,
    why: (&'static str, &'a str),
}

const A: &str = "req_01HK3Z9YF7W7E8PM5QKT9DYXWA";
const B: &str = "req_01HK3Z9ZF7W7E8PM5QKT9DYXWB";
const C: &str = "req_01HK3ZA0F7W7E8PM5QKT9DYXWC";

impl Story {
    fn new(method: Method, path: &str, notes: Vec<TrailNote>) -> Self {
        let start = Instant::now();
        let call_id = uuid::Uuid::from_u128(0x6f2c_0a2e_1d3b_4c5d_8e9f_0a1b_2c3d_4e5f);
        let opening = Opening {
            keeper: KeeperNumber::default(),
            #[cfg(feature = "openstack")]
            asked: None,
            call_id,
            trace_id: TraceContext::start(call_id).trace_id(),
            traced: true,
            dialect: "novavms".into(),
            service: None,
            method,
            origin: "https://api.example".into(),
            path: path.to_owned(),
            correlation_id: None,
            notes,
            started_at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_704_161_769_950),
            started: start,
        };
        Self {
            writer: TrailWriter::new(opening),
            start,
            now: Duration::from_micros(300),
        }
    }

    fn attempt(mut self, cause: Cause, took_ms: u64, facts: AttemptFacts<'_>) -> Self {
        let span = SpanId::new(0x00f0_67aa_0ba9_02b7);
        self.writer.begin(
            self.start + self.now,
            cause,
            Method::GET,
            span,
            String::new(),
        );
        if let Some(status) = facts.status {
            let name = HeaderName::from_static("x-request-id");
            let mut headers = HeaderMap::new();
            if let Ok(value) = http::HeaderValue::from_str(facts.id) {
                headers.insert(name.clone(), value);
            }
            let id = request_id::read(&[name], &headers, facts.body_id, |raw| raw.into());
            let known = StatusCode::from_u16(status).expect("a status");
            self.writer.answered(known, id.clone(), None);
            if status >= 300 {
                self.writer
                    .decoded(id, facts.code.map(|raw| raw.into()), Category::Server);
            }
        }
        if let Some((kind, sent)) = facts.failure {
            let (code, reason) = facts.why;
            self.writer.failed(Failed {
                kind,
                sent,
                unprocessed: facts.unprocessed,
                code: (!code.is_empty()).then(|| code.into()),
                reason,
            });
        }
        self.now += Duration::from_micros(took_ms * 1000 + 400);
        self.writer.end(self.start + self.now);
        self
    }

    fn wait(mut self, millis: u64, reason: WaitReason) -> Self {
        let wait = Duration::from_millis(millis);
        self.writer.wait(wait, reason);
        self.now += wait;
        self
    }

    fn end(mut self, outcome: Outcome, stopped: StopReason) -> Trail {
        self.writer.finish(self.start + self.now, outcome, stopped)
    }
}

fn golden(name: &str, trail: &Trail) {
    let report = trail.report();
    for line in report.lines() {
        assert!(line.chars().count() <= WIDTH, "too long: {line}");
        assert_eq!(line.trim_end(), line, "blanks at the end");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &report).expect("the golden file can be written");
    }
    let wanted = std::fs::read_to_string(&path).expect("the golden file is there");
    assert_eq!(report, wanted, "{}", path.display());
}

#[test]
fn retried_then_ok() {
    let trail = Story::new(Method::GET, "/events", vec![])
        .attempt(
            Cause::Initial,
            12,
            AttemptFacts {
                status: Some(429),
                id: A,
                code: Some("rate_limited"),
                ..AttemptFacts::default()
            },
        )
        .wait(2143, WaitReason::RetryAfter)
        .attempt(
            Cause::Retry,
            9,
            AttemptFacts {
                status: Some(500),
                id: B,
                code: Some("internal_error"),
                ..AttemptFacts::default()
            },
        )
        .wait(286, WaitReason::Backoff)
        .attempt(
            Cause::Retry,
            31,
            AttemptFacts {
                status: Some(200),
                id: C,
                ..AttemptFacts::default()
            },
        )
        .end(Outcome::Ok, StopReason::Succeeded);
    golden("retried-then-ok.txt", &trail);
}

#[test]
fn exhausted() {
    let unavailable = |id| AttemptFacts {
        status: Some(503),
        id,
        code: Some("service_unavailable"),
        ..AttemptFacts::default()
    };
    let trail = Story::new(Method::GET, "/cameras/{id}", vec![])
        .attempt(Cause::Initial, 12, unavailable(A))
        .wait(214, WaitReason::Backoff)
        .attempt(Cause::Retry, 15, unavailable(B))
        .wait(871, WaitReason::Backoff)
        .attempt(Cause::Retry, 1240, unavailable(C))
        .end(
            Outcome::Error(ErrorKind::Api),
            StopReason::AttemptsExhausted,
        );
    golden("exhausted.txt", &trail);
}

#[test]
fn timeout_then_new_token_then_not_found() {
    let trail = Story::new(Method::DELETE, "/cameras/{id}", vec![])
        .attempt(
            Cause::Initial,
            10_000,
            AttemptFacts {
                failure: Some((ErrorKind::Timeout, Sent::Unknown)),
                why: ("", "no response from 192.0.2.7:443 within 10 s"),
                ..AttemptFacts::default()
            },
        )
        .wait(120, WaitReason::Backoff)
        .attempt(
            Cause::Retry,
            8,
            AttemptFacts {
                status: Some(401),
                id: B,
                code: Some("invalid_token"),
                ..AttemptFacts::default()
            },
        )
        .attempt(
            Cause::Reauth,
            8,
            AttemptFacts {
                status: Some(404),
                id: C,
                code: Some("not_found"),
                ..AttemptFacts::default()
            },
        )
        .end(Outcome::Error(ErrorKind::Api), StopReason::NotRetryable);
    golden("timeout-new-token-not-found.txt", &trail);
}

#[test]
fn broken_post() {
    let trail = Story::new(Method::POST, "/cameras", vec![])
        .attempt(
            Cause::Initial,
            43,
            AttemptFacts {
                failure: Some((ErrorKind::Transport, Sent::Unknown)),
                why: (
                    "ECONNRESET",
                    "192.0.2.7:443 reset the connection before its response",
                ),
                ..AttemptFacts::default()
            },
        )
        .end(
            Outcome::Error(ErrorKind::Transport),
            StopReason::UnsafeToRetry,
        );
    golden("broken-post.txt", &trail);
}

#[test]
fn a_proxy_without_ids() {
    let trail = Story::new(
        Method::GET,
        "/events",
        vec![TrailNote::TlsUnverified, TrailNote::ViaProxy],
    )
    .attempt(
        Cause::Initial,
        5000,
        AttemptFacts {
            failure: Some((ErrorKind::Connect, Sent::No)),
            why: ("ETIMEDOUT", "no connection to api.example:443 within 5 s: the proxy proxy.example:3128 had not answered"),
            ..AttemptFacts::default()
        },
    )
    .wait(341, WaitReason::Backoff)
    .attempt(
        Cause::Retry,
        7,
        AttemptFacts {
            status: Some(502),
            ..AttemptFacts::default()
        },
    )
    .end(
        Outcome::Error(ErrorKind::Api),
        StopReason::AttemptsExhausted,
    );
    golden("proxy-without-ids.txt", &trail);
}

#[test]
fn streams_refused_then_a_hostile_reason() {
    let refused = || AttemptFacts {
        failure: Some((ErrorKind::Transport, Sent::Unknown)),
        unprocessed: true,
        why: ("", "192.0.2.7:443 refused the stream"),
        ..AttemptFacts::default()
    };
    let hostile = format!("\u{1b}[31m\r\nforged{}", " and more".repeat(30));
    let trail = Story::new(Method::POST, "/cameras", vec![])
        .attempt(Cause::Initial, 3, refused())
        .attempt(Cause::Resend, 4, refused())
        .wait(286, WaitReason::Backoff)
        .attempt(
            Cause::Resend,
            5,
            AttemptFacts {
                failure: Some((ErrorKind::Decode, Sent::Yes)),
                status: Some(200),
                id: A,
                why: ("", &hostile),
                ..AttemptFacts::default()
            },
        )
        .end(Outcome::Error(ErrorKind::Decode), StopReason::NotRetryable);
    let last = trail.last().expect("an attempt");
    let reason = last.failure_reason().expect("a reason");
    assert!(
        reason.starts_with("\\u{1b}[31m\\r\\nforged and more"),
        "{reason}"
    );
    assert!(
        reason.ends_with('…') && reason.chars().count() == 200,
        "{reason}"
    );
    golden("streams-refused.txt", &trail);
}

#[test]
fn an_id_that_was_sent() {
    let id = "req-6f2c0a2e-1d3b-4c5d-8e9f-0a1b2c3d4e5f";
    let mut story = Story::new(Method::GET, "/v2/images/{id}", vec![TrailNote::Scripted]);
    let data = Arc::get_mut(&mut story.writer.data).expect("it is not closed");
    data.opening.correlation_id = Some(id.into());
    let trail = story
        .attempt(
            Cause::Initial,
            3,
            AttemptFacts {
                status: Some(404),
                id,
                ..AttemptFacts::default()
            },
        )
        .end(Outcome::Error(ErrorKind::Api), StopReason::NotRetryable);
    let notes = trail.last().expect("an attempt").request_id_notes();
    assert_eq!(notes, [RequestIdNote::AsSent]);
    golden("id-as-sent.txt", &trail);
}

#[test]
fn hostile_ids_and_codes() {
    let long = format!("{}\u{1b}[31m", "x".repeat(300));
    let code = "c\r\nforged log line".repeat(8);
    let trail = Story::new(
        Method::GET,
        &format!("/{}", "a-very-long-path/".repeat(12)),
        vec![],
    )
    .attempt(
        Cause::Initial,
        1,
        AttemptFacts {
            status: Some(418),
            id: "weird id \u{7f}",
            body_id: Some(&long),
            code: Some(&code),
            ..AttemptFacts::default()
        },
    )
    .end(Outcome::Error(ErrorKind::Api), StopReason::NotRetryable);
    golden("hostile.txt", &trail);
}

#[test]
fn nothing_sent() {
    let trail = Story::new(Method::GET, "/events/{id}", vec![]).end(
        Outcome::Error(ErrorKind::InvalidRequest),
        StopReason::NotRetryable,
    );
    golden("nothing-sent.txt", &trail);
}

#[test]
fn spans_are_written_for_people() {
    for (time, text) in [
        (Duration::from_micros(9_940), "9.9 ms"),
        (Duration::from_millis(10), "10 ms"),
        (Duration::from_millis(999), "999 ms"),
        (Duration::from_secs(1), "1.00 s"),
        (Duration::from_millis(99_990), "99.99 s"),
        (Duration::from_secs(100), "100 s"),
        (Duration::from_secs(3_600), "3600 s"),
    ] {
        assert_eq!(span(time), text);
    }
}

#[test]
fn nothing_in_a_line_steers_a_terminal() {
    let hostile = "r\u{1b}[31m\u{9b}31m \r\nb\u{202e}";
    let mut out = Lines::default();
    out.cells("", "  ", &[hostile.to_owned()]);
    out.words("- ", hostile);
    let escaped = "r\\u{1b}[31m\\u{9b}31m \\r\\nb\\u{202e}";
    assert_eq!(out.finish(), format!("{escaped}\n- {escaped}\n"));
}

#[test]
fn a_line_is_filled_to_its_last_column() {
    let mut out = Lines::default();
    let half = "x".repeat(49);
    out.cells("", "  ", &[half.clone(), half.clone()]);
    out.cells("", "   ", &[half.clone(), half.clone()]);
    assert_eq!(
        out.finish(),
        format!("{half}  {half}\n{half}\n      {half}\n")
    );
}
