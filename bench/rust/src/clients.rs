//! The clients: each makes its calls, reads the whole body and the request ID.
//!
//! Peers are used as their documentation says for many requests; what they have beyond that stays at its default.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::equal;
use crate::measure::{Until, tasks, threads};
use crate::work::{PAYLOAD, Work};

/// The waits of the retry workload are as short as each client allows.
const BACKOFF: Duration = Duration::from_millis(1);
/// Enough that no call of the retry workload ends without an answer.
const ATTEMPTS: u32 = 32;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Runs one client and returns its figures.
pub fn run(name: &str, work: &Work, concurrency: usize, until: Until) -> Value {
    let length = work.length;
    match name {
        "reqtrail" => {
            let client = ours(work).build().expect("a client");
            let work = work.clone();
            tasks(concurrency, until, length, move || {
                let call = if work.post { client.post(work.path).json_bytes(PAYLOAD) } else { client.get(work.path) };
                async move {
                    let response = call.send().await.expect("a response");
                    assert!(response.request_id().is_some());
                    response.bytes().len()
                }
            })
        }
        "reqtrail-blocking" => {
            let client = ours(work).build_blocking().expect("a client");
            let work = work.clone();
            threads(concurrency, until, length, move || {
                let call = if work.post { client.post(work.path).json_bytes(PAYLOAD) } else { client.get(work.path) };
                let response = call.send().expect("a response");
                assert!(response.request_id().is_some());
                response.bytes().len()
            })
        }
        "hyper-util" => {
            plain(work);
            let client = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
            let (uri, post) = (work.url::<http::Uri>(), work.post);
            tasks(concurrency, until, length, move || {
                let mut request = http::Request::new(Full::new(Bytes::new()));
                *request.uri_mut() = uri.clone();
                if post {
                    *request.method_mut() = http::Method::POST;
                    request.headers_mut().insert(CONTENT_TYPE, JSON);
                    *request.body_mut() = Full::new(Bytes::from_static(PAYLOAD));
                }
                let response = client.request(request);
                async move {
                    let response = response.await.expect("a response");
                    checked(response.status(), response.headers());
                    response.into_body().collect().await.expect("a body").to_bytes().len()
                }
            })
        }
        "hyper-util-equal" => {
            plain(work);
            let client = equal::Client::new(work);
            tasks(concurrency, until, length, move || {
                let client = client.clone();
                async move { client.call().await }
            })
        }
        "reqwest" => {
            let client = reqwest::Client::new();
            let (url, post) = (work.url::<reqwest::Url>(), work.post);
            tasks(concurrency, until, length, move || {
                let call = if post {
                    client.post(url.clone()).header(CONTENT_TYPE, JSON).body(PAYLOAD)
                } else {
                    client.get(url.clone())
                };
                async move {
                    let response = call.send().await.expect("a response");
                    checked(response.status(), response.headers());
                    response.bytes().await.expect("a body").len()
                }
            })
        }
        "reqwest-retry" => {
            let policy = reqwest_retry::policies::ExponentialBackoff::builder();
            let policy = if work.retry {
                policy.retry_bounds(BACKOFF, BACKOFF).build_with_max_retries(ATTEMPTS - 1)
            } else {
                policy.build_with_max_retries(3)
            };
            let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
                .with(reqwest_retry::RetryTransientMiddleware::new_with_policy(policy))
                .build();
            let url = work.url::<reqwest::Url>();
            tasks(concurrency, until, length, move || {
                let call = client.get(url.clone());
                async move {
                    let response = call.send().await.expect("a response");
                    checked(response.status(), response.headers());
                    response.bytes().await.expect("a body").len()
                }
            })
        }
        "ureq" => {
            plain(work);
            let agent = ureq::Agent::new_with_defaults();
            let url = work.url::<String>();
            threads(concurrency, until, length, move || {
                let mut response = agent.get(&url).call().expect("a response");
                checked(response.status(), response.headers());
                response.body_mut().read_to_vec().expect("a body").len()
            })
        }
        other => panic!("no client `{other}`"),
    }
}

/// reqtrail as users get it. Only the retry workload sets options: waits as short as the peers', and no budget.
fn ours(work: &Work) -> reqtrail::ClientBuilder {
    let builder = reqtrail::Client::builder(&work.base);
    if !work.retry {
        return builder;
    }
    builder.max_attempts(ATTEMPTS).base_delay(BACKOFF).max_delay(BACKOFF).retry_budget(None)
}

/// For clients that are built without TLS here.
fn plain(work: &Work) {
    assert!(work.base.starts_with("http://"), "the client is built without TLS");
}

fn checked(status: http::StatusCode, headers: &HeaderMap) {
    assert!(status.is_success() && headers.contains_key("x-request-id"), "status {status}");
}
