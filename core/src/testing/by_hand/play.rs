//! Plays a planned call, and returns its result.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use super::Played;
use crate::call::token::Token;
use crate::cancel::{CancelReason, CancelToken};
use crate::client::options::ClientOptions;
use crate::client::{Client, ClientBuilder};
use crate::error::Error;
use crate::observe::{AttemptStarted, Observer};
use crate::redact::Secret;
use crate::request::{Attached, Request};
use crate::response::Response;
use crate::retry::RetryBudget;
use crate::testing::mock::{Mock, Timer};
use crate::testing::script::{Result, error_at};

/// The base URL of the call.
const BASE_URL: &str = "https://api.example";

/// Makes the call.
pub(super) fn play(played: &Played) -> Result<std::result::Result<Response, Error>> {
    play_on(&Mock::new().allow_unused(), played)
}

/// Makes the call with this mock.
pub(super) fn play_on(
    mock: &Mock,
    played: &Played,
) -> Result<std::result::Result<Response, Error>> {
    mock.load(&played.script.to_string())?;
    let token = CancelToken::new();
    let mut builder = client(mock.attach(Client::builder(BASE_URL)), &played.client)?;
    if let Some(cancel) = played.request.get("cancel") {
        let number = |key: &str| cancel.get(key).and_then(Value::as_u64).unwrap_or_default();
        builder = builder.observer(Cancels {
            mock: mock.clone(),
            token: token.clone(),
            attempt: u32::try_from(number("attempt")).unwrap_or(u32::MAX),
            after: Duration::from_millis(number("after_ms")),
            timer: Mutex::default(),
        });
    }
    let called = builder.build_blocking().and_then(|client| {
        let attached = Attached::new().cancel_token(&token);
        client.send(request(&played.request), attached)
    });
    // Its problems are not the program's.
    let unmet = mock.check();
    debug_assert!(unmet.is_ok(), "{unmet:?}");
    Ok(called)
}

/// Cancels the call some time into an attempt.
struct Cancels {
    mock: Mock,
    token: CancelToken,
    attempt: u32,
    after: Duration,
    timer: Mutex<Option<Timer>>,
}

impl Observer for Cancels {
    fn attempt_started(&self, started: &AttemptStarted<'_>) {
        if started.number == self.attempt {
            let timer = self
                .mock
                .cancel_after(&self.token, self.after, CancelReason::Cancelled);
            *self.timer.lock().unwrap_or_else(PoisonError::into_inner) = Some(timer);
        }
    }
}

fn client(builder: ClientBuilder, options: &Value) -> Result<ClientBuilder> {
    let mut is_set = Ok(());
    let builder = builder.with(|o| {
        let mut options = options.as_object().into_iter().flatten();
        is_set = options.try_for_each(|(name, value)| set(&mut o.given, name, value));
    });
    is_set?;
    Ok(match options.get("tokens") {
        Some(tokens) => with_tokens(builder, tokens),
        None => builder,
    })
}

/// Sets a planned option.
fn set(given: &mut ClientOptions, name: &str, value: &Value) -> Result<()> {
    let number = value.as_u64().unwrap_or_default();
    let count = Some(u32::try_from(number).unwrap_or(u32::MAX));
    let time = Some(Duration::from_millis(number));
    match name {
        "dialect" if value.is_null() => {}
        "dialect" => given.dialect = Some(super::dialect(value)?),
        "max_attempts" => given.max_attempts = count,
        "max_redirects" => given.max_redirects = count,
        "max_body_bytes" => given.max_body_bytes = Some(number),
        "timeout_ms" => given.timeout = time,
        "attempt_timeout_ms" => given.attempt_timeout = time,
        "connect_timeout_ms" => given.connect_timeout = time,
        "max_retry_after_ms" => given.max_retry_after = time,
        "retry_budget" => {
            let part = |key: &str| {
                let part = value.get(key).and_then(Value::as_u64);
                part.and_then(|it| u32::try_from(it).ok())
            };
            given.retry_budget = Some(Some(RetryBudget {
                capacity: part("capacity").unwrap_or_default(),
                retry_cost: part("retry_cost").unwrap_or(1),
            }));
        }
        "tokens" => {}
        other => {
            let message = "is not a planned option; please report this";
            return Err(error_at(other, message));
        }
    }
    Ok(())
}

/// The first is the client's, and its refresher returns the others.
fn with_tokens(builder: ClientBuilder, tokens: &Value) -> ClientBuilder {
    let texts = tokens
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let mut texts = texts
        .map(str::to_owned)
        .collect::<std::collections::VecDeque<_>>();
    let Some(first) = texts.pop_front() else {
        return builder;
    };
    let left = Mutex::new(texts);
    builder.token(first).token_refresher_blocking(move || {
        let next = left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        next.map(|token| Token::from(Secret::from(token)))
            .ok_or_else(|| "no token is left".into())
    })
}

fn request(given: &Value) -> Request {
    let text = |key: &str| given.get(key).and_then(Value::as_str).unwrap_or_default();
    let pairs = |key: &str| {
        let pairs = given
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?)))
    };
    let mut request = Request::new(text("method"), text("path"));
    let params = given.get("params").and_then(Value::as_object);
    for (name, value) in params.into_iter().flat_map(Map::iter) {
        request = request.param(name.as_str(), value.as_str().unwrap_or_default());
    }
    for (name, value) in pairs("query") {
        request = request.query(name, value);
    }
    for (name, value) in pairs("headers") {
        request = request.header(name, value);
    }
    if let Some(idempotent) = given.get("idempotent").and_then(Value::as_bool) {
        request = request.idempotent(idempotent);
    }
    if let Some(key) = given.get("idempotency_key").and_then(Value::as_str) {
        request = request.idempotency_key(key);
    }
    request
}
