//! The adapter of the blocking client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqtrail::testing::Mock;
use reqtrail::{CancelReason, CancelToken, blocking};
use reqtrail_adapter_rust::{
    Input, Request, builder, check_recorder, failure, fill, result, serve, with_network_options,
};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve(play)
}

fn play(input: Input, mock: Option<&Mock>) -> Vec<Value> {
    let client =
        match builder(&input, mock).and_then(|builder| with_network_options(builder, &input)) {
            Ok(builder) => builder.build_blocking().map_err(|error| failure(&error)),
            Err(error) => Err(error.result()),
        };
    let mut results = Vec::new();
    let keeps = input.has_recorder();
    for call in input.calls {
        let request = call.request;
        match &client {
            Ok(client) => {
                let all = all(client, &request, mock);
                results.extend(check_recorder(&client.recorder(), keeps, &request, all));
            }
            Err(error) => results.extend(std::iter::repeat_n(error.clone(), request.repeat)),
        }
    }
    results
}

/// Makes the call `repeat` times on `concurrency` threads.
fn all(client: &blocking::Client, request: &Request, mock: Option<&Mock>) -> Vec<Value> {
    let results: Vec<Mutex<Value>> = (0..request.repeat).map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..request.concurrency.clamp(1, request.repeat.max(1)) {
            scope.spawn(|| {
                while let Some(place) = results.get(next.fetch_add(1, Ordering::Relaxed)) {
                    *place.lock().unwrap_or_else(PoisonError::into_inner) =
                        one(client, request, mock);
                }
            });
        }
    });
    results
        .into_iter()
        .map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

fn one(client: &blocking::Client, request: &Request, mock: Option<&Mock>) -> Value {
    let mut builder = match fill(request, |method, path| client.request(method, path)) {
        Ok(builder) => builder,
        Err(error) => return error.result(),
    };
    let Some(after) = request.cancel_after_ms else {
        return result(builder.send(), request);
    };
    let after = Duration::from_secs_f64(after / 1e3);
    let token = CancelToken::new();
    builder = builder.cancel_token(&token);
    if let Some(mock) = mock {
        let timer = mock.cancel_after(&token, after, CancelReason::Cancelled);
        let outcome = builder.send();
        drop(timer);
        return result(outcome, request);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(after);
            token.cancel();
        });
        result(builder.send(), request)
    })
}
