//! Which attempts are repeated, and why calls stop.

use http::{Method, StatusCode};
use reqtrail::{Cause, Failure, Phase, RetryBudget, StopReason};

use crate::support::*;

/// What happens to the first attempt.
fn first(what: &str) -> Exchange {
    match what {
        "refused" => fails(Failure::Connect),
        "connect timeout" => never(),
        "tls" => fails(Failure::Tls),
        "proxy refused" => fails(Failure::ProxyRefused),
        "no free stream" => never().busy(Phase::Stream, None),
        "refused stream" => fails(Failure::RefusedStream).sent(),
        "unprocessed" => fails(Failure::Unprocessed).sent(),
        "broken unsent" => fails(Failure::Broken),
        "broken" => fails(Failure::Broken).sent(),
        "silence" => never().sent(),
        "cut body" => reply(200).body("half of").cut(),
        "stalled body" => reply(200).body("half of").stalled(),
        "headers too large" => fails(Failure::HeadersTooLarge).sent(),
        "bad transfer coding" => reply(200)
            .header("transfer-encoding", "gzip, chunked")
            .body("x"),
        "bad coding" => reply(200).header("content-encoding", "lzma").body("x"),
        "foreign redirect" => reply(302).header("location", "https://other.example/"),
        code if code.contains(' ') => {
            let (status, code) = code.split_once(' ').expect("status and code");
            reply(status.parse().expect("a status")).body(format!(r#"{{"error":"{code}"}}"#))
        }
        status => reply(status.parse().expect("a status")),
    }
}

/// The table of the decision: the result of an attempt, the error's kind, and what happens next to a safe and to an
/// unsafe request.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("refused", "connect", "again", "again"),
    ("connect timeout", "connect", "again", "again"),
    ("tls", "connect", "not_retryable", "not_retryable"),
    ("proxy refused", "connect", "not_retryable", "not_retryable"),
    ("no free stream", "timeout", "again", "again"),
    ("unprocessed", "transport", "resend", "resend"),
    ("refused stream", "transport", "resend", "resend"),
    ("broken unsent", "transport", "again", "again"),
    ("broken", "transport", "again", "unsafe_to_retry"),
    ("silence", "timeout", "again", "unsafe_to_retry"),
    ("cut body", "transport", "again", "unsafe_to_retry"),
    ("stalled body", "timeout", "again", "unsafe_to_retry"),
    (
        "headers too large",
        "too_large",
        "not_retryable",
        "not_retryable",
    ),
    ("bad coding", "decode", "not_retryable", "not_retryable"),
    (
        "bad transfer coding",
        "decode",
        "not_retryable",
        "not_retryable",
    ),
    (
        "foreign redirect",
        "redirect",
        "not_retryable",
        "not_retryable",
    ),
    ("429", "api", "again", "again"),
    ("408", "api", "again", "unsafe_to_retry"),
    ("500", "api", "again", "unsafe_to_retry"),
    ("502", "api", "again", "unsafe_to_retry"),
    ("503", "api", "again", "unsafe_to_retry"),
    ("504", "api", "again", "unsafe_to_retry"),
    // Without a refresher nothing fixes a 401.
    ("401", "api", "not_retryable", "not_retryable"),
    ("400", "api", "not_retryable", "not_retryable"),
    ("403", "api", "not_retryable", "not_retryable"),
    ("404", "api", "not_retryable", "not_retryable"),
    ("409", "api", "not_retryable", "not_retryable"),
    ("422", "api", "not_retryable", "not_retryable"),
    ("425", "api", "not_retryable", "not_retryable"),
    ("501", "api", "not_retryable", "not_retryable"),
    ("505", "api", "not_retryable", "not_retryable"),
    ("599", "api", "not_retryable", "not_retryable"),
    ("304", "api", "not_retryable", "not_retryable"),
    ("300", "api", "not_retryable", "not_retryable"),
    // A code that its dialect marks final takes precedence over its status.
    (
        "502 webhook_delivery_failed",
        "api",
        "not_retryable",
        "not_retryable",
    ),
    (
        "401 invalid_credentials",
        "api",
        "not_retryable",
        "not_retryable",
    ),
    // At another status than its own the code means nothing, and the status decides.
    (
        "503 webhook_delivery_failed",
        "api",
        "again",
        "unsafe_to_retry",
    ),
    ("503 service_unavailable", "api", "again", "unsafe_to_retry"),
];

#[tokio::test(start_paused = true)]
async fn retries_follow_the_table() {
    for &(what, kind, safe, unsafe_) in TABLE {
        for (method, wanted) in [("GET", safe), ("POST", unsafe_)] {
            let fixture = novavms([first(what), reply(200)]);
            let outcome = fixture.client.request(method, "/x").send().await;
            let context = format!("{method} after {what}");
            let repeated = match wanted {
                "again" => Some(Cause::Retry),
                "resend" => Some(Cause::Resend),
                _ => None,
            };
            if let Some(cause) = repeated {
                assert_eq!(end(&outcome), ("ok", StopReason::Succeeded), "{context}");
                assert_eq!(
                    causes(trail(&outcome)),
                    [Cause::Initial, cause],
                    "{context}"
                );
            } else {
                let (got, why) = end(&outcome);
                assert_eq!((got, why.as_str()), (kind, wanted), "{context}");
                assert_eq!(fixture.wire.count(), 1, "{context}");
            }
            assert_told(&fixture.wire, trail(&outcome));
            assert_eq!(fixture.wire.open(), 0, "{context}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_error_kind_is_that_of_the_last_attempt() {
    for &(what, kind, safe, _) in TABLE {
        if safe == "resend" {
            // It is not counted, so one attempt is not the last.
            continue;
        }
        let fixture = with([first(what)], |b| b.max_attempts(1));
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome).0, kind, "{what}");
        // Only what the table repeats can use the attempts up.
        let why = trail(&outcome).stopped();
        assert!(
            matches!(
                why,
                StopReason::AttemptsExhausted | StopReason::NotRetryable
            ),
            "{what}: {why}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_method_decides_whether_a_retry_is_safe() {
    for (method, safe) in [
        (Method::GET, true),
        (Method::HEAD, true),
        (Method::OPTIONS, true),
        (Method::PUT, true),
        (Method::DELETE, true),
        (Method::POST, false),
        (Method::PATCH, false),
        (Method::TRACE, false),
        (Method::from_bytes(b"PURGE").expect("a method"), false),
    ] {
        let fixture = novavms([reply(503), reply(200)]);
        let outcome = fixture.client.request(method.as_str(), "/x").send().await;
        let wanted = if safe {
            StopReason::Succeeded
        } else {
            StopReason::UnsafeToRetry
        };
        assert_eq!(trail(&outcome).stopped(), wanted, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn max_attempts_limits_the_attempts() {
    for (attempts, wanted) in [(1, 1), (2, 2), (4, 4), (32, 32)] {
        let wire = ScriptedTransport::answering(|_, _| reply(503));
        let fixture = built(wire, |b| b.max_attempts(attempts).timeout(secs(3600)));
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::AttemptsExhausted));
        assert_eq!(fixture.wire.count(), wanted);
        assert_told(&fixture.wire, trail(&outcome));
    }
    // Four by default, and a request outranks its client.
    for (asked, wanted) in [(None, 4), (Some(2), 2), (Some(6), 6)] {
        let fixture = built(ScriptedTransport::answering(|_, _| reply(503)), |b| b);
        let mut request = fixture.client.get("/x");
        if let Some(asked) = asked {
            request = request.max_attempts(asked);
        }
        let outcome = request.send().await;
        assert_eq!(trail(&outcome).attempts().len(), wanted);
    }
}

/// Of two reasons to stop, the one that is checked first is reported.
#[tokio::test(start_paused = true)]
async fn the_reasons_to_stop_have_an_order() {
    let empty = || {
        Some(RetryBudget {
            capacity: 4,
            retry_cost: 5,
        })
    };
    // Unsafe and used up.
    let fixture = with([reply(503)], |b| b.max_attempts(1));
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::UnsafeToRetry);
    // Not retryable and used up.
    let fixture = with([reply(404)], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::NotRetryable);
    // Final and unsafe.
    let fixture = novavms([first("502 webhook_delivery_failed")]);
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::NotRetryable);
    // Used up and told to wait too long.
    let slow = || reply(503).header("retry-after", "61");
    let fixture = with([slow()], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::AttemptsExhausted);
    // Told to wait too long, which does not fit either.
    let fixture = with([slow()], |b| b.timeout(secs(5)).retry_budget(empty()));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::RetryAfterTooLong);
    // Does not fit, and there is no budget.
    let wait = reply(503).header("retry-after", "30");
    let fixture = with([wait], |b| b.timeout(secs(5)).retry_budget(empty()));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::Deadline);
    // The budget is asked last.
    let fixture = with([reply(503)], |b| b.retry_budget(empty()));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome).1, StopReason::BudgetExhausted);
    // The call's end comes before what the answer says: a 404 whose body runs into it.
    let fixture = with([reply(404).stalled()], |b| b.timeout(secs(5)));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::Deadline));
    // A cancel comes before all.
    let token = reqtrail::CancelToken::new();
    let other = token.clone();
    let fixture = novavms([reply(404).then(move || other.cancel()).pause(ms(1))]);
    let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
    assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn an_error_describes_its_last_attempt() {
    let fixture = novavms([
        reply(503)
            .id("req_1")
            .header("retry-after", "1")
            .body(r#"{"error":"service_unavailable"}"#),
        fails(Failure::Broken).sent(),
        reply(404)
            .id("req_3")
            .body(r#"{"error":"not_found","message":"no such camera"}"#),
    ]);
    let error = error(fixture.client.get("/x").send().await);
    assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    assert_eq!(error.code(), Some("not_found"));
    assert_eq!(error.category().map(|c| c.as_str()), Some("not_found"));
    assert_eq!(error.retry_after(), None);
    assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_3"));
    let ids: Vec<&str> = error.request_ids().iter().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["req_1", "req_3"]);
    let shown = error.to_string();
    for part in [
        "GET /x",
        "404",
        "not_found",
        "no such camera",
        "req_1",
        "req_3",
        "3 attempts",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_without_an_answer_borrows_nothing_from_an_earlier_one() {
    let fixture = with(
        [
            reply(503)
                .id("req_1")
                .body(r#"{"error":"service_unavailable"}"#),
            fails(Failure::Connect),
        ],
        |b| b.max_attempts(2),
    );
    let error = error(fixture.client.get("/x").send().await);
    assert_eq!(error.kind().as_str(), "connect");
    assert_eq!(
        (error.status(), error.code(), error.category()),
        (None, None, None)
    );
    assert!(error.request_id().is_none() && error.retry_after().is_none());
    assert!(error.api().is_none());
    assert_eq!(error.request_ids().len(), 1);
}
