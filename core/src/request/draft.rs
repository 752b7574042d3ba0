//! What a request builder has collected, and the check that makes it a plan.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method};

use super::headers::{self, GivenHeader};
use crate::call::credential::Begun;
use crate::call::plan::{CallPlan, Hop, random_ids};
use crate::call::shared::Shared;
use crate::call::{PANICKED, TRACEPARENT};
use crate::cancel::CancelToken;
use crate::client::options::{check_attempts, check_timeout};
use crate::codes::{ErrorKind, StopReason};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::redact::{self, Redactor, Secret};
use crate::target::{self, Param};
use crate::trace_context::TraceContext;
use crate::trail::{Outcome, Recorder};

/// A request as it was asked for.
#[derive(Clone)]
pub(crate) struct Draft {
    method: Method,
    place: Place,
    pub(super) params: Vec<Param>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<GivenHeader>,
    pub(super) body: Bytes,
    pub(super) content_type: Option<&'static str>,
    pub(super) idempotent: Option<bool>,
    pub(super) idempotency_key: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) microversion: Option<String>,
    pub(super) if_none_match: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) max_attempts: Option<u32>,
    pub(super) cancel: Option<CancelToken>,
    /// The client's credential, where the call began before it is planned.
    begun: Option<Begun>,
    /// From when on its time counts, if not from where it is driven.
    pub(crate) began: Option<Instant>,
    /// Secrets that stand in the body.
    #[cfg(feature = "openstack")]
    pub(super) hidden: Vec<Secret>,
    problem: Option<String>,
}

/// Where a request goes.
#[derive(Clone)]
enum Place {
    /// A path template of the API.
    Path(String),
    /// An absolute link on the API's origin.
    Link(String),
}

impl Draft {
    pub(crate) fn to_path(method: &str, path: &str) -> Self {
        Self::new(method, Place::Path(path.to_owned()))
    }

    pub(crate) fn to_link(method: &str, link: &str) -> Self {
        Self::new(method, Place::Link(link.to_owned()))
    }

    fn new(method: &str, place: Place) -> Self {
        let (method, problem) = read_method(method);
        Self {
            method,
            place,
            params: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            content_type: None,
            idempotent: None,
            idempotency_key: None,
            correlation_id: None,
            microversion: None,
            if_none_match: None,
            timeout: None,
            attempt_timeout: None,
            connect_timeout: None,
            max_attempts: None,
            cancel: None,
            begun: None,
            began: None,
            problem,
            #[cfg(feature = "openstack")]
            hidden: Vec::new(),
        }
    }

    /// From here on the call has begun: it sends the token that its client has now.
    pub(crate) fn begin(&mut self, shared: &Shared) {
        self.begun.get_or_insert_with(|| shared.credentials.begin());
    }

    /// Keeps the first mistake until the request is sent.
    pub(super) fn problem(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// Checks all of it, and takes out of it what the plan needs. The error has a trail without attempts, which the observers are told of; `clock` dates it.
    pub(crate) fn plan(
        &mut self,
        shared: &Shared,
        clock: impl FnOnce() -> (Instant, SystemTime),
    ) -> Result<CallPlan, Error> {
        let (call_id, first_span) = random_ids();
        // A panic must not cost the caller the trail.
        let checked = catch_unwind(AssertUnwindSafe(|| self.check(shared, call_id, first_span)));
        let refused = match checked {
            Ok(Ok(plan)) => return Ok(plan),
            Ok(Err(message)) => (ErrorKind::InvalidRequest, message),
            Err(_) => (ErrorKind::Internal, PANICKED.to_owned()),
        };
        Err(self.refused(shared, call_id, clock(), refused))
    }

    /// The error of a request that is not sent.
    fn refused(
        &self,
        shared: &Shared,
        call_id: uuid::Uuid,
        (started, started_at): (Instant, SystemTime),
        (kind, message): (ErrorKind, String),
    ) -> Error {
        let redactor = self.redactor(shared);
        let message = redactor.url(&message).into_owned();
        let path = match &self.place {
            Place::Path(path) => target::show_refused(path),
            // A link that is refused may hold anything.
            Place::Link(_) => String::new(),
        };
        let mut recorder = Recorder::new(shared.opening(
            call_id,
            TraceContext::start(call_id).trace_id(),
            self.method.clone(),
            redactor.url(&path).into_owned(),
            (started, started_at),
        ));
        let trail = recorder.finish(started, Outcome::Error(kind), StopReason::NotRetryable);
        shared.observers.each(|o| o.call_finished(&trail));
        Error::new(kind, message).with_trail(trail)
    }

    fn check(
        &mut self,
        shared: &Shared,
        call_id: uuid::Uuid,
        first_span: crate::trace_context::SpanId,
    ) -> Result<CallPlan, String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let target = match &self.place {
            Place::Path(path) => target::build(
                &shared.base,
                path,
                &self.params,
                &self.query,
                &shared.shown_query,
            )?,
            Place::Link(_) if !self.params.is_empty() || !self.query.is_empty() => {
                return Err(
                    "a link is used as the API gave it; it takes no path parameters and no query"
                        .to_owned(),
                );
            }
            Place::Link(link) => target::link(&shared.base, link, &shared.shown_query)?,
        };
        headers::check_count(self.headers.len())?;
        let mut map = HeaderMap::new();
        for given in &self.headers {
            let (name, mut value) = headers::check(&given.name, given.value.expose())?;
            value.set_sensitive(given.secret || headers::is_secret(&name, &shared.dialect));
            map.append(name, value);
        }
        let default = &shared.default_headers;
        if let Some(content_type) = self
            .content_type
            .filter(|_| !map.contains_key(CONTENT_TYPE) && !default.contains_key(CONTENT_TYPE))
        {
            map.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let key_header = &shared.dialect.0.idempotency_header;
        if let Some(key) = &self.idempotency_key {
            if key.is_empty() {
                return Err("idempotency_key is empty; expected the key, or none".to_owned());
            }
            let (_, value) = headers::check(key_header.as_str(), key)?;
            map.insert(key_header.clone(), value);
        }
        if let Some(tag) = &self.if_none_match {
            if tag.is_empty() {
                return Err(
                    "if_none_match is empty; expected an entity tag as the ETag header gave it, such as \"v1\", or none"
                        .to_owned(),
                );
            }
            let (name, value) = headers::check(IF_NONE_MATCH.as_str(), tag)?;
            map.insert(name, value);
        }
        if let Some(version) = &self.microversion {
            let (name, value) = shared.dialect.0.version(version)?;
            map.insert(name, value);
        }
        if let Some(id) = &self.correlation_id {
            let Some(correlation) = &shared.dialect.0.correlation else {
                return Err(format!(
                    "correlation_id: the dialect `{}` has no correlation header; leave it out",
                    shared.dialect.name()
                ));
            };
            let (name, value) = headers::check(correlation.header.as_str(), id)?;
            map.insert(name, value);
        }
        headers::check_correlation(&shared.dialect, &map)?;
        let trace = if shared.traceparent {
            callers_trace(&mut map)
        } else {
            None
        };
        let timeouts = shared.timeouts;
        let attempt_default = timeouts.attempt().max(self.timeout.unwrap_or_default());
        let has_key = map.contains_key(key_header);
        let credential = &shared.dialect.0.credential.header;
        let own_credential = map.contains_key(credential) || shared.has_default_credential;
        let begun = (!own_credential).then(|| {
            let begun = self.begun.take();
            begun.unwrap_or_else(|| shared.credentials.begin())
        });
        let max_attempts = self.max_attempts.unwrap_or(shared.retry.max_attempts);
        let connect_timeout = self.connect_timeout.unwrap_or(timeouts.connect);
        let attempt_timeout = self.attempt_timeout.unwrap_or(attempt_default);
        let call_timeout = self.timeout.unwrap_or(timeouts.call());
        check_attempts(max_attempts)?;
        check_timeout("connect_timeout", connect_timeout)?;
        check_timeout("attempt_timeout", attempt_timeout)?;
        check_timeout("timeout", call_timeout)?;
        let method = self.method.clone();
        let body = std::mem::take(&mut self.body);
        let hop = Hop::first(shared, call_id, method, target, map, body);
        let path = match &mut self.place {
            Place::Path(path) => std::mem::take(path),
            Place::Link(_) => hop.url.path().to_owned(),
        };
        Ok(CallPlan {
            call_id,
            first_span,
            trace: trace.unwrap_or_else(|| TraceContext::start(call_id)),
            path,
            hop,
            begun,
            began: self.began,
            has_key,
            has_copy: self.if_none_match.is_some(),
            idempotent: self.idempotent,
            max_attempts,
            max_redirects: shared.limits.redirects,
            connect_timeout,
            attempt_timeout,
            call_timeout,
            cancel: self.cancel.take(),
            stop: None,
            secrets: self.secrets(&shared.dialect),
        })
    }
}

impl Draft {
    /// The secrets of the request, and what is shown in their place.
    fn secrets(&self, dialect: &Dialect) -> Vec<(Secret, Cow<'static, str>)> {
        let mut secrets = Vec::new();
        for param in self.params.iter().filter(|param| param.secret) {
            let shown = format!("{{{}}}", param.name);
            secrets.push((param.value.clone(), Cow::Owned(shown)));
        }
        let mut hide = |secret| secrets.push((secret, Cow::Borrowed(redact::REDACTED)));
        for header in &self.headers {
            header.secrets(dialect).into_iter().for_each(&mut hide);
        }
        #[cfg(feature = "openstack")]
        self.hidden.iter().cloned().for_each(hide);
        secrets
    }

    /// What takes the secrets out of a request that is refused.
    fn redactor(&self, shared: &Shared) -> Redactor {
        let mut redactor = shared.redactor();
        for (secret, shown) in self.secrets(&shared.dialect) {
            redactor.add_as(&secret, shown);
        }
        redactor
    }
}

impl std::fmt::Debug for Draft {
    // Everything else may hold secrets: headers, queries and bodies, and a path that is not checked yet.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Reads a method, and says what is wrong about it; the usual ones may be written in any case.
fn read_method(text: &str) -> (Method, Option<String>) {
    const USUAL: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let usual = USUAL
        .into_iter()
        .find(|usual| usual.eq_ignore_ascii_case(text));
    let bad = || {
        format!(
            "`{}` is not a valid HTTP method; expected GET, POST, …",
            target::show_refused(text).escape_debug()
        )
    };
    let problem = match Method::from_bytes(usual.unwrap_or(text).as_bytes()) {
        Ok(method) if method != Method::CONNECT => return (method, None),
        Ok(_) => "CONNECT opens a tunnel and is no request to an API".to_owned(),
        Err(_) => bad(),
    };
    let shown = Method::from_bytes(text.as_bytes()).unwrap_or_default();
    (shown, Some(problem))
}

/// Takes the caller's own trace context out of the headers. An invalid one is dropped and a new trace begins, with
/// its `tracestate`, as the specification asks (<https://www.w3.org/TR/trace-context/> §3.2, §3.3).
fn callers_trace(headers: &mut HeaderMap) -> Option<TraceContext> {
    // The usual call gives no headers of its own, and need not look for any.
    if headers.is_empty() {
        return None;
    }
    let given = headers.remove(TRACEPARENT);
    let trace = given
        .as_ref()
        .and_then(|value| TraceContext::parse(value.to_str().ok()?));
    if trace.is_none() {
        headers.remove("tracestate");
    }
    trace
}
