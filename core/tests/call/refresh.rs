//! A 401 and the one refresh that serves all who met it.

use futures_util::future::join_all;
use reqtrail::{Category, Cause, Secret, StopReason};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    for method in ["GET", "POST"] {
        let refresher = Refresher::taking(ms(300));
        let fixture = built(knowing(FRESH), |b| refresher.option(b).max_attempts(1));
        let outcome = fixture.client.request(method, "/x").json(&[1]).send().await;
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded), "{method}");
        let trail = trail(&outcome);
        assert_told(&fixture.wire, trail);
        assert_eq!(causes(trail), [Cause::Initial, Cause::Reauth]);
        assert_eq!(statuses(trail), [401, 200]);
        assert_eq!(
            trail.attempts()[0].category(),
            Some(Category::Authentication)
        );
        assert_eq!(trail.attempts()[0].wait(), None, "a refresh is no wait");
        assert_eq!(trail.attempts()[1].started(), ms(300));
        assert_eq!(refresher.asked(), 1);
        assert_eq!(fixture.wire.log()[1].body, fixture.wire.log()[0].body);
        // The next call has the new token from the start.
        fixture.client.get("/x").send().await.expect("a response");
        assert_eq!((fixture.wire.count(), refresher.asked()), (3, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn one_refresh_serves_all() {
    let refresher = Refresher::taking(ms(500));
    let fixture = built(knowing(FRESH), |b| refresher.option(b));
    let calls = (0..50).map(|n| {
        let client = fixture.client.clone();
        async move {
            tokio::time::sleep(ms(n * 7)).await;
            client.get("/x").send().await
        }
    });
    let outcomes = join_all(calls).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(refresher.asked(), 1);
    assert_eq!(fixture.wire.count(), 100);
    // Each trail has its own two requests.
    for outcome in &outcomes {
        assert_eq!(causes(trail(outcome)), [Cause::Initial, Cause::Reauth]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_is_used_without_refreshing() {
    let refresher = Refresher::default();
    let fixture = built(
        ScriptedTransport::playing([reply(401).after(secs(1)), reply(200)]),
        |b| refresher.option(b),
    );
    let call = tokio::spawn(fixture.client.get("/x").send());
    tokio::time::sleep(ms(500)).await;
    fixture.client.set_token("sk_live_set").expect("a token");
    let outcome = call.await.expect("no panic");
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(refresher.asked(), 0);
    let wanted = [format!("Bearer {TOKEN}"), "Bearer sk_live_set".to_owned()];
    assert_eq!(fixture.wire.headers("authorization"), wanted);
}

#[tokio::test(start_paused = true)]
async fn one_callers_end_does_not_end_the_refresh() {
    for dropped in [false, true] {
        let refresher = Refresher::taking(secs(2));
        let fixture = built(knowing(FRESH), |b| refresher.option(b));
        let token = reqtrail::CancelToken::new();
        let first = tokio::spawn(fixture.client.get("/1").cancel_token(&token).send());
        tokio::time::sleep(ms(100)).await;
        let second = tokio::spawn(fixture.client.get("/2").send());
        tokio::time::sleep(ms(100)).await;
        if dropped {
            first.abort();
        } else {
            token.cancel();
            let outcome = first.await.expect("no panic");
            assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
            assert_eq!(trail(&outcome).elapsed(), ms(200));
        }
        let outcome = second.await.expect("no panic");
        assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
        assert_eq!((refresher.asked(), fixture.wire.elapsed()), (1, secs(2)));
        // Even with nobody left to wait for it.
        let refresher = Refresher::taking(secs(2));
        let fixture = built(knowing(FRESH), |b| refresher.option(b));
        let alone = tokio::spawn(fixture.client.get("/1").send());
        tokio::time::sleep(ms(100)).await;
        alone.abort();
        settle().await;
        fixture.client.get("/2").send().await.expect("a response");
        assert_eq!((refresher.asked(), fixture.wire.count()), (1, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn each_callers_deadline_bounds_its_wait() {
    let refresher = Refresher::taking(secs(5));
    let fixture = built(knowing(FRESH), |b| refresher.option(b));
    let calls = [1, 3, 20].map(|t| fixture.client.get("/x").timeout(secs(t)).send());
    let outcomes = join_all(calls).await;
    let ends: Vec<_> = outcomes.iter().map(end).collect();
    let late = ("timeout", StopReason::Deadline);
    assert_eq!(ends, [late, late, ("ok", StopReason::Succeeded)]);
    let elapsed: Vec<_> = outcomes
        .iter()
        .map(|o| trail(o).elapsed().as_secs())
        .collect();
    assert_eq!(elapsed, [1, 3, 5]);
    assert_eq!(refresher.asked(), 1);
    for outcome in &outcomes[..2] {
        assert_eq!(statuses(trail(outcome)), [401], "what was sent is told");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_gives_the_401_with_its_cause() {
    let refresher = Refresher {
        fails: true,
        ..Refresher::taking(ms(50))
    };
    let wire = ScriptedTransport::answering(|_, _| {
        reply(401)
            .id("req_1")
            .body(r#"{"error":"unauthorized","message":"expired"}"#)
    });
    let fixture = built(wire, |b| refresher.option(b));
    let outcomes = join_all((0..5).map(|_| fixture.client.get("/x").send())).await;
    assert_eq!((refresher.asked(), fixture.wire.count()), (1, 5));
    for outcome in outcomes {
        assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
        let error = error(outcome);
        assert_eq!(
            (error.status(), error.code()),
            (Some(401), Some("unauthorized"))
        );
        assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_1"));
        let mut said = String::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            said += &cause.to_string();
            source = cause.source();
        }
        assert!(said.contains("the vault is sealed"), "{said}");
    }
    // A failure is not remembered.
    let _ = fixture.client.get("/x").send().await;
    assert_eq!(refresher.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_panics_or_gives_rubbish_is_one_that_failed() {
    type Refresh = fn() -> Result<Secret, Box<dyn std::error::Error + Send + Sync>>;
    let rows: [Refresh; 4] = [
        || panic!("scripted panic"),
        || Ok("".into()),
        || Ok("a\r\nX-Evil: 1".into()),
        || Ok("a\0b".into()),
    ];
    for refresh in rows {
        let fixture = with([reply(401)], |b| {
            b.token_refresher(move || async move { refresh() })
        });
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
        let error = error(outcome);
        assert_eq!(error.status(), Some(401));
        assert!(std::error::Error::source(&error).is_some());
        assert!(!format!("{error} {error:?}").contains("Evil"));
    }
    // Also one that panics before it gives a future.
    let fixture = with([reply(401)], |b| {
        b.token_refresher(|| {
            if true {
                panic!("scripted panic");
            }
            async { Ok(Secret::from("x")) }
        })
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
}

#[tokio::test(start_paused = true)]
async fn a_second_401_is_final() {
    let refresher = Refresher::default();
    let fixture = built(knowing("another"), |b| refresher.option(b));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    assert_eq!(causes(trail(&outcome)), [Cause::Initial, Cause::Reauth]);
    assert_eq!(refresher.asked(), 1);
    // Also when other attempts come between.
    let refresher = Refresher::default();
    let hop = reply(307).header("location", "/y");
    let fixture = with([reply(401), hop, reply(503), reply(401)], |b| {
        refresher.option(b)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    let wanted = [Cause::Initial, Cause::Reauth, Cause::Redirect, Cause::Retry];
    assert_eq!(causes(trail(&outcome)), wanted);
    // The retry has the token that the refresh gave.
    assert_eq!(
        fixture.wire.headers("authorization")[3],
        format!("Bearer {FRESH}")
    );
}

#[tokio::test(start_paused = true)]
async fn reauthentication_repeats_the_hop_that_failed() {
    let refresher = Refresher::default();
    let hop = reply(303).header("location", "/y");
    let fixture = with([hop, reply(401), reply(200)], |b| refresher.option(b));
    fixture
        .client
        .post("/x")
        .json(&[1])
        .send()
        .await
        .expect("a response");
    let last = &fixture.wire.log()[2];
    assert_eq!(
        (last.method.as_str(), last.url.path(), last.body.len()),
        ("GET", "/y", 0)
    );
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_no_reason_to_refresh() {
    let refresher = Refresher::default();
    let answer = reply(401).body(r#"{"error":"invalid_credentials"}"#);
    let fixture = with([answer], |b| refresher.option(b));
    let outcome = fixture.client.post("/auth/login").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    assert_eq!((refresher.asked(), fixture.wire.count()), (0, 1));
}
