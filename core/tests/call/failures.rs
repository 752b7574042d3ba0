//! No panic, wherever it comes from, loses the trail.

use reqtrail::{ErrorKind, Observer, Sent, StopReason};

use crate::support::exchange::panics;
use crate::support::*;

/// The transport panics once the request has left.
pub(crate) fn panics_late() -> Exchange {
    panics().sent()
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_transport_is_an_internal_error() {
    type Row = (fn() -> Exchange, Sent, Option<u16>);
    let rows: [Row; 4] = [
        (panics, Sent::No, None),
        (panics_late, Sent::Unknown, None),
        (|| reply(200).then_panics(), Sent::Yes, Some(200)),
        (|| reply(404).body("x").then_panics(), Sent::Yes, Some(404)),
    ];
    for (exchange, sent, status) in rows {
        let fixture = novavms([reply(503).id("req_1"), exchange()]);
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("internal", StopReason::NotRetryable));
        let trail = trail(&outcome);
        assert_told(&fixture.wire, trail);
        assert_eq!(trail.request_ids(), ["req_1"]);
        let last = trail.last().expect("an attempt");
        assert_eq!(
            (last.sent(), last.status().map(|s| s.as_u16())),
            (sent, status)
        );
        assert_eq!(last.failure(), Some(ErrorKind::Internal));
        assert_eq!(fixture.seen.trail().to_json(), trail.to_json());
        assert_eq!(
            fixture.seen.words()[2..],
            ["started 2 retry", "finished 2 internal", "ended internal"]
        );
        assert_eq!(fixture.wire.open(), 0);
    }
    // The client still works.
    let fixture = novavms([panics(), reply(200)]);
    let _ = fixture.client.get("/x").send().await;
    assert!(fixture.client.get("/x").send().await.is_ok());
}

/// Panics at every event.
struct Panics;

impl Observer for Panics {
    fn attempt_started(&self, _: &reqtrail::AttemptStarted<'_>) {
        panic!("scripted panic");
    }

    fn attempt_finished(&self, _: &reqtrail::AttemptFinished<'_>) {
        panic!("scripted panic");
    }

    fn call_finished(&self, _: &reqtrail::CallFinished<'_>) {
        panic!("scripted panic");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panicking_observer_harms_neither_the_call_nor_the_others() {
    let wire = ScriptedTransport::playing([reply(503), reply(200)]);
    let late = Seen::default();
    let fixture = built(wire, |b| b.observer(Panics).observer(late.clone()));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(fixture.seen.words().len(), 5);
    assert_eq!(late.words(), fixture.seen.words());
    // Also while a dropped call is reported.
    let wire = ScriptedTransport::playing([never()]);
    let fixture = built(wire, |b| b.observer(Panics));
    let call = tokio::time::timeout(secs(1), fixture.client.get("/x").send());
    call.await.expect_err("it is dropped");
    assert_eq!(fixture.seen.trails().len(), 1);
}
