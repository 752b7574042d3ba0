//! Makes many concurrent calls with either client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqtrail::{Client, Error, Proxy, RequestBuilder, Response, Trail};

const AT_ONCE: usize = 64;
const THREADS: usize = 16;

/// The result of a call.
pub(crate) type CallResult = Result<Response, Error>;

/// Returns the trail of the call.
pub(crate) fn trail(result: &CallResult) -> &Trail {
    match result {
        Ok(response) => response.trail(),
        Err(error) => error.trail().expect("a call's error has a trail"),
    }
}

/// The client that makes the calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Face {
    Async,
    Blocking,
}

/// The calls to make.
pub(crate) struct Load {
    pub(crate) face: Face,
    pub(crate) calls: usize,
    pub(crate) base: String,
    pub(crate) ca: String,
    pub(crate) proxy: Proxy,
}

impl Load {
    /// Makes the calls, and runs `disturb` at this interval until they have ended.
    pub(crate) async fn run(&self, disturb: impl Fn(), every: Duration) -> Vec<CallResult> {
        let client = Client::builder(&self.base)
            .proxy(self.proxy.clone())
            .extra_ca(self.ca.clone())
            .retry_budget(None)
            .base_delay(Duration::from_millis(5))
            .max_attempts(10);
        let calls = self.calls;
        let load = match self.face {
            Face::Async => {
                let client = client.build().expect("a client");
                tokio::spawn(async move {
                    let calls = futures_util::stream::iter(0..calls).map(|n| {
                        let request = request(n, |method, path| client.request(method, path));
                        tokio::spawn(request.send())
                    });
                    calls
                        .buffer_unordered(AT_ONCE)
                        .map(|joined| joined.expect("no panic"))
                        .collect()
                        .await
                })
            }
            Face::Blocking => {
                let client = client.build_blocking().expect("a client");
                tokio::task::spawn_blocking(move || {
                    let next = Arc::<AtomicUsize>::default();
                    std::thread::scope(|scope| {
                        let threads: Vec<_> = (0..THREADS)
                            .map(|_| {
                                scope.spawn(|| {
                                    let mut outcomes = Vec::new();
                                    loop {
                                        let n = next.fetch_add(1, Ordering::SeqCst);
                                        if n >= calls {
                                            return outcomes;
                                        }
                                        let request =
                                            request(n, |method, path| client.request(method, path));
                                        outcomes.push(request.send());
                                    }
                                })
                            })
                            .collect();
                        threads
                            .into_iter()
                            .flat_map(|t| t.join().expect("no panic"))
                            .collect()
                    })
                })
            }
        };
        let mut running = load;
        loop {
            match tokio::time::timeout(every, &mut running).await {
                Ok(results) => return results.expect("no panic"),
                Err(_) => disturb(),
            }
        }
    }
}

/// Makes request `n`: a GET, a POST with a small body, or a POST with a larger one.
fn request<C>(
    n: usize,
    begin: impl Fn(&'static str, &'static str) -> RequestBuilder<C>,
) -> RequestBuilder<C> {
    match n % 3 {
        0 => begin("GET", "/things"),
        1 => begin("POST", "/things").body("{}"),
        _ => begin("POST", "/things").body(vec![b'x'; 20_000]),
    }
}
