//! Playing a scenario with an asynchronous client, whatever its transport.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqtrail::{CancelToken, Client, ClientBuilder};
use serde_json::Value;

use crate::{Input, Request, builder, fill, result, serve};

/// Plays scenarios until the input ends. `build` adds the options of the wire and builds; its error is a result. `pause`
/// is the time between two calls.
///
/// # Errors
/// Those of [`serve`], and of a runtime that cannot be started.
pub fn serve_async(
    pause: Duration,
    build: impl Fn(ClientBuilder, &Input) -> Result<Client, Value>,
) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    serve(|input| {
        let client = match builder(&input) {
            Ok(builder) => build(builder, &input),
            Err(trouble) => Err(trouble.result()),
        };
        runtime.block_on(play(client, input, pause))
    })
}

async fn play(client: Result<Client, Value>, input: Input, pause: Duration) -> Vec<Value> {
    let mut results = Vec::new();
    for call in input.calls {
        let request = call.request;
        if !pause.is_zero() && !results.is_empty() {
            tokio::time::sleep(pause).await;
        }
        match &client {
            Ok(client) => {
                let all = stream::iter(0..request.repeat).map(|_| one(client, &request));
                results.extend(
                    all.buffered(request.concurrency.max(1))
                        .collect::<Vec<_>>()
                        .await,
                );
            }
            Err(error) => results.extend(std::iter::repeat_n(error.clone(), request.repeat)),
        }
    }
    results
}

async fn one(client: &Client, request: &Request) -> Value {
    let mut builder = match fill(request, |method, path| client.request(method, path)) {
        Ok(builder) => builder,
        Err(trouble) => return trouble.result(),
    };
    let Some(after) = request.cancel_after_ms else {
        return result(builder.send().await, request);
    };
    let token = CancelToken::new();
    builder = builder.cancel_token(&token);
    let cancel = async {
        tokio::time::sleep(Duration::from_secs_f64(after / 1e3)).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(builder.send(), cancel);
    result(outcome, request)
}
