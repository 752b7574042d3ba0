//! One attempt: send, wait for the head, read the body, and say what all that gave.

use std::borrow::Cow;
use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::body::{Collected, KeptBody, ReadError, decode, decode_what_is_there};
use super::plan::Hop;
use super::race::{Cancel, Race, race};
use super::redirect::{self, Verdict};
use super::seam::Seam;
use super::shared::Shared;
use super::timeout::{self, Limit, Waited};
use super::timer::{AttemptTimer, Ended, Timing};
use super::{End, guard};
use crate::cancel::CancelReason;
use crate::charset::Charset;
use crate::codes::{ErrorKind, Sent};
use crate::coding::{self, Coding, DecodeError};
use crate::dialect::{self, RetryRule, Seen};
use crate::error::{ApiError, ApiFields, BoxError};
use crate::limits;
use crate::rate_limit::RateLimit;
use crate::redact::{Redactor, one_line};
use crate::request_id;
use crate::retry::decision::Gave;
use crate::retry_after;
use crate::trail::{Failed, Recorder};
use crate::transport::{Failure, Phase, Reply, SentMark, Transport, TransportError, WireRequest};

/// What an attempt gave, for the decision and for the caller.
pub(super) struct Exchanged {
    pub(super) gave: Gave,
    pub(super) sent: Sent,
    /// The call's time ended the attempt.
    pub(super) out_of_time: bool,
    pub(super) retry_after: Option<Duration>,
    /// How the call ends if this was its last attempt.
    pub(super) end: End,
    /// Where a followed redirect leads.
    pub(super) next_hop: Option<Box<Hop>>,
}

impl Exchanged {
    fn new(gave: Gave, sent: Sent, end: End) -> Self {
        Self {
            gave,
            sent,
            out_of_time: false,
            retry_after: None,
            end,
            next_hop: None,
        }
    }
}

/// A usable 2xx response.
pub(super) struct Success {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) rate_limit: Option<RateLimit>,
}

/// All that an attempt looks at.
pub(super) struct Attempt<'a, T: Transport> {
    pub(super) shared: &'a Shared,
    pub(super) transport: &'a T,
    pub(super) redactor: &'a Redactor,
    pub(super) seam: &'a Seam,
    pub(super) hop: &'a Hop,
    pub(super) hops_left: u32,
    /// The caller has a copy, and asked whether it is still current.
    pub(super) has_copy: bool,
    pub(super) timing: Timing,
}

/// A response head and what was read from it.
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    retry_after: Option<Duration>,
}

impl<T: Transport> Attempt<'_, T> {
    /// Makes the attempt, and writes into the trail what becomes known, when it becomes known.
    pub(super) async fn run(
        self,
        request: WireRequest,
        recorder: &mut Recorder,
        cancel: &mut Cancel,
    ) -> Exchanged {
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
        };
        let waited = {
            let mut work = pin!(seam.enter::<T, _>(|| self.transport.exchange(request)));
            let work = pin!(poll_fn(|cx| seam.enter::<T, _>(|| work.as_mut().poll(cx))));
            let waited = race(work, Pin::new(&mut timer), cancel).await;
            if let Race::Cancelled(CancelReason::Deadline) = waited {
                sent.note_timeout();
            }
            waited
            // Dropped here: only then is it settled whether a request that was given up has left.
        };
        let reply = match waited {
            Race::Done(Ok(reply)) => reply,
            Race::Done(Err(error)) => return self.broken(error, None, recorder, &sent),
            Race::Cancelled(reason) => return self.cancelled(reason, recorder, &sent),
            Race::Time => return self.timed_out(recorder, None, &sent),
        };
        // What is answered was sent, also by a transport that forgot to say so.
        sent.mark();
        sent.set_phase(Phase::Reading);
        let Reply {
            status,
            headers,
            body,
        } = reply;
        let head = Head {
            status,
            retry_after: self.retry_after(&headers, recorder),
            headers,
        };
        recorder.answered(
            status.as_u16(),
            self.read_id(&head.headers, None),
            head.retry_after,
        );
        if let Err(message) = limits::check_headers(&head.headers) {
            return failed(recorder, ErrorKind::TooLarge, message);
        }
        let is_current = self.has_copy && head.status == StatusCode::NOT_MODIFIED;
        if head.status.is_success() || is_current {
            return self
                .success(head, body, recorder, cancel, timer, &sent)
                .await;
        }
        match redirect::judge(
            head.status,
            &head.headers,
            self.hop,
            self.hops_left,
            &self.shared.shown_query,
        ) {
            Verdict::Follow(next) => match self.too_late(head.retry_after) {
                Some(why) => Exchanged {
                    gave: Gave::LateRedirect,
                    retry_after: head.retry_after,
                    ..failed(recorder, ErrorKind::Redirect, why)
                },
                None => Exchanged {
                    retry_after: head.retry_after,
                    next_hop: Some(next),
                    ..Exchanged::new(
                        Gave::Redirect,
                        Sent::Yes,
                        End::error(ErrorKind::Redirect, "the redirect was not followed"),
                    )
                },
            },
            Verdict::Refuse(why) => failed(
                recorder,
                ErrorKind::Redirect,
                self.redactor.text(&why).into_owned(),
            ),
            Verdict::Final => {
                self.api_error(head, body, recorder, cancel, timer, &sent)
                    .await
            }
        }
    }

    async fn success(
        &self,
        mut head: Head,
        body: T::Body,
        recorder: &mut Recorder,
        cancel: &mut Cancel,
        mut timer: AttemptTimer<'_, T>,
        sent: &SentMark,
    ) -> Exchanged {
        let has_no_body = matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        );
        let has_body = self.hop.method != Method::HEAD && !has_no_body;
        if has_body && let Err(message) = coding::check_transfer(&head.headers) {
            let message = self.redactor.text(&message).into_owned();
            return failed(recorder, ErrorKind::Decode, message);
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
            Race::Done(Err(ReadError::TooLarge)) => return too_large(recorder, limit),
            Race::Done(Err(ReadError::Broken(error))) => {
                return self.broken(error, head.retry_after, recorder, sent);
            }
            Race::Time => return self.timed_out(recorder, head.retry_after, sent),
            Race::Cancelled(reason) => return self.cancelled(reason, recorder, sent),
        }
        let raw = collected.into_bytes();
        let coding = match self.coding(&head.headers) {
            Ok(coding) => coding,
            Err(_) if raw.is_empty() => Coding::Identity,
            Err(message) => {
                let message = self.redactor.text(&message).into_owned();
                return failed(recorder, ErrorKind::Decode, message);
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
            Race::Time => return self.timed_out(recorder, head.retry_after, sent),
            Race::Cancelled(reason) => return self.cancelled(reason, recorder, sent),
            Race::Done(Err(DecodeError::TooLarge)) => return too_large(recorder, limit),
            Race::Done(Err(DecodeError::Corrupt(error))) => {
                return failed(
                    recorder,
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
        Exchanged {
            retry_after: head.retry_after,
            ..Exchanged::new(Gave::Success, Sent::Yes, End::Response(success))
        }
    }

    /// An error status: it is the API's answer, whatever happens to its body.
    async fn api_error(
        &self,
        head: Head,
        body: T::Body,
        recorder: &mut Recorder,
        cancel: &mut Cancel,
        mut timer: AttemptTimer<'_, T>,
        sent: &SentMark,
    ) -> Exchanged {
        let mut collected = Collected::default();
        let read = collected.read::<T>(body, limits::ERROR_BODY_READ, self.seam);
        let read = race(pin!(read), Pin::new(&mut timer), cancel).await;
        if let Race::Cancelled(reason) = read {
            return self.cancelled(reason, recorder, sent);
        }
        let body = match self.coding(&head.headers) {
            Ok(coding) => {
                let raw = collected.into_bytes();
                let work =
                    decode_what_is_there(coding, raw, limits::ERROR_BODY_READ, || self.is_over());
                match race(pin!(work), Pin::new(&mut timer), cancel).await {
                    Race::Done(body) => body,
                    Race::Time => Bytes::new(),
                    Race::Cancelled(reason) => return self.cancelled(reason, recorder, sent),
                }
            }
            Err(_) => Bytes::new(),
        };
        let out_of_time = self.transport.now() >= self.timing.call;
        let dialect = &self.shared.dialect.0;
        let status = head.status.as_u16();
        let charset = Charset::from_headers(&head.headers);
        let decoded = dialect.decode(charset, &body, status);
        let meaning = dialect.decoder.classify(&Seen {
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
        let clean = |text: Option<String>| text.map(|text| self.redactor.text(&text).into_owned());
        let code = clean(decoded.code);
        recorder.decoded(
            self.read_id(&head.headers, decoded.request_id.as_deref()),
            code.clone(),
            category,
        );
        let kept = KeptBody::new(self.redactor, charset, body);
        let api = ApiError(Box::new(ApiFields {
            dialect: dialect.name.clone(),
            status,
            code,
            raw_code: clean(decoded.raw_code),
            category,
            message: clean(decoded.message),
            title: clean(decoded.title),
            details: clean(decoded.details),
            hint: meaning.and_then(|meaning| meaning.hint),
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
        Exchanged {
            out_of_time,
            retry_after: head.retry_after,
            ..Exchanged::new(Gave::Status(status, rule), Sent::Yes, end)
        }
    }

    /// The connection failed, before the response or within it.
    fn broken(
        &self,
        error: TransportError,
        retry_after: Option<Duration>,
        recorder: &mut Recorder,
        mark: &SentMark,
    ) -> Exchanged {
        let answered = is_answered(recorder);
        let (kind, gave, sent) = match error.failure() {
            // What a connection says after the head does not undo that the server has acted.
            _ if answered => (ErrorKind::Transport, Gave::Broken, Sent::Yes),
            // A transport that marked the request let it go, whatever it says now: the mark wins.
            Failure::Connect | Failure::Unusable | Failure::Tls | Failure::ProxyRefused
                if mark.is_marked() && !error.is_unread() =>
            {
                (ErrorKind::Transport, Gave::Broken, Sent::Unknown)
            }
            Failure::Connect => (ErrorKind::Connect, Gave::NoConnection, Sent::No),
            Failure::Unusable | Failure::Tls | Failure::ProxyRefused => {
                (ErrorKind::Connect, Gave::ConnectionRefused, Sent::No)
            }
            Failure::Unprocessed => (ErrorKind::Transport, Gave::Unprocessed, guard::sent(mark)),
            Failure::RefusedStream => {
                (ErrorKind::Transport, Gave::RefusedStream, guard::sent(mark))
            }
            Failure::HeadersTooLarge => (ErrorKind::TooLarge, Gave::Unusable, Sent::Yes),
            Failure::Broken => (ErrorKind::Transport, Gave::Broken, guard::sent(mark)),
        };
        let message = self.redactor.text(&error.to_string()).into_owned();
        let code = error.code().map(|code| self.redactor.text(code));
        recorder.failed(Failed {
            kind,
            sent,
            unprocessed: matches!(gave, Gave::Unprocessed | Gave::RefusedStream),
            code: code.map(|code| one_line(&code).into_owned().into()),
            reason: &message,
        });
        let end = End::error(kind, message).caused_by(self.clean_source(error));
        Exchanged {
            retry_after,
            ..Exchanged::new(gave, sent, end)
        }
    }

    /// An error's causes; as text alone if they repeat a credential that the peer sent back.
    fn clean_source(&self, error: TransportError) -> BoxError {
        let mut texts = vec![format!("{error:?}")];
        let mut next: Option<&dyn std::error::Error> = Some(&error);
        while let Some(cause) = next {
            texts.push(cause.to_string());
            next = cause.source();
        }
        let clean = |text: &String| matches!(self.redactor.text(text), Cow::Borrowed(_));
        if texts.iter().all(clean) {
            return error.into();
        }
        self.redactor.text(&error.to_string()).into()
    }

    /// The attempt's time ran out: the time to connect, the attempt's own, or the call's.
    fn timed_out(
        &self,
        recorder: &mut Recorder,
        retry_after: Option<Duration>,
        mark: &SentMark,
    ) -> Exchanged {
        let sent = sent(recorder, mark);
        let now = self.transport.now();
        let phase = phase(sent, mark);
        let ended = self.timing.ended_by(now, phase.is_connected());
        let reason = self.late(phase, mark, self.timing.limit(ended, now));
        let (kind, gave, code) = match ended {
            Ended::Connect => (ErrorKind::Connect, Gave::NoConnection, Some("ETIMEDOUT")),
            Ended::Attempt | Ended::Call => (ErrorKind::Timeout, Gave::Broken, None),
        };
        recorder.failed(Failed {
            kind,
            sent,
            unprocessed: false,
            code: code.map(Cow::Borrowed),
            reason: &reason,
        });
        Exchanged {
            out_of_time: ended == Ended::Call,
            retry_after,
            ..Exchanged::new(gave, sent, End::error(kind, reason))
        }
    }

    /// The caller cancelled, or its own deadline passed.
    fn cancelled(&self, why: CancelReason, recorder: &mut Recorder, mark: &SentMark) -> Exchanged {
        let sent = sent(recorder, mark);
        let reason = match why {
            CancelReason::Cancelled => guard::CANCELLED.to_owned(),
            CancelReason::Deadline => {
                mark.note_timeout();
                let limit = Limit::of_caller(self.timing.started, self.transport.now());
                self.late(phase(sent, mark), mark, limit)
            }
        };
        recorder.failed(Failed {
            kind: why.kind(),
            sent,
            unprocessed: false,
            code: None,
            reason: &reason,
        });
        let end = End::error(why.kind(), reason).because_of(why);
        Exchanged::new(Gave::Cancelled(why), sent, end)
    }

    /// What had not happened when the time was up, without secrets.
    fn late(&self, phase: Phase, mark: &SentMark, limit: Limit) -> String {
        let (peer, host) = (mark.peer(), self.hop.host());
        let waited = Waited {
            phase,
            peer: peer.as_deref(),
            host: &host,
        };
        let reason = timeout::reason(&waited, limit);
        self.redactor.text(&reason).into_owned()
    }

    /// Whether the attempt's time is up.
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

    fn retry_after(&self, headers: &HeaderMap, recorder: &Recorder) -> Option<Duration> {
        if !retry_after::is_given(headers) {
            return None;
        }
        retry_after::from_headers(headers, self.transport.wall_clock(), |raw| {
            let shown = String::from_utf8_lossy(raw);
            let shown = self.redactor.text(&shown);
            let call_id = recorder.opening().call_id;
            tracing::debug!(target: "reqtrail", %call_id, retry_after = %one_line(&shown), "a Retry-After that cannot be read is ignored");
        })
    }

    /// Why a redirect that is followed no earlier than told is not followed at all.
    fn too_late(&self, told: Option<Duration>) -> Option<String> {
        let told = told?;
        let max = self.shared.retry.max_retry_after;
        let seconds = told.as_secs_f64();
        if told > max {
            let max = max.as_secs_f64();
            return Some(format!(
                "the redirect is to be followed in {seconds} s; max_retry_after is {max} s"
            ));
        }
        let left = self
            .timing
            .call
            .saturating_duration_since(self.transport.now());
        (told >= left).then(|| {
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

/// Whether the request of an attempt that ended early went out.
fn sent(recorder: &Recorder, mark: &SentMark) -> Sent {
    if is_answered(recorder) {
        Sent::Yes
    } else {
        guard::sent(mark)
    }
}

/// What an attempt was doing when it ended early.
fn phase(sent: Sent, mark: &SentMark) -> Phase {
    match mark.phase() {
        // A transport that does not tell its phases.
        phase if sent != Sent::No && !phase.is_connected() => Phase::Waiting,
        phase => phase,
    }
}

/// A response that is here and cannot be used; the next one would be no better.
fn failed(recorder: &mut Recorder, kind: ErrorKind, message: String) -> Exchanged {
    recorder.failed(Failed {
        kind,
        sent: Sent::Yes,
        unprocessed: false,
        code: None,
        reason: &message,
    });
    Exchanged::new(Gave::Unusable, Sent::Yes, End::error(kind, message))
}

fn too_large(recorder: &mut Recorder, limit: u64) -> Exchanged {
    let message = format!("the body is larger than the limit of {limit} bytes (max_body_bytes)");
    failed(recorder, ErrorKind::TooLarge, message)
}

/// Whether a response head has arrived.
fn is_answered(recorder: &Recorder) -> bool {
    recorder.last().is_some_and(|a| a.status().is_some())
}
