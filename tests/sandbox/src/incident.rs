//! What can go wrong on demand.

mod queue;
mod spec;

use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) use self::queue::IncidentQueue;
pub use self::spec::IncidentError;
pub(crate) use self::spec::from_json;
use crate::reply::ApiError;

/// Something that goes wrong for one or several requests.
///
/// Incidents wait in a queue. A request meets the first one that matches it and uses up one of its
/// times. Without [`on`](Self::on) an incident matches every request except health probes.
///
/// An incident can also be written as text, `NAME` or `NAME:key=value,key=value`, which is what the
/// command line takes; see [`Incident::from_str`](#method.from_str).
///
/// ```
/// use std::time::Duration;
/// use reqtrail_sandbox::Incident;
///
/// let built = Incident::rate_limited(Duration::from_secs(2)).on("GET", "/events/{id}").times(3);
/// let parsed = "rate_limited:retry_after=2,on=GET /events/{id},times=3".parse();
/// assert_eq!(parsed, Ok(built));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    effect: Effect,
    target: Option<Target>,
    times: u32,
}

/// What an incident does to the request that meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The API refuses with an error.
    Fail(Failure),
    /// The request is read and nothing is ever answered.
    Stall,
    /// The request is read and the connection closed, with nothing done.
    Close,
    /// The request is carried out and the connection closed without an answer.
    LoseAnswer,
    /// The request is carried out and the connection closed in the middle of the answer's body.
    CutBody,
    /// A proxy in front of the API answers with a page of its own.
    BadGateway,
    /// The request is carried out and answered late.
    Slow(Duration),
    /// All access tokens end before the request is looked at.
    ExpireTokens,
}

/// An error answer that an incident prescribes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The incident's own name, for the log.
    name: &'static str,
    status: u16,
    error: String,
    message: &'static str,
    retry_after: Option<u64>,
    nested: bool,
}

/// Which requests an incident matches.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    method: String,
    path: String,
}

impl Incident {
    /// Answers with a status and an error string.
    ///
    /// # Panics
    ///
    /// If the status is not from 400 to 599.
    pub fn status(status: u16, error: impl Into<String>) -> Self {
        assert!(
            (400..600).contains(&status),
            "{status} is not the status of an error"
        );
        Self::failure("status", status, error, "The sandbox was told to fail")
    }

    /// Answers 500 `internal_error`.
    pub fn internal_error() -> Self {
        Self::failure(
            "internal_error",
            500,
            "internal_error",
            "Something went wrong on our side",
        )
    }

    /// Answers 503 `service_unavailable`.
    pub fn service_unavailable() -> Self {
        let message = "The database is temporarily unavailable";
        Self::failure("service_unavailable", 503, "service_unavailable", message)
    }

    /// Answers 503 `service_unavailable` to a number of requests, as in a maintenance window.
    pub fn maintenance(requests: u32) -> Self {
        let message = "The service is down for maintenance";
        Self::failure("maintenance", 503, "service_unavailable", message).times(requests)
    }

    /// Answers 429 `rate_limited` with a `Retry-After`, rounded up to whole seconds.
    ///
    /// Zero is kept, so that a test need not wait.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let message = "Too many requests for this token";
        Self::failure("rate_limited", 429, "rate_limited", message).retry_after(retry_after)
    }

    /// Answers 502 with a proxy's HTML page: no request ID, no rate-limit headers, no JSON.
    pub fn bad_gateway() -> Self {
        Self::new(Effect::BadGateway)
    }

    /// Reads the request and never answers. After ten minutes the connection is closed.
    pub fn stall() -> Self {
        Self::new(Effect::Stall)
    }

    /// Reads the request, does nothing and closes the connection.
    pub fn close() -> Self {
        Self::new(Effect::Close)
    }

    /// Carries the request out and closes the connection without an answer.
    pub fn lose_answer() -> Self {
        Self::new(Effect::LoseAnswer)
    }

    /// Carries the request out, announces the whole answer and closes the connection after half of
    /// its body.
    pub fn cut_body() -> Self {
        Self::new(Effect::CutBody)
    }

    /// Carries the request out and answers after a delay.
    pub fn slow(delay: Duration) -> Self {
        Self::new(Effect::Slow(delay))
    }

    /// Ends all access tokens, then treats the request as usual: one that carries such a token is
    /// refused with 401 `invalid_token`. API keys and refresh tokens stay good.
    pub fn expire_tokens() -> Self {
        Self::new(Effect::ExpireTokens)
    }

    /// Limits the incident to a method and a path.
    ///
    /// The path is the one below `/api/v1`, as in `/cameras/{id}/trigger`: a segment in braces
    /// matches any. The method `*` matches any.
    #[must_use]
    pub fn on(mut self, method: impl Into<String>, path: impl Into<String>) -> Self {
        let method = method.into().to_uppercase();
        self.target = Some(Target {
            method,
            path: path.into(),
        });
        self
    }

    /// Lets the incident happen a number of times instead of once; zero counts as one.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times.max(1);
        self
    }

    /// Adds a `Retry-After`, rounded up to whole seconds, to an error answer of the API.
    ///
    /// On incidents that answer otherwise, or not at all, this has no effect.
    #[must_use]
    pub fn retry_after(mut self, retry_after: Duration) -> Self {
        if let Effect::Fail(failure) = &mut self.effect {
            failure.retry_after = Some(crate::bucket::ceil_seconds(retry_after));
        }
        self
    }

    /// Writes an error answer as `{"error":{"code":"UPPER_CASE","message":…}}` without a request ID.
    ///
    /// On incidents that answer otherwise, or not at all, this has no effect.
    #[must_use]
    pub fn nested(mut self) -> Self {
        if let Effect::Fail(failure) = &mut self.effect {
            failure.nested = true;
        }
        self
    }

    fn new(effect: Effect) -> Self {
        Self {
            effect,
            target: None,
            times: 1,
        }
    }

    fn failure(
        name: &'static str,
        status: u16,
        error: impl Into<String>,
        message: &'static str,
    ) -> Self {
        let error = error.into();
        let failure = Failure {
            name,
            status,
            error,
            message,
            retry_after: None,
            nested: false,
        };
        Self::new(Effect::Fail(failure))
    }

    fn matches(&self, method: &Method, path: &str, health_probe: bool) -> bool {
        match &self.target {
            Some(target) => target.matches(method, path),
            None => !health_probe,
        }
    }
}

impl Effect {
    /// Returns the name under which the log shows the incident.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fail(failure) => failure.name,
            Self::Stall => "stall",
            Self::Close => "close",
            Self::LoseAnswer => "lose_answer",
            Self::CutBody => "cut_body",
            Self::BadGateway => "bad_gateway",
            Self::Slow(_) => "slow",
            Self::ExpireTokens => "expire_tokens",
        }
    }
}

impl Failure {
    /// Returns the error as the API writes it.
    pub(crate) fn to_error(&self) -> ApiError {
        let status = StatusCode::from_u16(self.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let error = ApiError::new(status, self.error.clone(), self.message);
        let error = error.with_retry_after(self.retry_after);
        if self.nested {
            error.into_nested()
        } else {
            error
        }
    }
}

impl Target {
    fn matches(&self, method: &Method, path: &str) -> bool {
        if self.method != "*" && self.method != method.as_str() {
            return false;
        }
        let (mut wanted, mut actual) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), actual.next()) {
                (None, None) => return true,
                (Some(wanted), Some(actual)) if wanted == actual || is_parameter(wanted) => {}
                _ => return false,
            }
        }
    }
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}
