//! Checks a request and makes the plan of its call.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use super::{Attached, Parts, Request, RequestTarget, headers};
use crate::call::credential::Begun;
use crate::call::plan::{CallPlan, Hop, Planned, Refused};
use crate::call::shared::Shared;
use crate::call::token::Token;
use crate::call::{PANICKED, TRACEPARENT};
use crate::cancel::CancelToken;
use crate::codes::ErrorKind;
use crate::dialect::Dialect;
use crate::redact::{self, Secret};
use crate::target;
use crate::trace_context::{SpanId, TraceContext};

/// The most attempts that a call can be asked to make.
const MAX_ATTEMPTS: u32 = 32;

impl Request {
    /// Checks the whole request, and takes what the call needs.
    ///
    /// `begun` is the credential that the client had when the call began, if it began before it is planned.
    pub(crate) fn plan(
        mut self,
        shared: &Shared,
        attached: Attached,
        begun: Option<Begun>,
    ) -> Planned {
        let (call_id, first_span) = shared.random_ids();
        let (begun, began) = match attached.start {
            Some(start) => (Some(start.begun), Some(start.at)),
            None => (begun, None),
        };
        let start = CallContext {
            call_id,
            first_span,
            begun,
            began,
            cancel: attached.cancel,
        };
        let parts = &mut *self.0;
        let secrets = parts.secrets(&shared.dialect);
        // The caller gets the trail even after a panic.
        let checked = catch_unwind(AssertUnwindSafe(|| parts.check(shared, start)));
        let (kind, message) = match checked {
            Ok(Ok(mut plan)) => {
                plan.secrets = secrets;
                return Ok(plan);
            }
            Ok(Err(message)) => (ErrorKind::InvalidRequest, message),
            Err(_) => (ErrorKind::Internal, PANICKED.to_owned()),
        };
        let mut redactor = shared.redactor();
        for (secret, shown) in secrets {
            redactor.add_as(&secret, shown);
        }
        let path = match &parts.place {
            RequestTarget::Path(path) => target::show_refused(path),
            // A link that is refused may hold anything.
            RequestTarget::Link(_) => String::new(),
        };
        Err(Box::new(Refused {
            call_id,
            method: parts.method.clone(),
            path: redactor.url(&path).into_owned(),
            kind,
            message: redactor.url(&message).into_owned(),
        }))
    }
}

/// What a call has that is not of its request.
struct CallContext {
    call_id: Uuid,
    first_span: SpanId,
    begun: Option<Begun>,
    began: Option<Instant>,
    cancel: Option<CancelToken>,
}

impl Parts {
    fn check(&mut self, shared: &Shared, given: CallContext) -> Result<CallPlan, String> {
        if let Some(problem) = self.problem.take() {
            return Err(problem);
        }
        let target = match &self.place {
            RequestTarget::Path(path) => target::build(
                &shared.base,
                path,
                &self.params,
                &self.query,
                &shared.shown_query,
            )?,
            RequestTarget::Link(_) if !self.params.is_empty() || !self.query.is_empty() => {
                return Err(
                    "a link is used as the API gave it; it takes no path parameters and no query"
                        .to_owned(),
                );
            }
            RequestTarget::Link(link) => target::link(&shared.base, link, &shared.shown_query)?,
        };
        let mut map = self.headers(shared)?;
        let trace = if shared.traceparent {
            callers_trace(&mut map)
        } else {
            None
        };
        let timeouts = shared.timeouts;
        let attempt_default = timeouts
            .attempt
            .max(self.options.timeout.unwrap_or_default());
        let has_key = map.contains_key(&shared.dialect.0.idempotency_header);
        let credential = &shared.dialect.0.credential.header;
        let own_credential = map.contains_key(credential) || shared.has_default_credential;
        let begun = (!own_credential).then(|| {
            let begun = given.begun;
            begun.unwrap_or_else(|| shared.credentials.begin())
        });
        let max_attempts = self
            .options
            .max_attempts
            .unwrap_or(shared.retry.max_attempts);
        let connect_timeout = self.options.connect_timeout.unwrap_or(timeouts.connect);
        let attempt_timeout = self.options.attempt_timeout.unwrap_or(attempt_default);
        let call_timeout = self.options.timeout.unwrap_or(timeouts.call);
        check_attempts(max_attempts)?;
        check_timeout("connect_timeout", connect_timeout)?;
        check_timeout("attempt_timeout", attempt_timeout)?;
        check_timeout("timeout", call_timeout)?;
        let call_id = given.call_id;
        let method = self.method.clone();
        let body = std::mem::take(&mut self.body);
        let hop = Hop::first(shared, call_id, method, target, map, body);
        let path = match &mut self.place {
            RequestTarget::Path(path) => std::mem::take(path),
            RequestTarget::Link(_) => hop.url.path().to_owned(),
        };
        Ok(CallPlan {
            call_id,
            first_span: given.first_span,
            trace: trace.unwrap_or_else(|| TraceContext::start(call_id)),
            path,
            hop,
            begun,
            began: given.began,
            has_key,
            has_copy: self.options.if_none_match.is_some(),
            accepted: self.accepted()?,
            idempotent: self.options.idempotent,
            max_attempts,
            max_redirects: shared.limits.redirects,
            connect_timeout,
            attempt_timeout,
            call_timeout,
            cancel: given.cancel,
            stop: None,
            secrets: Vec::new(),
        })
    }

    /// The statuses that count as successes in addition to 2xx.
    fn accepted(&mut self) -> Result<Vec<http::StatusCode>, String> {
        let accepted = self.options.accept_statuses.take().unwrap_or_default();
        let wrong = |status: &http::StatusCode| !matches!(status.as_u16(), 300..=599);
        match accepted.iter().position(wrong) {
            None => Ok(accepted),
            Some(at) => Err(format!(
                "accept_statuses[{at}] is {}; expected 300 to 599, since a 2xx is a success by itself",
                accepted[at].as_str()
            )),
        }
    }

    /// The headers of the request, including those of its other options.
    fn headers(&mut self, shared: &Shared) -> Result<HeaderMap, String> {
        self.headers.check_count()?;
        let dialect = &shared.dialect;
        let mut map = self.headers.take(dialect);
        let default = &shared.default_headers;
        if let Some(content_type) = self
            .content_type
            .take()
            .filter(|_| !map.contains_key(CONTENT_TYPE) && !default.contains_key(CONTENT_TYPE))
        {
            let value = match content_type {
                Cow::Borrowed(own) => HeaderValue::from_static(own),
                Cow::Owned(given) => headers::value_of(&CONTENT_TYPE, &given)?,
            };
            map.insert(CONTENT_TYPE, value);
        }
        if let Some(token) = &self.token {
            let credential = &dialect.0.credential;
            if map.contains_key(&credential.header) {
                return Err(format!(
                    "token: the header `{}` is given too, and carries the token; expected one of the two",
                    credential.header
                ));
            }
            map.insert(credential.header.clone(), token.header(&credential.prefix)?);
        }
        if let Some(key) = &self.options.idempotency_key {
            if key.is_empty() {
                return Err("idempotency_key is empty; expected the key, or none".to_owned());
            }
            let name = &dialect.0.idempotency_header;
            map.insert(name.clone(), headers::value_of(name, key)?);
        }
        if let Some(tag) = &self.options.if_none_match {
            if tag.is_empty() {
                return Err(
                    "if_none_match is empty; expected the entity tag to send as If-None-Match, as in the ETag header, such as \"v1\", or none"
                        .to_owned(),
                );
            }
            map.insert(IF_NONE_MATCH, headers::value_of(&IF_NONE_MATCH, tag)?);
        }
        if let Some(version) = &self.options.microversion {
            dialect.0.set_version(version, &mut map)?;
        }
        if let Some(id) = &self.options.correlation_id {
            let Some(correlation) = &dialect.0.correlation else {
                return Err(format!(
                    "correlation_id: the dialect `{}` has no correlation header; leave it out",
                    dialect.name()
                ));
            };
            (correlation.check)(id).map_err(|why| format!("correlation_id: {why}"))?;
            let name = &correlation.header;
            map.insert(name.clone(), headers::value_of(name, id)?);
        }
        headers::check_correlation(dialect, &map)?;
        Ok(map)
    }

    /// The secrets of the request, and what is shown instead.
    fn secrets(&self, dialect: &Dialect) -> Vec<(Secret, Cow<'static, str>)> {
        let params = self
            .params
            .iter()
            .filter(|param| param.secret)
            .map(|param| {
                let shown = format!("{{{}}}", param.name);
                (param.value.clone(), Cow::Owned(shown))
            });
        let token = self.token.iter().map(Token::secret).cloned();
        let redacted = self
            .headers
            .secrets(dialect)
            .chain(token)
            .chain(self.hidden.iter().cloned())
            .map(|secret| (secret, Cow::Borrowed(redact::REDACTED)));
        params.chain(redacted).collect()
    }
}

/// Checks a number of attempts.
pub(crate) fn check_attempts(attempts: u32) -> Result<(), String> {
    if (1..=MAX_ATTEMPTS).contains(&attempts) {
        return Ok(());
    }
    Err(format!(
        "max_attempts is {attempts}; expected 1 to {MAX_ATTEMPTS}"
    ))
}

/// Checks a timeout.
pub(crate) fn check_timeout(name: &str, value: Duration) -> Result<(), String> {
    if value.is_zero() {
        return Err(format!("{name} is 0; expected a longer time"));
    }
    Ok(())
}

/// Takes the caller's trace context out of the headers. An invalid one is dropped and a new trace begins, with its
/// `tracestate`, as the specification asks (<https://www.w3.org/TR/trace-context/> §3.2, §3.3).
fn callers_trace(headers: &mut HeaderMap) -> Option<TraceContext> {
    // The usual call sets no headers, so there is nothing to search.
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
