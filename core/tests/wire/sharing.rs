//! Connections that several calls wait for: bursts to a fresh origin, and callers that give up.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reqtrail::{Client, ErrorKind, Sent, StopReason};
use tokio::sync::Semaphore;

use crate::support::{
    Act, Authority, LONG, Server, Tls, assert_agrees, assert_failed, assert_succeeded, builder,
    h2_server, http1, trail,
};

const OK: (&str, Sent) = ("200", Sent::Yes);
const NO_CONNECTION: (&str, Sent) = ("connect", Sent::No);
const CALLS: usize = 64;

/// Shorter than [`LONG`] by far.
const SHORT: Duration = Duration::from_millis(100);

async fn burst(server: &Server, client: &Client) {
    let calls = (0..CALLS).map(|n| match n % 2 {
        0 => client.get("/things").send(),
        _ => client.post("/things").body("{}").send(),
    });
    let calls = join_all(calls).await;
    for call in &calls {
        assert_succeeded(call, &[OK]);
    }
    let trails: Vec<_> = calls.iter().map(trail).collect();
    assert_agrees(server.log(), &trails);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_to_an_origin_of_http2_makes_one_connection() {
    let authority = Authority::new();
    let server = h2_server(&authority, |_| Act::Answer).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    burst(&server, &client).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_to_an_origin_of_http1_makes_as_many_as_it_needs() {
    let authority = Authority::new();
    let server = Tls::new(authority.server()).serve().await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    burst(&server, &client).await;
    assert!(server.connections() <= CALLS, "{}", server.connections());
    burst_again(&server, &client).await;
}

/// The connections of the burst serve the next one.
async fn burst_again(server: &Server, client: &Client) {
    let before = server.connections();
    for _ in 0..10 {
        assert_succeeded(&client.post("/things").send().await, &[OK]);
    }
    assert_eq!(server.connections(), before);
}

#[tokio::test]
async fn all_callers_of_a_failed_connect_fail_alike() {
    let authority = Authority::new();
    let server = Tls::new(authority.server()).serve().await;
    // It does not know the authority.
    let client = builder(server.https()).build().expect("a client");
    let calls = join_all((0..10).map(|_| client.post("/things").send())).await;
    for call in &calls {
        let why = StopReason::NotRetryable;
        assert_failed(call, ErrorKind::Connect, why, &[NO_CONNECTION]);
    }
    assert!(server.log().is_empty());
}

/// A server that makes its handshakes when it may.
async fn stalling(
    authority: &Authority,
    alpn: &'static [&'static str],
) -> (Server, Arc<Semaphore>) {
    let tls = Tls {
        alpn,
        ..Tls::new(authority.server())
    };
    let acceptor = tls.acceptor();
    let gate = Arc::new(Semaphore::new(0));
    let opens = Arc::clone(&gate);
    let server = Server::start(move |number, socket, log| {
        let (acceptor, gate) = (acceptor.clone(), Arc::clone(&gate));
        async move {
            let _open = gate.acquire().await.expect("it is never closed");
            let mut io = acceptor.accept(socket).await?;
            if io.get_ref().1.alpn_protocol() != Some(b"h2") {
                return http1::serve(&mut io, number, &log).await;
            }
            let mut connection = h2::server::handshake(io)
                .await
                .map_err(std::io::Error::other)?;
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let place = log.enter(h2_server::seen(&request, number));
                let head = http::Response::builder().header("x-request-id", log.answer(place));
                let head = head.body(()).expect("a head");
                respond
                    .send_response(head, true)
                    .map_err(std::io::Error::other)?;
            }
            Ok(())
        }
    })
    .await;
    (server, opens)
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_end_the_connect() {
    for alpn in [&["h2"][..], &["http/1.1"]] {
        let authority = Authority::new();
        let (server, gate) = stalling(&authority, alpn).await;
        let client = builder(server.https()).extra_ca(authority.pem);
        let client = client.build().expect("a client");
        let first = client
            .post("/things")
            .connect_timeout(SHORT)
            .max_attempts(1);
        let first = first.send().await;
        let why = StopReason::AttemptsExhausted;
        assert_failed(&first, ErrorKind::Connect, why, &[NO_CONNECTION]);
        let dropped = tokio::time::timeout(SHORT, client.post("/things").send()).await;
        assert!(dropped.is_err());
        let second = tokio::spawn(client.post("/things").connect_timeout(LONG).send());
        tokio::task::yield_now().await;
        gate.add_permits(10);
        let second = second.await.expect("no panic");
        assert_succeeded(&second, &[OK]);
        assert_eq!(server.connections(), 1, "{alpn:?}");
        assert_agrees(server.log(), &[trail(&first), trail(&second)]);
    }
}

#[tokio::test]
async fn each_waiter_has_its_own_time_to_connect() {
    let authority = Authority::new();
    let (server, gate) = stalling(&authority, &["h2"]).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let short = |n: u32| {
        client
            .post("/things")
            .connect_timeout(n * SHORT)
            .max_attempts(1)
    };
    let calls = [short(1), short(2), short(3)].map(|call| call.send());
    let patient = tokio::spawn(client.post("/things").send());
    for call in join_all(calls).await {
        let why = StopReason::AttemptsExhausted;
        assert_failed(&call, ErrorKind::Connect, why, &[NO_CONNECTION]);
    }
    assert!(!patient.is_finished());
    gate.add_permits(10);
    assert_succeeded(&patient.await.expect("no panic"), &[OK]);
    assert_eq!((server.connections(), server.log().len()), (1, 1));
}
