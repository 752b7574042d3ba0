//! The adapter of the asynchronous client.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqtrail::{CancelToken, Client};
use reqtrail_adapter_rust::{Input, Request, builder, config, failure, fill, result, serve};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    serve(|input| runtime.block_on(play(input)))
}

async fn play(input: Input) -> Vec<Value> {
    let client = match builder(&input) {
        Ok(builder) => builder.build().map_err(|error| failure(&error)),
        Err(message) => Err(config(&message)),
    };
    let mut results = Vec::new();
    for call in input.calls {
        let request = call.request;
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
    let mut builder = fill(request, |method, path| client.request(method, path));
    let Some(after) = request.cancel_after_ms else {
        return result(builder.send().await, request.parse);
    };
    let token = CancelToken::new();
    builder = builder.cancel_token(&token);
    let cancel = async {
        tokio::time::sleep(Duration::from_secs_f64(after / 1e3)).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(builder.send(), cancel);
    result(outcome, request.parse)
}
