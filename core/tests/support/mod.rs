//! What the tests of the attempt loop share: a transport that plays a script, and an observer that keeps its events.

pub(crate) mod chain;
pub(crate) mod exchange;
#[cfg(feature = "openstack")]
pub(crate) mod log;
pub(crate) mod polls;
pub(crate) mod refresher;
pub(crate) mod seen;
pub(crate) mod transport;

use std::time::Duration;

use reqtrail::{
    Attempt, Cause, Client, ClientBuilder, CustomDialect, Dialect, Error, ErrorKind, Response,
    Sent, StopReason, Trail,
};

pub(crate) use chain::{assert_read_again, assert_says_nothing_twice, assert_sources_are_new};
pub(crate) use exchange::{Exchange, fails, fails_with, never, reply};
#[cfg(feature = "openstack")]
pub(crate) use log::Log;
pub(crate) use polls::{polled_at_most, settle};
pub(crate) use refresher::{FRESH, Refresher, knowing};
pub(crate) use seen::{Event, Seen};
pub(crate) use transport::{ScriptedTransport, Sent as Logged};

/// The credential of the clients of [`novavms`].
pub(crate) const TOKEN: &str = "sk_live_0123456789abcdef";

/// The base URL of all clients here.
pub(crate) const BASE: &str = "https://api.example/api/v1";

/// What a result of a call is.
pub(crate) type Outcome = Result<Response, Error>;

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client of the NovaVMS dialect with a token, what it sends, and what its observer sees.
pub(crate) struct Fixture {
    pub(crate) client: Client,
    pub(crate) wire: ScriptedTransport,
    pub(crate) seen: Seen,
}

/// The usual client with a script.
pub(crate) fn novavms(script: impl IntoIterator<Item = Exchange>) -> Fixture {
    with(script, |builder| builder)
}

/// The usual client with a script and its own options.
pub(crate) fn with(
    script: impl IntoIterator<Item = Exchange>,
    options: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Fixture {
    built(ScriptedTransport::playing(script), options)
}

/// The usual client on a transport that was made before.
pub(crate) fn built(
    wire: ScriptedTransport,
    options: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Fixture {
    let seen = Seen::default();
    let builder = Client::novavms(BASE)
        .token(TOKEN)
        .jitter_seed(7)
        .observer(seen.clone());
    let client = options(builder).build_with(wire.clone()).expect("a client");
    Fixture { client, wire, seen }
}

/// A custom dialect of this JSON form.
pub(crate) fn dialect(json: &str) -> Dialect {
    CustomDialect::from_json(json)
        .and_then(Dialect::custom)
        .expect("a dialect")
}

/// The trail of a call that was begun.
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

/// The error of a call that has to fail.
pub(crate) fn error(outcome: Outcome) -> Error {
    let error = outcome.expect_err("the call fails");
    assert_says_nothing_twice(&error);
    error
}

/// How a call ended: its kind (`ok` for none) and why it stopped.
pub(crate) fn end(outcome: &Outcome) -> (&'static str, StopReason) {
    let kind = outcome.as_ref().err().map_or("ok", |e| e.kind().as_str());
    let trail = trail(outcome);
    assert_eq!(trail.outcome().as_str(), kind, "the trail says the same");
    (kind, trail.stopped())
}

/// What caused each attempt.
pub(crate) fn causes(trail: &Trail) -> Vec<Cause> {
    trail.attempts().iter().map(Attempt::cause).collect()
}

/// The status of each attempt; 0 for none.
pub(crate) fn statuses(trail: &Trail) -> Vec<u16> {
    let status = |a: &Attempt| a.status().map_or(0, |status| status.as_u16());
    trail.attempts().iter().map(status).collect()
}

/// The failure of each attempt and whether its request went out.
pub(crate) fn failures(trail: &Trail) -> Vec<(Option<ErrorKind>, Sent)> {
    let failure = |a: &Attempt| (a.failure(), a.sent());
    trail.attempts().iter().map(failure).collect()
}

/// Checks that the trail and the transport's log tell the same story, one attempt for one request.
pub(crate) fn assert_told(wire: &ScriptedTransport, trail: &Trail) {
    let log = wire.log();
    let sent: Vec<&Logged> = log.iter().collect();
    let spans: Vec<String> = trail.attempts().iter().map(Attempt::span_id).collect();
    let logged: Vec<String> = sent.iter().filter_map(|s| s.span_id()).collect();
    assert_eq!(spans, logged, "attempts and requests, one to one, in order");
    for (attempt, request) in trail.attempts().iter().zip(sent) {
        assert_eq!(attempt.method(), request.method);
        assert_eq!(
            attempt.sent() == Sent::No,
            !request.left(),
            "attempt {} says `{}`",
            attempt.number(),
            attempt.sent()
        );
    }
}
