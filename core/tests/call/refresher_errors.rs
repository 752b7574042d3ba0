//! What a call reports of its refresher's error: the reason, the request ID, and no secret.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use reqtrail::{Category, Client, Error, ErrorKind, RefreshError, Token, Transport as _};

use crate::secrets::{assert_hidden, shown};
use crate::support::*;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Text around a cause, as `anyhow` adds it.
#[derive(Debug)]
struct Context(String, BoxError);

impl Context {
    fn around(text: &str, cause: impl Into<BoxError>) -> BoxError {
        Box::new(Self(text.to_owned(), cause.into()))
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Context {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.1)
    }
}

/// Everything that a program can print of an error and its causes.
fn chain(error: &Error) -> String {
    let mut all = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        all += &format!(" {cause} {cause:?} {cause:#?}");
        source = cause.source();
    }
    all
}

/// The first error of this type behind an error.
fn behind<T: StdError + 'static>(error: &Error) -> Option<&T> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        source = cause.source();
    }
    None
}

/// A client without a token whose refresher fails with what `fail` makes of its call's error, a 401.
async fn without_token(fail: fn(Error) -> BoxError) -> Error {
    let client = Client::novavms(BASE).token_refresher(move || async move {
        let answer = reply(401)
            .id("req_own")
            .body(r#"{"error":"invalid_credentials","message":"wrong password"}"#);
        let wire = ScriptedTransport::playing([answer]);
        let keystone = Client::novavms(BASE).build_with(wire)?;
        let failed = keystone.post("/auth/login").send().await;
        failed.map_err(fail).map(|_| "never")
    });
    let wire = ScriptedTransport::playing([]);
    let client = client.build_with(wire).expect("a client");
    error(client.get("/x").send().await)
}

#[tokio::test(start_paused = true)]
async fn a_wrapped_error_shows_its_reason_and_its_request_id() {
    type Fail = fn(Error) -> BoxError;
    let rows: [(Fail, &[&str]); 5] = [
        (Into::into, &["401 invalid_credentials: wrong password"]),
        (
            |e| Context::around("sign-in", e),
            &["sign-in: 401 invalid_credentials: wrong password"],
        ),
        (
            |e| Context::around("renew", Context::around("sign-in", e)),
            &["renew: ", "401 invalid_credentials: wrong password"],
        ),
        (
            |e| {
                let own = RefreshError::new(e.kind(), e.category(), "wrong password");
                let id = e.request_id().map(|id| id.as_str().to_owned());
                Context::around("sign-in", own.with_request_id(id))
            },
            &["sign-in: wrong password"],
        ),
        // What the text around it already says is not repeated.
        (
            |e| Context::around(&format!("sign-in: {e}"), e),
            &["sign-in: POST /auth/login: 401"],
        ),
    ];
    for (fail, parts) in rows {
        let error = without_token(fail).await;
        assert_eq!(
            (error.kind(), error.category()),
            (ErrorKind::Api, Some(Category::Authentication))
        );
        let text = error.to_string();
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(text.matches("req_own").count(), 1, "{text}");
        assert_eq!(text.matches("wrong password").count(), 1, "{text}");
    }
}

/// Only what is below an error of this library is taken out where a JSON reader quotes a value.
#[tokio::test(start_paused = true)]
async fn an_error_above_one_of_json_keeps_its_kind_and_its_request_id() {
    fn json() -> serde_json::Error {
        serde_json::from_str::<u32>(r#""s3cr3t""#).expect_err("no number")
    }
    let own = || RefreshError::new(ErrorKind::Connect, None, "down").with_request_id(Some("req_9"));
    let rows: [(BoxError, &[&str]); 4] = [
        (own().with_source(json()).into(), &["down", "req_9"]),
        (
            Context::around("sign-in", own().with_source(json())),
            &["sign-in: down", "req_9"],
        ),
        (
            own().with_source(std::io::Error::other(json())).into(),
            &["down", "req_9"],
        ),
        (
            // Words that repeat the reader's.
            Context::around(
                &format!("sign-in: {}", json()),
                RefreshError::new(ErrorKind::Connect, None, format!("down: {}", json()))
                    .with_request_id(Some("req_9"))
                    .with_source(json()),
            ),
            &["sign-in", "down", "req_9"],
        ),
    ];
    for (failure, parts) in rows {
        let failure = std::sync::Mutex::new(Some(failure));
        let client = Client::novavms(BASE).token_refresher(move || {
            let failure = failure.lock().expect("no panic").take();
            async move { Err::<&str, _>(failure.expect("one refresh")) }
        });
        let wire = ScriptedTransport::playing([]);
        let client = client.build_with(wire).expect("a client");
        let error = error(client.get("/x").send().await);
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
        assert_hidden("s3cr3t", &chain(&error));
        assert!(chain(&error).contains("expected u32"), "{error:#?}");
    }
}

/// A refresher's words may repeat the token that it is to replace.
#[tokio::test(start_paused = true)]
async fn a_refreshers_error_is_shown_without_the_clients_token() {
    let rows: [fn() -> BoxError; 4] = [
        || format!("refresh of {TOKEN} refused").into(),
        || Context::around("sign-in", format!("refresh of {TOKEN} refused")),
        || {
            let own = RefreshError::new(ErrorKind::Connect, None, format!("{TOKEN} refused"));
            own.with_request_id(Some("req_9")).into()
        },
        || {
            let own = RefreshError::new(ErrorKind::Connect, None, "refused");
            let own = own.with_source(format!("{TOKEN} refused"));
            own.with_request_id(Some("req_9")).into()
        },
    ];
    for (index, fail) in rows.into_iter().enumerate() {
        let refused = with([reply(401)], |b| {
            b.token_refresher(move || async move { Err::<&str, _>(fail()) })
        });
        let own = error(refused.client.get("/x").send().await);
        assert_eq!(own.status(), Some(StatusCode::UNAUTHORIZED));
        assert_hidden(TOKEN, &(chain(&own) + &shown(&own, &refused.seen)));
        assert!(chain(&own).contains("refused"), "{own:#?}");
        // Where the token has ended, nothing is sent.
        let wire = ScriptedTransport::playing([reply(200)]);
        let token = Token::new(TOKEN).expires_at(wire.wall_clock() + ms(100));
        let client = Client::novavms(BASE)
            .token(token)
            .token_refresher(move || async move { Err::<&str, _>(fail()) })
            .build_with(wire)
            .expect("a client");
        client.get("/x").send().await.expect("a response");
        tokio::time::sleep(ms(200)).await;
        let ended = error(client.get("/x").send().await);
        assert!(ended.to_string().contains("nothing was sent"), "{ended}");
        assert_hidden(TOKEN, &chain(&ended));
        if index >= 2 {
            assert_eq!(ended.kind(), ErrorKind::Connect);
            for error in [own, ended] {
                assert!(chain(&error).contains("req_9"), "{error:#?}");
            }
        }
    }
}

/// The refresher's own call is a cause of the error, also if the text around it is removed.
#[tokio::test(start_paused = true)]
async fn the_refreshers_own_trail_outlives_the_redaction() {
    let fixture = with([reply(401)], |b| {
        b.token_refresher(|| async {
            let wire = ScriptedTransport::playing([reply(503).id("req_own")]);
            let keystone = Client::novavms(BASE).max_attempts(1).build_with(wire)?;
            let failed = keystone.post("/auth/login").send().await;
            failed
                .map(|_| "never")
                .map_err(|e| Context::around(&format!("refresh of {TOKEN}"), e))
        })
    });
    let error = error(fixture.client.get("/x").send().await);
    assert_hidden(TOKEN, &chain(&error));
    let own = behind::<Error>(&error).expect("the refresher's own error");
    assert_eq!(own.request_id().map(|id| id.as_str()), Some("req_own"));
}

/// A type of the program's own that cannot be printed.
struct Unprintable;

impl fmt::Debug for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("scripted panic")
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("scripted panic")
    }
}

impl StdError for Unprintable {}

#[tokio::test(start_paused = true)]
async fn a_refreshers_error_that_cannot_be_printed_loses_no_trail() {
    for token in [None, Some(TOKEN)] {
        let client = Client::novavms(BASE)
            .token_refresher(|| async { Err::<&str, BoxError>(Box::new(Unprintable)) });
        let client = token
            .into_iter()
            .fold(client, reqtrail::ClientBuilder::token);
        let wire = ScriptedTransport::playing([reply(401)]);
        let client = client.build_with(wire).expect("a client");
        let error = error(client.get("/x").send().await);
        assert_eq!(error.category(), Some(Category::Authentication), "{error}");
        assert!(error.trail().is_some());
        assert!(chain(&error).contains("cannot be printed"), "{error:#?}");
    }
}
