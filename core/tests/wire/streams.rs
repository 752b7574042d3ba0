//! HTTP/2 streams as a scarce resource: calls that wait for one, and limits that change.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reqtrail::{CancelToken, ErrorKind, Sent, StopReason};
use tokio::sync::Notify;

use crate::support::frames::{Frame, HEADERS, MAX_CONCURRENT_STREAMS, Raw};
use crate::support::h2_server::{Options, with_options};
use crate::support::{
    Act, Authority, LONG, Server, Tls, assert_agrees, assert_failed, assert_succeeded, builder,
    trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);
const UNSENT: (&str, Sent) = ("timeout", Sent::No);

/// Shorter than [`LONG`] by far.
const SHORT: Duration = Duration::from_millis(200);

/// A server that takes one stream at a time.
async fn narrow(authority: &Authority, script: fn(usize) -> Act) -> Server {
    let tls = Tls {
        alpn: &["h2"],
        ..Tls::new(authority.server())
    };
    let options = Options {
        streams: Some(1),
        ..Options::default()
    };
    with_options(tls, options, script).await
}

#[tokio::test]
async fn the_connect_timeout_does_not_bound_the_wait_for_a_stream() {
    let authority = Authority::new();
    let server = narrow(&authority, |n| match n {
        0 => Act::Answer,
        _ => Act::AnswerLate(SHORT),
    })
    .await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let first = client.get("/things").send().await;
    // The last one waits for five others.
    let calls = (0..6).map(|_| client.post("/things").connect_timeout(2 * SHORT));
    let calls = join_all(calls.map(|call| call.send())).await;
    for call in &calls {
        assert_succeeded(call, &[OK]);
    }
    assert_eq!(server.connections(), 1);
    let mut trails: Vec<_> = calls.iter().map(trail).collect();
    trails.push(trail(&first));
    assert_agrees(server.log(), &trails);
}

#[tokio::test]
async fn a_call_that_gives_up_its_wait_for_a_stream_is_never_sent() {
    let authority = Authority::new();
    let server = narrow(&authority, |n| match n {
        1 => Act::Ignore,
        _ => Act::Answer,
    })
    .await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let first = client.get("/first").send().await;
    let holds = CancelToken::new();
    let holder = tokio::spawn(client.post("/holder").cancel_token(&holds).send());
    while server.log().len() < 2 {
        tokio::task::yield_now().await;
    }
    let late = client.post("/late").timeout(SHORT).send().await;
    assert_failed(&late, ErrorKind::Timeout, StopReason::Deadline, &[UNSENT]);
    assert!(!late.as_ref().expect_err("an error").may_have_been_sent());
    let tired = client.post("/tired").attempt_timeout(SHORT).max_attempts(2);
    let tired = tired.send().await;
    let why = StopReason::AttemptsExhausted;
    assert_failed(&tired, ErrorKind::Timeout, why, &[UNSENT, UNSENT]);

    let token = CancelToken::new();
    let cancelled = tokio::spawn(client.post("/cancelled").cancel_token(&token).send());
    let dropped = tokio::spawn(client.post("/dropped").send());
    let patient = tokio::spawn(client.post("/patient").send());
    tokio::time::sleep(SHORT / 4).await;
    token.cancel();
    let cancelled = cancelled.await.expect("no panic");
    let why = StopReason::Cancelled;
    assert_failed(
        &cancelled,
        ErrorKind::Cancelled,
        why,
        &[("cancelled", Sent::No)],
    );
    dropped.abort();
    assert!(dropped.await.is_err());

    holds.cancel();
    let holder = holder.await.expect("no panic");
    let patient = patient.await.expect("no panic");
    assert_succeeded(&patient, &[OK]);
    let rows = server.log().rows();
    let targets: Vec<_> = rows.iter().map(|row| row.target.as_str()).collect();
    assert_eq!(targets, ["/first", "/holder", "/patient"]);
    let outcomes = [&first, &holder, &late, &tired, &cancelled, &patient];
    assert_agrees(server.log(), &outcomes.map(trail));
    assert_eq!(server.connections(), 1);
}

/// A server whose limit goes from 2 to 4 to 1 to 0 to 1, and that counts what comes under each.
#[tokio::test]
async fn a_changed_stream_limit_is_obeyed() {
    let authority = Authority::new();
    let (seen, limits) = (
        Arc::<std::sync::Mutex<Vec<usize>>>::default(),
        Arc::<Notify>::default(),
    );
    let (counts, call_more) = (Arc::clone(&seen), Arc::clone(&limits));
    let raw = Raw::start(
        &authority,
        &[(MAX_CONCURRENT_STREAMS, 2)],
        move |_, mut wire| {
            let (counts, call_more) = (Arc::clone(&counts), Arc::clone(&call_more));
            async move {
                let note = |count| counts.lock().expect("no panic").push(count);
                let limit = |n| Frame::settings(&[(MAX_CONCURRENT_STREAMS, n)]);
                let mut open = vec![wire.read_until(HEADERS).await?.stream];
                open.extend([wire.read_until(HEADERS).await?.stream]);
                open.extend(wire.settle().await?);
                note(open.len());
                wire.write(&[limit(4)]).await?;
                open.extend(wire.settle().await?);
                note(open.len());
                wire.write(&[limit(1)]).await?;
                let three: Vec<Frame> = open.drain(..3).map(Frame::answer).collect();
                wire.write(&three).await?;
                open.extend(wire.settle().await?);
                note(open.len());
                wire.write(&[Frame::answer(open.remove(0))]).await?;
                open.push(wire.read_until(HEADERS).await?.stream);
                open.extend(wire.settle().await?);
                note(open.len());
                wire.write(&[limit(0), Frame::answer(open.remove(0))])
                    .await?;
                open.extend(wire.settle().await?);
                note(open.len());
                call_more.notify_one();
                tokio::time::sleep(SHORT).await;
                open.extend(wire.settle().await?);
                note(open.len());
                wire.write(&[limit(1)]).await?;
                wire.serve().await
            }
        },
    )
    .await;
    let client = builder(raw.server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let calls = join_all((0..6).map(|_| client.post("/things").send()));
    let more = async {
        limits.notified().await;
        let given_up = client.post("/things").timeout(SHORT / 4).send().await;
        (given_up, client.post("/things").send().await)
    };
    let (calls, (given_up, late)) = tokio::join!(calls, more);
    for call in calls.iter().chain([&late]) {
        assert_succeeded(call, &[OK]);
    }
    assert_failed(
        &given_up,
        ErrorKind::Timeout,
        StopReason::Deadline,
        &[UNSENT],
    );
    assert_eq!(*seen.lock().expect("no panic"), [2, 4, 1, 1, 0, 0]);
    assert_eq!((raw.requests(), raw.server.connections()), (7, 1));
}

#[tokio::test]
async fn a_server_that_allows_no_streams_gets_one_connection() {
    let authority = Authority::new();
    let raw = Raw::start(
        &authority,
        &[(MAX_CONCURRENT_STREAMS, 0)],
        |_, mut wire| async move { wire.serve().await },
    )
    .await;
    let client = builder(raw.server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let calls = (0..4).map(|_| client.post("/things").timeout(SHORT).connect_timeout(LONG));
    for call in join_all(calls.map(|call| call.send())).await {
        // The first one may have gone out before the server had said a word.
        let trail = trail(&call);
        assert!(trail.attempts().len() == 1, "{trail}");
    }
    assert!(raw.requests() <= 1);
    assert_eq!(raw.server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_give_up_at_any_moment_lose_no_stream() {
    let authority = Authority::new();
    let server = narrow(&authority, |_| Act::Answer).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let mut outcomes = vec![client.get("/things").send().await];
    for round in 0..40u64 {
        let calls: Vec<_> = (0..8u64)
            .map(|n| {
                let token = CancelToken::new();
                let call = client.post("/things").cancel_token(&token);
                let call = tokio::spawn(call.send());
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_micros(round * 37 + n * 113)).await;
                    token.cancel();
                });
                call
            })
            .collect();
        for call in calls {
            outcomes.push(call.await.expect("no panic"));
        }
        // The one stream is free again.
        let next = client.post("/next").send().await;
        assert_succeeded(&next, &[OK]);
        outcomes.push(next);
    }
    assert_eq!(server.connections(), 1);
    let trails: Vec<_> = outcomes.iter().map(trail).collect();
    assert_agrees(server.log(), &trails);
}
