//! The clients: each makes GETs one after the other, reads the whole body and the request ID.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Empty};
use serde_json::{Value, json};

use crate::measure::{cpu, rss_mib};

/// Their names, in the order in which a round runs them.
pub const NAMES: [&str; 6] = ["reqtrail", "reqtrail-blocking", "hyper-util", "reqwest", "reqwest-retry", "ureq"];

const WARM_UP: Duration = Duration::from_millis(150);

/// Runs one client and gives its figures.
pub fn run(name: &str, concurrency: usize, window: Duration, url: &str) -> Value {
    match name {
        "reqtrail" => {
            let client = reqtrail::Client::builder(url).build().expect("a client");
            tasks(concurrency, window, move || {
                let client = client.clone();
                async move {
                    let response = client.get("/events").send().await.expect("a response");
                    assert!(response.request_id().is_some());
                    response.bytes().len()
                }
            })
        }
        "reqtrail-blocking" => {
            let client = reqtrail::Client::builder(url).build_blocking().expect("a client");
            threads(concurrency, window, move || {
                let response = client.get("/events").send().expect("a response");
                assert!(response.request_id().is_some());
                response.bytes().len()
            })
        }
        "hyper-util" => {
            let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
            let uri: http::Uri = format!("{url}/events").parse().expect("a URI");
            tasks(concurrency, window, move || {
                let (client, uri) = (client.clone(), uri.clone());
                async move {
                    let response = client.get(uri).await.expect("a response");
                    assert!(response.headers().contains_key("x-request-id"));
                    response.into_body().collect().await.expect("a body").to_bytes().len()
                }
            })
        }
        "reqwest" => {
            let client = reqwest::Client::new();
            let url: reqwest::Url = format!("{url}/events").parse().expect("a URL");
            tasks(concurrency, window, move || {
                let (client, url) = (client.clone(), url.clone());
                async move {
                    let response = client.get(url).send().await.expect("a response");
                    assert!(response.headers().contains_key("x-request-id"));
                    response.bytes().await.expect("a body").len()
                }
            })
        }
        "reqwest-retry" => {
            let policy = reqwest_retry::policies::ExponentialBackoff::builder().build_with_max_retries(3);
            let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
                .with(reqwest_retry::RetryTransientMiddleware::new_with_policy(policy))
                .build();
            let url: reqwest::Url = format!("{url}/events").parse().expect("a URL");
            tasks(concurrency, window, move || {
                let (client, url) = (client.clone(), url.clone());
                async move {
                    let response = client.get(url).send().await.expect("a response");
                    assert!(response.headers().contains_key("x-request-id"));
                    response.bytes().await.expect("a body").len()
                }
            })
        }
        "ureq" => {
            let agent = ureq::Agent::new_with_defaults();
            let url = format!("{url}/events");
            threads(concurrency, window, move || {
                let mut response = agent.get(&url).call().expect("a response");
                assert!(response.headers().contains_key("x-request-id"));
                response.body_mut().read_to_vec().expect("a body").len()
            })
        }
        other => panic!("no client `{other}`; expected one of {NAMES:?}"),
    }
}

fn tasks<F, R>(concurrency: usize, window: Duration, call: F) -> Value
where
    F: Fn() -> R + Clone + 'static,
    R: Future<Output = usize> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        round(concurrency, WARM_UP, &call).await;
        let (wall, used) = (Instant::now(), cpu());
        let count = round(concurrency, window, &call).await;
        figures(count, wall.elapsed(), cpu() - used)
    })
}

async fn round<F, R>(concurrency: usize, window: Duration, call: &F) -> u64
where
    F: Fn() -> R + Clone + 'static,
    R: Future<Output = usize> + 'static,
{
    let end = Instant::now() + window;
    let workers: Vec<_> = (0..concurrency)
        .map(|_| {
            let call = call.clone();
            tokio::task::spawn_local(async move {
                let mut count = 0;
                while Instant::now() < end {
                    assert_eq!(call().await, 1024);
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for worker in workers {
        count += worker.await.expect("a worker");
    }
    count
}

fn threads<F>(concurrency: usize, window: Duration, call: F) -> Value
where
    F: Fn() -> usize + Send + Sync + 'static,
{
    let call = Arc::new(call);
    let round = |window: Duration| {
        let (end, count) = (Instant::now() + window, AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..concurrency {
                scope.spawn(|| {
                    while Instant::now() < end {
                        assert_eq!(call(), 1024);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        count.into_inner()
    };
    round(WARM_UP);
    let (wall, used) = (Instant::now(), cpu());
    let count = round(window);
    figures(count, wall.elapsed(), cpu() - used)
}

fn figures(count: u64, wall: Duration, used: Duration) -> Value {
    json!({
        "rps": count as f64 / wall.as_secs_f64(),
        "cpu_us": used.as_secs_f64() * 1e6 / count as f64,
        "rss_mb": rss_mib(),
    })
}
