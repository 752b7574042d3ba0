//! HTTP/2 connections that keep ending, under load: no request is lost, and none is processed twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use h2::Reason;
use reqtrail::{Proxy, Trail, blocking};

use crate::support::frames::{Frame, GOAWAY, HEADERS, Raw};
use crate::support::h2_server::{Options, with_options};
use crate::support::proxy_server::proxy_server;
use crate::support::{Act, Authority, LONG, Outcome, Server, Tls, assert_agrees, builder, trail};

const CALLS: usize = 400;
const AT_ONCE: usize = 64;

/// As many requests as nginx is told to take in `make full`: no divisor of what is under way at once.
const LIFETIME: usize = 23;

async fn churning(authority: &Authority, streams: Option<u32>) -> Server {
    let tls = Tls {
        alpn: &["h2"],
        ..Tls::new(authority.server())
    };
    let options = Options {
        streams,
        lifetime: Some(LIFETIME),
        ..Options::default()
    };
    with_options(tls, options, |_| Act::Answer).await
}

/// Each call was processed once, over no more connections than that takes.
fn assert_none_lost(server: &Server, outcomes: &[Outcome]) {
    for outcome in outcomes {
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    assert_eq!(server.log().len(), outcomes.len());
    let trails: Vec<&Trail> = outcomes.iter().map(trail).collect();
    assert_agrees(server.log(), &trails);
    // Once the client knows how many requests a connection serves, it does not send more.
    let repeated = trails.iter().filter(|trail| trail.attempts().len() > 1);
    let most = trails.iter().map(|trail| trail.attempts().len()).max();
    let repeated = repeated.count();
    assert!(
        repeated <= 2 * AT_ONCE && most <= Some(5),
        "{repeated} of {} calls are repeated, one is made {most:?} times",
        outcomes.len()
    );
    let least = outcomes.len().div_ceil(LIFETIME);
    assert!(
        (least..=2 * least).contains(&server.connections()),
        "{} connections, {least} would do",
        server.connections()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_beyond_a_goaway_are_sent_again_and_none_is_lost() {
    for streams in [None, Some(8)] {
        let authority = Authority::new();
        let server = churning(&authority, streams).await;
        let client = builder(server.https()).extra_ca(authority.pem);
        let client = client.max_attempts(32).retry_budget(None);
        let client = client.build().expect("a client");
        let outcomes: Vec<Outcome> = stream::iter(0..CALLS)
            .map(|n| {
                let client = client.clone();
                tokio::spawn(async move {
                    match n % 2 {
                        0 => client.get("/things/{n}").param("n", n).send().await,
                        _ => {
                            client
                                .post("/things/{n}")
                                .param("n", n)
                                .body("{}")
                                .send()
                                .await
                        }
                    }
                })
            })
            .buffer_unordered(AT_ONCE)
            .map(|joined| joined.expect("no panic"))
            .collect()
            .await;
        assert_none_lost(&server, &outcomes);
    }
}

/// Whatever closes such a connection must not overtake what it said last.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_beyond_a_goaway_are_sent_again_through_a_tunnel() {
    let authority = Authority::new();
    let server = churning(&authority, None).await;
    let proxy = proxy_server(None).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.proxy(Proxy::Url(proxy.http().into()));
    let client = client.max_attempts(32).retry_budget(None);
    let client = client.build().expect("a client");
    let outcomes: Vec<Outcome> = stream::iter(0..CALLS)
        .map(|_| client.post("/things").body(vec![b'x'; 2000]).send())
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert_none_lost(&server, &outcomes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_beyond_a_goaway_are_sent_again_by_threads() {
    let authority = Authority::new();
    let server = churning(&authority, None).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.max_attempts(32).retry_budget(None);
    let client = client.build_blocking().expect("a client");
    let next = Arc::<AtomicUsize>::default();
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let (client, next): (blocking::Client, _) = (client.clone(), Arc::clone(&next));
            tokio::task::spawn_blocking(move || {
                let mut outcomes = Vec::new();
                while next.fetch_add(1, Ordering::SeqCst) < CALLS {
                    outcomes.push(client.post("/things").body("{}").send());
                }
                outcomes
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for thread in threads {
        outcomes.extend(thread.await.expect("no panic"));
    }
    assert_none_lost(&server, &outcomes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn streams_refused_under_load_are_sent_again_and_none_is_lost() {
    let authority = Authority::new();
    // A third of all requests is refused.
    let script = |n| match n % 3 {
        1 => Act::Reset(Reason::REFUSED_STREAM),
        _ => Act::Answer,
    };
    let server = crate::support::h2_server(&authority, script).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.max_attempts(32).retry_budget(None);
    let client = client.build().expect("a client");
    let outcomes: Vec<Outcome> = stream::iter(0..CALLS)
        .map(|_| client.post("/things").body("{}").send())
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for outcome in &outcomes {
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    let rows = server.log().rows();
    let processed = rows.iter().filter(|row| row.answered.is_some()).count();
    assert_eq!(processed, CALLS);
    let trails: Vec<&Trail> = outcomes.iter().map(trail).collect();
    assert_agrees(server.log(), &trails);
    assert_eq!(
        server.connections(),
        1,
        "a refused stream ends no connection"
    );
}

/// The last bytes of a connection are read, even if writing to it has failed before.
#[test]
fn a_goaway_before_a_reset_is_obeyed() {
    let servers = tokio::runtime::Runtime::new().expect("a runtime");
    let own = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let authority = Authority::new();
    let (tell, closed) = std::sync::mpsc::channel();
    let raw = servers.block_on(Raw::start(&authority, &[], move |number, mut wire| {
        let tell = tell.clone();
        async move {
            if number > 1 {
                return wire.serve().await;
            }
            let stream = wire.read_until(HEADERS).await?.stream;
            // The body stays unread, so that closing resets the connection.
            let last = [stream.to_be_bytes(), [0; 4]].concat();
            wire.write(&[Frame::new(GOAWAY, 0, 0, last), Frame::answer(stream)])
                .await?;
            drop(wire);
            tell.send(()).map_err(std::io::Error::other)
        }
    }));
    let client = builder(raw.server.https()).extra_ca(authority.pem);
    let (first, second) = own.expect("a runtime").block_on(async {
        let client = client.build().expect("a client");
        let first = tokio::spawn(client.post("/things").body(vec![b'x'; 50_000]).send());
        while raw.requests() == 0 {
            tokio::task::yield_now().await;
        }
        // The runtime does not run until everything has arrived; then the next request is written first.
        closed.recv_timeout(LONG).expect("a reset");
        std::thread::sleep(Duration::from_millis(20));
        let second = client.post("/things").body("{}").send().await;
        (first.await.expect("no panic"), second)
    });
    assert!(first.is_ok(), "{}", trail(&first));
    assert_eq!(trail(&first).attempts().len(), 1);
    assert!(second.is_ok(), "{}", trail(&second));
    assert_eq!((raw.requests(), raw.server.connections()), (2, 2));
}
