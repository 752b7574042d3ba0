//! One client on several runtimes.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use reqtrail::{ErrorKind, Sent};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Server, assert_succeeded, builder, http1, trail};

const OK: (&str, Sent) = ("200", Sent::Yes);

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A connection moves to the runtime that uses it, whether its old one stands still or has ended.
#[test]
fn a_connection_is_used_by_one_runtime_after_the_other() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let server = servers.block_on(Server::start(|number, mut socket, log| async move {
        http1::serve(&mut socket, number, &log).await
    }));
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

/// A program that polls with another executor learns what is missing, and has a trail.
#[test]
fn without_a_runtime_the_error_says_so() {
    let client = builder("http://127.0.0.1:9").build().expect("a client");
    let call = pin!(client.get("/things").send());
    let polled = call.poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(outcome) = polled else {
        panic!("it waits for nothing");
    };
    let error = outcome.as_ref().expect_err("nothing can be sent");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("tokio runtime"), "{error}");
    assert!(
        trail(&outcome)
            .attempts()
            .iter()
            .all(|a| a.sent() == Sent::No)
    );
}
