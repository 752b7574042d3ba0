//! What each fault does, on a paused clock.

use std::time::Duration;

use reqtrail::StopReason::{
    AttemptsExhausted, NotRetryable, RetryAfterTooLong, Succeeded, UnsafeToRetry,
};
use reqtrail::{Attempt, Client, ErrorKind, Sent, StopReason, Trail, TrailNote};

use crate::support::{
    BASE, Fixture, Outcome, ScriptedTransport, TOKEN, built, end, failures, reply, secs, statuses,
    trail,
};

/// The usual client with faults, over a server that always answers.
fn chaotic(faults: &str) -> Fixture {
    let wire = ScriptedTransport::answering(|number, _| {
        let id = format!("req_{}", number + 1);
        reply(200).id(&id).body(r#"{"data":[1,2,3]}"#)
    });
    built(wire, |builder| builder.chaos(faults).max_attempts(2))
}

/// Makes one call, and checks what holds whatever happens to it.
async fn call(it: &Fixture, method: &str) -> Outcome {
    let outcome = it.client.request(method, "/cameras").send().await;
    let trail = trail(&outcome);
    assert!(trail.notes().contains(&TrailNote::Chaos));
    assert!(
        trail.report().contains("The client injects faults (chaos)"),
        "{}",
        trail.report()
    );
    // The server's log has the attempts that say that they went out, and no other.
    let is_sent = |attempt: &&Attempt| attempt.sent() != Sent::No;
    let sent: Vec<_> = trail
        .attempts()
        .iter()
        .filter(is_sent)
        .map(Attempt::span_id)
        .collect();
    let logged: Vec<_> = it
        .wire
        .log()
        .iter()
        .filter_map(|sent| sent.span_id())
        .collect();
    assert_eq!(sent, logged);
    outcome
}

fn reasons(trail: &Trail) -> Vec<(Option<&str>, Option<&str>)> {
    let attempts = trail.attempts().iter();
    attempts
        .map(|a| (a.failure_code(), a.failure_reason()))
        .collect()
}

fn ids(trail: &Trail) -> Vec<&str> {
    let id = |a: &'_ Attempt| a.request_id().is_some();
    assert!(trail.attempts().iter().any(id) || trail.request_ids().is_empty());
    trail
        .request_ids()
        .into_iter()
        .map(reqtrail::RequestId::as_str)
        .collect()
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_status_replaces_the_servers_answer() {
    for (method, stopped, attempts) in [
        ("GET", AttemptsExhausted, 2),
        ("HEAD", AttemptsExhausted, 2),
        ("OPTIONS", AttemptsExhausted, 2),
        ("PUT", AttemptsExhausted, 2),
        ("DELETE", AttemptsExhausted, 2),
        ("POST", UnsafeToRetry, 1),
        ("PATCH", UnsafeToRetry, 1),
    ] {
        let it = chaotic("503@100%");
        let outcome = call(&it, method).await;
        assert_eq!(end(&outcome), ("api", stopped), "{method}");
        let trail = trail(&outcome);
        assert_eq!(statuses(trail), vec![503; attempts]);
        // As the server's log has them.
        assert_eq!(ids(trail), ["req_1", "req_2"][..attempts]);
        assert_eq!(failures(trail), vec![(None, Sent::Yes); attempts]);
        let error = outcome.expect_err("an error");
        let api = error.api().expect("an answer");
        assert_eq!(api.headers()["reqtrail-chaos"], "injected");
        assert!(api.body().is_empty());
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_status_that_promises_that_nothing_was_done_keeps_the_promise() {
    let acme = crate::support::dialect(
        r#"{"name": "acme", "error": {"code": "/code"}, "codes": {"busy": {"retry": "always"}}}"#,
    );
    for (faults, status) in [
        ("429:code=busy@100%", 429),
        ("409@100%", 409),
        ("503:code=busy@100%", 503),
    ] {
        for method in ["POST", "PATCH", "PUT", "DELETE"] {
            let wire = ScriptedTransport::answering(|_, _| reply(200));
            let acme = acme.clone();
            let it = built(wire, |builder| {
                builder.dialect(acme).chaos(faults).max_attempts(2)
            });
            let outcome = call(&it, method).await;
            assert_eq!(end(&outcome), ("connect", AttemptsExhausted), "{method}");
            assert_eq!(it.wire.count(), 0);
            let trail = trail(&outcome);
            assert_eq!(failures(trail), [(Some(ErrorKind::Connect), Sent::No); 2]);
            assert!(trail.attempts().iter().all(|it| it.status().is_none()));
            let said = format!(
                "chaos: the connection was refused, since a {method} that is sent cannot get a {status}"
            );
            let (code, reason) = reasons(trail)[0];
            assert_eq!(code, Some("ECONNREFUSED"));
            assert!(reason.is_some_and(|it| it.starts_with(&said)), "{reason:?}");
        }
        let wire = ScriptedTransport::answering(|_, _| reply(200));
        let it = built(wire, |builder| builder.chaos(faults).max_attempts(1));
        assert_eq!(statuses(trail(&call(&it, "GET").await)), [status]);
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_status_may_have_a_code_and_a_wait() {
    for method in ["GET", "OPTIONS"] {
        let it = chaotic("429:retry-after=2:code=rate_limited@100%");
        let outcome = call(&it, method).await;
        assert_eq!(end(&outcome), ("api", AttemptsExhausted));
        let trail = trail(&outcome);
        for attempt in trail.attempts() {
            assert_eq!(attempt.error_code(), Some("rate_limited"));
            assert_eq!(attempt.retry_after(), Some(secs(2)));
        }
        let waited = trail.attempts()[0].wait().expect("a wait");
        assert!(waited >= secs(2), "{waited:?}");
        assert!(trail.elapsed() >= secs(2));
        let error = outcome.expect_err("an error");
        assert_eq!(error.code(), Some("rate_limited"));
        assert_eq!(error.retry_after(), Some(secs(2)));
    }
    let it = chaotic("503:retry-after=61@100%");
    assert_eq!(end(&call(&it, "GET").await), ("api", RetryAfterTooLong));
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn connections_fail_and_break() {
    use ErrorKind::{Connect, Transport};
    type Case = (
        &'static str,
        &'static str,
        (&'static str, StopReason),
        usize,
        (ErrorKind, Sent),
        (&'static str, &'static str),
    );
    let cases: [Case; 6] = [
        (
            "refused",
            "POST",
            ("connect", AttemptsExhausted),
            2,
            (Connect, Sent::No),
            ("ECONNREFUSED", "chaos: the connection was refused"),
        ),
        (
            "reset-before",
            "POST",
            ("transport", AttemptsExhausted),
            2,
            (Transport, Sent::No),
            (
                "ECONNRESET",
                "chaos: the connection was reset before the request left",
            ),
        ),
        (
            "reset-after",
            "POST",
            ("transport", UnsafeToRetry),
            1,
            (Transport, Sent::Unknown),
            (
                "ECONNRESET",
                "chaos: the connection was reset after the server had the request",
            ),
        ),
        (
            "reset-after",
            "GET",
            ("transport", AttemptsExhausted),
            2,
            (Transport, Sent::Unknown),
            (
                "ECONNRESET",
                "chaos: the connection was reset after the server had the request",
            ),
        ),
        (
            "cut-body",
            "POST",
            ("transport", UnsafeToRetry),
            1,
            (Transport, Sent::Yes),
            (
                "ECONNRESET",
                "chaos: the connection was reset within the answer's body",
            ),
        ),
        (
            "cut-body",
            "GET",
            ("transport", AttemptsExhausted),
            2,
            (Transport, Sent::Yes),
            (
                "ECONNRESET",
                "chaos: the connection was reset within the answer's body",
            ),
        ),
    ];
    for (fault, method, ended, attempts, (kind, sent), (code, reason)) in cases {
        let it = chaotic(&format!("{fault}@100%"));
        let outcome = call(&it, method).await;
        assert_eq!(end(&outcome), ended, "{fault} {method}");
        let trail = trail(&outcome);
        assert_eq!(
            failures(trail),
            vec![(Some(kind), sent); attempts],
            "{fault} {method}"
        );
        assert_eq!(reasons(trail), vec![(Some(code), Some(reason)); attempts]);
        assert_eq!(it.wire.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_body_that_is_empty_cannot_be_cut() {
    let wire = ScriptedTransport::answering(|_, _| reply(204));
    let it = built(wire, |builder| builder.chaos("cut-body@100%"));
    assert_eq!(end(&call(&it, "GET").await), ("ok", Succeeded));
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn an_error_whose_body_is_cut_stays_an_error() {
    let wire = ScriptedTransport::answering(|_, _| reply(404).body(r#"{"error":"not_found"}"#));
    let it = built(wire, |builder| builder.chaos("cut-body@100%"));
    assert_eq!(end(&call(&it, "GET").await), ("api", NotRetryable));
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_stall_ends_by_the_timeout() {
    let it = chaotic("stall@100%");
    let outcome = call(&it, "POST").await;
    assert_eq!(end(&outcome), ("timeout", UnsafeToRetry));
    let trail = trail(&outcome);
    assert_eq!(failures(trail), [(Some(ErrorKind::Timeout), Sent::Unknown)]);
    assert_eq!(trail.attempts()[0].elapsed(), secs(10));
    let (_, reason) = reasons(trail)[0];
    assert!(
        reason.is_some_and(|it| it.starts_with("no response within 10 s")),
        "{reason:?}"
    );
    assert_eq!(it.wire.open(), 0);
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn latency_is_added_to_whatever_else_happens() {
    let it = chaotic("latency=3s@100%");
    let outcome = call(&it, "POST").await;
    assert_eq!(end(&outcome), ("ok", Succeeded));
    assert_eq!(trail(&outcome).elapsed(), secs(3));

    let it = chaotic("503@100%,latency=3s@100%,latency=1s@100%");
    let outcome = call(&it, "POST").await;
    assert_eq!(end(&outcome), ("api", UnsafeToRetry));
    assert_eq!(trail(&outcome).elapsed(), secs(4));

    let it = chaotic("latency=100ms-2s@100%;seed=7");
    let mut times = Vec::new();
    for _ in 0..8 {
        times.push(trail(&it.client.get("/x").send().await).elapsed());
    }
    assert!(
        times.iter().all(|it| (secs(0)..secs(3)).contains(it)),
        "{times:?}"
    );
    times.sort();
    times.dedup();
    assert_eq!(times.len(), 8, "each has its own time");

    // A server that answers too late had the request.
    let it = chaotic("latency=11s@100%");
    let outcome = call(&it, "POST").await;
    assert_eq!(end(&outcome), ("timeout", UnsafeToRetry));
    assert_eq!(
        failures(trail(&outcome)),
        [(Some(ErrorKind::Timeout), Sent::Unknown)]
    );

    // So had one whose answer is replaced.
    let it = chaotic("503@100%,latency=11s@100%");
    let outcome = call(&it, "POST").await;
    assert_eq!(end(&outcome), ("timeout", UnsafeToRetry));
    assert_eq!(
        failures(trail(&outcome)),
        [(Some(ErrorKind::Timeout), Sent::Unknown)]
    );
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn real_failures_are_kept() {
    let wire = ScriptedTransport::answering(|_, _| crate::support::fails(reqtrail::Failure::Tls));
    for fault in ["503", "reset-after", "stall", "cut-body"] {
        let it = built(wire.clone(), |builder| {
            builder.chaos(format!("{fault}@100%"))
        });
        let outcome = it.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("connect", NotRetryable), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_call_begun_later_changes_nothing_for_one_under_way() {
    let seeded = "503@50%,latency=1s@50%;seed=3";
    let alone = chaotic(seeded);
    let mut one_by_one = Vec::new();
    for _ in 0..40 {
        one_by_one.push(statuses(trail(&alone.client.get("/x").send().await)));
    }
    let together = chaotic(seeded);
    let calls = (0..40).map(|_| together.client.get("/x").send());
    let outcomes = futures_util::future::join_all(calls).await;
    let outcomes: Vec<_> = outcomes.iter().map(|it| statuses(trail(it))).collect();
    assert_eq!(outcomes, one_by_one);
    assert!(one_by_one.iter().any(|it| it.len() > 1));
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_seed_is_drawn_where_none_is_given() {
    let log = crate::support::Log::default();
    let guard = log.begin();
    for _ in 0..2 {
        Client::novavms(BASE)
            .token(TOKEN)
            .chaos("503@1%")
            .build()
            .expect("a client");
    }
    drop(guard);
    let lines = log.lines();
    let seed = |line: &String| line.rsplit_once(";seed=").expect("a seed").1.to_owned();
    let seeds: Vec<_> = lines.iter().map(seed).collect();
    assert_eq!(seeds.len(), 2);
    assert_ne!(seeds[0], seeds[1]);
    assert!(!lines.join("").contains(TOKEN));
}

#[test]
#[ignore = "a process that another test starts"]
fn a_code_that_the_dialect_cannot_show_is_refused() {
    let acme = crate::support::dialect(r#"{"name": "acme", "error": {"code": "/deep/down"}}"#);
    let built = Client::builder(BASE)
        .dialect(acme)
        .chaos("429:code=x@1%")
        .build();
    let text = built.expect_err("no such code").to_string();
    assert!(
        text.contains("chaos has the code `x` at 429, which an error of the dialect `acme`"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn a_cancelled_call_keeps_what_is_known() {
    let it = chaotic("stall@100%");
    let token = reqtrail::CancelToken::new();
    let call = it.client.get("/x").cancel_token(&token).send();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(call, cancel);
    assert_eq!(end(&outcome).0, "cancelled");
    assert_eq!(
        failures(trail(&outcome)),
        [(Some(ErrorKind::Cancelled), Sent::Unknown)]
    );
}
