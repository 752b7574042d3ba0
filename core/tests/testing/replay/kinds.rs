//! A call for each kind of exchange that a recording can hold.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqtrail::{Client, ClientBuilder, Error, Response, Secret};
use serde_json::{Value, json};

use crate::session;

const CALLS: &str = "GET /json, GET /scalar, GET /null, GET /bom, GET /nan, GET /cut-json, GET /no-json, GET /latin, GET /text, \
    GET /bytes, GET /large, GET /too-large, GET /empty, GET /no-content, GET /not-modified, HEAD /head, GET /chunked, GET /until-close, \
    GET /early, GET /gzip, GET /gzip-error, GET /gzip-corrupt, GET /gzip-empty, GET /gzip-late-error, GET /coding, \
    GET /transfer, GET /missing, GET /unavailable, POST /unavailable, GET /page, GET /odd-status, GET /two-ids, \
    GET /utf-8-id, GET /long-id, GET /many-headers, GET /token, GET /token, GET /moved, POST /moved, GET /moved-far, \
    POST /moved-kept, POST /moved-get, GET /moved-out, GET /moved-nowhere, GET /limited, GET /limited-ms, GET /limited-date, \
    GET /limited-ahead, GET /cut, GET /cut-error, GET /cut-at-once, GET /cut-chunked, GET /cut-gzip, GET /cut-bytes, \
    GET /cut-large, GET /reset-body, POST /reset-body, GET /stall-body, GET /stall-error, GET /stall, POST /stall, GET /reset, \
    POST /reset, GET /close, POST /close, GET /half-head, GET /garbage";

pub(crate) fn options(builder: ClientBuilder) -> ClientBuilder {
    session::options(builder)
        .token("s3cr3t-old")
        .token_refresher(|| async { Ok(Secret::from("s3cr3t-new")) })
        .attempt_timeout(Duration::from_millis(250))
        .max_attempts(2)
        .max_body_bytes(2_u64 << 20)
}

/// Makes the calls, and says what came of each.
pub(crate) async fn run(client: &Client) -> Vec<Value> {
    make(client, CALLS).await
}

/// Makes two of them, for a server that is not there.
pub(crate) async fn run_two(client: &Client) -> Vec<Value> {
    make(client, "GET /json, POST /unavailable").await
}

async fn make(client: &Client, calls: &str) -> Vec<Value> {
    let mut said = Vec::new();
    for call in calls.split(", ") {
        let (method, path) = call.split_once(' ').expect("a method");
        let request = client.request(method, path);
        let request = match method {
            "POST" => request.json(&json!({"name": path})),
            _ => request,
        };
        let request = match path {
            "/not-modified" => request.if_none_match("\"1\""),
            _ if path.starts_with("/limited") => request.max_attempts(1),
            _ => request,
        };
        let result = request.send().await;
        let body = body(&result);
        said.push(json!({"call": call, "body": body, "ended": session::outcome(result)}));
    }
    said
}

/// The body as a program reads it.
fn body(result: &Result<Response, Error>) -> Value {
    let bytes = match result {
        Ok(response) => response.bytes(),
        Err(error) => match error.api() {
            Some(api) => api.body(),
            None => return Value::Null,
        },
    };
    if bytes.len() > 1 << 20 {
        // A recording keeps its length.
        return bytes.len().into();
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| BASE64.encode(bytes).into())
}
