//! What the tests on the wire share: servers, certificates, and the comparison of a trail with a server's log.

pub(crate) mod certs;
#[path = "../../support/chain.rs"]
pub(crate) mod chain;
pub(crate) mod frames;
pub(crate) mod freeze;
pub(crate) mod h2_server;
pub(crate) mod http1;
pub(crate) mod log;
pub(crate) mod ports;
pub(crate) mod proxy_server;
pub(crate) mod server;
pub(crate) mod shared_io;

use std::time::Duration;

use reqtrail::{Error, ErrorKind, Response, Sent, StopReason, Trail};

use crate::client::ClientBuilder;
pub(crate) use crate::client::builder;
pub(crate) use certs::{Authority, Tls};
pub(crate) use chain::{assert_read_again, assert_says_nothing_twice};
pub(crate) use freeze::Freezer;
pub(crate) use h2_server::{Act, h2_server};
pub(crate) use log::{Log, Seen, assert_agrees};
pub(crate) use server::Server;

/// The API credential of all clients here.
pub(crate) const TOKEN: &str = "sk_live_0123456789abcdef";

/// Longer than any machine takes: it ends a test that hangs, and decides nothing else.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// What a call gave.
pub(crate) type Outcome = Result<Response, Error>;

/// Builds the client, and makes one call.
pub(crate) async fn get(client: ClientBuilder) -> Outcome {
    let client = client.build().expect("a client");
    client.get("/things").send().await
}

/// The trail of either outcome.
pub(crate) fn trail(outcome: &Outcome) -> &Trail {
    let trail = match outcome {
        Ok(response) => response.trail(),
        Err(error) => {
            assert_says_nothing_twice(error);
            error.trail().expect("a call's error has a trail")
        }
    };
    assert_read_again(trail);
    trail
}

/// What each attempt gave: its status or its failure, and whether it was sent.
pub(crate) fn story(trail: &Trail) -> Vec<(String, Sent)> {
    let what = |a: &reqtrail::Attempt| match (a.failure(), a.status()) {
        (Some(failure), _) => failure.to_string(),
        (None, status) => {
            status.map_or_else(|| "nothing".to_owned(), |status| status.as_str().to_owned())
        }
    };
    let attempts = trail.attempts().iter();
    attempts.map(|a| (what(a), a.sent())).collect()
}

/// The call ended with this kind for this reason, after attempts that gave this.
pub(crate) fn assert_failed(
    outcome: &Outcome,
    kind: ErrorKind,
    why: StopReason,
    attempts: &[(&str, Sent)],
) {
    let error = outcome.as_ref().expect_err("the call fails");
    let trail = trail(outcome);
    let told = (error.kind(), trail.stopped(), story(trail));
    let attempts = attempts
        .iter()
        .map(|(what, sent)| (what.to_string(), *sent));
    assert_eq!(told, (kind, why, attempts.collect()), "{error}");
}

/// The call succeeded after attempts that gave this.
pub(crate) fn assert_succeeded(outcome: &Outcome, attempts: &[(&str, Sent)]) {
    let trail = trail(outcome);
    let attempts = attempts
        .iter()
        .map(|(what, sent)| (what.to_string(), *sent));
    assert_eq!(
        (trail.stopped(), story(trail)),
        (StopReason::Succeeded, attempts.collect()),
        "{trail}"
    );
}

/// The notes of a trail by name.
pub(crate) fn notes(trail: &Trail) -> Vec<&'static str> {
    trail.notes().iter().map(|note| note.as_str()).collect()
}
