//! What a transport reports, and how far the loop trusts it.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use reqtrail::{ErrorKind, Failure, Sent, StopReason, TransportError};

use crate::support::exchange::panics;
use crate::support::*;

/// The failures that mean that nothing was sent.
const UNSENT: [Failure; 4] = [
    Failure::Connect,
    Failure::Unusable,
    Failure::Tls,
    Failure::ProxyRefused,
];

/// A transport that marked a request has sent it, whatever it says afterwards.
#[tokio::test(start_paused = true)]
async fn a_set_mark_outranks_the_transports_error() {
    for failure in UNSENT {
        let fixture = novavms([fails(failure).sent()]);
        let outcome = fixture.client.post("/x").send().await;
        assert_eq!(end(&outcome), ("transport", StopReason::UnsafeToRetry));
        let wanted = [(Some(ErrorKind::Transport), Sent::Unknown)];
        assert_eq!(failures(trail(&outcome)), wanted, "{failure:?}");
        assert_told(&fixture.wire, trail(&outcome));
        assert!(error(outcome).may_have_been_sent());
        // A request that may be sent twice is sent again, and the trail says what that means.
        let fixture = novavms([fails(failure).sent(), reply(200)]);
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
        let notes = trail(&outcome).notes();
        assert_eq!(notes, [reqtrail::TrailNote::MayHaveSucceeded]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_sent_mark_nothing_was_sent() {
    for (failure, stopped) in UNSENT.into_iter().zip([
        StopReason::AttemptsExhausted,
        StopReason::NotRetryable,
        StopReason::NotRetryable,
        StopReason::NotRetryable,
    ]) {
        let wire = ScriptedTransport::answering(move |_, _| fails(failure));
        let fixture = built(wire, |b| b);
        let outcome = fixture.client.post("/x").send().await;
        assert_eq!(end(&outcome), ("connect", stopped), "{failure:?}");
        assert!(!error(outcome).may_have_been_sent());
    }
}

/// Once the head is here the server has acted, and the connection broke.
#[tokio::test(start_paused = true)]
async fn every_error_within_a_body_is_a_broken_connection() {
    for failure in [
        Failure::Connect,
        Failure::Unusable,
        Failure::Tls,
        Failure::ProxyRefused,
        Failure::Unprocessed,
        Failure::RefusedStream,
        Failure::Broken,
        Failure::HeadersTooLarge,
    ] {
        let cut = || reply(200).id("req_1").body("x").cut_by(failure);
        let fixture = novavms([cut()]);
        let outcome = fixture.client.post("/x").send().await;
        let wanted = ("transport", StopReason::UnsafeToRetry);
        assert_eq!(end(&outcome), wanted, "{failure:?}");
        let last = trail(&outcome).last().expect("an attempt");
        assert_eq!(last.failure(), Some(ErrorKind::Transport));
        assert_eq!((last.sent(), last.processed()), (Sent::Yes, Some(true)));
        let fixture = novavms([cut(), reply(200)]);
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded), "{failure:?}");
    }
}

/// Bytes that count how many of them there are.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl Counted {
    fn bytes(data: Vec<u8>, count: &Arc<AtomicUsize>) -> Bytes {
        count.fetch_add(1, Ordering::SeqCst);
        Bytes::from_owner(Self(data, Arc::clone(count)))
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_keeps_no_buffer_of_its_response() {
    for size in [100, 64 * 1024, 1024 * 1024] {
        let buffers = Arc::<AtomicUsize>::default();
        let body = Counted::bytes(vec![b'x'; size], &buffers);
        let wire = ScriptedTransport::playing([reply(404).id("req_1").body(body)]);
        let error = error(built(wire, |b| b).client.get("/x").send().await);
        let kept = error.api().expect("an answer").body();
        assert_eq!(kept.len(), size.min(64 * 1024));
        assert_eq!(buffers.load(Ordering::SeqCst), 0, "of {size} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_programs_transport_is_named_as_its_own() {
    let wait = || reply(503).header("retry-after", "1");
    for exchange in [
        panics(),
        panics().sent(),
        reply(200).then_panics(),
        reply(500).body("x").then_panics(),
    ] {
        let fixture = novavms([wait(), exchange]);
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("internal", StopReason::NotRetryable));
        let last = trail(&outcome).last().expect("an attempt");
        let reason = last.failure_reason().unwrap_or_default().to_owned();
        assert!(reason.contains("transport panicked"), "{reason}");
        let text = error(outcome).to_string();
        assert!(text.contains("transport panicked"), "{text}");
        assert!(!text.contains("report this"), "{text}");
    }
}

/// A printed chain of causes repeats nothing, also if a program's own transport passes on another's error.
#[test]
fn a_transports_error_has_the_sources_that_it_does_not_quote() {
    let caused = |message: &str| {
        let cause = std::io::Error::other("refused by a firewall");
        TransportError::new(Failure::Connect, message).with_source(cause)
    };
    let quoting = caused("no connection: refused by a firewall");
    assert_sources_are_new(&quoting, &quoting.to_string());
    assert!(quoting.source().is_none());
    let other = caused("no connection");
    let source = other.source().map(ToString::to_string);
    assert_eq!(source.as_deref(), Some("refused by a firewall"));
}
