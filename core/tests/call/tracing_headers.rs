//! `traceparent`, `tracestate` and a dialect's correlation header.

use std::collections::HashSet;

use reqtrail::StopReason;

use crate::support::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn script() -> [Exchange; 4] {
    [
        reply(503),
        reply(307).header("location", "/y"),
        reply(401),
        reply(200),
    ]
}

fn fixture() -> Fixture {
    with(script(), |b| {
        b.token_refresher(|| async { Ok("sk_live_new") })
    })
}

/// The four parts of each request's header.
fn parents(fixture: &Fixture) -> Vec<[String; 4]> {
    let split = |text: String| {
        let parts: Vec<String> = text.split('-').map(str::to_owned).collect();
        <[String; 4]>::try_from(parts).expect("four parts")
    };
    fixture
        .wire
        .headers("traceparent")
        .into_iter()
        .map(split)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_attempt_has_a_fresh_span_in_one_trace() {
    let fixture = fixture();
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let trail = trail(&outcome);
    let id = trail.call_id().to_string();
    assert_eq!(
        (id.len(), &id[14..15]),
        (36, "4"),
        "a UUID, version 4: {id}"
    );
    assert_eq!(trail.trace_id(), id.replace('-', ""));
    let parents = parents(&fixture);
    assert_eq!(parents.len(), 4);
    let mut spans = HashSet::new();
    for (parts, attempt) in parents.iter().zip(trail.attempts()) {
        let [version, trace, span, flags] = parts;
        assert_eq!(
            (&**version, &**trace, &**flags),
            ("00", trail.trace_id().as_str(), "01")
        );
        assert_eq!(*span, attempt.span_id());
        assert!(span.len() == 16 && span.bytes().all(|b| b.is_ascii_hexdigit()));
        spans.insert(span.clone());
    }
    assert_eq!(spans.len(), 4);
    assert!(
        fixture
            .wire
            .log()
            .iter()
            .all(|sent| sent.header("tracestate").is_none())
    );
}

#[tokio::test(start_paused = true)]
async fn calls_never_share_an_id() {
    let fixture = built(ScriptedTransport::answering(|_, _| reply(200)), |b| b);
    let mut ids = HashSet::new();
    for _ in 0..200 {
        let response = fixture.client.get("/x").send().await.expect("a response");
        ids.insert(response.trail().call_id().to_string());
        ids.insert(response.trail().attempts()[0].span_id());
    }
    assert_eq!(ids.len(), 400);
}

#[tokio::test(start_paused = true)]
async fn a_callers_trace_is_continued() {
    for flags in ["00", "01", "03"] {
        let fixture = fixture();
        let request = fixture
            .client
            .get("/x")
            .header(
                "Traceparent",
                format!("00-{TRACE}-00f067aa0ba902b7-{flags}"),
            )
            .header("tracestate", "vendor=1,other=2");
        let outcome = request.send().await;
        assert_eq!(trail(&outcome).trace_id(), TRACE);
        assert_ne!(
            trail(&outcome).call_id().to_string().replace('-', ""),
            TRACE,
            "the call has its own ID"
        );
        for (parts, attempt) in parents(&fixture).iter().zip(trail(&outcome).attempts()) {
            assert_eq!((&*parts[1], &*parts[3]), (TRACE, flags));
            assert_eq!(parts[2], attempt.span_id());
            assert_ne!(
                parts[2], "00f067aa0ba902b7",
                "the caller's span is the parent, not ours"
            );
        }
        assert!(
            fixture
                .wire
                .headers("tracestate")
                .iter()
                .all(|s| s == "vendor=1,other=2")
        );
        assert!(
            fixture
                .wire
                .log()
                .iter()
                .all(|s| s.headers.get_all("traceparent").iter().count() == 1)
        );
    }
}

/// W3C Trace Context §3.2.2: what is invalid starts a new trace, and its state goes with it.
#[tokio::test(start_paused = true)]
async fn an_invalid_trace_is_dropped() {
    let zeros = "0".repeat(32);
    for given in [
        "rubbish".to_owned(),
        format!("00-{zeros}-00f067aa0ba902b7-01"),
        format!("00-{TRACE}-0000000000000000-01"),
        format!("ff-{TRACE}-00f067aa0ba902b7-01"),
        format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
        format!("00-{TRACE}-00f067aa0ba902b7"),
        format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
        format!("00-{TRACE}x-00f067aa0ba902b7-01"),
        "ä".to_owned(),
    ] {
        let fixture = novavms([reply(200)]);
        let request = fixture.client.get("/x").header("tracestate", "vendor=1");
        let outcome = request.header("traceparent", given.clone()).send().await;
        let id = trail(&outcome).call_id().to_string().replace('-', "");
        assert_eq!(trail(&outcome).trace_id(), id, "{given}");
        let sent = &fixture.wire.log()[0];
        assert_eq!(sent.headers.get_all("traceparent").iter().count(), 1);
        assert_eq!(parents(&fixture)[0][1], id, "{given}");
        assert_eq!(sent.header("tracestate"), None, "{given}");
    }
    // A state without a trace is dropped.
    let fixture = novavms([reply(200)]);
    let request = fixture.client.get("/x").header("tracestate", "vendor=1");
    request.send().await.expect("a response");
    assert_eq!(fixture.wire.headers("tracestate"), [""]);
}

#[tokio::test(start_paused = true)]
async fn traceparent_can_be_turned_off() {
    let fixture = with([reply(503), reply(200)], |b| b.traceparent(false));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(fixture.wire.headers("traceparent"), ["", ""]);
    // The trail has its IDs all the same.
    let trail = trail(&outcome);
    assert_eq!(trail.trace_id().len(), 32);
    assert_ne!(trail.attempts()[0].span_id(), trail.attempts()[1].span_id());
}

const ACME: &str = r#"{"name": "acme", "correlation_header": "X-Acme-Correlation"}"#;

#[tokio::test(start_paused = true)]
async fn a_correlation_header_carries_the_call_id() {
    let fixture = with(script(), |b| {
        b.dialect(dialect(ACME))
            .token_refresher(|| async { Ok("new") })
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let id = trail(&outcome).call_id().to_string();
    assert_eq!(fixture.wire.headers("x-acme-correlation"), vec![id; 4]);
    // It does not depend on the trace headers, and the built-in dialect has none.
    let fixture = with([reply(200)], |b| {
        b.dialect(dialect(ACME)).traceparent(false)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(
        fixture.wire.headers("x-acme-correlation"),
        [trail(&outcome).call_id().to_string()]
    );
    let fixture = novavms([reply(200)]);
    let outcome = fixture.client.get("/x").send().await;
    let id = trail(&outcome).call_id().to_string();
    let sent = &fixture.wire.log()[0];
    assert!(
        !sent
            .headers
            .values()
            .any(|v| v.to_str().is_ok_and(|t| t.contains(&id)))
    );
}

/// "… unless the caller brought one": a correlation that spans several calls is the caller's business.
#[tokio::test(start_paused = true)]
async fn a_callers_own_correlation_is_kept() {
    let fixture = with([reply(503), reply(200)], |b| b.dialect(dialect(ACME)));
    let request = fixture
        .client
        .get("/x")
        .header("X-Acme-Correlation", "order-4711");
    request.send().await.expect("a response");
    assert_eq!(
        fixture.wire.headers("x-acme-correlation"),
        ["order-4711", "order-4711"]
    );
}
