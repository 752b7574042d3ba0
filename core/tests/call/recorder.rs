//! What a client keeps of its calls: which, how many, and what it knows about those under way.

use std::sync::{Arc, Mutex};

use reqtrail::{
    CallFinished, Client, ClientBuilder, Failure, InFlightCall, Observer, RecentFilter, Recorder,
    RecorderStats, Trail,
};

use crate::support::*;

/// How many trails a ring keeps.
const RING: usize = 64;

/// What all rings keep, in bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// A client of a server that answers every request with what its path asks for.
fn asking() -> Fixture {
    let script = |number: usize, sent: &Logged| {
        let id = format!("req_01JD8ZK3AA{number:06}");
        match sent.url.path().rsplit('/').next() {
            Some("missing") => reply(404)
                .id(&id)
                .body(r#"{"error":{"code":"CAMERA_NOT_FOUND"}}"#),
            Some("slow") => reply(200).after(secs(3)).id(&id),
            _ => reply(200).id(&id),
        }
    };
    built(ScriptedTransport::answering(script), |builder| {
        builder.max_attempts(1).slow_after(secs(3))
    })
}

async fn calls(client: &Client, path: &str, times: usize) -> Vec<Trail> {
    let mut trails = Vec::new();
    for _ in 0..times {
        trails.push(trail(&client.get(path).send().await).clone());
    }
    trails
}

fn counts(recorder: &Recorder) -> [u64; 3] {
    let RecorderStats {
        failed,
        notable,
        recent,
        ..
    } = recorder.stats();
    [failed, notable, recent]
}

fn json(trails: &[Trail]) -> Vec<String> {
    trails.iter().map(Trail::to_json).collect()
}

fn all(recorder: &Recorder) -> Vec<Trail> {
    recorder.recent(&RecentFilter::default())
}

/// What is kept are these trails, in this order.
fn assert_kept(recorder: &Recorder, trails: &[&Trail]) {
    let trails: Vec<String> = trails.iter().map(|trail| trail.to_json()).collect();
    assert_eq!(json(&all(recorder)), trails);
}

#[tokio::test(start_paused = true)]
async fn failed_slow_and_quick_calls_have_separate_rings() {
    let Fixture { client, .. } = asking();
    let recorder = client.recorder();
    assert_eq!(all(&recorder).len(), 0);
    let failed = calls(&client, "/missing", RING + 3).await;
    let slow = calls(&client, "/slow", RING + 2).await;
    let quick = calls(&client, "/quick", 4 * RING).await;
    assert_eq!(counts(&recorder), [RING as u64; 3]);
    let mut kept = Vec::new();
    for ring in [&quick, &slow, &failed] {
        kept.extend(json(&ring[ring.len() - RING..]).into_iter().rev());
    }
    assert_eq!(json(&all(&recorder)), kept);
    assert_eq!(recorder.find(&failed[2].call_id().to_string()).len(), 0);
    assert!(recorder.stats().bytes <= MOST_BYTES, "{recorder:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_of_several_attempts_is_notable() {
    let with_token = |script: Vec<Exchange>| {
        with(script, |b| {
            b.token_refresher(|| async { Ok("sk_live_new") })
        })
    };
    for script in [
        vec![reply(503), reply(200)],
        vec![reply(401), reply(200)],
        vec![reply(307).header("location", "/y"), reply(200)],
        vec![fails(Failure::Connect), reply(200)],
    ] {
        let Fixture { client, .. } = with_token(script);
        client.get("/x").send().await.expect("a success");
        assert_eq!(counts(&client.recorder()), [0, 1, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn huge_trails_stay_within_the_bound() {
    let wire = ScriptedTransport::answering(|_, _| reply(503));
    let Fixture { client, .. } = built(wire, |b| {
        b.max_attempts(32).retry_budget(None).timeout(secs(3600))
    });
    let recorder = client.recorder();
    let value = "v".repeat(6000);
    let mut last = None;
    for _ in 0..RING {
        let call = client.get("/x/{id}").param("id", &value);
        last = Some(trail(&call.send().await).clone());
        assert!(recorder.stats().bytes <= MOST_BYTES, "{recorder:?}");
    }
    let kept = all(&recorder);
    assert!((1..RING).contains(&kept.len()), "{} are kept", kept.len());
    let newest = last.expect("a trail").to_json();
    assert_eq!(kept[0].to_json(), newest, "it has displaced others");
}

#[tokio::test(start_paused = true)]
async fn a_filter_matches_calls_that_match_all_of_its_fields() {
    let Fixture { client, .. } = asking();
    let recorder = client.recorder();
    let quick = calls(&client, "/quick", 2).await;
    let slow = calls(&client, "/slow", 1).await;
    let missing = calls(&client, "/missing", 2).await;
    let select = |set: &dyn Fn(&mut RecentFilter)| {
        let mut filter = RecentFilter::default();
        set(&mut filter);
        json(&recorder.recent(&filter))
    };
    let newest_first = |trails: &[&Trail]| {
        let all = trails.iter().rev().map(|trail| trail.to_json());
        all.collect::<Vec<_>>()
    };
    let failed = newest_first(&[&missing[0], &missing[1]]);
    assert_eq!(select(&|it| it.failed = Some(true)), failed);
    assert_eq!(select(&|it| it.failed = Some(false)).len(), 5);
    assert_eq!(
        select(&|it| it.code = Some("CAMERA_NOT_FOUND".to_owned())),
        failed
    );
    assert_eq!(select(&|it| it.code = Some("CAMERA".to_owned())).len(), 0);
    assert_eq!(select(&|it| it.status = Some(404)), failed);
    assert_eq!(
        select(&|it| it.path = Some("/quick".to_owned())),
        newest_first(&[&quick[0], &quick[1]])
    );
    let took = newest_first(&[&slow[0]]);
    assert_eq!(select(&|it| it.slower_than = Some(secs(3))), took);
    assert_eq!(select(&|it| it.slower_than = Some(ms(3001))).len(), 0);
    assert_eq!(select(&|it| it.limit = Some(1)), failed[..1]);
    assert_eq!(select(&|it| it.limit = Some(0)).len(), 0);
    let both = select(&|it| {
        it.failed = Some(true);
        it.path = Some("/slow".to_owned());
    });
    assert_eq!(both.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_found_by_each_of_its_ids() {
    let wire = [
        reply(503).id("req_01JD8ZK3AAAAAAAAAAAAAAAAAA"),
        reply(200).id("req_01JD8ZK3BBBBBBBBBBBBBBBBBB"),
        reply(200).id("req_01JD9"),
    ];
    let Fixture { client, .. } = correlating(wire, |builder| builder);
    let one = client.get("/x").correlation_id("req-of-the-ticket").send();
    let one = trail(&one.await).clone();
    let other = trail(&client.get("/x").send().await).clone();
    let recorder = client.recorder();
    let find = |id: &str| json(&recorder.find(id));
    let (only, both) = (
        json(std::slice::from_ref(&one)),
        json(&[other.clone(), one.clone()]),
    );
    let call_id = one.call_id().to_string();
    let span = |at: usize| one.attempts()[at].span_id();
    for id in [
        "req_01JD8ZK3AAAAAAAAAAAAAAAAAA",
        "req_01JD8ZK3BBBBBBBBBBBBBBBBBB",
        "req_01JD8ZK3",
        &call_id,
        &call_id.replace('-', "").to_uppercase(),
        &call_id[..9],
        &one.trace_id(),
        &span(0),
        &span(1),
        "req-of-the-ticket",
        "  req-of-the-ticket\n",
    ] {
        assert_eq!(find(id), only, "{id:?}");
    }
    assert_eq!(find("req_01JD"), both, "both begin so");
    assert_eq!(
        find("req_01JD9"),
        json(&[other]),
        "it is one, and no beginning"
    );
    for id in ["req_0", "", "req_01jd8zk3", "1JD8ZK3AA", "no such ID"] {
        assert_eq!(find(id).len(), 0, "{id:?}");
    }
}

/// A client of an API that has correlation IDs.
fn correlating(
    script: impl IntoIterator<Item = Exchange>,
    options: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Fixture {
    let acme = dialect(
        r#"{"name": "acme", "request_id_headers": ["X-Request-Id"], "correlation_header": "X-Correlation"}"#,
    );
    with(script, |builder| options(builder.dialect(acme)))
}

/// The call under way, of which there has to be one.
fn in_flight(recorder: &Recorder) -> InFlightCall {
    let mut calls = recorder.in_flight();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_eq!(recorder.stats().in_flight, 1);
    calls.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_shows_its_current_step() {
    let script = [
        reply(503).connects_in(secs(1)).after(secs(1)),
        reply(401),
        reply(200).body("a").pause(secs(2)).body("b"),
    ];
    let Fixture { client, .. } = correlating(script, |b| {
        b.max_retry_after(secs(9))
            .base_delay(secs(4))
            .max_delay(secs(4))
            .token_refresher(|| async {
                tokio::time::sleep(secs(5)).await;
                Ok("sk_live_new")
            })
    });
    let recorder = client.recorder();
    let call = client.get("/cameras/{id}").param("id", 7);
    let call = tokio::spawn(call.correlation_id("mine").send());
    let mut seen: Vec<(String, u32, bool)> = Vec::new();
    while !call.is_finished() {
        if let [now] = &recorder.in_flight()[..] {
            let state = (now.phase.clone(), now.attempt, now.may_have_been_sent);
            assert_eq!(now.retry_in_ms.is_some(), now.phase == "backoff");
            if seen.last() != Some(&state) {
                seen.push(state);
            }
        }
        tokio::time::sleep(ms(20)).await;
    }
    let seen: Vec<_> = seen.iter().map(|(a, b, c)| (a.as_str(), *b, *c)).collect();
    let expected = [
        ("connecting", 1, false),
        ("waiting", 1, true),
        ("backoff", 1, true),
        ("refreshing", 2, false),
        ("reading", 3, true),
    ];
    assert_eq!(seen, expected);
    let outcome = call.await.expect("no panic");
    assert_eq!(recorder.in_flight().len(), 0);
    assert_eq!(recorder.stats().in_flight, 0);
    assert_kept(&recorder, &[trail(&outcome)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_is_listed_as_its_trail_will_be() {
    let Fixture { client, .. } = correlating([never().sent()], |builder| builder);
    let recorder = client.recorder();
    let call = client.get("/cameras/{id}").param("id", 7).timeout(secs(9));
    let call = tokio::spawn(call.correlation_id("mine").send());
    tokio::time::sleep(ms(2500)).await;
    let listed = in_flight(&recorder);
    let outcome = call.await.expect("no panic");
    let trail = trail(&outcome);
    assert_eq!(listed.call_id, trail.call_id().to_string());
    assert_eq!(listed.trace_id, trail.trace_id());
    assert_eq!(listed.correlation_id.as_deref(), Some("mine"));
    assert_eq!(
        (listed.method.as_str(), listed.path.as_str()),
        ("GET", "/cameras/{id}")
    );
    assert_eq!(
        (listed.dialect.as_str(), listed.service.as_deref()),
        ("acme", None)
    );
    assert_eq!(listed.started_at, trail.started_at());
    assert_eq!(listed.age_ms, 2500);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_cancelled_or_dropped_are_kept_and_no_longer_under_way() {
    let script = [never().sent(), never().sent()];
    let Fixture { client, .. } = novavms(script);
    let recorder = client.recorder();
    let token = reqtrail::CancelToken::new();
    let call = tokio::spawn(client.post("/x").cancel_token(&token).send());
    tokio::time::sleep(ms(10)).await;
    assert_eq!(in_flight(&recorder).method, "POST");
    token.cancel();
    let cancelled = trail(&call.await.expect("no panic")).clone();
    let dropped = tokio::time::timeout(ms(10), client.get("/y").send()).await;
    dropped.expect_err("it is dropped");
    assert_eq!(recorder.in_flight().len(), 0);
    let kept = all(&recorder);
    assert_eq!(kept[1].to_json(), cancelled.to_json());
    assert_eq!(
        (kept[0].path(), kept[0].outcome().as_str()),
        ("/y", "cancelled")
    );
    assert_eq!(counts(&recorder), [2, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_refused_before_they_are_sent_are_kept() {
    let Fixture { client, .. } = novavms([]);
    let refused = client.get("/cameras/{id}").send().await;
    let error = error(refused);
    assert_kept(&client.recorder(), &[error.trail().expect("a trail")]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_observer_reaches_neither_the_call_nor_the_recorder() {
    struct Panics(Mutex<u32>);
    impl Observer for Panics {
        fn call_finished(&self, _: &CallFinished<'_>) {
            let mut count = self
                .0
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            *count += 1;
            panic!("an observer's");
        }
    }
    let panics = Arc::new(Panics(Mutex::new(0)));
    let Fixture { client, .. } = with([reply(200), reply(404)], |b| b.observer(panics.clone()));
    let outcomes = [client.get("/x").send().await, client.get("/y").send().await];
    let [one, other] = &outcomes;
    assert_kept(&client.recorder(), &[trail(other), trail(one)]);
    let count = *panics
        .0
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    assert_eq!(count, 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_recorder_remembers_nothing() {
    let Fixture { client, .. } = with([reply(404)], |b| b.recorder(false));
    let recorder = client.recorder();
    let outcome = client.get("/x").send().await;
    let id = trail(&outcome).call_id().to_string();
    assert_eq!(recorder.find(&id).len(), 0);
    assert_kept(&recorder, &[]);
    assert_eq!(recorder.in_flight(), []);
    assert_eq!(recorder.stats(), RecorderStats::default());
    assert_eq!(recorder.dump(), "");
}

#[tokio::test(start_paused = true)]
async fn clones_share_a_recorder_that_outlives_them_and_not_their_transport() {
    let Fixture { client, wire, .. } = novavms([reply(200), reply(404)]);
    let clone = client.clone();
    let recorder = clone.recorder();
    let one = trail(&client.get("/x").send().await).clone();
    let other = trail(&clone.get("/y").send().await).clone();
    assert_kept(&client.recorder(), &[&other, &one]);
    drop((client, clone));
    assert_eq!(wire.holders(), 1, "the recorder holds no transport");
    assert_kept(&recorder, &[&other, &one]);
    assert_eq!(recorder.in_flight(), []);
}
