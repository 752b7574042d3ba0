//! Planned calls are played, and leave the trail that was described.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::testing::Mock;
use crate::trail::{Outcome, Trail};

fn count(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|count| count.try_into().ok())
}

/// Plays it, with waits that this seed draws.
fn play(description: &Value, seed: u64) -> (Played, Trail) {
    let played = read(description).expect("a description");
    // An exchange that is not used is a failure.
    let mock = Mock::new().seed(seed);
    let ended = super::super::play::play_on(&mock, &played).expect("it is played");
    let trail = match ended {
        Ok(response) => response.trail().clone(),
        Err(error) => error.trail().expect("a trail").clone(),
    };
    mock.check().expect("every exchange is used");
    (played, trail)
}

/// Plays a description, and compares its trail with it.
fn holds(description: &Value, seed: u64) -> std::result::Result<(), String> {
    let (played, trail) = play(description, seed);
    let report = || format!("{description}\n{}\n{}", played.client, trail.report());
    let compare = |what: &str, got: String, wanted: String| {
        if got == wanted {
            return Ok(());
        }
        Err(format!("{what} is {got} and not {wanted}: {}", report()))
    };
    let kind = match trail.outcome() {
        Outcome::Error(kind) => Some(kind),
        _ => None,
    };
    compare(
        "the kind",
        format!("{kind:?}"),
        format!("{:?}", played.kind),
    )?;
    let stopped = trail.stopped();
    compare(
        "stopped",
        format!("{stopped:?}"),
        format!("{:?}", played.stopped),
    )?;
    let rows = match &description["attempts"] {
        Value::Array(rows) => rows.clone(),
        _ => vec![description["error"].clone()],
    };
    let attempts = trail.attempts();
    compare(
        "the number",
        attempts.len().to_string(),
        rows.len().to_string(),
    )?;
    for (index, (attempt, row)) in attempts.iter().zip(&rows).enumerate() {
        let what = |name: &str| format!("attempt {} {name}", index + 1);
        if let Some(status) = count(&row["status"]) {
            let got = attempt.status().map_or(0, |status| status.as_u16().into());
            compare(&what("status"), got.to_string(), status.to_string())?;
        }
        if let Some(code) = row["code"].as_str() {
            let got = attempt.error_code().unwrap_or_default().to_owned();
            compare(&what("code"), got, code.to_owned())?;
        }
        if let Some(failure) = row["failure"].as_str() {
            let got = attempt.failure().map_or("none", |kind| kind.as_str());
            compare(&what("failure"), got.to_owned(), failure.to_owned())?;
        }
        if let Some(code) = row["failure_code"].as_str() {
            let got = attempt.failure_code().unwrap_or_default().to_owned();
            compare(&what("failure_code"), got, code.to_owned())?;
        }
        if let Some(elapsed) = row["elapsed_ms"].as_u64() {
            let got = attempt.elapsed().as_millis();
            compare(&what("elapsed"), got.to_string(), elapsed.to_string())?;
        }
        if let Some(seconds) = row["retry_after"].as_f64() {
            let wanted = Some(Duration::from_secs_f64(seconds));
            let got = format!("{:?}", attempt.retry_after());
            compare(&what("retry_after"), got, format!("{wanted:?}"))?;
        }
        if attempt.status().is_some() {
            let got = attempt.request_id().is_some();
            let wanted = row.get("request_id") != Some(&Value::Null);
            compare(&what("has an ID"), got.to_string(), wanted.to_string())?;
        }
    }
    Ok(())
}

#[test]
fn what_is_described_is_what_comes() {
    let down = json!({"code": "service_unavailable", "elapsed_ms": 12});
    let waits = json!({"status": 503, "retry_after": 30, "elapsed_ms": 10});
    let ok = json!({"status": 200});
    let to = |place: &str| json!({"status": 307, "headers": [["Location", place]]});
    for description in [
        json!({"error": {"kind": "timeout"}}),
        json!({"error": {"failure": "cancelled", "elapsed_ms": 5}}),
        json!({"error": {"failure": "too_large"}}),
        json!({"error": {"failure": "decode"}}),
        json!({"error": {"failure": "redirect"}}),
        json!({"error": {"failure": "transport", "failure_code": "ECONNRESET"}}),
        json!({"error": {"failure": "transport", "failure_code": null, "status": 200}}),
        json!({"error": {"failure": "timeout", "status": 200, "request_id": null}}),
        json!({"error": {"failure": "connect", "failure_code": "ENOTFOUND"}}),
        json!({"error": {"failure": "connect", "failure_code": "CERT_HAS_EXPIRED"}}),
        json!({"error": {"failure": "connect", "failure_code": "ETIMEDOUT", "elapsed_ms": 12_000}}),
        json!({"method": "POST", "error": {"code": "internal_error"}}),
        json!({"attempts": [down, down, {"status": 200, "elapsed_ms": 3}]}),
        json!({"attempts": [{"code": "invalid_token"}, down, ok]}),
        json!({"attempts": [to("/a"), to("/b"), to("/c")]}),
        json!({"attempts": [to("/a"), to("/b"), to("/c"), to("/d"), to("/e"), to("/f"), ok]}),
        json!({"attempts": [down, down, down], "stopped": "budget_exhausted"}),
        json!({"attempts": [down], "stopped": "budget_exhausted"}),
        json!({"attempts": [down, waits], "stopped": "retry_after_too_long"}),
        json!({"attempts": [down, waits], "stopped": "deadline"}),
        json!({"attempts": [down, waits], "stopped": "cancelled"}),
        json!({"attempts": [{"failure": "timeout", "elapsed_ms": 300}], "stopped": "deadline"}),
        json!({"attempts": [down, {"failure": "timeout"}], "stopped": "deadline"}),
        json!({"attempts": [{"failure": "timeout", "elapsed_ms": 9000}, {"failure": "timeout"}], "stopped": "deadline"}),
        json!({"attempts": [down, {"failure": "cancelled", "elapsed_ms": 7}]}),
        json!({"attempts": [{"status": 200, "elapsed_ms": 70_000}]}),
        json!({"max_retry_after": 120, "attempts": [{"status": 503, "retry_after": 90}, ok]}),
        json!({"dialect": null, "attempts": [{"code": "X", "status": 429}, ok]}),
        json!({"dialect": {"name": "acme", "error": {"code": "/c"}}, "attempts": [{"code": "X", "status": 429}, ok]}),
    ] {
        for seed in 0..8 {
            holds(&description, seed).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
    }
    #[cfg(feature = "openstack")]
    holds(&json!({"dialect": "openstack", "attempts": [{"code": "serviceUnavailable"}, {"code": "itemNotFound"}]}), 0)
        .expect("played");
}

#[test]
fn a_call_that_is_not_made_has_no_attempts() {
    let (played, trail) = play(
        &json!({"path": "/x", "error": {"kind": "invalid_request"}}),
        0,
    );
    assert_eq!(trail.outcome(), Outcome::Error(ErrorKind::InvalidRequest));
    assert!(trail.attempts().is_empty());
    assert_eq!(trail.stopped(), played.stopped);
    let config = read(&json!({"error": {"kind": "config"}})).expect("a description");
    let ended = super::super::play::play_on(&Mock::new(), &config).expect("it is played");
    assert_eq!(ended.expect_err("config").kind(), ErrorKind::Config);
}

fn attempt() -> impl Strategy<Value = Value> {
    let times = prop_oneof![Just(None), (0_u64..12_000).prop_map(Some)];
    let answers = prop::sample::select(vec![
        json!({"status": 200}),
        json!({"status": 503}),
        json!({"status": 204}),
        json!({"status": 304}),
        json!({"code": "rate_limited"}),
        json!({"code": "invalid_token"}),
        json!({"code": "not_found"}),
        json!({"status": 307, "headers": [["Location", "/there"]]}),
        json!({"status": 303, "headers": [["Location", "/there"]]}),
        json!({"status": 301, "headers": [["Location", "/there"]]}),
        json!({"failure": "connect"}),
        json!({"failure": "connect", "failure_code": "ETIMEDOUT"}),
        json!({"failure": "timeout"}),
        json!({"failure": "timeout", "status": 200}),
        json!({"failure": "transport"}),
        json!({"failure": "transport", "failure_code": null, "status": 200}),
        json!({"failure": "transport", "status": 204}),
        json!({"failure": "decode"}),
        json!({"failure": "too_large"}),
        json!({"failure": "redirect"}),
        json!({"failure": "cancelled"}),
        json!({"failure": "cancelled", "status": 200}),
    ]);
    let waits = prop::option::weighted(0.3, 0.0..70.0_f64);
    (answers, times, waits).prop_map(|(mut row, elapsed, wait)| {
        let is_answer = row.get("failure").is_none();
        if let Some(elapsed) = elapsed {
            row["elapsed_ms"] = elapsed.into();
        }
        if let Some(wait) = wait.filter(|_| is_answer) {
            row["retry_after"] = json!((wait * 8.0).round() / 8.0);
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    /// A description that is not refused goes exactly as described.
    #[test]
    fn any_description_is_refused_or_comes(
        rows in prop::collection::vec(attempt(), 1..6),
        method in prop::sample::select(vec!["GET", "POST", "HEAD", "PUT"]),
        idempotent in prop::option::weighted(0.3, any::<bool>()),
        stopped in prop::option::weighted(0.4, prop::sample::select(vec![
            "attempts_exhausted", "retry_after_too_long", "deadline", "budget_exhausted", "cancelled",
        ])),
        seed in any::<u64>(),
    ) {
        let mut description = json!({"attempts": rows, "method": method});
        if let Some(idempotent) = idempotent {
            description["idempotent"] = idempotent.into();
        }
        if let Some(stopped) = stopped {
            description["stopped"] = stopped.into();
        }
        if read(&description).is_ok() {
            holds(&description, seed).map_err(TestCaseError::fail)?;
        }
    }
}
