//! One exchange: sends the request, waits for the head, reads the body, and returns the result.

mod failed;

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::End;
use super::attempt_timeout::{AttemptTimer, Timing};
use super::body::{Collected, KeptBody, ReadError, decode, decode_what_is_there, shortened};
use super::plan::{CallPlan, Hop};
use super::race::{Cancel, Race, race};
use super::redirect::{self, Verdict};
use super::seam::Seam;
use super::shared::Shared;
use crate::cancel::CancelReason;
use crate::codes::{ErrorKind, Sent};
use crate::coding::{self, Coding, DecodeError};
use crate::dialect::{self, ErrorBody, ErrorContext, RetryRule};
use crate::error::{ApiError, ApiFields};
use crate::limits;
use crate::rate_limit::RateLimit;
use crate::redact::{Redactor, one_line};
use crate::request_id;
use crate::retry::decision::AttemptOutcome;
use crate::retry_after;
use crate::trail::TrailWriter;
use crate::transport::{Phase, Reply, SentMark, Transport, WireRequest};
use failed::{failed, too_large};

/// The result of an attempt, for the decision and for the caller.
pub(super) struct AttemptResult {
    pub(super) outcome: AttemptOutcome,
    pub(super) sent: Sent,
    /// The call's time ended the attempt.
    pub(super) out_of_time: bool,
    pub(super) retry_after: Option<Duration>,
    /// How the call ends if this was its last attempt.
    pub(super) end: End,
    /// Where a followed redirect leads.
    pub(super) next_hop: Option<Box<Hop>>,
}

impl AttemptResult {
    fn new(outcome: AttemptOutcome, sent: Sent, end: End) -> Self {
        Self {
            outcome,
            sent,
            out_of_time: false,
            retry_after: None,
            end,
            next_hop: None,
        }
    }

    fn success(success: Success) -> Self {
        Self::new(AttemptOutcome::Success, Sent::Yes, End::Response(success))
    }

    fn redirect(next: Box<Hop>) -> Self {
        let end = End::error(ErrorKind::Redirect, "the redirect was not followed");
        let mut result = Self::new(AttemptOutcome::Redirect, Sent::Yes, end);
        result.next_hop = Some(next);
        result
    }

    fn late_redirect(writer: &mut TrailWriter, why: String) -> Self {
        let mut result = failed(writer, ErrorKind::Redirect, why);
        result.outcome = AttemptOutcome::LateRedirect;
        result
    }

    /// Adds what the response head said about the next attempt.
    fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// Adds whether the call's time ended the attempt.
    fn with_out_of_time(mut self, out_of_time: bool) -> Self {
        self.out_of_time = out_of_time;
        self
    }
}

/// A usable 2xx response.
pub(super) struct Success {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) rate_limit: Option<RateLimit>,
}

/// Everything that an exchange reads.
pub(super) struct Exchange<'a, T: Transport> {
    pub(super) shared: &'a Shared,
    pub(super) transport: &'a T,
    pub(super) redactor: &'a Redactor,
    pub(super) seam: &'a Seam,
    pub(super) plan: &'a CallPlan,
    pub(super) hops: u32,
    pub(super) timing: Timing,
}

/// A response head and what was read from it.
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    retry_after: Option<Duration>,
}

impl<T: Transport> Exchange<'_, T> {
    /// Makes the exchange, and writes into the trail what becomes known as soon as it does.
    pub(super) async fn run(
        self,
        request: WireRequest,
        writer: &mut TrailWriter,
        cancel: &mut Cancel,
    ) -> AttemptResult {
        let sent = request.sent.clone();
        let seam = self.seam;
        let first = self.timing.first();
        let sleep = pin!(seam.enter::<T, _>(|| self.transport.sleep_until(first)));
        let mut timer = AttemptTimer {
            sleep,
            seam,
            transport: self.transport,
            timing: self.timing,
            sent: &sent,
            is_over: false,
        };
        let waited = {
            let mut work = pin!(seam.enter::<T, _>(|| self.transport.exchange(request)));
            let work = pin!(poll_fn(|cx| seam.enter::<T, _>(|| work.as_mut().poll(cx))));
            let waited = race(work, Pin::new(&mut timer), cancel).await;
            if let Race::Cancelled(CancelReason::Deadline) = waited {
                sent.note_timeout();
            }
            waited
            // Dropped here, since only then it is certain whether an abandoned request has left.
        };
        let reply = match waited {
            Race::Done(Ok(reply)) => reply,
            Race::Done(Err(error)) => return self.broken(error, None, writer, &sent),
            Race::Cancelled(reason) => return self.cancelled(reason, writer, &sent),
            Race::Time => return self.timed_out(writer, None, &sent),
        };
        // A request that is answered was sent, even if the transport did not mark it.
        sent.mark();
        sent.set_phase(Phase::Reading);
        let Reply {
            status,
            headers,
            body,
        } = reply;
        let head = Head {
            status,
            retry_after: self.retry_after(&headers, writer),
            headers,
        };
        writer.answered(status, self.read_id(&head.headers, None), head.retry_after);
        if let Err(message) = limits::check_headers(&head.headers) {
            return failed(writer, ErrorKind::TooLarge, message);
        }
        let is_current = self.plan.has_copy && head.status == StatusCode::NOT_MODIFIED;
        let is_accepted = self.plan.accepted.contains(&head.status);
        if head.status.is_success() || is_current || is_accepted {
            return self.success(head, body, writer, cancel, timer, &sent).await;
        }
        match redirect::judge(
            head.status,
            &head.headers,
            &self.plan.hop,
            self.hops,
            self.plan.max_redirects,
            &self.shared.shown_query,
        ) {
            Verdict::Follow(next) => match self.too_late(head.retry_after) {
                Some(why) => AttemptResult::late_redirect(writer, why),
                None => AttemptResult::redirect(next),
            }
            .with_retry_after(head.retry_after),
            Verdict::Refuse(why) => failed(
                writer,
                ErrorKind::Redirect,
                self.redactor.text(&why).into_owned(),
            ),
            Verdict::Final => {
                self.api_error(head, body, writer, cancel, timer, &sent)
                    .await
            }
        }
    }

    async fn success(
        &self,
        mut head: Head,
        body: T::Body,
        writer: &mut TrailWriter,
        cancel: &mut Cancel,
        mut timer: AttemptTimer<'_, T>,
        sent: &SentMark,
    ) -> AttemptResult {
        let has_no_body = matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        );
        let has_body = self.plan.hop.method != Method::HEAD && !has_no_body;
        if has_body && let Err(message) = coding::check_transfer(&head.headers) {
            let message = self.redactor.text(&message).into_owned();
            return failed(writer, ErrorKind::Decode, message);
        }
        let limit = self.shared.limits.body_bytes;
        let mut collected = Collected::default();
        match race(
            pin!(collected.read::<T>(body, limit, self.seam)),
            Pin::new(&mut timer),
            cancel,
        )
        .await
        {
            Race::Done(Ok(())) => {}
            Race::Done(Err(ReadError::TooLarge)) => return too_large(writer, limit),
            Race::Done(Err(ReadError::Broken(error))) => {
                return self.broken(error, head.retry_after, writer, sent);
            }
            Race::Time => return self.timed_out(writer, head.retry_after, sent),
            Race::Cancelled(reason) => return self.cancelled(reason, writer, sent),
        }
        let raw = collected.into_bytes();
        let coding = match self.coding(&head.headers) {
            Ok(coding) => coding,
            Err(_) if raw.is_empty() => Coding::Identity,
            Err(message) => {
                let message = self.redactor.text(&message).into_owned();
                return failed(writer, ErrorKind::Decode, message);
            }
        };
        sent.set_phase(Phase::Decoding);
        let body = match race(
            pin!(decode(coding, raw, limit, || self.is_over())),
            Pin::new(&mut timer),
            cancel,
        )
        .await
        {
            Race::Done(Ok(body)) => body,
            Race::Time => return self.timed_out(writer, head.retry_after, sent),
            Race::Cancelled(reason) => return self.cancelled(reason, writer, sent),
            Race::Done(Err(DecodeError::TooLarge)) => return too_large(writer, limit),
            Race::Done(Err(DecodeError::Corrupt(error))) => {
                return failed(
                    writer,
                    ErrorKind::Decode,
                    format!("the body's coding is corrupt: {error}"),
                );
            }
        };
        if coding != Coding::Identity {
            head.headers.remove(CONTENT_ENCODING);
            head.headers.remove(CONTENT_LENGTH);
        }
        let success = Success {
            status: head.status,
            rate_limit: self.rate_limit(&head.headers),
            headers: head.headers,
            body,
        };
        AttemptResult::success(success).with_retry_after(head.retry_after)
    }

    /// Handles an error status, which is the API's answer whatever happens to its body.
    async fn api_error(
        &self,
        head: Head,
        body: T::Body,
        writer: &mut TrailWriter,
        cancel: &mut Cancel,
        mut timer: AttemptTimer<'_, T>,
        sent: &SentMark,
    ) -> AttemptResult {
        let mut collected = Collected::default();
        let read = collected.read::<T>(body, limits::ERROR_BODY_READ, self.seam);
        let read = race(pin!(read), Pin::new(&mut timer), cancel).await;
        if let Race::Cancelled(reason) = read {
            return self.cancelled(reason, writer, sent);
        }
        // A body in an unknown coding is not passed on raw.
        let coding = self.coding(&head.headers);
        let coding = coding.and_then(|it| coding::check_transfer(&head.headers).map(|()| it));
        let body = match coding {
            Ok(coding) => {
                let raw = collected.into_bytes();
                let work =
                    decode_what_is_there(coding, raw, limits::ERROR_BODY_READ, || self.is_over());
                match race(pin!(work), Pin::new(&mut timer), cancel).await {
                    Race::Done(body) => body,
                    Race::Time => Bytes::new(),
                    Race::Cancelled(reason) => return self.cancelled(reason, writer, sent),
                }
            }
            Err(_) => Bytes::new(),
        };
        let out_of_time = self.transport.now() >= self.timing.call;
        let dialect = &self.shared.dialect.0;
        let status = head.status.as_u16();
        let error_body = ErrorBody::new(&head.headers, &body);
        let charset = error_body.charset;
        let decoded = dialect.decode(&error_body, status);
        let meaning = dialect.decoder.classify(&ErrorContext {
            code: decoded.code.as_deref(),
            message: decoded.message.as_deref(),
            status,
            retry_after: head.retry_after,
        });
        let category = meaning
            .as_ref()
            .and_then(|meaning| meaning.category)
            .unwrap_or_else(|| dialect::category_of_status(status));
        let rule: Option<RetryRule> = meaning.as_ref().and_then(|meaning| meaning.retry);
        let clean = |text: Option<String>| {
            let text = text?;
            // Redacted before it is cut, so that no half of a token is left at the end.
            Some(shortened(&self.redactor.text(&text)).to_owned())
        };
        let code = clean(decoded.code);
        writer.decoded(
            self.read_id(&head.headers, decoded.request_id.as_deref()),
            code.clone(),
            category,
        );
        let kept = KeptBody::new(self.redactor, charset, body);
        let (hint, documentation_url) = meaning
            .map(|meaning| (meaning.hint, meaning.documentation_url))
            .unwrap_or_default();
        let api = ApiError(Box::new(ApiFields {
            dialect: dialect.name.clone(),
            #[cfg(feature = "openstack")]
            service: dialect.service.clone(),
            status: head.status,
            code,
            raw_code: clean(decoded.raw_code),
            category,
            message: clean(decoded.message),
            title: clean(decoded.title),
            details: clean(decoded.details),
            hint,
            documentation_url,
            rate_limit: self.rate_limit(&head.headers),
            headers: self.clean_headers(head.headers),
            body: kept.body,
            text: kept.text,
        }));
        let reason = head.status.canonical_reason().unwrap_or_default();
        let end = End::Error {
            kind: ErrorKind::Api,
            message: reason.to_owned(),
            api: Some(api),
            source: None,
        };
        AttemptResult::new(AttemptOutcome::Status(status, rule), Sent::Yes, end)
            .with_retry_after(head.retry_after)
            .with_out_of_time(out_of_time)
    }

    /// Whether the attempt's time has run out.
    fn is_over(&self) -> bool {
        self.transport.now() >= self.timing.end()
    }

    fn read_id(&self, headers: &HeaderMap, body: Option<&str>) -> request_id::Reading {
        let names = &self.shared.dialect.0.request_id_headers;
        request_id::read(names, headers, body, |raw| self.redactor.bytes(raw))
    }

    fn coding(&self, headers: &HeaderMap) -> Result<Coding, String> {
        if self.shared.decompress {
            Coding::from_headers(headers)
        } else {
            Ok(Coding::Identity)
        }
    }

    fn retry_after(&self, headers: &HeaderMap, writer: &TrailWriter) -> Option<Duration> {
        if !retry_after::is_given(headers) {
            return None;
        }
        retry_after::from_headers(headers, self.transport.wall_clock(), |raw| {
            let shown = String::from_utf8_lossy(raw);
            let shown = self.redactor.text(&shown);
            let call_id = writer.opening().call_id;
            tracing::debug!(target: "reqtrail", %call_id, retry_after = %one_line(&shown), "a Retry-After that cannot be read is ignored");
        })
    }

    /// Why a redirect with a wait is not followed at all.
    fn too_late(&self, asked_wait: Option<Duration>) -> Option<String> {
        let asked_wait = asked_wait?;
        let max = self.shared.retry.max_retry_after;
        let seconds = asked_wait.as_secs_f64();
        if asked_wait > max {
            let max = max.as_secs_f64();
            return Some(format!(
                "the redirect is to be followed in {seconds} s; max_retry_after is {max} s"
            ));
        }
        let left = self
            .timing
            .call
            .saturating_duration_since(self.transport.now());
        (asked_wait >= left).then(|| {
            format!("the redirect is to be followed in {seconds} s, after the call's time ran out")
        })
    }

    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let names = self.shared.dialect.0.rate_limit.as_ref()?;
        names.read(headers, self.transport.wall_clock())
    }

    /// An error's headers without the client's credentials. They are copies, so that an error does not keep the buffer
    /// that its response was read into.
    fn clean_headers(&self, mut headers: HeaderMap) -> HeaderMap {
        for value in headers.values_mut() {
            *value = HeaderValue::from_bytes(&self.redactor.bytes(value.as_bytes()))
                .unwrap_or(HeaderValue::from_static(crate::redact::REDACTED));
        }
        headers
    }
}
