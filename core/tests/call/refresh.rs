//! A 401, and the one refresh that serves all calls that got it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use reqtrail::{Category, Cause, Client, Secret, StopReason, Token, Transport as _};

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
        assert_eq!(
            trail.attempts()[0].wait(),
            None,
            "a refresh does not count as a wait"
        );
        assert_eq!(trail.attempts()[1].started(), ms(300));
        assert_eq!(refresher.asked(), 1);
        assert_eq!(fixture.wire.log()[1].body, fixture.wire.log()[0].body);
        // The next call has the new token from the start.
        fixture.client.get("/x").send().await.expect("a response");
        assert_eq!((fixture.wire.count(), refresher.asked()), (3, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn one_refresh_serves_all_waiting_calls() {
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
        // Even if no call waits for it any more.
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
        assert_eq!(
            statuses(trail(outcome)),
            [401],
            "the trail has what was sent"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_returns_the_401_with_its_cause() {
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
            (Some(StatusCode::UNAUTHORIZED), Some("unauthorized"))
        );
        assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_1"));
        let said = sources(&error);
        assert!(said.contains("the vault is sealed"), "{said}");
    }
    // A failure is remembered for a second; each further one for twice as long, up to half a minute.
    let mut asked = 1;
    for pause in [1, 2, 4, 8, 16, 30, 30] {
        tokio::time::sleep(secs(pause) - ms(10)).await;
        let outcomes = join_all((0..5).map(|_| fixture.client.get("/x").send())).await;
        assert!(outcomes.iter().all(|o| statuses(trail(o)) == [401]));
        assert_eq!(refresher.asked(), asked, "within {pause} s");
        tokio::time::sleep(ms(10)).await;
        let outcomes = join_all((0..5).map(|_| fixture.client.get("/x").send())).await;
        asked += 1;
        assert_eq!(refresher.asked(), asked, "after {pause} s");
        for outcome in outcomes {
            let error = error(outcome);
            assert_eq!(
                error.status(),
                Some(StatusCode::UNAUTHORIZED),
                "its own answer"
            );
            assert!(std::error::Error::source(&error).is_some());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_token_clears_the_failure_of_a_refresh() {
    let refresher = Refresher {
        fails: true,
        ..Refresher::taking(ms(50))
    };
    let fixture = built(knowing("sk_live_set"), |b| refresher.option(b));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    fixture.client.set_token("sk_live_set").expect("a token");
    fixture.client.get("/x").send().await.expect("a response");
    // The next failure is a first one again.
    fixture.client.set_token("refused").expect("a token");
    for (pause, asked) in [(0, 2), (999, 2), (1, 3)] {
        tokio::time::sleep(ms(pause)).await;
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
        assert_eq!(refresher.asked(), asked);
    }
}

/// Calls that wait for a refresh get a token that is set meanwhile.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_set_ends_the_wait() {
    let refresher = Refresher::taking(secs(5));
    let fixture = built(knowing("sk_live_set"), |b| refresher.option(b));
    let call = tokio::spawn(fixture.client.get("/x").send());
    tokio::time::sleep(secs(1)).await;
    fixture.client.set_token("sk_live_set").expect("a token");
    let outcome = call.await.expect("no panic");
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    assert_eq!(trail(&outcome).elapsed(), secs(1));
    // What the refresher gives in the end is older.
    tokio::time::sleep(secs(10)).await;
    fixture.client.get("/x").send().await.expect("a response");
    let sent = fixture.wire.headers("authorization");
    assert_eq!(sent[2], "Bearer sk_live_set");
}

/// A refresher that hangs is asked again after 10 seconds, and the newer token wins, whichever comes last.
#[tokio::test(start_paused = true)]
async fn a_hanging_refresh_is_restarted() {
    for (first, second, served_at) in [(None, 1, 11), (Some(14), 2, 12), (Some(11), 5, 11)] {
        let asked = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&asked);
        let wire = ScriptedTransport::answering(|_, sent| {
            let old = sent
                .header("authorization")
                .is_some_and(|a| a.contains(TOKEN));
            reply(if old { 401 } else { 200 })
        });
        let fixture = built(wire, |b| {
            b.token_refresher(move || {
                let number = count.fetch_add(1, Ordering::Relaxed);
                async move {
                    match (number, first) {
                        (0, None) => std::future::pending().await,
                        (0, Some(takes)) => tokio::time::sleep(secs(takes)).await,
                        _ => tokio::time::sleep(secs(second)).await,
                    }
                    Ok(Secret::from(["sk_live_first", "sk_live_second"][number]))
                }
            })
        });
        let calls = (0..20).map(|n| {
            let call = fixture.client.get("/x").send();
            async move {
                tokio::time::sleep(ms(n * 100)).await;
                call.await
            }
        });
        let outcomes = join_all(calls).await;
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(asked.load(Ordering::Relaxed), 2, "{first:?}");
        assert_eq!(trail(&outcomes[0]).elapsed(), secs(served_at), "{first:?}");
        tokio::time::sleep(secs(30)).await;
        fixture.client.get("/x").send().await.expect("a response");
        let sent = fixture.wire.headers("authorization");
        assert_eq!(sent[sent.len() - 1], "Bearer sk_live_second", "{first:?}");
    }
}

/// What the causes of an error say.
fn sources(error: &reqtrail::Error) -> String {
    let mut said = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        said += &cause.to_string();
        source = cause.source();
    }
    said
}

/// A refresher that waits for the client it serves would wait for itself.
#[tokio::test(start_paused = true)]
async fn a_refresher_cannot_wait_for_its_own_client() {
    type Cell = Arc<std::sync::OnceLock<Client>>;
    for token in [None, Some(TOKEN)] {
        let own = Cell::default();
        let inner = Arc::clone(&own);
        let wire = ScriptedTransport::answering(|_, _| reply(401));
        let builder = Client::novavms(BASE).token_refresher(move || {
            let client = inner.get().cloned();
            async move {
                let client = client.ok_or("no client yet")?;
                client.post("/auth/login").send().await?;
                Ok("never")
            }
        });
        let builder = token
            .into_iter()
            .fold(builder, reqtrail::ClientBuilder::token);
        let client = builder.build_with(wire.clone()).expect("a client");
        assert!(own.set(client.clone()).is_ok());
        let error = error(client.get("/x").send().await);
        assert_eq!(wire.elapsed(), Duration::ZERO, "nobody waits");
        let mut said = String::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            said += &cause.to_string();
            source = cause.source();
        }
        assert!(said.contains("expected a separate client"), "{said}");
    }
}

/// Nor can two refreshers wait for each other's clients.
#[tokio::test(start_paused = true)]
async fn refreshers_cannot_wait_for_each_other() {
    type Cell = Arc<std::sync::OnceLock<Client>>;
    fn through(cell: &Cell) -> reqtrail::ClientBuilder {
        let cell = Arc::clone(cell);
        Client::novavms(BASE).token_refresher(move || {
            let client = cell.get().cloned();
            async move {
                let client = client.ok_or("no client yet")?;
                client.post("/auth/login").send().await?;
                Ok("never")
            }
        })
    }
    let wire = ScriptedTransport::answering(|_, _| reply(401));
    let clients = [Cell::default(), Cell::default(), Cell::default()];
    for (at, cell) in clients.iter().enumerate() {
        let builder = through(&clients[(at + 1) % clients.len()]);
        let client = builder.build_with(wire.clone()).expect("a client");
        assert!(cell.set(client).is_ok());
    }
    let first = clients[0].get().expect("a client");
    let error = error(first.get("/x").send().await);
    assert_eq!(wire.elapsed(), Duration::ZERO, "nobody waits");
    let text = format!("{error:#?}");
    assert!(text.contains("expected a separate client"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_refresher_that_panics_or_returns_an_invalid_token_has_failed() {
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
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
        assert!(std::error::Error::source(&error).is_some());
        assert!(!format!("{error} {error:?}").contains("Evil"));
    }
    // Also one that panics before it returns a future.
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

tokio::task_local! {
    static TENANT: &'static str;
}

#[tokio::test(start_paused = true)]
async fn a_refresher_gets_the_context_of_the_call_that_asks() {
    for blocks in [false, true] {
        if blocks {
            // A paused clock runs ahead of a thread, even to the call's deadline.
            tokio::time::resume();
        }
        let seen = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&seen);
        let note = move |tenant| {
            told.lock().expect("a lock").push(tenant);
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Secret::from(FRESH))
        };
        let context = || TENANT.try_with(|tenant| *tenant).ok();
        let fixture = built(knowing(FRESH), |b| match blocks {
            false => b.token_refresher_in_context(context, move |tenant| {
                let asked = note(tenant);
                async move { asked }
            }),
            true => b.token_refresher_blocking_in_context(context, note),
        });
        let call = fixture.client.get("/x").send();
        TENANT.scope("a", call).await.expect("a response");
        assert_eq!(*seen.lock().expect("a lock"), [Some("a")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_context_that_panics_is_a_refresh_that_failed() {
    let fixture = built(knowing(FRESH), |b| {
        b.token_refresher_in_context(
            || panic!("no context"),
            |()| async { Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Secret::from(FRESH)) },
        )
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    let error = outcome.expect_err("an error");
    let why = sources(&error);
    assert!(why.contains("panicked"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_cause_no_refresh() {
    let refresher = Refresher::default();
    let answer = reply(401).body(r#"{"error":"invalid_credentials"}"#);
    let fixture = with([answer], |b| refresher.option(b));
    let outcome = fixture.client.post("/auth/login").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    assert_eq!((refresher.asked(), fixture.wire.count()), (0, 1));
}

/// A server that takes every token that this [`Vault`] gave, and the vault itself: each token holds for `holds`.
struct Vault {
    fixture: Fixture,
    asked: Arc<AtomicUsize>,
    /// What the next refresh takes and whether it fails.
    next: Arc<Mutex<(Duration, bool)>>,
}

impl Vault {
    fn giving(holds: Duration) -> Self {
        let wire = ScriptedTransport::answering(|_, _| reply(200));
        let (asked, next) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<_>>::default());
        let shared = (wire.clone(), Arc::clone(&asked), Arc::clone(&next));
        let client = Client::novavms(BASE)
            .token_refresher(move || {
                let (wire, asked, next) = shared.clone();
                async move {
                    let number = asked.fetch_add(1, Ordering::Relaxed) + 1;
                    let (takes, fails) = *next.lock().expect("no panic");
                    tokio::time::sleep(takes).await;
                    if fails {
                        return Err("the vault is sealed".into());
                    }
                    let end = wire.wall_clock() + holds;
                    Ok(Token::new(format!("{FRESH}{number}")).expires_at(end))
                }
            })
            .build_with(wire.clone())
            .expect("a client");
        let seen = Seen::default();
        let fixture = Fixture { client, wire, seen };
        Self {
            fixture,
            asked,
            next,
        }
    }

    fn next_takes(&self, takes: Duration, fails: bool) {
        *self.next.lock().expect("no panic") = (takes, fails);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    async fn call(&self) -> Outcome {
        self.fixture.client.get("/x").send().await
    }

    fn last_token(&self) -> String {
        let sent = self.fixture.wire.headers("authorization");
        sent.last().expect("a request")["Bearer ".len()..].to_owned()
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_replaced_once_before_it_expires() {
    // Hours: a minute ahead. Minutes: a tenth of them.
    for (holds, still_fine, due) in [
        (secs(3600), secs(3539), secs(3541)),
        (secs(100), secs(89), secs(91)),
    ] {
        let vault = Vault::giving(holds);
        vault.call().await.expect("a response");
        tokio::time::sleep(still_fine).await;
        vault.call().await.expect("a response");
        assert_eq!(vault.asked(), 1, "{holds:?}");
        tokio::time::sleep(due - still_fine).await;
        vault.next_takes(ms(300), false);
        let outcomes = join_all((0..50).map(|_| vault.call())).await;
        assert_eq!(vault.asked(), 2, "{holds:?}");
        for outcome in &outcomes {
            assert_eq!(causes(trail(outcome)), [Cause::Initial], "no 401 at all");
            assert_eq!(trail(outcome).attempts()[0].started(), ms(300));
        }
        assert_eq!(vault.last_token(), format!("{FRESH}2"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_still_valid_is_used_after_a_failed_refresh() {
    let vault = Vault::giving(secs(3600));
    vault.call().await.expect("a response");
    tokio::time::sleep(secs(3560)).await;
    vault.next_takes(ms(10), true);
    let outcomes = join_all((0..20).map(|_| vault.call())).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(vault.asked(), 2);
    assert_eq!(vault.last_token(), format!("{FRESH}1"));
    // 40 seconds were left; the next try comes when half of them are over, not with the next call.
    tokio::time::sleep(secs(19)).await;
    vault.call().await.expect("a response");
    assert_eq!(vault.asked(), 2);
    tokio::time::sleep(secs(1)).await;
    vault.next_takes(ms(10), false);
    vault.call().await.expect("a response");
    assert_eq!(vault.asked(), 3);
    assert_eq!(vault.last_token(), format!("{FRESH}3"));
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_valid_token_waits_five_seconds_at_most_for_a_refresh() {
    let vault = Vault::giving(secs(3600));
    vault.call().await.expect("a response");
    tokio::time::sleep(secs(3550)).await;
    vault.next_takes(secs(8), false);
    let outcome = vault.call().await;
    assert_eq!(trail(&outcome).attempts()[0].started(), secs(5));
    assert_eq!(vault.last_token(), format!("{FRESH}1"));
    // New calls do not wait, and the refresh has continued.
    assert_eq!(trail(&vault.call().await).elapsed(), Duration::ZERO);
    tokio::time::sleep(secs(4)).await;
    vault.call().await.expect("a response");
    assert_eq!(vault.last_token(), format!("{FRESH}2"));
    assert_eq!(vault.asked(), 2);

    // The old token ends while the new one is awaited: then there is nothing else to send.
    let vault = Vault::giving(secs(3600));
    vault.call().await.expect("a response");
    tokio::time::sleep(secs(3597)).await;
    vault.next_takes(secs(8), false);
    let outcome = vault.call().await;
    assert_eq!(trail(&outcome).attempts()[0].started(), secs(8));
    assert_eq!(vault.last_token(), format!("{FRESH}2"));

    // A call's own time and its cancel token still end the wait.
    tokio::time::sleep(secs(3550)).await;
    let request = vault.fixture.client.get("/x").timeout(secs(2));
    assert_eq!(
        end(&request.send().await),
        ("timeout", StopReason::Deadline)
    );
    let cancel = reqtrail::CancelToken::new();
    let call = tokio::spawn(vault.fixture.client.get("/x").cancel_token(&cancel).send());
    tokio::time::sleep(secs(1)).await;
    cancel.cancel();
    let outcome = call.await.expect("no panic");
    assert_eq!(end(&outcome), ("cancelled", StopReason::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_not_sent() {
    let vault = Vault::giving(secs(3600));
    vault.call().await.expect("a response");
    tokio::time::sleep(secs(3600)).await;
    vault.next_takes(ms(10), true);
    let outcome = vault.call().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    assert_eq!(trail(&outcome).attempts().len(), 0);
    let error = error(outcome);
    assert!(sources(&error).contains("the vault is sealed"));
    vault.next_takes(ms(10), false);
    tokio::time::sleep(secs(1)).await;
    vault.call().await.expect("a response");
    assert_eq!(vault.last_token(), format!("{FRESH}3"));
}

/// Clocks that differ make a new token look old; asking for another one would never end.
#[tokio::test(start_paused = true)]
async fn a_refreshed_token_that_has_expired_is_used_until_it_is_refused() {
    let vault = Vault::giving(Duration::ZERO);
    for _ in 0..3 {
        vault.call().await.expect("a response");
        tokio::time::sleep(secs(60)).await;
    }
    assert_eq!(vault.asked(), 1);
}

/// The first token may be the client's, with its expiry.
#[tokio::test(start_paused = true)]
async fn a_token_that_the_program_sets_may_expire() {
    let wire = ScriptedTransport::answering(|_, _| reply(200));
    let given = Token::new("first").expires_at(wire.wall_clock() + secs(600));
    let client = Client::novavms(BASE)
        .token(given)
        .token_refresher(|| async { Ok("second") })
        .build_with(wire.clone())
        .expect("a client");
    for wait in [500, 60, 3600] {
        client.get("/x").send().await.expect("a response");
        tokio::time::sleep(secs(wait)).await;
    }
    let sent = wire.headers("authorization");
    assert_eq!(sent, ["Bearer first", "Bearer first", "Bearer second"]);
}
