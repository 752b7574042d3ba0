//! Plays a scenario with an asynchronous client and any transport.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqtrail::testing::Mock;
use reqtrail::{CancelReason, CancelToken, Client, ClientBuilder};
use serde_json::Value;

use crate::{Input, Request, builder, check_recorder, fill, result, serve};

/// Plays scenarios until the input ends. `build` adds the network options and builds the client; its error is a result.
/// `pause` is the time between two calls.
///
/// # Errors
/// If [`serve`] fails, or the runtime cannot be started.
pub fn serve_async(
    pause: Duration,
    build: impl Fn(ClientBuilder, &Input) -> Result<Client, Value>,
) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    serve(|input, mock| {
        let client = match builder(&input, mock) {
            Ok(builder) => build(builder, &input),
            Err(error) => Err(error.result()),
        };
        runtime.block_on(play(client, input, pause, mock))
    })
}

async fn play(
    client: Result<Client, Value>,
    input: Input,
    pause: Duration,
    mock: Option<&Mock>,
) -> Vec<Value> {
    let mut results = Vec::new();
    let keeps = input.has_recorder();
    for call in input.calls {
        let request = call.request;
        if !pause.is_zero() && !results.is_empty() {
            tokio::time::sleep(pause).await;
        }
        match &client {
            Ok(client) => {
                let all = stream::iter(0..request.repeat).map(|_| one(client, &request, mock));
                let all = all.buffered(request.concurrency.max(1)).collect().await;
                results.extend(check_recorder(&client.recorder(), keeps, &request, all));
            }
            Err(error) => results.extend(std::iter::repeat_n(error.clone(), request.repeat)),
        }
    }
    results
}

async fn one(client: &Client, request: &Request, mock: Option<&Mock>) -> Value {
    let mut builder = match fill(request, |method, path| client.request(method, path)) {
        Ok(builder) => builder,
        Err(error) => return error.result(),
    };
    let Some(after) = request.cancel_after_ms else {
        return result(builder.send().await, request);
    };
    let after = Duration::from_secs_f64(after / 1e3);
    let token = CancelToken::new();
    builder = builder.cancel_token(&token);
    if let Some(mock) = mock {
        let timer = mock.cancel_after(&token, after, CancelReason::Cancelled);
        let outcome = builder.send().await;
        drop(timer);
        return result(outcome, request);
    }
    let cancel = async {
        tokio::time::sleep(after).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(builder.send(), cancel);
    result(outcome, request)
}
