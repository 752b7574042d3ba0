//! A program's own transports: around the built-in one, and below blocking clients.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use reqtrail::{
    BuiltInTransport, Cause, Client, Connection, ErrorKind, Failure, Reply, Sent, Sleep,
    StopReason, Transport, TransportError, WireRequest,
};

use crate::support::{Server, assert_agrees, assert_failed, assert_succeeded, builder, trail};

const OK: (&str, Sent) = ("200", Sent::Yes);
const BROKEN: (&str, Sent) = ("connect", Sent::No);

/// Fails every other exchange before it begins, and leaves the others to the built-in transport.
struct Stumbling(BuiltInTransport, Arc<AtomicUsize>);

impl Transport for Stumbling {
    type Body = <BuiltInTransport as Transport>::Body;

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        self.0.sleep_until(at)
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        if self.1.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            let error = TransportError::new(Failure::Connect, "it stumbled");
            return Err(error.with_code("ESTUMBLED"));
        }
        self.0.exchange(request).await
    }

    fn ready(&self) -> Result<(), TransportError> {
        self.0.ready()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(task);
    }
}

fn stumbling(count: &Arc<AtomicUsize>) -> impl Fn(BuiltInTransport) -> Stumbling + use<> {
    let count = Arc::clone(count);
    move |built_in| Stumbling(built_in, Arc::clone(&count))
}

#[tokio::test]
async fn a_wrapper_of_the_built_in_transport_sees_every_exchange() {
    let server = Server::plain().await;
    let count = Arc::<AtomicUsize>::default();
    let client = builder(server.http()).wrap_transport(stumbling(&count));
    let outcome = client.build().expect("a client").get("/x").send().await;
    assert_succeeded(&outcome, &[BROKEN, OK]);
    let first = &trail(&outcome).attempts()[0];
    assert_eq!(first.failure_code(), Some("ESTUMBLED"));
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert_agrees(server.log(), &[trail(&outcome)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_client_has_the_wrapper_too() {
    let server = Server::plain().await;
    let count = Arc::<AtomicUsize>::default();
    let client = builder(server.http()).wrap_transport(stumbling(&count));
    let client = client.build_blocking().expect("a client");
    let outcome = tokio::task::spawn_blocking(move || client.get("/x").send());
    let outcome = outcome.await.expect("no panic");
    assert_succeeded(&outcome, &[BROKEN, OK]);
    assert_eq!(trail(&outcome).attempts()[1].cause(), Cause::Retry);
    assert_agrees(server.log(), &[trail(&outcome)]);
}

#[test]
fn a_wrapper_is_not_put_around_the_programs_own_transport() {
    let count = Arc::<AtomicUsize>::default();
    let client = Client::builder("http://127.0.0.1:1").wrap_transport(stumbling(&count));
    let error = client.build_with(Napping).expect_err("two transports");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("wrap_transport"), "{error}");
}

/// Answers after a nap on tokio's clock, or never.
struct Napping;

impl Transport for Napping {
    type Body = MapErr<Full<bytes::Bytes>, fn(std::convert::Infallible) -> TransportError>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Sleep::new(tokio::time::sleep_until(at.into()))
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        request.sent.mark();
        request.sent.set_connection(Connection::new(None, true));
        tokio::time::sleep(Duration::from_millis(1)).await;
        if request.url.path() == "/never" {
            std::future::pending::<()>().await;
        }
        let never: fn(std::convert::Infallible) -> TransportError = |never| match never {};
        let body = Full::from("awake").map_err(never);
        Ok(Reply::new(StatusCode::OK, HeaderMap::new(), body))
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

/// The thread that makes the call has no runtime, and the transport needs one.
#[test]
fn a_blocking_client_works_over_another_transport() {
    let client = Client::builder("http://127.0.0.1:1").max_attempts(1);
    let client = client.build_blocking_with(Napping).expect("a client");
    let outcome = client.get("/x").send();
    assert_succeeded(&outcome, &[OK]);
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(attempt.connection_is_reused(), Some(true));
    let response = outcome.expect("a response");
    assert_eq!(response.text().expect("text"), "awake");
    let late = client
        .get("/never")
        .timeout(Duration::from_millis(20))
        .send();
    let (kind, why) = (ErrorKind::Timeout, StopReason::Deadline);
    assert_failed(&late, kind, why, &[("timeout", Sent::Unknown)]);
}
