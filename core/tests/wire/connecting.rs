//! Connections that are refused or hang: the timeouts that bound them, and calls that succeed later.

use std::sync::Mutex;
use std::time::Duration;

use http::StatusCode;
use reqtrail::{Attempt, ErrorKind, Observer, Sent, StopReason};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::support::ports::{ClosedPort, FullPort};
use crate::support::{Log, Server, assert_agrees, assert_failed, builder, http1, trail};

const NO_CONNECTION: (&str, Sent) = ("connect", Sent::No);

/// Shorter than the other times of a client here by far, and long enough to show in a trail.
const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_refused_connection_is_repeated() {
    let port = ClosedPort::new();
    let client = builder(format!("http://{}", port.address()));
    let client = client.build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
}

#[tokio::test]
async fn connections_that_hang_end_by_the_connect_timeout() {
    let port = FullPort::new();
    for scheme in ["http", "https"] {
        let client = builder(format!("{scheme}://{}", port.address()));
        let client = client.connect_timeout(SHORT).build().expect("a client");
        let outcome = client.post("/things").body("{}").send().await;
        let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
        assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
        assert!(!outcome.as_ref().expect_err("an error").may_have_been_sent());
        for attempt in trail(&outcome).attempts() {
            assert!(attempt.elapsed() >= SHORT, "{attempt:?}");
        }
    }
}

#[tokio::test]
async fn an_attempts_time_bounds_its_connecting() {
    let port = FullPort::new();
    let client = builder(format!("http://{}", port.address()));
    let client = client.attempt_timeout(SHORT).build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    // Nothing was sent, so that even a POST may be repeated.
    let (kind, why) = (ErrorKind::Timeout, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[("timeout", Sent::No); 3]);
    assert!(!outcome.expect_err("an error").may_have_been_sent());
}

#[tokio::test]
async fn the_calls_time_bounds_its_connecting() {
    let port = FullPort::new();
    let client = builder(format!("http://{}", port.address()));
    let client = client.timeout(SHORT).build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let (kind, why) = (ErrorKind::Timeout, StopReason::Deadline);
    assert_failed(&outcome, kind, why, &[("timeout", Sent::No)]);
}

#[tokio::test]
async fn a_handshake_that_hangs_ends_by_the_connect_timeout() {
    let server = Server::start(|_, mut socket, _| async move {
        // Reads on, and never says a word.
        tokio::io::copy(&mut socket, &mut tokio::io::sink()).await?;
        Ok(())
    })
    .await;
    let client = builder(server.https()).connect_timeout(SHORT);
    let client = client.build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let (kind, why) = (ErrorKind::Connect, StopReason::AttemptsExhausted);
    assert_failed(&outcome, kind, why, &[NO_CONNECTION; 3]);
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn the_connect_timeout_does_not_bound_an_answer() {
    let server = Server::start(|number, mut socket, log| async move {
        if let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            tokio::time::sleep(2 * SHORT).await;
            http1::answer(&mut socket, &log, place).await?;
        }
        Ok(())
    })
    .await;
    // On a slow machine no connection may come about in time, which is repeated.
    let client = builder(server.http())
        .connect_timeout(SHORT)
        .max_attempts(32);
    let client = client.build().expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let last = trail(&outcome).last().expect("an attempt");
    assert_eq!(last.status(), Some(StatusCode::OK), "{}", trail(&outcome));
    assert_eq!(server.log().len(), 1);
    assert_agrees(server.log(), &[trail(&outcome)]);
}

/// Opens a full port when the first attempt is over.
struct Opener(Mutex<Option<FullPort>>, UnboundedSender<TcpListener>);

impl Observer for Opener {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let attempt = event.attempt;
        if let Some(port) = self.0.lock().expect("no panic").take() {
            assert_eq!(
                (attempt.failure(), attempt.sent()),
                (Some(ErrorKind::Connect), Sent::No)
            );
            self.1.send(port.open()).expect("a receiver");
        }
    }
}

#[tokio::test]
async fn a_post_gets_through_once_connections_are_made_again() {
    let port = FullPort::new();
    let base = format!("http://{}", port.address());
    let (opened, mut listeners) = unbounded_channel::<TcpListener>();
    let log = Log::default();
    let rows = log.clone();
    let server = tokio::spawn(async move {
        let listener = listeners.recv().await.expect("a listener");
        let mut connections = JoinSet::new();
        for number in 1.. {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let rows = rows.clone();
            connections.spawn(async move { http1::serve(&mut socket, number, &rows).await });
        }
    });
    let client = builder(base)
        .connect_timeout(SHORT)
        .max_attempts(32)
        .observer(Opener(Mutex::new(Some(port)), opened))
        .build()
        .expect("a client");
    let outcome = client.post("/things").body("{}").send().await;
    let attempts = trail(&outcome).attempts();
    assert!(attempts.len() > 1, "{}", trail(&outcome));
    assert_eq!(
        attempts.last().and_then(Attempt::status),
        Some(StatusCode::OK),
        "{}",
        trail(&outcome)
    );
    assert_eq!(log.len(), 1);
    assert_agrees(&log, &[trail(&outcome)]);
    server.abort();
}
