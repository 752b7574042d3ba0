//! Which credential is sent, and what happens if there is none yet.

use std::time::Duration;

use futures_util::future::join_all;
use reqtrail::{Category, Cause, Client, ErrorKind, StopReason};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn without_a_token_the_refresher_comes_first() {
    let refresher = Refresher::taking(ms(200));
    let seen = Seen::default();
    let wire = knowing(FRESH);
    let builder = refresher.option(Client::novavms(BASE).observer(seen.clone()));
    let client = builder.build_with(wire.clone()).expect("a client");
    let outcomes = join_all((0..5).map(|_| client.get("/x").send())).await;
    assert_eq!((refresher.asked(), wire.count()), (1, 5));
    for outcome in &outcomes {
        assert_eq!(end(outcome), ("ok", StopReason::Succeeded));
        let first = &trail(outcome).attempts()[0];
        assert_eq!((first.cause(), first.started()), (Cause::Initial, ms(200)));
    }

    // Without any token there is nothing that could be sent.
    let refresher = Refresher {
        fails: true,
        ..Refresher::default()
    };
    let wire = knowing(FRESH);
    let builder = refresher.option(Client::novavms(BASE));
    let client = builder.build_with(wire.clone()).expect("a client");
    let outcome = client.get("/x").send().await;
    assert_eq!(trail(&outcome).attempts().len(), 0);
    assert_eq!(wire.count(), 0);
    let error = error(outcome);
    assert!(std::error::Error::source(&error).is_some(), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.category(), Some(Category::Authentication));
    assert!((error.status(), error.code(), error.request_id()) == (None, None, None));
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
}

/// During an outage of the token's issuer it is called once, and no call fails with an error that blames the caller.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_token_service_costs_one_refresh_a_second() {
    let refresher = Refresher {
        fails: true,
        ..Refresher::taking(ms(50))
    };
    let wire = knowing(FRESH);
    let builder = refresher.option(Client::novavms(BASE));
    let client = builder.build_with(wire.clone()).expect("a client");
    for round in 1..3 {
        let outcomes = join_all((0..500).map(|_| client.get("/x").send())).await;
        assert!(outcomes.iter().all(|o| end(o).0 == "api"));
        // Those who come later get the same failure at once.
        let outcome = client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
        assert_eq!(trail(&outcome).elapsed(), Duration::ZERO);
        assert_eq!((refresher.asked(), wire.count()), (round, 0));
        tokio::time::sleep(secs(1)).await;
    }
}

/// The kind of a call without a credential is that of the refresher's own call.
#[tokio::test(start_paused = true)]
async fn without_a_credential_the_refreshers_error_says_the_kind() {
    let refusal = || {
        reply(401)
            .id("req_refused")
            .body(r#"{"error":"invalid_credentials","message":"wrong password"}"#)
    };
    type Row = (
        fn() -> Exchange,
        &'static str,
        Option<Category>,
        &'static [&'static str],
    );
    let refused: fn() -> Exchange = refusal;
    let rows: [Row; 4] = [
        (
            refused,
            "api",
            Some(Category::Authentication),
            &["401 invalid_credentials", "wrong password", "req_refused"],
        ),
        (
            || fails(reqtrail::Failure::Tls),
            "connect",
            None,
            &["connect"],
        ),
        (|| reply(403), "api", Some(Category::Permission), &["403"]),
        (
            || reply(200).body("<html>s3cr3t"),
            "decode",
            None,
            &["not JSON"],
        ),
    ];
    for (answer, kind, category, parts) in rows {
        let wire = knowing(FRESH);
        let builder = Client::novavms(BASE).token_refresher(move || async move {
            let login = Client::novavms(BASE).build_with(ScriptedTransport::playing([answer()]))?;
            let response = login.post("/auth/login").send().await?;
            Ok(response.json::<String>()?)
        });
        let client = builder.build_with(wire.clone()).expect("a client");
        let outcome = client.get("/x").send().await;
        assert_eq!(end(&outcome), (kind, StopReason::NotRetryable));
        assert_eq!(trail(&outcome).attempts().len(), 0);
        assert_eq!(wire.count(), 0);
        let error = error(outcome);
        assert_eq!(error.category(), category, "{kind}");
        assert_eq!(error.status(), None);
        for part in parts {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
        assert!(
            !format!("{error} {error:#?}").contains("s3cr3t"),
            "{error:#?}"
        );
        // The exchanges are in the trail of the error behind it.
        let refresh = std::error::Error::source(&error).expect("the refresh");
        let own = refresh
            .source()
            .and_then(|s| s.downcast_ref::<reqtrail::Error>());
        let own = own.expect("an error of reqtrail").trail().expect("a trail");
        assert_eq!(own.attempts().len(), 1);
    }
    // A binding names the kind in its own text.
    let builder = Client::novavms(BASE).token_refresher(|| async {
        let error = reqtrail::RefreshError::new(ErrorKind::Timeout, None, "too slow");
        Err::<String, _>(error.with_source("the raised one").into())
    });
    let client = builder.build_with(knowing(FRESH)).expect("a client");
    let outcome = client.get("/x").send().await;
    assert_eq!(end(&outcome), ("timeout", StopReason::NotRetryable));
    assert!(error(outcome).to_string().contains("too slow"));
}

#[tokio::test(start_paused = true)]
async fn a_callers_own_credential_is_not_refreshed() {
    let refresher = Refresher::default();
    let fixture = built(knowing(FRESH), |b| refresher.option(b));
    let request = fixture
        .client
        .get("/x")
        .header("Authorization", "Basic abc");
    let outcome = request.send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    assert_eq!(fixture.wire.headers("authorization"), ["Basic abc"]);
    assert_eq!(refresher.asked(), 0);
}

/// The wait for the first token is a part of the call, too.
#[tokio::test(start_paused = true)]
async fn the_wait_for_the_first_token_ends_by_timeout_or_cancel() {
    for cancelled in [false, true] {
        let refresher = Refresher::taking(secs(5));
        let seen = Seen::default();
        let wire = knowing(FRESH);
        let builder = refresher.option(Client::novavms(BASE).observer(seen.clone()));
        let client = builder.build_with(wire.clone()).expect("a client");
        let token = reqtrail::CancelToken::new();
        let request = client.get("/x").timeout(secs(2)).cancel_token(&token);
        let call = tokio::spawn(request.send());
        tokio::time::sleep(secs(1)).await;
        if cancelled {
            token.cancel();
        }
        let outcome = call.await.expect("no panic");
        let (wanted, after) = if cancelled {
            (("cancelled", StopReason::Cancelled), secs(1))
        } else {
            (("timeout", StopReason::Deadline), secs(2))
        };
        assert_eq!(end(&outcome), wanted);
        assert_eq!(trail(&outcome).elapsed(), after);
        assert_eq!(trail(&outcome).attempts().len(), 0);
        assert_eq!(seen.words().len(), 1);
        settle().await;
        assert_eq!((wire.count(), refresher.asked()), (0, 1));
        // The token that came in the end serves the next call.
        client.get("/x").send().await.expect("a response");
        assert_eq!((wire.count(), refresher.asked()), (1, 1));
    }
}

/// A call sends the token that its client had when it began, however long it waits for a thread.
#[tokio::test(start_paused = true)]
async fn a_call_begins_with_the_token_of_its_start() {
    let refresher = Refresher::default();
    for refreshable in [false, true] {
        let fixture = built(ScriptedTransport::answering(|_, _| reply(200)), |b| {
            if refreshable { refresher.option(b) } else { b }
        });
        let call = fixture.client.get("/x").send();
        fixture.client.set_token(FRESH).expect("a token");
        call.await.expect("a response");
        fixture.client.get("/x").send().await.expect("a response");
        let sent = [format!("Bearer {TOKEN}"), format!("Bearer {FRESH}")];
        assert_eq!(fixture.wire.headers("authorization"), sent);
    }
}

/// A client without a refresher has the token that it was given, and a new one once it is set.
#[tokio::test(start_paused = true)]
async fn a_token_can_be_set() {
    let fixture = built(knowing(FRESH), |b| b);
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("api", StopReason::NotRetryable));
    let clone = fixture.client.clone();
    fixture.client.set_token(FRESH).expect("a token");
    assert!(clone.get("/x").send().await.is_ok(), "for all clones");
    assert!(clone.set_token("").is_err());
    assert!(
        clone.get("/x").send().await.is_ok(),
        "a bad one changes nothing"
    );
    assert_eq!(fixture.wire.elapsed(), Duration::ZERO);
}
