//! Which events observers get, when, and in which order.

use std::sync::{Arc, Mutex};

use reqtrail::{Failure, WaitReason};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn observers_get_events_in_order() {
    let hop = reply(307).header("location", "/y");
    let fixture = with(
        [
            reply(503),
            fails(Failure::Broken).sent(),
            hop,
            reply(401),
            reply(200),
        ],
        |b| b.token_refresher(|| async { Ok("sk_live_new") }),
    );
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(
        fixture.seen.words(),
        [
            "started 1 initial",
            "finished 1 503",
            "started 2 retry",
            "finished 2 transport",
            "started 3 retry",
            "finished 3 307",
            "started 4 redirect",
            "finished 4 401",
            "started 5 reauth",
            "finished 5 200",
            "ended ok",
        ]
    );
    let id = trail(&outcome).call_id();
    assert!(fixture.seen.call_ids().iter().all(|other| *other == id));
}

/// A finished attempt is reported before the wait, and with it.
#[tokio::test(start_paused = true)]
async fn an_attempt_is_reported_before_its_wait() {
    let slow = reply(503).after(secs(2)).header("retry-after", "20");
    let fixture = novavms([slow, reply(503).after(secs(1)), reply(200).after(secs(1))]);
    let outcome = fixture.client.get("/x").send().await;
    let attempts = trail(&outcome).attempts();
    let finished: Vec<_> = fixture
        .seen
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Finished(attempt) => Some(attempt),
            _ => None,
        })
        .collect();
    assert_eq!(finished[0].wait_reason(), Some(WaitReason::RetryAfter));
    assert_eq!(finished[1].wait_reason(), Some(WaitReason::Backoff));
    assert_eq!(finished[2].wait(), None);
    // The reported attempt is what the trail says in the end.
    for (told, kept) in finished.iter().zip(attempts) {
        let json = |attempt: &reqtrail::Attempt| serde_json::to_string(attempt).expect("JSON");
        assert_eq!(json(told), json(kept));
    }
    let times = fixture.seen.times();
    // Started, finished, and then the wait before the second is started.
    assert_eq!(times[..2], [secs(0), secs(2)]);
    assert!(times[2] >= secs(22), "{times:?}");
    assert_eq!(
        times[4],
        times[3] + finished[1].wait().map_or(ms(0), up),
        "{times:?}"
    );
    assert_eq!(times[6], times[5], "the end comes with the last attempt");
}

/// Tokio's clock counts whole milliseconds.
fn up(wait: std::time::Duration) -> std::time::Duration {
    ms(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).expect("a short wait"))
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_have_distinct_ids() {
    let wire = ScriptedTransport::answering(|number, sent| {
        let path = sent.url.path().to_owned();
        let status = if number < 20 { 503 } else { 200 };
        reply(status).after(ms(number as u64 % 7)).id(&path)
    });
    let fixture = built(wire, |b| b);
    let calls = (0..20).map(|n| fixture.client.get("/{n}").param("n", n).send());
    let outcomes = futures_util::future::join_all(calls).await;
    for (n, outcome) in outcomes.iter().enumerate() {
        let own = format!("/api/v1/{n}");
        let trail = trail(outcome);
        assert!(!trail.attempts().is_empty());
        assert!(
            trail.request_ids().iter().all(|id| id.as_str() == own),
            "{n}"
        );
        let events = fixture.seen.call_ids();
        let count = events.iter().filter(|id| **id == trail.call_id()).count();
        assert_eq!(count, 2 * trail.attempts().len() + 1);
    }
    assert_eq!(fixture.seen.trails().len(), 20);
}

/// Keeps the log line of each attempt.
#[derive(Clone, Default)]
struct LogLines(Arc<Mutex<Vec<String>>>);

impl reqtrail::Observer for LogLines {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        let line = call.log_line(attempt);
        self.0.lock().expect("no panic").push(line);
    }
}

#[tokio::test(start_paused = true)]
async fn log_lines_name_the_service_where_there_is_one() {
    for (builder, id, wanted) in [
        (
            reqtrail::Client::openstack("https://api.example/v2.1"),
            "x-openstack-request-id",
            [
                "GET call to compute for https://api.example/v2.1/servers/7?name=[redacted] used request id req-1",
                "GET call to compute for https://api.example/v2.1/servers/7?name=[redacted] used request id -",
            ],
        ),
        (
            reqtrail::Client::novavms("https://api.example/v2.1"),
            "x-request-id",
            [
                "GET /servers/{id} attempt 1: 503, request ID req-1",
                "GET /servers/{id} attempt 2: connect, request ID -",
            ],
        ),
    ] {
        let lines = LogLines::default();
        let script = [reply(503).header(id, "req-1"), fails(Failure::Connect)];
        let client = builder
            .max_attempts(2)
            .observer(lines.clone())
            .build_with(ScriptedTransport::playing(script))
            .expect("a client");
        let call = client.get("/servers/{id}").param("id", "7");
        let _ = call.query("name", "web").send().await;
        assert_eq!(*lines.0.lock().expect("no panic"), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn functions_can_be_observers() {
    let attempts = Arc::<Mutex<Vec<String>>>::default();
    let calls = Arc::<Mutex<Vec<String>>>::default();
    let (told, ended) = (Arc::clone(&attempts), Arc::clone(&calls));
    let fixture = with([reply(503).id("req_1"), reply(200).id("req_2")], |b| {
        b.on_attempt(move |event| {
            let wait = event.attempt.wait().is_some();
            let id = event.attempt.request_id().map(ToString::to_string);
            let text = format!("{} {id:?} {wait}", event.call.path);
            told.lock().expect("no panic").push(text);
        })
        .on_call(move |event| {
            let text = format!("{} {}", event.trail.outcome(), event.trail.attempts().len());
            ended.lock().expect("no panic").push(text);
        })
        .on_call(|_| panic!("a function of the program's"))
    });
    fixture.client.get("/x").send().await.expect("a response");
    let wanted = [r#"/x Some("req_1") true"#, r#"/x Some("req_2") false"#];
    assert_eq!(*attempts.lock().expect("no panic"), wanted);
    assert_eq!(*calls.lock().expect("no panic"), ["ok 2"]);
}
