//! The path of a request through the server: log, limit, incident, API, headers, log.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::api::{Api, ApiRequest};
use crate::auth::Auth;
use crate::bucket::{Bucket, Level, RateLimit};
use crate::clock::Clock;
use crate::incident::{Effect, Incident, IncidentQueue};
use crate::log::{LoggedRequest, RequestLog};
use crate::reply::{ApiError, Cut, Reply, ReplyBody};
use crate::{control, fixtures, request_id};

const MAX_BODY: usize = 1 << 20;
/// How long a stalled request is held before its connection is closed.
const STALL: Duration = Duration::from_secs(600);
/// The greatest number of buckets. Only a broken test has more callers.
const MAX_BUCKETS: usize = 10_000;

/// The state of the server.
#[derive(Debug)]
pub(crate) struct State {
    clock: Clock,
    limit: RateLimit,
    log: Mutex<RequestLog>,
    incidents: Mutex<IncidentQueue>,
    buckets: Mutex<HashMap<String, Bucket>>,
    api: Mutex<Api>,
}

/// How the response to a request is sent.
#[derive(Debug)]
enum Delivery {
    Whole,
    Late(Duration),
    Half,
    Never,
    Closed,
    ByProxy,
}

impl State {
    /// Makes the state with the fixture data and an empty log.
    pub(crate) fn new(clock: Clock, limit: RateLimit) -> Self {
        let api = Api {
            auth: Auth::default(),
            store: fixtures::store(),
        };
        Self {
            clock,
            limit,
            log: Mutex::default(),
            incidents: Mutex::default(),
            buckets: Mutex::default(),
            api: Mutex::new(api),
        }
    }

    /// Queues an incident.
    pub(crate) fn inject(&self, incident: Incident) {
        lock(&self.incidents).push(incident);
    }

    /// Returns how many requests the queued incidents still wait for.
    pub(crate) fn pending_incidents(&self) -> u64 {
        lock(&self.incidents).pending()
    }

    /// Removes the queued incidents.
    pub(crate) fn clear_incidents(&self) {
        lock(&self.incidents).clear();
    }

    /// Returns the log.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        lock(&self.log).to_vec()
    }

    /// Empties the log.
    pub(crate) fn clear_requests(&self) {
        lock(&self.log).clear();
    }

    /// Answers a request, or cuts its connection.
    pub(crate) async fn serve(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<ReplyBody>, Cut> {
        let now = self.clock.now();
        let (head, body) = request.into_parts();
        if head.uri.path().starts_with(control::PREFIX) {
            let body = read(body).await?.unwrap_or_default();
            return Ok(control::answer(self, &head, &body).into_response(false));
        }

        let id = request_id::new(now);
        let number = lock(&self.log).arrive(&head, now, &id);
        let body = read(body).await?;
        let too_large = body.is_none();
        let request = ApiRequest {
            head,
            body: body.unwrap_or_default(),
            now,
        };
        let (reply, delivery, level) = self.decide(&request, number, too_large, &id);

        match delivery {
            Delivery::Late(delay) => tokio::time::sleep(delay).await,
            Delivery::Never => {
                tokio::time::sleep(STALL).await;
                return Err(Cut);
            }
            Delivery::Closed => return Err(Cut),
            Delivery::Whole | Delivery::Half | Delivery::ByProxy => {}
        }
        let proxied = matches!(delivery, Delivery::ByProxy);
        lock(&self.log).amend(number, |entry| {
            entry.status = Some(reply.status.as_u16());
            entry.request_id = entry.request_id.take().filter(|_| !proxied);
        });
        let mut response = reply.into_response(matches!(delivery, Delivery::Half));
        if !proxied {
            response.headers_mut().extend(own_headers(&id, level));
        }
        Ok(response)
    }

    /// Decides the reply to a request and how it is sent. It does not wait.
    fn decide(
        &self,
        request: &ApiRequest,
        number: u64,
        too_large: bool,
        id: &str,
    ) -> (Reply, Delivery, Level) {
        let probe = request.is_health_probe();
        let (taken, level) = self.take_token(request, probe);
        // A request over the limit uses up no incident: incidents wait for a request that is let through.
        let effect = taken
            .is_ok()
            .then(|| lock(&self.incidents).take(&request.head.method, request.path(), probe))
            .flatten();
        if let Some(effect) = &effect {
            lock(&self.log).amend(number, |entry| {
                entry.incident = Some(effect.name().to_owned())
            });
        }
        let (result, delivery) = match (taken, effect) {
            (Err(error), _) => (Err(error), Delivery::Whole),
            (Ok(()), Some(Effect::Fail(failure))) => (Err(failure.to_error()), Delivery::Whole),
            (Ok(()), Some(Effect::BadGateway)) => (Ok(Reply::proxy_page()), Delivery::ByProxy),
            (Ok(()), Some(Effect::Stall)) => (Ok(Reply::no_content()), Delivery::Never),
            (Ok(()), Some(Effect::Close)) => (Ok(Reply::no_content()), Delivery::Closed),
            (Ok(()), effect) => {
                let mut api = lock(&self.api);
                let delivery = match effect {
                    Some(Effect::LoseAnswer) => Delivery::Closed,
                    Some(Effect::CutBody) => Delivery::Half,
                    Some(Effect::Slow(delay)) => Delivery::Late(delay),
                    Some(Effect::ExpireTokens) => {
                        api.auth.expire_tokens(request.now);
                        Delivery::Whole
                    }
                    _ => Delivery::Whole,
                };
                let result = if too_large {
                    Err(body_too_large())
                } else {
                    api.answer(request)
                };
                (result, delivery)
            }
        };
        (
            result.unwrap_or_else(|error| error.into_reply(id)),
            delivery,
            level,
        )
    }

    /// Takes a token from the caller's bucket. Health probes take none.
    fn take_token(&self, request: &ApiRequest, probe: bool) -> (Result<(), ApiError>, Level) {
        let name = lock(&self.api).auth.bucket(request.bearer());
        let mut buckets = lock(&self.buckets);
        if buckets.len() >= MAX_BUCKETS {
            buckets.clear();
        }
        let bucket = buckets.entry(name).or_default();
        let taken = if probe {
            Ok(())
        } else {
            bucket.take(self.limit, request.now)
        };
        let taken = taken.map_err(|wait| {
            let seconds = crate::bucket::ceil_seconds(wait).max(1);
            ApiError::rate_limited("Too many requests for this token", Some(seconds))
        });
        (taken, bucket.level(self.limit, request.now))
    }
}

/// Reads a request's body; `None` if it is over the limit.
async fn read(body: Incoming) -> Result<Option<Bytes>, Cut> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        // The client is gone, so there is nobody to respond to.
        Err(_) => Err(Cut),
    }
}

/// Makes a 413. The vendor documents no string for it; this one is a choice.
fn body_too_large() -> ApiError {
    let message = "body: must have at most 1 MiB";
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "validation_failed", message)
}

/// Returns the headers that the API adds to every response.
fn own_headers(id: &str, level: Level) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    // An ID is base 32, so this cannot fail.
    let id = HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static(""));
    [
        (HeaderName::from_static("x-request-id"), id),
        (
            HeaderName::from_static("x-ratelimit-limit"),
            level.limit.into(),
        ),
        (
            HeaderName::from_static("x-ratelimit-remaining"),
            level.remaining.into(),
        ),
        (
            HeaderName::from_static("x-ratelimit-reset"),
            level.reset.into(),
        ),
    ]
    .into_iter()
}

/// Locks even after a panic elsewhere, so that the sandbox keeps serving.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
