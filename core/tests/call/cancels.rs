//! Cancelling by token, at any moment.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use reqtrail::{CancelReason, CancelToken, ErrorKind, Failure, Observer, Sent, StopReason};

use crate::support::*;

/// Makes a call and cancels it after a while.
async fn cancelled_after(millis: u64, fixture: &Fixture) -> Outcome {
    let token = CancelToken::new();
    let call = tokio::spawn(fixture.client.get("/x").cancel_token(&token).send());
    tokio::time::sleep(ms(millis)).await;
    token.cancel();
    let outcome = call.await.expect("no panic");
    assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
    assert_eq!(trail(&outcome).elapsed(), ms(millis), "at once");
    assert_eq!(fixture.wire.open(), 0, "the exchange is given up");
    let count = fixture.wire.count();
    settle().await;
    assert_eq!(fixture.wire.count(), count, "nothing is sent afterwards");
    assert_eq!(fixture.seen.trail().to_json(), trail(&outcome).to_json());
    assert_told(&fixture.wire, trail(&outcome));
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_cancel_before_the_call_sends_nothing() {
    let token = CancelToken::new();
    token.cancel();
    let fixture = novavms([]);
    let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
    assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
    assert_eq!(
        (trail(&outcome).attempts().len(), fixture.wire.count()),
        (0, 0)
    );
    assert_eq!(fixture.seen.words(), ["ended cancelled"]);
    assert!(!error(outcome).may_have_been_sent());
}

#[tokio::test(start_paused = true)]
async fn a_cancel_during_an_attempt_ends_the_call() {
    let cancelled = Some(ErrorKind::Cancelled);
    for (exchange, sent) in [(never(), Sent::No), (never().sent(), Sent::Unknown)] {
        let fixture = novavms([exchange]);
        let outcome = cancelled_after(700, &fixture).await;
        assert_eq!(failures(trail(&outcome)), [(cancelled, sent)]);
        assert_eq!(trail(&outcome).attempts()[0].elapsed(), ms(700));
        assert_eq!(error(outcome).may_have_been_sent(), sent != Sent::No);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_during_a_body_ends_the_call() {
    for status in [200, 404, 503] {
        let fixture = novavms([reply(status).id("req_1").body("x").stalled()]);
        let outcome = cancelled_after(700, &fixture).await;
        let attempt = &trail(&outcome).attempts()[0];
        assert_eq!(
            (attempt.status().map(|s| s.as_u16()), attempt.sent()),
            (Some(status), Sent::Yes)
        );
        assert_eq!(attempt.failure(), Some(ErrorKind::Cancelled));
        assert_eq!(
            error(outcome).request_id().map(|id| id.as_str()),
            Some("req_1")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_during_a_backoff_ends_the_call() {
    let fixture = novavms([reply(503).id("req_1").header("retry-after", "30")]);
    let outcome = cancelled_after(700, &fixture).await;
    assert_eq!(statuses(trail(&outcome)), [503]);
    assert!(trail(&outcome).attempts()[0].wait() >= Some(secs(30)));
    // The attempt itself ended well before.
    assert_eq!(failures(trail(&outcome)), [(None, Sent::Yes)]);
    assert_eq!(
        error(outcome).status(),
        Some(StatusCode::SERVICE_UNAVAILABLE),
        "the last attempt's"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancel_during_a_refresh_ends_the_call() {
    let slow = || async {
        tokio::time::sleep(secs(5)).await;
        Ok("sk_live_new")
    };
    let fixture = with([reply(401)], |b| b.token_refresher(slow));
    let outcome = cancelled_after(700, &fixture).await;
    assert_eq!(statuses(trail(&outcome)), [401]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_after_the_end_changes_nothing() {
    let token = CancelToken::new();
    let fixture = novavms([reply(200), reply(200)]);
    let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
    token.cancel();
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert!(
        fixture.client.get("/x").send().await.is_ok(),
        "other calls go on"
    );
}

#[tokio::test(start_paused = true)]
async fn one_token_cancels_many_calls() {
    let token = CancelToken::new();
    let fixture = built(ScriptedTransport::answering(|_, _| never().sent()), |b| b);
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(fixture.client.get("/x").cancel_token(&token).send()))
        .collect();
    tokio::time::sleep(ms(10)).await;
    std::thread::spawn(move || token.cancel())
        .join()
        .expect("no panic");
    for call in calls {
        assert_eq!(end(&call.await.expect("no panic")).0, "cancelled");
    }
    assert_eq!(fixture.seen.trails().len(), 20);
    assert_eq!(fixture.wire.elapsed(), ms(10));
}

/// Cancels when an attempt has ended.
struct CancelsAfter(CancelToken);

impl Observer for CancelsAfter {
    fn attempt_finished(&self, _: &reqtrail::AttemptFinished<'_>) {
        self.0.cancel();
    }
}

/// An attempt is an exchange that was made or a connection that failed. Of a call that is cancelled between two
/// attempts the second is neither.
#[tokio::test(start_paused = true)]
async fn a_cancel_between_two_attempts_prevents_the_second() {
    type Story = (&'static str, fn() -> Exchange);
    let stories: [Story; 4] = [
        ("an answer", || reply(503)),
        ("no connection", || fails(Failure::Connect)),
        ("a redirect", || reply(307).header("location", "/y")),
        ("a 401", || reply(401)),
    ];
    let mut begun = Vec::new();
    for (name, story) in stories {
        let token = CancelToken::new();
        let fixture = with([story()], |b| {
            b.base_delay(ms(0))
                .observer(CancelsAfter(token.clone()))
                .token_refresher(|| async { Ok("sk_live_new") })
        });
        let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
        assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
        assert_eq!(fixture.wire.count(), 1);
        if trail(&outcome).attempts().len() != 1 {
            begun.push(name);
        }
    }
    assert_eq!(begun, [""; 0], "a second attempt is in the trail of");
}

/// A cancel that comes after any number of polls ends the call at the next.
#[tokio::test(start_paused = true)]
async fn a_cancel_at_any_poll_agrees_with_the_servers_log() {
    for (name, story) in super::drops::stories() {
        cancelled_at_every_poll(name, story).await;
    }
}

/// A deadline that the caller keeps outside is a timeout wherever it meets the call, and each place says what had not
/// happened.
#[tokio::test(start_paused = true)]
async fn a_deadline_of_the_caller_is_a_timeout() {
    let refresher = || async {
        tokio::time::sleep(secs(5)).await;
        Ok("sk_live_new")
    };
    let timeout = Some(ErrorKind::Timeout);
    type Row = (Exchange, Option<ErrorKind>, Sent, &'static str);
    let rows: [Row; 7] = [
        (
            never(),
            timeout,
            Sent::No,
            "no connection to api.example:443 within 700 ms, when the caller's deadline passed",
        ),
        (
            never().sent(),
            timeout,
            Sent::Unknown,
            "no response within 700 ms, when the caller's deadline passed",
        ),
        (
            reply(200).body("x").stalled(),
            timeout,
            Sent::Yes,
            "the response's body did not end within 700 ms, when the caller's deadline passed",
        ),
        (
            reply(404).body("x").stalled(),
            timeout,
            Sent::Yes,
            "the response's body did not end within 700 ms, when the caller's deadline passed",
        ),
        (
            reply(503).header("retry-after", "30"),
            None,
            Sent::Yes,
            "the caller's deadline passed while waiting for the next attempt",
        ),
        (
            fails(Failure::Connect).after(ms(699)),
            Some(ErrorKind::Connect),
            Sent::No,
            "the caller's deadline passed while waiting for the next attempt",
        ),
        (
            reply(401),
            None,
            Sent::Yes,
            "the caller's deadline passed while the token refresher was running",
        ),
    ];
    for (exchange, failure, sent, words) in rows {
        let fixture = with([exchange], |b| {
            b.base_delay(secs(8)).token_refresher(refresher)
        });
        let token = CancelToken::new();
        let call = tokio::spawn(fixture.client.get("/x").cancel_token(&token).send());
        tokio::time::sleep(ms(700)).await;
        token.cancel_with(CancelReason::Deadline);
        let outcome = call.await.expect("no panic");
        assert_eq!(end(&outcome), ("timeout", StopReason::Deadline), "{words}");
        assert_eq!(trail(&outcome).elapsed(), ms(700), "at once");
        assert_eq!(failures(trail(&outcome)), [(failure, sent)], "{words}");
        assert_eq!(fixture.seen.trail().to_json(), trail(&outcome).to_json());
        assert_eq!(fixture.wire.open(), 0, "the exchange is given up");
        let error = error(outcome);
        assert_eq!(error.message(), words);
        assert!(error.is_timeout() && !error.is_cancelled());
        let source = std::error::Error::source(&error);
        let source = source.and_then(|source| source.downcast_ref());
        assert_eq!(source, Some(&CancelReason::Deadline), "{words}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let token = CancelToken::new();
    token.cancel_with(CancelReason::Deadline);
    token.cancel();
    // A call's own token gets the reason of the one above it.
    for token in [token.child(), token] {
        let fixture = novavms([]);
        let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
        assert_eq!(end(&outcome), ("timeout", StopReason::Deadline));
        assert_eq!(fixture.wire.count(), 0);
        let wanted = "the caller's deadline passed before anything was sent";
        assert_eq!(error(outcome).message(), wanted);
    }
}

/// Undoing a coding takes time, and is a part of the body.
#[tokio::test(start_paused = true)]
async fn a_cancel_while_a_body_is_decoded_ends_the_call() {
    for (name, story) in super::drops::decoding() {
        cancelled_at_every_poll(name, story).await;
    }
}

async fn cancelled_at_every_poll(name: &str, story: fn() -> Fixture) {
    let reasons = [
        (
            CancelReason::Cancelled,
            ("cancelled", StopReason::Cancelled),
        ),
        (CancelReason::Deadline, ("timeout", StopReason::Deadline)),
    ];
    for (reason, ended) in reasons {
        ended_at_every_poll(name, story, reason, ended).await;
    }
}

async fn ended_at_every_poll(
    name: &str,
    story: fn() -> Fixture,
    reason: CancelReason,
    ended: (&str, StopReason),
) {
    for polls in 0.. {
        let token = CancelToken::new();
        let fixture = story();
        let request = fixture.client.get("/x").cancel_token(&token);
        let call = Arc::new(Mutex::new(Box::pin(request.send())));
        if polled_at_most(polls, shared(&call)).await.is_some() {
            break;
        }
        token.cancel_with(reason);
        let outcome = polled_at_most(1, shared(&call)).await;
        let outcome = outcome.unwrap_or_else(|| panic!("{name}: goes on after {polls} polls"));
        assert_eq!(end(&outcome), ended, "{name}, {polls}");
        let count = fixture.wire.count();
        settle().await;
        assert_eq!(fixture.wire.count(), count, "{name}, {polls}");
        assert_eq!(fixture.seen.trails().len(), 1, "{name}, {polls}");
        assert_told(&fixture.wire, trail(&outcome));
    }
}

/// A future that several owners poll in turn.
fn shared<F: Future + Unpin>(future: &Arc<Mutex<F>>) -> impl Future<Output = F::Output> {
    let future = Arc::clone(future);
    std::future::poll_fn(move |cx| {
        let mut future = future.lock().expect("no panic");
        std::pin::Pin::new(&mut *future).poll(cx)
    })
}
