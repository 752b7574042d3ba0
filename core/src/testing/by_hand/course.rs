//! Plans the course of a call: applies the loop's own rules after each attempt, and finds the options by which the call ends
//! as described.

mod effect;
mod times;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};

use super::Described;
use super::attempt::{DescribedAttempt, Failure, SMALL_BODY};
use crate::backoff::Backoff;
use crate::call::plan::{self, Hop};
use crate::client::options::ClientOptions;
use crate::codes::{ErrorKind, StopReason};
use crate::json::{object, put};
use crate::redact::Secret;
use crate::request::check_attempts;
use crate::retry::decision::{Decision, RetryInput, decide};
use crate::target::{self, BaseUrl, Param};
use crate::testing::script::{Result, ScriptError, error_at};
use effect::Effect;
use times::{Passed, Times, millis};

/// The base URL of calls. It only matters for whether a redirect stays there.
const BASE_URL: &str = "https://api.example";

/// The course of a call.
pub(super) struct Course {
    /// Options of the client.
    pub(super) options: Map<String, Value>,
    /// The attempt during or after which the call is cancelled, and how long after its start, in milliseconds.
    pub(super) cancel: Option<(usize, u64)>,
    /// `None` for a success.
    pub(super) kind: Option<ErrorKind>,
    pub(super) stopped: StopReason,
}

/// A call under way.
struct CoursePlanner<'a> {
    described: &'a Described,
    /// The client's default options.
    usual: ClientOptions,
    hop: Hop,
    max_retry_after: Duration,
    /// The longest wait that an answer asked for so far.
    longest_asked_wait: Duration,
    backoff: Backoff,
    /// Attempts that count against the maximum.
    counted: u32,
    /// Retries, each of which the budget pays for.
    retries: u32,
    hops: u32,
    is_refreshed: bool,
    passed: Passed,
    times: Times,
    is_redirect: bool,
}

/// What comes next, with the shortest and the longest wait that may be drawn.
struct Next {
    decision: Decision,
    longest: Duration,
}

impl Course {
    pub(super) fn of(described: &Described, attempts: &[DescribedAttempt]) -> Result<Self> {
        let Some((last, before)) = attempts.split_last() else {
            let message =
                "it is empty; expected an attempt, or `error` with a `kind` that has none";
            return Err(error_at("attempts", message));
        };
        let mut walk = CoursePlanner::begin(described, attempts)?;
        for (attempt, next) in before.iter().zip(&attempts[1..]) {
            walk.pass(attempt, next)?;
        }
        let has_small_body = last.failure == Some(Failure::TooLarge);
        let mut course = walk.end(last, attempts.len())?;
        if has_small_body {
            let limit = SMALL_BODY.into();
            put(&mut course.options, "max_body_bytes", limit);
        }
        Ok(course)
    }
}

impl<'a> CoursePlanner<'a> {
    fn begin(described: &'a Described, attempts: &[DescribedAttempt]) -> Result<Self> {
        let usual = ClientOptions::default();
        let ends_by_call = described.stopped == Some(StopReason::Deadline);
        let max_retry_after = match described.max_retry_after {
            // As exact as the client's option.
            Some(seconds) => {
                let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                Duration::from_millis(millis(time))
            }
            None => usual.max_retry_after(),
        };
        Ok(Self {
            hop: first_hop(described)?,
            times: Times::of(attempts, ends_by_call, &usual)?,
            backoff: Backoff::new(usual.base_delay(), usual.max_delay()),
            max_retry_after,
            usual,
            described,
            longest_asked_wait: Duration::ZERO,
            counted: 1,
            retries: 0,
            hops: 0,
            is_refreshed: false,
            passed: Passed::default(),
            is_redirect: false,
        })
    }

    /// Passes an attempt that is followed by another.
    fn pass(&mut self, attempt: &DescribedAttempt, next: &DescribedAttempt) -> Result<()> {
        let effect = Effect::of(attempt, &self.hop, self.max_retry_after)?;
        self.passed.add(self.times.of_attempt(attempt));
        let then = self.next(attempt, &effect, !self.is_refreshed);
        self.longest_asked_wait = self
            .longest_asked_wait
            .max(attempt.retry_after.unwrap_or_default());
        match then.decision {
            Decision::Stop(why) => {
                let why = self.forbids(attempt, why);
                let message = format!("no attempt follows {}: {why}", attempt.path);
                return Err(error_at(&next.path, message));
            }
            Decision::Retry(..) => {
                self.counted += 1;
                self.retries += 1;
                self.backoff.advance();
            }
            Decision::Redirect(_) => {
                self.hops += 1;
                if let Some(hop) = effect.next {
                    self.hop = *hop;
                }
            }
            Decision::Reauth => self.is_refreshed = true,
            // No script makes a server guarantee that it did not process a request.
            Decision::Resend(_) => {}
        }
        let shortest = then
            .decision
            .wait()
            .map_or(Duration::ZERO, |(wait, _)| wait);
        self.passed.add_between(shortest, then.longest);
        check_attempts(self.counted).map_err(|problem| error_at(&next.path, problem))
    }

    /// Ends the call with its last attempt, the `number`th.
    fn end(mut self, last: &DescribedAttempt, number: usize) -> Result<Course> {
        let wanted = self.described.stopped;
        let effect = Effect::of(last, &self.hop, self.max_retry_after)?;
        let is_timeout = last.failure == Some(Failure::Timeout);
        if is_timeout && wanted == Some(StopReason::Deadline) {
            self.times.end_within(last, self.passed)?;
            return Ok(self.course(effect.kind, StopReason::Deadline, None));
        }
        self.passed.add(self.times.of_attempt(last));
        let then = self.next(last, &effect, false);
        let asked_wait = last.retry_after;
        let mut cancel = None;
        let stopped = match then.decision {
            Decision::Stop(why) => {
                if last.failure == Some(Failure::Cancelled) {
                    cancel = Some((number, last.elapsed_ms.unwrap_or(0)));
                }
                if let Some(wanted) = wanted.filter(|wanted| *wanted != why) {
                    let forbids = self.forbids(last, why);
                    let message = format!("the call does not stop for it: {forbids}");
                    return Err(self.cannot_stop(wanted, &message));
                }
                why
            }
            // One hop too many.
            Decision::Redirect(_) => {
                if let Some(wanted) = wanted.filter(|it| *it != StopReason::NotRetryable) {
                    let message = "a redirect that is not followed is final (`not_retryable`)";
                    return Err(self.cannot_stop(wanted, message));
                }
                self.is_redirect = true;
                let kind = Some(ErrorKind::Redirect);
                return Ok(self.course(kind, StopReason::NotRetryable, None));
            }
            Decision::Retry(..) | Decision::Reauth | Decision::Resend(_) => {
                let wanted = wanted.unwrap_or(StopReason::AttemptsExhausted);
                let shortest = then
                    .decision
                    .wait()
                    .map_or(Duration::ZERO, |(wait, _)| wait);
                let asked = asked_wait.filter(|asked_wait| *asked_wait > Duration::ZERO);
                let without = || {
                    let message = format!(
                        "{} may be repeated at once; expected a `retry_after` in it",
                        last.path
                    );
                    self.cannot_stop(wanted, &message)
                };
                match wanted {
                    StopReason::AttemptsExhausted | StopReason::BudgetExhausted => {
                        self.passed.add_between(shortest, then.longest);
                    }
                    StopReason::RetryAfterTooLong => {
                        let asked_wait = asked.ok_or_else(without)?;
                        self.refuse_wait(asked_wait)?;
                    }
                    StopReason::Deadline => {
                        let asked_wait = asked.ok_or_else(without)?;
                        if !self.times.end_before(asked_wait, self.passed) {
                            let message = format!(
                                "the waits before {} are random, so its `retry_after` may fit in the time that is left; expected a \
                                 longer one",
                                last.path
                            );
                            return Err(self.cannot_stop(wanted, &message));
                        }
                    }
                    StopReason::Cancelled => {
                        let asked_wait = asked.ok_or_else(without)?;
                        let within = last.elapsed_ms.unwrap_or(0) + millis(asked_wait / 2);
                        cancel = Some((number, within));
                        self.passed.add_between(shortest, then.longest);
                        let kind = Some(ErrorKind::Cancelled);
                        return Ok(self.course(kind, wanted, cancel));
                    }
                    other => {
                        let message = format!(
                            "{} may be repeated; expected attempts_exhausted, budget_exhausted, \
                             retry_after_too_long, deadline or cancelled",
                            last.path
                        );
                        return Err(self.cannot_stop(other, &message));
                    }
                }
                wanted
            }
        };
        Ok(self.course(effect.kind, stopped, cancel))
    }

    /// The client's options, and everything else of the call.
    fn course(
        self,
        kind: Option<ErrorKind>,
        stopped: StopReason,
        cancel: Option<(usize, u64)>,
    ) -> Course {
        let mut options = self.times.options(self.passed, &self.usual);
        let mut put = |name: &str, value: Value| put(&mut options, name, value);
        let most = self.usual.max_attempts();
        // One more attempt must be allowed, if the call stops for another reason.
        let open = match stopped {
            StopReason::RetryAfterTooLong
            | StopReason::Deadline
            | StopReason::BudgetExhausted
            | StopReason::Cancelled => self.counted + 1,
            _ => self.counted,
        };
        if stopped == StopReason::AttemptsExhausted {
            put("max_attempts", self.counted.into());
        } else if open > most {
            put("max_attempts", open.into());
        }
        if self.is_redirect || self.hops > self.usual.max_redirects() {
            put("max_redirects", self.hops.into());
        }
        if stopped == StopReason::BudgetExhausted {
            let budget = object(&mut [("capacity", self.retries.into()), ("retry_cost", 1.into())]);
            put("retry_budget", budget);
        }
        if self.max_retry_after != self.usual.max_retry_after() {
            put("max_retry_after_ms", millis(self.max_retry_after).into());
        }
        if self.is_refreshed {
            put("tokens", super::pair("first-token", "second-token"));
        }
        Course {
            options,
            cancel,
            kind,
            stopped,
        }
    }

    /// Lowers `max_retry_after`, so that this wait is too long.
    fn refuse_wait(&mut self, asked_wait: Duration) -> Result<()> {
        let limit = Duration::from_millis(millis(asked_wait).saturating_sub(1));
        let is_free = self.described.max_retry_after.is_none();
        if is_free && asked_wait > limit && self.longest_asked_wait <= limit {
            self.max_retry_after = limit;
            return Ok(());
        }
        let message = if is_free {
            "an earlier `retry_after` is as long, and was waited for"
        } else {
            "its `retry_after` is not longer than `max_retry_after`"
        };
        Err(self.cannot_stop(StopReason::RetryAfterTooLong, message))
    }

    /// Asks the loop's decision, without anything that could end the call except the attempt itself.
    #[inline(never)]
    fn next(&self, attempt: &DescribedAttempt, effect: &Effect, can_reauth: bool) -> Next {
        let decide_with = |draw: f64| {
            let input = RetryInput {
                outcome: effect.outcome,
                sent: effect.sent,
                out_of_time: false,
                safe: self.is_safe(),
                can_reauth,
                attempts: self.counted,
                max_attempts: u32::MAX,
                resends: 0,
                refused_before: false,
                retry_after: attempt.retry_after,
                max_retry_after: self.max_retry_after,
                backoff: self.backoff.draw(draw),
                jitter: draw,
                time_left: Duration::MAX,
            };
            decide(&input, || true)
        };
        let longest = decide_with(1.0).wait();
        Next {
            decision: decide_with(0.0),
            longest: longest.map_or(Duration::ZERO, |(wait, _)| wait),
        }
    }

    fn is_safe(&self) -> bool {
        let has_key = self.described.idempotency_key.is_some();
        plan::is_safe(self.described.idempotent, has_key, &self.hop.method)
    }

    /// Describes the rule that ends a call with an attempt.
    #[cold]
    fn forbids(&self, attempt: &DescribedAttempt, why: StopReason) -> String {
        let method = &self.hop.method;
        let status = attempt.status.map(|status| status.as_u16());
        let rule = match (why, status) {
            (StopReason::Succeeded, _) => "a 2xx ends the call".to_owned(),
            (StopReason::UnsafeToRetry, _) => format!(
                "a {method} may have been acted on and is not sent again after it, unless `idempotent` or `idempotency_key` \
                 says so"
            ),
            (StopReason::RetryAfterTooLong, _) => format!(
                "its `retry_after` is longer than `max_retry_after`, {} s",
                self.max_retry_after.as_secs_f64()
            ),
            (StopReason::Cancelled, _) => "the call was cancelled".to_owned(),
            (_, Some(401)) if self.is_refreshed => "a token is refreshed once in a call".to_owned(),
            (_, Some(status)) if attempt.failure.is_none() => {
                format!(
                    "{status} is final{}",
                    if attempt.rule.is_some() {
                        " with this code"
                    } else {
                        ""
                    }
                )
            }
            _ => "such a failure is final".to_owned(),
        };
        format!("{rule} (`{}`)", why.as_str())
    }

    #[cold]
    fn cannot_stop(&self, wanted: StopReason, message: &str) -> ScriptError {
        error_at("stopped", format!("`{}`: {message}", wanted.as_str()))
    }
}

/// The first request; its path is checked like a call's.
fn first_hop(described: &Described) -> Result<Hop> {
    let params: Vec<Param> = described
        .params
        .iter()
        .map(|(name, value)| Param {
            name: name.clone(),
            value: Secret::from(value.as_str().unwrap_or_default()),
            secret: false,
        })
        .collect();
    let base = BaseUrl::parse(BASE_URL).map_err(|problem| error_at("path", problem))?;
    let target = target::build(&base, &described.path, &params, &described.query, &[]);
    let target = target.map_err(|problem| error_at("path", problem))?;
    Ok(Hop {
        method: described.method.clone(),
        url: target.url,
        shown: None,
        headers: Arc::new(HeaderMap::new()),
        body: Bytes::new(),
    })
}
