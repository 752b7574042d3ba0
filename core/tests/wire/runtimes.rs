//! One client on several runtimes.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use reqtrail::{Error, ErrorKind, Response, Secret, Sent, StopReason};
use tokio::runtime::{Builder, Runtime};

use crate::support::h2_server::h2_server;
use crate::support::ports::FullPort;
use crate::support::{Act, Authority, Log, Server, assert_succeeded, builder, http1, trail};

const OK: (&str, Sent) = ("200", Sent::Yes);

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A connection moves to the runtime that uses it, whether its old one does not run or has ended.
#[test]
fn a_connection_is_used_by_one_runtime_after_the_other() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let server = servers.block_on(Server::plain());
    let client = builder(server.http()).build().expect("a client");
    let (first, second) = (runtime(), runtime());
    for _ in 0..2 {
        for runtime in [&first, &second] {
            let outcome = runtime.block_on(client.post("/things").body("{}").send());
            assert_succeeded(&outcome, &[OK]);
        }
    }
    drop((first, second));
    let outcome = runtime().block_on(client.post("/things").body("{}").send());
    assert_succeeded(&outcome, &[OK]);
    assert_eq!(server.log().connections(), [1; 5]);
}

/// Polls a call once, outside of any runtime.
fn polled(call: impl Future<Output = Result<Response, Error>>) -> Result<Response, Error> {
    let call = pin!(call);
    match call.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits for something"),
    }
}

fn assert_says(outcome: &Result<Response, Error>, attempts: usize, words: &str) {
    let error = outcome.as_ref().expect_err("nothing can be sent");
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(trail(outcome).stopped(), StopReason::NotRetryable);
    assert_eq!(trail(outcome).attempts().len(), attempts, "{error}");
    assert!(!error.may_have_been_sent());
}

/// A program that polls with another executor learns what is missing, and has a trail.
#[test]
fn without_a_runtime_the_error_says_so() {
    let client = builder("http://127.0.0.1:9").build().expect("a client");
    let outcome = polled(client.get("/things").send());
    assert_says(&outcome, 1, "needs a tokio runtime");
    // Also if the first token would have to be waited for.
    let client = reqtrail::Client::builder("http://127.0.0.1:9")
        .token_refresher(|| async { Ok(Secret::from("a-token")) })
        .build()
        .expect("a client");
    let outcome = polled(client.get("/things").send());
    assert_says(&outcome, 0, "needs a tokio runtime");
}

#[test]
fn a_runtime_without_timers_or_io_is_named_in_the_error() {
    for (name, builder_of) in [
        (
            "timers",
            Builder::enable_io as fn(&mut Builder) -> &mut Builder,
        ),
        ("I/O", Builder::enable_time),
    ] {
        let runtime = builder_of(&mut Builder::new_current_thread()).build();
        let client = builder("http://127.0.0.1:9").build().expect("a client");
        let call = client.get("/things").send();
        let outcome = runtime.expect("a runtime").block_on(call);
        assert_says(
            &outcome,
            1,
            &format!("has no {name}; build it with `enable_all`"),
        );
    }
}

/// The one call ends with its runtime, and says so to the observers; the next one makes a new connection.
#[test]
fn a_runtime_that_ends_in_the_middle_of_a_call_harms_no_other() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let port = FullPort::new();
    let client = builder(format!("http://{}", port.address()))
        .max_attempts(2)
        .build()
        .expect("a client");
    let first = runtime();
    let call = first.spawn(client.post("/things").body("{}").send());
    // Its connection is under way, and never comes about.
    first.block_on(tokio::task::yield_now());
    first.block_on(tokio::task::yield_now());
    drop(first);
    assert!(call.is_finished());
    let _within = servers.enter();
    let listener = port.open();
    servers.spawn(async move {
        let log = Log::default();
        let (mut socket, _) = listener.accept().await?;
        http1::serve(&mut socket, 1, &log).await
    });
    let outcome = runtime().block_on(client.post("/things").body("{}").send());
    assert_eq!(
        trail(&outcome).last().and_then(|a| a.status()),
        Some(http::StatusCode::OK)
    );
}

/// An HTTP/2 connection is driven by the runtime that made it. A call of another one that waits for it ends with that
/// runtime, and not by its timeout; the next attempt has a new connection.
#[test]
fn an_http2_connection_ends_with_its_runtime() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let authority = Authority::new();
    let act = |number| match number {
        1 => Act::Ignore,
        _ => Act::Answer,
    };
    let server = servers.block_on(h2_server(&authority, act));
    let client = builder(server.https())
        .extra_ca(authority.pem.as_str())
        .build()
        .expect("a client");
    let (first, second) = (runtime(), runtime());
    let outcome = first.block_on(client.get("/things").send());
    assert_succeeded(&outcome, &[OK]);
    let call = second.spawn(client.get("/things").send());
    // Both run until the request has arrived.
    while server.log().len() < 2 {
        first.block_on(tokio::task::yield_now());
        second.block_on(tokio::task::yield_now());
    }
    drop(first);
    let outcome = second.block_on(call).expect("no panic");
    assert_succeeded(&outcome, &[("transport", Sent::Unknown), OK]);
    assert_eq!(server.log().connections().len(), 3);
}
