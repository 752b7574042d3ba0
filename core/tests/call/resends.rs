//! Requests that the server guaranteed not to have processed are sent again, whatever the method.

use reqtrail::{Cause, Error, Failure, RetryBudget, StopReason, WaitReason};

use crate::support::*;

/// HTTP/2's REFUSED_STREAM.
fn refused() -> Exchange {
    fails(Failure::RefusedStream).sent()
}

/// HTTP/2's GOAWAY below the stream.
fn goaway() -> Exchange {
    fails(Failure::Unprocessed).sent()
}

fn waits(outcome: &Result<reqtrail::Response, Error>) -> Vec<bool> {
    let attempts = trail(outcome).attempts().iter();
    attempts.map(|attempt| attempt.wait().is_some()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_that_a_goaway_refused_is_resent_at_once() {
    for method in ["GET", "POST"] {
        let script = (0..8).map(|_| goaway()).chain([reply(200)]);
        let fixture = novavms(script);
        let outcome = fixture.client.request(method, "/x").send().await;
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
        assert_eq!(waits(&outcome), [false; 9]);
        assert_eq!(fixture.wire.elapsed(), ms(0));
        assert_eq!(causes(trail(&outcome))[1..], [Cause::Resend; 8]);
        assert_told(&fixture.wire, trail(&outcome));
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_of_a_refused_stream_is_resent_at_once_and_then_after_a_backoff() {
    let fixture = novavms([refused(), goaway(), refused(), refused(), reply(201)]);
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(waits(&outcome), [false, false, true, true, false]);
    let attempts = trail(&outcome).attempts();
    assert_eq!(attempts[2].wait_reason(), Some(WaitReason::Backoff));
    // The second backoff is drawn from the next step of the sequence.
    assert!(attempts[2].wait() <= Some(ms(500)));
    assert!(attempts[3].wait() <= Some(ms(1000)));
    assert_eq!(trail(&outcome).notes(), []);
    assert_told(&fixture.wire, trail(&outcome));
}

#[tokio::test(start_paused = true)]
async fn a_request_is_resent_eight_times_at_most() {
    for exchange in [refused, goaway] {
        let wire = ScriptedTransport::answering(move |_, _| exchange());
        let fixture = built(wire, |b| b.max_attempts(1));
        let outcome = fixture.client.post("/x").send().await;
        assert_eq!(end(&outcome), ("transport", StopReason::AttemptsExhausted));
        assert_eq!(fixture.wire.count(), 9);
        assert_told(&fixture.wire, trail(&outcome));
    }
}

#[tokio::test(start_paused = true)]
async fn resends_use_up_neither_attempts_nor_budget() {
    let empty = RetryBudget {
        capacity: 4,
        retry_cost: 5,
    };
    let fixture = with([refused(), refused(), goaway(), reply(200)], |b| {
        b.max_attempts(1).retry_budget(Some(empty))
    });
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    // Attempts after a resend are counted as usual.
    let fixture = with([goaway(), reply(503), refused(), reply(503)], |b| {
        b.max_attempts(2)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::AttemptsExhausted));
    let wanted = [Cause::Initial, Cause::Resend, Cause::Retry, Cause::Resend];
    assert_eq!(causes(trail(&outcome)), wanted);
}

#[tokio::test(start_paused = true)]
async fn a_resend_repeats_the_hop_that_failed() {
    let hop = reply(307).header("location", "/y");
    let fixture = novavms([hop, refused(), reply(200)]);
    let outcome = fixture.client.post("/x").body("data").send().await;
    let wanted = [Cause::Initial, Cause::Redirect, Cause::Resend];
    assert_eq!(causes(trail(&outcome)), wanted);
    let log = fixture.wire.log();
    let paths: Vec<&str> = log.iter().map(|sent| sent.url.path()).collect();
    assert_eq!(paths, ["/api/v1/x", "/y", "/y"]);
    assert!(log.iter().all(|sent| &sent.body[..] == b"data"));
}

#[tokio::test(start_paused = true)]
async fn a_resend_whose_wait_exceeds_the_deadline_ends_the_call() {
    let wire = ScriptedTransport::answering(move |_, _| refused());
    let fixture = built(wire, |b| b.timeout(ms(1)).base_delay(secs(60)));
    let outcome = fixture.client.post("/x").send().await;
    assert_eq!(end(&outcome), ("transport", StopReason::Deadline));
    assert_eq!(fixture.wire.count(), 2);
}

/// A server that has answered has processed the request, whatever it says afterwards.
#[tokio::test(start_paused = true)]
async fn nothing_is_resent_after_an_answer() {
    for failure in [Failure::RefusedStream, Failure::Unprocessed] {
        let fixture = novavms([reply(200).body("x").cut_by(failure)]);
        let outcome = fixture.client.post("/x").send().await;
        assert_eq!(end(&outcome), ("transport", StopReason::UnsafeToRetry));
        let last = trail(&outcome).last().expect("an attempt");
        assert_eq!(last.processed(), Some(true));
    }
}
