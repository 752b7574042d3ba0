//! Incidents: what goes wrong on demand.

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
/// Incidents wait in a queue. The first one that matches a request happens to it, which uses up one
/// of its times. Without [`on`](Self::on) an incident matches every request except health probes.
///
/// The command line takes an incident as text, `NAME` or `NAME:key=value,key=value`; see
/// [`Incident::from_str`](#method.from_str).
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

/// What an incident does to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The API responds with an error.
    Fail(Failure),
    /// The server reads the request and never responds.
    Stall,
    /// The server reads the request and closes the connection, without doing anything.
    Close,
    /// The server carries the request out and closes the connection without a response.
    LoseAnswer,
    /// The server carries the request out and closes the connection in the middle of the response's body.
    CutBody,
    /// A proxy in front of the API responds with its own page.
    BadGateway,
    /// The server carries the request out and responds late.
    Slow(Duration),
    /// All access tokens expire before the request is handled.
    ExpireTokens,
}

/// The error response of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The name of the incident, for the log.
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
    /// Responds with a status and an error string.
    ///
    /// # Panics
    ///
    /// If the status is not from 400 to 599.
    pub fn status(status: u16, error: impl Into<String>) -> Self {
        assert!(
            (400..600).contains(&status),
            "{status} is not the status of an error"
        );
        Self::failure("status", status, error, "The sandbox fails on request")
    }

    /// Responds with 500 `internal_error`.
    pub fn internal_error() -> Self {
        Self::failure(
            "internal_error",
            500,
            "internal_error",
            "Something went wrong on our side",
        )
    }

    /// Responds with 503 `service_unavailable`.
    pub fn service_unavailable() -> Self {
        let message = "The database is temporarily unavailable";
        Self::failure("service_unavailable", 503, "service_unavailable", message)
    }

    /// Responds with 503 `service_unavailable` to a number of requests, as in a maintenance window.
    pub fn maintenance(requests: u32) -> Self {
        let message = "The service is down for maintenance";
        Self::failure("maintenance", 503, "service_unavailable", message).times(requests)
    }

    /// Responds with 429 `rate_limited` and a `Retry-After`, rounded up to whole seconds.
    ///
    /// Zero stays zero, so that a test need not wait.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let message = "Too many requests for this token";
        Self::failure("rate_limited", 429, "rate_limited", message).retry_after(retry_after)
    }

    /// Responds with 502 and a proxy's HTML page: no request ID, no rate-limit headers, no JSON.
    pub fn bad_gateway() -> Self {
        Self::new(Effect::BadGateway)
    }

    /// Reads the request and never responds. The connection is closed after ten minutes.
    pub fn stall() -> Self {
        Self::new(Effect::Stall)
    }

    /// Reads the request, does nothing and closes the connection.
    pub fn close() -> Self {
        Self::new(Effect::Close)
    }

    /// Carries the request out and closes the connection without a response.
    pub fn lose_answer() -> Self {
        Self::new(Effect::LoseAnswer)
    }

    /// Carries the request out, announces the whole response and closes the connection after half of
    /// its body.
    pub fn cut_body() -> Self {
        Self::new(Effect::CutBody)
    }

    /// Carries the request out and responds after a delay.
    pub fn slow(delay: Duration) -> Self {
        Self::new(Effect::Slow(delay))
    }

    /// Ends all access tokens, then handles the request as usual: one with such a token is refused
    /// with 401 `invalid_token`. API keys and refresh tokens stay valid.
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

    /// Makes the incident happen several times instead of once. Zero counts as one.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times.max(1);
        self
    }

    /// Adds a `Retry-After`, rounded up to whole seconds, to an error response of the API.
    ///
    /// It has no effect on incidents without such a response.
    #[must_use]
    pub fn retry_after(mut self, retry_after: Duration) -> Self {
        if let Effect::Fail(failure) = &mut self.effect {
            failure.retry_after = Some(crate::bucket::ceil_seconds(retry_after));
        }
        self
    }

    /// Writes an error response as `{"error":{"code":"UPPER_CASE","message":…}}` without a request ID.
    ///
    /// It has no effect on incidents without such a response.
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
    /// Returns the name of the incident in the log.
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
