//! hyper-util in the shape in which reqtrail needs it: what the rest of reqtrail may be compared with.
//!
//! The same header fields, a timer for the attempt, the body collected, and a record of the attempt. No retries, no URL
//! building, no checks of the caller's input.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::work::{PAYLOAD, Work};

const TIMEOUT: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(15);

/// What is kept of an attempt.
struct KeptAttempt {
    request_id: Option<String>,
    status: StatusCode,
    started: Instant,
    ended: Instant,
}

/// The result of a call.
struct Response {
    headers: HeaderMap,
    body: Bytes,
    attempts: Vec<KeptAttempt>,
}

#[derive(Clone)]
pub struct Client {
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    shared: Arc<Shared>,
}

struct Shared {
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl Client {
    pub fn new(work: &Work) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = legacy::Client::builder(TokioExecutor::new()).timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd, deflate"));
        headers.insert(USER_AGENT, HeaderValue::from_static("reqtrail-bench/0.1.0"));
        let (method, body) = if work.post {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            (Method::POST, Bytes::from_static(PAYLOAD))
        } else {
            (Method::GET, Bytes::new())
        };
        Self { http, shared: Arc::new(Shared { uri: work.url(), method, headers, body }) }
    }

    /// Makes a call and returns the length of its body.
    pub async fn call(&self) -> usize {
        let response = tokio::time::timeout(TIMEOUT, self.attempt()).await.expect("in time");
        let [attempt] = response.attempts.as_slice() else { panic!("one attempt") };
        assert!(attempt.status.is_success() && attempt.request_id.is_some());
        assert!(attempt.ended >= attempt.started && !response.headers.is_empty());
        response.body.len()
    }

    async fn attempt(&self) -> Response {
        let shared = &self.shared;
        let mut request = http::Request::new(Full::new(shared.body.clone()));
        *request.method_mut() = shared.method.clone();
        *request.uri_mut() = shared.uri.clone();
        *request.headers_mut() = shared.headers.clone();
        request.headers_mut().insert(HeaderName::from_static("traceparent"), traceparent());
        let started = Instant::now();
        let (head, body) = self.http.request(request).await.expect("a response").into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let ended = Instant::now();
        let request_id = head.headers.get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let attempt = KeptAttempt { request_id, status: head.status, started, ended };
        Response { headers: head.headers, body, attempts: vec![attempt] }
    }
}

fn traceparent() -> HeaderValue {
    let mut text = String::with_capacity(55);
    write!(text, "00-{:032x}-{:016x}-01", fastrand::u128(1..), fastrand::u64(1..)).expect("a string takes it");
    HeaderValue::from_maybe_shared(Bytes::from(text)).expect("hexadecimal digits")
}
