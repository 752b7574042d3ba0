//! The clients under test: the code that both faces share.

pub(crate) mod driven;
pub(crate) mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqtrail::{
    CancelToken, Client, ClientBuilder, CustomDialect, Dialect, Error, Observer, Proxy,
    RequestBuilder, Response,
};

use crate::canceller::Canceller;
use crate::checks::Check;
use crate::ledger::{Ledger, Tag, TrailRecord};
use crate::planned_call::{Ending, PlannedCall};
use crate::server::success_body;

/// The timeout of one attempt. It is short, so that stalls cost little.
pub(crate) const ATTEMPT_TIME: Duration = Duration::from_millis(100);

/// The calls that a pass makes.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) seed: u64,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) canceller: Canceller,
    pub(crate) concurrency: usize,
    /// The next call's number.
    pub(crate) next: AtomicU64,
    /// The number after the last call.
    pub(crate) end: u64,
    /// No call begins after this time.
    pub(crate) deadline: Instant,
}

impl Work {
    /// Begins the next call.
    fn next_call(&self) -> Option<(u64, PlannedCall)> {
        if Instant::now() >= self.deadline {
            return None;
        }
        let call = self.next.fetch_add(1, Ordering::Relaxed);
        if call >= self.end {
            return None;
        }
        let plan = PlannedCall::draw(self.seed, call);
        self.ledger.begin(call, plan);
        Some((call, plan))
    }

    /// Reports a call's result to the ledger.
    fn returned(&self, call: u64, result: &Result<Response, Error>) {
        let trail = match result {
            Ok(response) => {
                self.ledger.record(Check::Results, own_body(call, response));
                Some(response.trail())
            }
            Err(error) => {
                let same = error.trail().map(|trail| trail.outcome().as_str());
                let fits = same == Some(error.kind().as_str());
                let what = || format!("call {call}: {error} with a trail that says {same:?}");
                let fits = fits.then_some(()).ok_or_else(what);
                self.ledger.record(Check::Results, fits);
                error.trail()
            }
        };
        self.ledger
            .returned(call, trail.map(TrailRecord::of).as_ref());
    }
}

/// Checks that a success has the body of the response to its own last request.
fn own_body(call: u64, response: &Response) -> Result<(), String> {
    let last = response.trail().last();
    let head = last.is_none_or(|attempt| attempt.method().as_str() == "HEAD");
    let body = response.bytes();
    let id = response.request_id().map(|id| Tag::parse(id.as_str()));
    let fits = if head || response.status().as_u16() == 204 {
        body.is_empty()
    } else {
        body.starts_with(success_body(call, id).as_bytes()) && body.ends_with(b"\"}")
    };
    fits.then_some(()).ok_or_else(|| {
        let begin = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        format!("call {call}: the body of {id:?} begins {begin:?}")
    })
}

/// An observer that reports finished trails to the ledger. The path of each call ends with its number.
#[derive(Debug)]
struct TrailCollector(Arc<Ledger>);

impl Observer for TrailCollector {
    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        let number = trail.path().rsplit('/').next();
        match number.and_then(|number| number.parse().ok()) {
            Some(call) => self.0.finished(call, TrailRecord::of(trail)),
            None => {
                let what = format!("a trail of the path {}", trail.path());
                self.0.record(Check::OneTrail, Err(what));
            }
        }
    }
}

/// The options that both faces share.
fn builder(url: &str, work: &Work) -> Result<ClientBuilder, String> {
    let mut data = CustomDialect::new("soak");
    data.error.code = Some("/code".to_owned());
    data.error.request_id = Some("/request_id".to_owned());
    let dialect = Dialect::custom(data).map_err(|error| error.to_string())?;
    Ok(Client::builder(url)
        .dialect(dialect)
        .token("soak-1")
        .proxy(Proxy::None)
        .attempt_timeout(ATTEMPT_TIME)
        .base_delay(Duration::from_millis(2))
        .max_delay(Duration::from_millis(20))
        // The server fails a fifth of all requests, which would soon use up a budget.
        .retry_budget(None)
        .jitter_seed(work.seed)
        .observer(TrailCollector(Arc::clone(&work.ledger))))
}

/// Makes tokens `soak-2`, `soak-3` and so on.
#[derive(Debug)]
struct Tokens(AtomicU64);

impl Tokens {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1)))
    }

    fn next(&self) -> String {
        format!("soak-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Applies the plan to a request.
fn apply_plan<C>(request: RequestBuilder<C>, call: u64, plan: &PlannedCall) -> RequestBuilder<C> {
    let mut request = request.header("X-Soak-Call", call.to_string());
    if plan.body > 0 {
        request = request.body(vec![b'b'; plan.body]);
    }
    if plan.key {
        request = request.idempotency_key(format!("key-{call}"));
    }
    if let Some(idempotent) = plan.idempotent {
        request = request.idempotent(idempotent);
    }
    if let Some(attempts) = plan.max_attempts {
        request = request.max_attempts(attempts);
    }
    if let Ending::Timeout(time) = plan.ending {
        request = request.timeout(time);
    }
    if let Ending::ShortAttempt(time) = plan.ending {
        request = request.attempt_timeout(time);
    }
    request
}

/// Adds a token that is cancelled after `time`, at once if that is zero.
fn cancelled_after<C>(
    request: RequestBuilder<C>,
    time: Duration,
    canceller: &Canceller,
) -> RequestBuilder<C> {
    let token = CancelToken::new();
    let request = request.cancel_token(&token);
    if time.is_zero() {
        token.cancel();
    } else {
        canceller.cancel_after(time, token);
    }
    request
}
