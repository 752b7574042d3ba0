//! The attempt loop: one call from its first attempt to its trail.

mod attempt_timeout;
mod body;
pub(crate) mod by_clock;
pub(crate) mod credential;
mod exchange;
mod guard;
pub(crate) mod keeper;
pub(crate) mod plan;
pub(crate) mod race;
pub(crate) mod redirect;
pub(crate) mod refresh;
mod seam;
pub(crate) mod serving;
pub(crate) mod shared;
mod timeout_text;
pub(crate) mod token;

use std::future::{Future as _, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use http::header::{HeaderMap, HeaderName, HeaderValue};

pub(crate) use guard::clock;
pub(crate) use seam::PANICKED;

use crate::backoff::Backoff;
use crate::cancel::CancelReason;
use crate::codes::{Cause, ErrorKind, StopReason};
use crate::error::{BoxError, Error};
use crate::observe;
use crate::redact::Redactor;
use crate::response::Response;
use crate::retry::decision::{AttemptOutcome, Decision, RetryInput, decide};
use crate::trace_context::SpanId;
use crate::trail::Outcome;
use crate::transport::{Transport, TransportError, WireRequest};
use attempt_timeout::Timing;
use by_clock::ByClock;
use credential::{Lease, Ready};
use exchange::{AttemptResult, Exchange};
use guard::{Guard, wall_clock};
use plan::{CallPlan, Planned};
use race::{Cancel, Race, race};
use refresh::RefreshFailed;
use seam::Seam;
use shared::Shared;

/// Makes a call, or ends one that is refused.
///
/// Dropping the future cancels the call: its trail is closed and the observers are notified.
pub(crate) async fn run_call<T: Transport>(
    shared: &Shared,
    transport: &T,
    planned: &mut Planned,
) -> Result<Response, Error> {
    let plan = match planned {
        Ok(plan) => plan,
        Err(refused) => return Err(refused.end(shared, (clock(transport), wall_clock(transport)))),
    };
    let span = observe::call_span();
    let by_clock = ByClock::of(transport);
    let mut call = Call::new(shared, transport, plan);
    let ended = {
        let mut work = pin!(call.run());
        // The caller gets the trail of what was sent even after a panic. Polled in place, since the future is large and
        // each wrapper around it would move it.
        poll_fn(|cx| {
            let _within = span.enter();
            by_clock.poll(cx, |cx| {
                match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
                    Ok(polled) => polled.map(Some),
                    Err(_) => Poll::Ready(None),
                }
            })
        })
        .await
    };
    let _within = span.enter();
    let ended = ended.unwrap_or_else(|| {
        let end = End::error(ErrorKind::Internal, call.seam.panicked(call.transport));
        (end, StopReason::NotRetryable)
    });
    call.finish(ended)
}

/// A call under way.
struct Call<'a, T: Transport> {
    shared: &'a Shared,
    transport: &'a T,
    /// Borrowed, since it is large and expensive to move.
    plan: &'a mut CallPlan,
    guard: Guard<'a, T>,
    cancel: Cancel,
    seam: Seam,
    redactor: Redactor,
    deadline: Instant,
    /// The call's number in its client and the number of its next attempt, for chaos.
    #[cfg(feature = "testing")]
    place: Option<(u64, u64)>,
    /// Drawn for the first attempt together with the call ID.
    first_span: Option<SpanId>,
    /// Cached clock reading. Reading the clock is expensive on this path.
    now: Option<Instant>,
}

/// How a call ends, without its trail.
enum End {
    Response(exchange::Success),
    Error {
        kind: ErrorKind,
        message: String,
        api: Option<crate::error::ApiError>,
        source: Option<BoxError>,
    },
    /// There is no credential, for the reason in the text; nothing was sent.
    NoCredential(&'static str, RefreshFailed),
}

impl End {
    fn error(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::Error {
            kind,
            message: message.into(),
            api: None,
            source: None,
        }
    }

    fn because_of(self, reason: CancelReason) -> Self {
        match reason.cause() {
            Some(cause) => self.caused_by(cause),
            None => self,
        }
    }

    fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        if let Self::Error { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }
}

impl<'a, T: Transport> Call<'a, T> {
    fn new(shared: &'a Shared, transport: &'a T, plan: &'a mut CallPlan) -> Self {
        let started = clock(transport);
        let mut opening = plan.opening(shared, started, wall_clock(transport));
        // The client's credential stays secret even if the caller sends another instead.
        let mut redactor = match plan.begun {
            None => shared.redactor(),
            Some(_) => shared.secrets.clone(),
        };
        for (secret, shown) in std::mem::take(&mut plan.secrets) {
            redactor.add_as(&secret, shown);
        }
        opening.hide(&redactor);
        Self {
            cancel: Cancel::new(plan.cancel.take()).or_stop(plan.stop.take()),
            deadline: after(plan.began.unwrap_or(started), plan.call_timeout),
            guard: Guard::new(shared, transport, opening),
            seam: Seam::default(),
            #[cfg(feature = "testing")]
            place: None,
            first_span: Some(plan.first_span),
            now: Some(started),
            redactor,
            shared,
            transport,
            plan,
        }
    }

    /// Makes attempts until the decision says stop.
    async fn run(&mut self) -> (End, StopReason) {
        let ready = self.ready();
        if let Some(reason) = self.cancel.reason() {
            return cancelled(reason, "before anything was sent");
        }
        let mut lease = match self.first_credential(ready).await {
            Ok(lease) => lease,
            Err(end) => return end,
        };
        let retry = &self.shared.retry;
        let mut backoff = None;
        let mut cause = Cause::Initial;
        let mut counted = 0;
        let mut resends = 0;
        let mut refused_before = false;
        let mut hops = 0;
        let mut may_reauth = lease.as_ref().is_some_and(Lease::is_refreshable);
        loop {
            match cause {
                Cause::Initial | Cause::Retry => counted += 1,
                Cause::Resend => resends += 1,
                _ => {}
            }
            let result = self.attempt(cause, lease.as_ref(), hops, resends).await;
            let may_repeat = match result.outcome {
                AttemptOutcome::Success | AttemptOutcome::Cancelled(_) => false,
                AttemptOutcome::Redirect => result.retry_after.is_some(),
                _ => true,
            };
            let (jitter, uniform) = if may_repeat {
                // Most calls succeed at once and need no sequence.
                backoff.get_or_insert_with(|| Backoff::new(retry.base_delay, retry.max_delay));
                self.shared.draw()
            } else {
                (0.0, 0.0)
            };
            let input = RetryInput {
                outcome: result.outcome,
                sent: result.sent,
                out_of_time: result.out_of_time,
                safe: self.plan.is_safe(&self.plan.hop.method),
                can_reauth: may_reauth,
                attempts: counted,
                max_attempts: self.plan.max_attempts,
                resends,
                refused_before,
                retry_after: result.retry_after,
                max_retry_after: retry.max_retry_after,
                backoff: backoff.as_ref().map_or(Duration::ZERO, |b| b.draw(uniform)),
                jitter,
                time_left: if may_repeat {
                    self.time_left()
                } else {
                    Duration::ZERO
                },
            };
            let decision = decide(&input, || self.shared.withdraw());
            refused_before |= result.outcome == AttemptOutcome::RefusedStream;
            self.guard.attempt_finished(decision.wait());
            // How the call ends if its time runs out before the next attempt.
            let mut late = None;
            match decision {
                Decision::Stop(why) => {
                    if why == StopReason::Succeeded {
                        self.shared.refund();
                    }
                    self.guard.ends_with_attempt();
                    return (result.end, why);
                }
                Decision::Resend(None) => late = Some(result.end),
                Decision::Retry(wait, _) | Decision::Resend(Some(wait)) => {
                    if let Some(backoff) = &mut backoff {
                        backoff.advance();
                    }
                    if let Err(end) = self.wait(wait).await {
                        return end;
                    }
                    late = Some(result.end);
                }
                Decision::Redirect(wait) => {
                    if let Some(wait) = wait {
                        if let Err(end) = self.wait(wait).await {
                            return end;
                        }
                        late = Some(result.end);
                    }
                    hops += 1;
                    if let Some(next) = result.next_hop {
                        self.plan.hop = *next;
                    }
                }
                Decision::Reauth => {
                    may_reauth = false;
                    let refused = |failed| result.end.caused_by(failed);
                    lease = match self.newer_credential(lease.as_ref(), refused).await {
                        Ok(newer) => newer,
                        Err(end) => return end,
                    };
                }
            }
            if let Some(reason) = self.cancel.reason() {
                return cancelled(reason, "between two attempts");
            }
            if self.time_left().is_zero() {
                let end = late
                    .unwrap_or_else(|| End::error(ErrorKind::Timeout, "the call's time ran out"));
                return (end, StopReason::Deadline);
            }
            cause = decision.cause().unwrap_or(Cause::Retry);
        }
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(self.clock())
    }

    fn clock(&self) -> Instant {
        self.seam.enter::<T, _>(|| self.transport.now())
    }

    fn wall_clock(&self) -> SystemTime {
        self.seam.enter::<T, _>(|| self.transport.wall_clock())
    }

    /// One attempt, opened in the trail before it is sent and closed after it.
    async fn attempt(
        &mut self,
        cause: Cause,
        lease: Option<&Lease>,
        hops: u32,
        resends: u32,
    ) -> AttemptResult {
        let span_id = self
            .first_span
            .take()
            .unwrap_or_else(|| self.shared.random_span());
        let now = self.now.take().unwrap_or_else(|| self.clock());
        let mut headers = HeaderMap::clone(&self.plan.hop.headers);
        if let Some(lease) = lease {
            self.hide(lease);
            let credential = &self.shared.dialect.0.credential;
            match lease.header(&credential.prefix) {
                Some(value) => headers.insert(credential.header.clone(), value),
                None => headers.remove(&credential.header),
            };
        }
        if self.shared.traceparent {
            let text = self.plan.trace.traceparent(span_id);
            if let Ok(value) = HeaderValue::from_bytes(&text) {
                headers.insert(TRACEPARENT, value);
            }
        }
        let mut request = WireRequest::new(
            self.plan.hop.method.clone(),
            self.plan.hop.url.clone(),
            headers,
            self.plan.hop.body.clone(),
        );
        request.resends = resends;
        #[cfg(feature = "testing")]
        if self.shared.recording.is_some() {
            request.secrets = Some(Box::new(self.redactor.clone()));
        }
        #[cfg(feature = "testing")]
        if let Some(chaos) = &self.shared.chaos {
            request.place = Some(chaos.next_place(&mut self.place));
        }
        let timing = Timing {
            started: now,
            connect: after(now, self.plan.connect_timeout),
            attempt: after(now, self.plan.attempt_timeout),
            call: self.deadline,
            call_timeout: self.plan.call_timeout,
        };
        let url = self.redactor.url(self.plan.hop.shown()).into_owned();
        let may_repeat = self.plan.is_safe(&request.method);
        let span = self
            .guard
            .attempt_started(now, cause, span_id, url, &request, may_repeat);
        let exchange = Exchange {
            shared: self.shared,
            transport: self.transport,
            redactor: &self.redactor,
            seam: &self.seam,
            plan: self.plan,
            hops,
            timing,
        };
        // The trail is written as facts become known, so that a dropped call keeps what was known.
        let result = {
            let mut work = pin!(exchange.run(request, &mut self.guard.writer, &mut self.cancel));
            poll_fn(|cx| {
                let _within = span.enter();
                work.as_mut().poll(cx)
            })
            .await
        };
        self.guard.attempt_ended(&span);
        result
    }

    async fn wait(&mut self, wait: Duration) -> Result<(), (End, StopReason)> {
        if wait.is_zero() {
            return Ok(());
        }
        let until = self.clock() + wait;
        self.guard.waiting(until);
        let seam = &self.seam;
        let timer = pin!(seam.enter::<T, _>(|| self.transport.sleep_until(until)));
        let timer = pin!(seam.timer::<T>(timer));
        match race(pin!(std::future::pending::<()>()), timer, &mut self.cancel).await {
            Race::Cancelled(reason) => Err(cancelled(reason, "while waiting for the next attempt")),
            Race::Done(()) | Race::Time => Ok(()),
        }
    }

    /// Returns the call's credential, which is hidden everywhere from now on.
    fn ready(&mut self) -> Ready {
        let Some(begun) = self.plan.begun.take() else {
            return Ready::Now(None);
        };
        let ready = self.shared.credentials.ready(begun, || self.wall_clock());
        if let Ready::Now(Some(lease)) | Ready::Due(lease) = &ready {
            self.hide(lease);
        }
        ready
    }

    /// Hides a token in everything that is shown of the call, also if the caller wrote it into the path.
    fn hide(&mut self, lease: &Lease) {
        if self.redactor.add(lease.secret()) {
            self.guard.writer.hide(&self.redactor);
        }
    }

    async fn first_credential(&mut self, ready: Ready) -> Result<Option<Lease>, (End, StopReason)> {
        if !matches!(ready, Ready::Now(_))
            && let Err(error) = self.seam.enter::<T, _>(|| self.transport.ready())
        {
            let end = End::error(ErrorKind::Connect, error.to_string()).caused_by(error);
            return Err((end, StopReason::NotRetryable));
        }
        match ready {
            Ready::Now(lease) => Ok(lease),
            Ready::Missing => {
                let end = |failed| End::NoCredential("there is no token", failed);
                self.newer_credential(None, end).await
            }
            Ready::Due(old) => {
                if let Some(lease) = self.before_its_end(&old).await? {
                    return Ok(Some(lease));
                }
                let end = |failed| End::NoCredential("the token has expired", failed);
                self.newer_credential(Some(&old), end).await
            }
        }
    }

    /// Returns a token that is newer than one about to expire, or the old one if it has to stay in use; `None` if that
    /// has expired.
    async fn before_its_end(&mut self, old: &Lease) -> Result<Option<Lease>, (End, StopReason)> {
        if !old.holds_at(self.wall_clock()) {
            return Ok(None);
        }
        let patience = after(self.clock(), EARLY_WAIT).min(self.deadline);
        match self.refreshed(Some(old), patience).await {
            Race::Done(Ok(lease)) => return Ok(Some(lease)),
            Race::Cancelled(reason) => return Err(cancelled(reason, IN_REFRESH)),
            Race::Time if self.time_left().is_zero() => return Err(late_in_refresh()),
            // The refresher's own text is not logged, since it may hold anything.
            Race::Done(Err(_)) | Race::Time => tracing::warn!(
                target: "reqtrail",
                call_id = %self.plan.call_id,
                "no new token ahead of time; the old one still holds and is used on"
            ),
        }
        let now = self.wall_clock();
        if !old.holds_at(now) {
            return Ok(None);
        }
        self.shared.credentials.put_off(old, now);
        Ok(Some(old.clone()))
    }

    /// Returns a credential that is newer than the refused one; without one, the call ends as `otherwise` decides from
    /// the failure.
    async fn newer_credential(
        &mut self,
        refused: Option<&Lease>,
        otherwise: impl FnOnce(RefreshFailed) -> End,
    ) -> Result<Option<Lease>, (End, StopReason)> {
        match self.refreshed(refused, self.deadline).await {
            Race::Done(Ok(lease)) => Ok(Some(lease)),
            Race::Done(Err(failed)) => {
                let failed = failed.without_secrets(&self.redactor);
                Err((otherwise(failed), StopReason::NotRetryable))
            }
            Race::Time => Err(late_in_refresh()),
            Race::Cancelled(reason) => Err(cancelled(reason, IN_REFRESH)),
        }
    }

    /// Waits for a token that is newer than `known`.
    async fn refreshed(
        &mut self,
        known: Option<&Lease>,
        until: Instant,
    ) -> Race<Result<Lease, RefreshFailed>> {
        // The time of this wait belongs to no attempt.
        self.now = None;
        self.guard.refreshing();
        let (transport, seam) = (self.transport, &self.seam);
        let fetch = self.shared.credentials.newer_than(known, transport, seam);
        let timer = pin!(seam.enter::<T, _>(|| transport.sleep_until(until)));
        let timer = pin!(seam.timer::<T>(timer));
        race(pin!(fetch), timer, &mut self.cancel).await
    }

    /// Closes the trail and makes the caller's result.
    fn finish(&mut self, (end, stopped): (End, StopReason)) -> Result<Response, Error> {
        let (outcome, reason) = match &end {
            End::Response(_) => (Outcome::Ok, ""),
            End::Error { kind, message, .. } => (Outcome::Error(*kind), message.as_str()),
            End::NoCredential(_, failed) => (Outcome::Error(failed.kind().0), ""),
        };
        let trail = self.guard.finish(outcome, stopped, reason);
        match end {
            End::Response(success) => Ok(Response {
                status: success.status,
                headers: success.headers,
                body: success.body,
                rate_limit: success.rate_limit,
                trail,
            }),
            End::Error {
                kind,
                message,
                api,
                source,
            } => {
                let error = Error::new(kind, message).with_api(api).with_trail(trail);
                // The error's own text already has it.
                let is_quoted = source.as_ref().is_some_and(|it| it.is::<TransportError>());
                Err(match is_quoted {
                    true => error.with_quoted_source(source),
                    false => error.with_source(source),
                })
            }
            End::NoCredential(why, failed) => {
                let (kind, category) = failed.kind();
                let reason = format!(
                    "{why}, and the token refresher failed: {}; nothing was sent",
                    failed.reason()
                );
                Err(Error::new(kind, self.redactor.text(&reason))
                    .with_category(category)
                    .with_source(Some(failed.into()))
                    .with_trail(trail))
            }
        }
    }
}

/// The phase of a call that ends while it waits for a new token.
const IN_REFRESH: &str = "while the token refresher was running";

fn late_in_refresh() -> (End, StopReason) {
    let message = format!("the call's time ran out {IN_REFRESH}");
    let end = End::error(ErrorKind::Timeout, message);
    (end, StopReason::Deadline)
}

/// The end of a call that is cancelled outside an attempt.
fn cancelled(reason: CancelReason, when: &str) -> (End, StopReason) {
    let message = format!("{} {when}", reason.words());
    let end = End::error(reason.kind(), message).because_of(reason);
    (end, reason.stopped())
}

/// How long a call waits for an early refresh: the token that it has is still valid, and better than no answer.
const EARLY_WAIT: Duration = Duration::from_secs(5);

/// The header of W3C Trace Context.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A time that no call reaches, for clocks that cannot count further.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// `start + duration`, also where the clock cannot count that far.
pub(crate) fn after(start: Instant, duration: Duration) -> Instant {
    start.checked_add(duration).unwrap_or(start + FAR)
}
