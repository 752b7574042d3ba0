//! HTTP/2 peers that fall silent: vanished, or only slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqtrail::{Client, ErrorKind, Sent, StopReason};

use crate::support::frames::{ACK, Frame, HEADERS, PING, Raw};
use crate::support::h2_server::{Options, with_options};
use crate::support::{
    Act, Authority, Freezer, LONG, Server, Tls, assert_agrees, assert_failed, assert_succeeded,
    builder, trail,
};

const BROKEN: (&str, Sent) = ("transport", Sent::Unknown);
const TIMEOUT: (&str, Sent) = ("timeout", Sent::Unknown);
const OK: (&str, Sent) = ("200", Sent::Yes);

/// Shorter than [`LONG`] by far.
const SHORT: Duration = Duration::from_millis(100);

/// A server whose first connection can be frozen.
async fn freezable(
    authority: &Authority,
    script: impl Fn(usize) -> Act + Send + Sync + 'static,
) -> (Server, Freezer) {
    let tls = Tls {
        alpn: &["h2"],
        ..Tls::new(authority.server())
    };
    let options = Options::default();
    let freezer = options.freezer.clone();
    (with_options(tls, options, script).await, freezer)
}

fn client(server: &Server, authority: Authority) -> reqtrail::ClientBuilder {
    builder(server.https()).extra_ca(authority.pem)
}

#[tokio::test]
async fn a_peer_that_is_gone_gets_no_further_request_and_keeps_its_streams() {
    let authority = Authority::new();
    let late = |n| match n {
        1 => Act::AnswerLate(SHORT),
        _ => Act::Answer,
    };
    let (server, freezer) = freezable(&authority, late).await;
    let client = client(&server, authority).build().expect("a client");
    let first = client.get("/things").send().await;
    let open = tokio::spawn(client.post("/open").send());
    while server.log().len() < 2 {
        tokio::task::yield_now().await;
    }
    freezer.freeze();
    let lost = client.post("/lost").attempt_timeout(SHORT).send().await;
    let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
    assert_failed(&lost, kind, why, &[TIMEOUT]);
    // Both find the old connection in doubt; nobody waits for it until an attempt's time is up.
    let next = client.post("/next").attempt_timeout(LONG / 2);
    let other = client.post("/other").attempt_timeout(LONG / 2);
    let (next, other) = tokio::join!(next.send(), other.send());
    assert_succeeded(&next, &[OK]);
    assert_succeeded(&other, &[OK]);
    assert_eq!(server.log().connections(), [1, 1, 2, 2]);

    // The one that was thought to be gone wakes up: what was open there goes on.
    freezer.thaw();
    let open = open.await.expect("no panic");
    assert_succeeded(&open, &[OK]);
    let after = client.post("/after").send().await;
    assert_succeeded(&after, &[OK]);
    assert_eq!(server.connections(), 2);
    let trails = [&first, &lost, &next, &other, &open, &after].map(trail);
    assert_agrees(server.log(), &trails);
}

#[tokio::test]
async fn a_safe_call_gets_past_a_peer_that_is_gone() {
    let authority = Authority::new();
    let (server, freezer) = freezable(&authority, |_| Act::Answer).await;
    let client = client(&server, authority).build().expect("a client");
    let first = client.get("/things").send().await;
    freezer.freeze();
    let calls = (0..20).map(|_| {
        client
            .get("/things")
            .attempt_timeout(SHORT)
            .max_attempts(32)
    });
    let calls = join_all(calls.map(|call| call.send())).await;
    for call in &calls {
        assert!(call.is_ok(), "{}", trail(call));
    }
    assert_eq!(
        server
            .log()
            .rows()
            .iter()
            .filter(|row| row.connection == 1)
            .count(),
        1
    );
    let mut trails: Vec<_> = calls.iter().map(trail).collect();
    trails.push(trail(&first));
    // Attempts that a slow machine cuts short on the second connection may be in the log, too.
    assert_agrees(server.log(), &trails);
}

#[tokio::test]
async fn a_silent_connection_is_given_up_after_its_ping() {
    let authority = Authority::new();
    let (server, freezer) = freezable(&authority, |_| Act::Answer).await;
    let client = client(&server, authority)
        .http2_ping_interval(Some(SHORT))
        .http2_ping_timeout(SHORT)
        .build()
        .expect("a client");
    let first = client.get("/things").send().await;
    freezer.freeze();
    // Long before the time of an attempt.
    let (cut, again) = tokio::join!(client.post("/things").send(), client.get("/things").send());
    let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
    assert_failed(&cut, kind, why, &[BROKEN]);
    let text = cut.as_ref().expect_err("an error").to_string();
    assert!(text.contains("did not answer an HTTP/2 ping"), "{text}");
    assert_succeeded(&again, &[BROKEN, OK]);
    assert_eq!(server.connections(), 2);
    assert_agrees(server.log(), &[trail(&first), trail(&cut), trail(&again)]);
}

#[tokio::test]
async fn without_pings_only_its_time_ends_an_attempt() {
    let authority = Authority::new();
    let (server, freezer) = freezable(&authority, |_| Act::Answer).await;
    let client = client(&server, authority)
        .http2_ping_interval(None)
        .http2_ping_timeout(Duration::from_millis(1))
        .build()
        .expect("a client");
    let _first = client.get("/things").send().await.expect("a response");
    freezer.freeze();
    let lost = client
        .post("/things")
        .attempt_timeout(5 * SHORT)
        .send()
        .await;
    let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
    assert_failed(&lost, kind, why, &[TIMEOUT]);
}

#[tokio::test]
async fn unlimited_ping_times_are_accepted() {
    let authority = Authority::new();
    let (server, _) = freezable(&authority, |_| Act::Answer).await;
    let client = client(&server, authority)
        .http2_ping_interval(Some(Duration::MAX))
        .http2_ping_timeout(Duration::MAX)
        .pool_idle_timeout(Duration::MAX)
        .build()
        .expect("a client");
    for _ in 0..2 {
        assert_succeeded(&client.get("/things").send().await, &[OK]);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn pings_go_out_while_streams_are_open_and_only_then() {
    let authority = Authority::new();
    let pings = Arc::<AtomicUsize>::default();
    let (count, quiet) = (Arc::clone(&pings), Arc::<tokio::sync::Notify>::default());
    let over = Arc::clone(&quiet);
    let raw = Raw::start(&authority, &[], move |_, mut wire| {
        let (pings, over) = (Arc::clone(&count), Arc::clone(&over));
        async move {
            let request = wire.read_until(HEADERS).await?;
            for _ in 0..3 {
                let ping = wire.read_until(PING).await?;
                pings.fetch_add(1, Ordering::SeqCst);
                wire.write(&[Frame::new(PING, ACK, 0, ping.payload)])
                    .await?;
            }
            wire.write(&[Frame::answer(request.stream)]).await?;
            // One that was on its way may still come; then the connection rests.
            wire.settle().await?;
            let unasked = tokio::time::timeout(5 * SHORT, wire.read_until(PING)).await;
            if unasked.is_ok_and(|read| read.is_ok()) {
                pings.fetch_add(100, Ordering::SeqCst);
            }
            over.notify_one();
            wire.serve().await
        }
    })
    .await;
    let client = builder(raw.server.https())
        .extra_ca(authority.pem)
        .http2_ping_interval(Some(SHORT / 2))
        .http2_ping_timeout(LONG)
        .build()
        .expect("a client");
    assert_succeeded(&client.post("/things").send().await, &[OK]);
    quiet.notified().await;
    assert_eq!(pings.load(Ordering::SeqCst), 3);
    assert_succeeded(&client.post("/things").send().await, &[OK]);
    assert_eq!(raw.server.connections(), 1);
}

#[tokio::test]
async fn a_slow_endpoint_retires_nothing() {
    let authority = Authority::new();
    // Every other request is one of a slow endpoint.
    let (server, _) = freezable(&authority, |n| match n % 2 {
        0 => Act::Answer,
        _ => Act::Ignore,
    })
    .await;
    let client: Client = client(&server, authority).build().expect("a client");
    for _ in 0..5 {
        let answered = client.get("/quick").send().await;
        let slow = client.post("/slow").attempt_timeout(SHORT / 2).send().await;
        assert_succeeded(&answered, &[OK]);
        let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
        assert_failed(&slow, kind, why, &[TIMEOUT]);
    }
    assert_eq!(server.connections(), 1);
}
