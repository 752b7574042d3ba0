//! What the trail and the loop cost by themselves: calls over a transport that answers at once.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use reqtrail::{Client, Reply, Sleep, Transport, TransportError, WireRequest};

/// Answers at once with what it was made of.
struct AtOnce {
    headers: HeaderMap,
    body: Bytes,
}

impl Transport for AtOnce {
    type Body = MapErr<Full<Bytes>, fn(Infallible) -> TransportError>;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        Sleep::new(std::future::pending())
    }

    fn exchange(&self, request: WireRequest) -> impl Future<Output = Result<Reply<Self::Body>, TransportError>> + Send {
        request.sent.mark();
        let never: fn(Infallible) -> TransportError = |never| match never {};
        let body = Full::new(self.body.clone()).map_err(never);
        let reply: Ready<_> = ready(Ok(Reply::new(StatusCode::OK, self.headers.clone(), body)));
        reply
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

/// Prints nanoseconds per call: the median of several batches.
pub fn run() {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-request-id"), HeaderValue::from_static("req_01HK3Z9YF7W7E8PM5QKT9DYXWA"));
    headers.insert(HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"));
    let client = Client::builder("http://127.0.0.1:1")
        .build_with(AtOnce { headers, body: Bytes::from(vec![b'x'; 1024]) })
        .expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut batches: Vec<f64> = (0..30)
        .map(|_| {
            const CALLS: u32 = 20_000;
            let start = Instant::now();
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let response = client.get("/events").send().await.expect("a response");
                    assert!(response.request_id().is_some());
                }
            });
            start.elapsed().as_nanos() as f64 / f64::from(CALLS)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    println!("{:.0}", batches[batches.len() / 2]);
}
