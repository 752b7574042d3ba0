//! The plan of a call, checked and complete, from which the loop starts.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Method};
use uuid::Uuid;

use super::credential::Begun;
use super::keeper::CallEntry;
use super::shared::Shared;
use crate::cancel::{CancelToken, Stop};
use crate::codes::{ErrorKind, StopReason};
#[cfg(feature = "openstack")]
use crate::dialect::openstack::Asked;
use crate::error::Error;
use crate::observe::CallFinished;
use crate::redact::Secret;
use crate::target::{RequestUrl, Target};
use crate::trace_context::{SpanId, TraceContext};
use crate::trail::{Opening, Outcome, TrailWriter};

/// A checked call.
#[derive(Debug)]
pub(crate) struct CallPlan {
    pub(crate) call_id: Uuid,
    pub(crate) first_span: SpanId,
    pub(crate) trace: TraceContext,
    /// The path template.
    pub(crate) path: String,
    /// The first request: the method and headers that every attempt starts from.
    pub(crate) hop: Hop,
    /// The client's credential that is sent first; `None` if the caller sends its own.
    pub(crate) begun: Option<Begun>,
    /// The start of its time, if that is not when it is first driven.
    pub(crate) began: Option<Instant>,
    /// The caller's setting of whether the request may be sent twice.
    pub(crate) idempotent: Option<bool>,
    pub(crate) has_key: bool,
    /// Whether the caller has a copy of the resource, so that a 304 is a success.
    pub(crate) has_copy: bool,
    /// Statuses that count as successes in addition to 2xx.
    pub(crate) accepted: Vec<http::StatusCode>,
    pub(crate) max_attempts: u32,
    pub(crate) max_redirects: u32,
    pub(crate) connect_timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) cancel: Option<CancelToken>,
    /// Ends the call if the thread that polls it is interrupted.
    pub(crate) stop: Option<Stop>,
    /// Secrets of this call, and what is shown instead.
    pub(crate) secrets: Vec<(Secret, Cow<'static, str>)>,
}

/// The result of planning a request: a call, or the reason why there is none.
pub(crate) type Planned = Result<CallPlan, Box<Refused>>;

/// A call that is not sent. The loop ends it like any other.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) call_id: Uuid,
    pub(crate) method: Method,
    /// The path as the trail shows it.
    pub(crate) path: String,
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
}

impl Refused {
    /// Makes the error and its trail without attempts, which the observers get. `now` is its date.
    pub(super) fn end(&self, shared: &Shared, now: (Instant, SystemTime)) -> Error {
        let mut writer = TrailWriter::new(shared.opening(
            self.call_id,
            TraceContext::start(self.call_id).trace_id(),
            self.method.clone(),
            self.path.clone(),
            now,
        ));
        let outcome = Outcome::Error(self.kind);
        let trail = writer.finish(now.0, outcome, StopReason::NotRetryable);
        CallEntry::default().ended(&shared.keeper, &trail);
        shared
            .observers
            .each(|o| o.call_finished(&CallFinished { trail: &trail }));
        Error::new(self.kind, self.message.clone()).with_trail(trail)
    }
}

/// One request of a call, up to the next redirect.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: RequestUrl,
    /// The URL as trails show it, if that differs from the URL.
    pub(crate) shown: Option<String>,
    /// The client's own map, shared, if the call adds nothing to it.
    pub(crate) headers: Arc<HeaderMap>,
    pub(crate) body: Bytes,
}

impl Hop {
    /// The request that the caller asked for: the client's headers, which the caller's override, and the call's own.
    pub(crate) fn first(
        shared: &Shared,
        call_id: Uuid,
        method: Method,
        target: Target,
        given: HeaderMap,
        body: Bytes,
    ) -> Self {
        let mut headers = Arc::clone(&shared.standing_headers);
        let correlation = shared.dialect.0.correlation.as_ref();
        // The caller's own ID, which it passes on from another request, overrides the call's.
        let default = &shared.default_headers;
        let is_given = |name| given.contains_key(name) || default.contains_key(name);
        if let Some(correlation) = correlation.filter(|c| !is_given(&c.header)) {
            let text = format!("{}{}", correlation.prefix, call_id.hyphenated());
            if let Ok(value) = HeaderValue::try_from(text) {
                Arc::make_mut(&mut headers).insert(correlation.header.clone(), value);
            }
        }
        if !given.is_empty() {
            let headers = Arc::make_mut(&mut headers);
            for name in given.keys() {
                headers.remove(name);
            }
            headers.extend(given);
        }
        // RFC 9110 §8.6: a method that usually has a body says so when it has none.
        if body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
            Arc::make_mut(&mut headers).insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let Target { url, shown } = target;
        Self {
            method,
            url,
            shown,
            headers,
            body,
        }
    }

    /// The URL as trails show it.
    pub(crate) fn shown(&self) -> &str {
        self.shown.as_deref().unwrap_or(self.url.as_str())
    }

    /// Host and port of the URL.
    pub(super) fn host(&self) -> String {
        let url = self.url.to_url();
        let host = url.host_str().unwrap_or_default();
        match url.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl CallPlan {
    /// The correlation ID that every attempt carries.
    fn correlation_id(&self, shared: &Shared) -> Option<Box<str>> {
        let correlation = shared.dialect.0.correlation.as_ref()?;
        let sent = self.hop.headers.get(&correlation.header)?;
        Some(String::from_utf8_lossy(sent.as_bytes()).into())
    }

    /// The beginning of the trail.
    pub(crate) fn opening(
        &mut self,
        shared: &Shared,
        started: Instant,
        started_at: SystemTime,
    ) -> Opening {
        let mut opening = shared.opening(
            self.call_id,
            self.trace.trace_id(),
            self.hop.method.clone(),
            std::mem::take(&mut self.path),
            (started, started_at),
        );
        opening.traced = shared.traceparent;
        // Only OpenStack's clients have a service.
        #[cfg(feature = "openstack")]
        if opening.service.is_some() {
            opening.asked = Asked::read(&opening.method, &opening.path, &self.hop.body);
        }
        opening.correlation_id = self.correlation_id(shared);
        opening
    }

    /// Whether a request of this method may be sent twice.
    pub(crate) fn is_safe(&self, method: &Method) -> bool {
        is_safe(self.idempotent, self.has_key, method)
    }
}

/// Whether a request may be sent twice: by the caller's setting, by its key, or by its method.
pub(crate) fn is_safe(idempotent: Option<bool>, has_key: bool, method: &Method) -> bool {
    let by_method = matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    );
    idempotent.unwrap_or(has_key || by_method)
}
