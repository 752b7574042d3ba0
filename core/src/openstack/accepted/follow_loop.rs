//! The loop that follows any work to its end: it polls, judges, and waits.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::call_group::CallGroup;
use super::codes::Verdict;
use super::get::Get;
use crate::call::after;
use crate::call::race::{Cancel, Race, race};
use crate::cancel::{CancelReason, CancelToken};
use crate::client::Client;
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::trail::Trail;

/// How long a poll may take at least, also when the deadline is near, since an unfinished poll is useless.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// The shortest wait between two polls.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// When to poll, and for how long.
#[derive(Clone, Debug)]
pub(in crate::openstack) struct Pace {
    first_interval: Duration,
    max_interval: Duration,
    pub(in crate::openstack) deadline: Duration,
    /// How long an undecided state has to stay the same before it counts as the end.
    pub(in crate::openstack) settle: Duration,
}

impl Pace {
    pub(in crate::openstack) fn new(
        (first, longest): (Duration, Duration),
        deadline: Duration,
        settle: Duration,
    ) -> Self {
        let mut pace = Self {
            first_interval: first,
            max_interval: longest,
            deadline,
            settle,
        };
        pace.poll_every(first, longest);
        pace
    }

    /// Sets the first wait between two polls and the longest.
    pub(in crate::openstack) fn poll_every(&mut self, first: Duration, longest: Duration) {
        self.first_interval = first.max(MIN_INTERVAL);
        self.max_interval = longest.max(self.first_interval);
    }
}

/// How followed work ended.
#[derive(Debug)]
pub(in crate::openstack) struct End {
    pub(in crate::openstack) verdict: Verdict,
    pub(in crate::openstack) apparent: Option<Verdict>,
    pub(in crate::openstack) evidence: String,
}

impl End {
    pub(in crate::openstack) fn of(verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self {
            verdict,
            apparent: None,
            evidence: evidence.into(),
        }
    }

    /// An end that proves nothing but looks like this verdict.
    pub(in crate::openstack) fn apparent(verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self {
            apparent: Some(verdict),
            ..Self::of(Verdict::Unknown, evidence)
        }
    }
}

/// A followed subject: the reads of a poll, and what they prove.
pub(in crate::openstack) trait Subject: Send {
    /// Returns what needs no poll: how it ended, or why it cannot be followed.
    fn before(&self) -> Result<Option<End>, Error>;

    /// Polls once, and judges the result; `None` if nothing is decided.
    ///
    /// # Errors
    /// Those of a call that ends it.
    fn look(
        &mut self,
        watch: &mut Watch,
    ) -> impl Future<Output = Result<Option<End>, Error>> + Send;

    /// The service's own 404, if the subject was never seen with this token.
    fn never_there(&self) -> Option<Error>;
}

/// How far a poll went.
pub(in crate::openstack) enum Poll<V> {
    Seen(V),
    /// Not there.
    Absent(Error),
    /// It failed, and the next one may succeed.
    Missed,
}

/// The state that all followed subjects have: calls, clock and token.
pub(in crate::openstack) struct Watch {
    client: Client,
    pace: Pace,
    cancel: Option<CancelToken>,
    began: Instant,
    /// When the current poll began.
    poll_began: Instant,
    pub(in crate::openstack) calls: CallGroup,
    /// Why the last poll failed, if it did.
    missed: Option<String>,
    /// The unchanged state, and since when it has been seen.
    since: Option<(Instant, String)>,
}

impl Watch {
    /// Begins now. `started` is the trail of the followed request, if known.
    pub(in crate::openstack) fn new(
        client: Client,
        pace: Pace,
        cancel: Option<CancelToken>,
        started: Option<Trail>,
    ) -> Self {
        let now = client.now();
        Self {
            began: now,
            poll_began: now,
            calls: CallGroup::new(cancel.clone(), started.into_iter().collect()).with_common_time(),
            client,
            pace,
            cancel,
            missed: None,
            since: None,
        }
    }

    /// Follows a subject until it has ended, the deadline has passed, or a call failed for good.
    ///
    /// # Errors
    /// The error of that call, or that of the cancel.
    pub(in crate::openstack) async fn follow(
        &mut self,
        subject: &mut impl Subject,
    ) -> Result<End, Error> {
        if let Some(end) = subject.before()? {
            return Ok(end);
        }
        let mut interval = self.pace.first_interval;
        loop {
            self.poll_began = self.client.now();
            if let Some(end) = subject.look(self).await? {
                return Ok(end);
            }
            let left = self.time_left();
            if left.is_zero() {
                if let Some(error) = subject.never_there() {
                    return Err(error);
                }
                let seconds = self.pace.deadline.as_secs_f64();
                let mut evidence = format!("no end was seen within {seconds} s");
                if let Some(why) = &self.missed {
                    evidence = format!("{evidence}; the last look failed: {why}");
                }
                return Ok(End::of(Verdict::Unknown, evidence));
            }
            if let Some(reason) = self.wait(interval.min(left)).await {
                let message = format!("{} while waiting for the next poll", reason.words());
                let cause = reason.cause().map(Into::into);
                return Err(Error::new(reason.kind(), message).with_source(cause));
            }
            interval = interval.saturating_mul(2).min(self.pace.max_interval);
        }
    }

    /// Makes one call, and decides whether following ends with it. `is_absent` recognises the service's own 404.
    ///
    /// # Errors
    /// The error of the call, if another would not succeed.
    pub(in crate::openstack) async fn ask<V: Send + 'static>(
        &mut self,
        get: Get<Client, V>,
        is_absent: fn(&Error) -> bool,
    ) -> Result<Poll<V>, Error> {
        let limit = self.limit();
        match self.calls.ask(get, Some(limit)).await {
            Ok(value) => Ok(Poll::Seen(value)),
            Err(error) if is_absent(&error) => Ok(Poll::Absent(error)),
            Err(error) => self.missed(error).map(|()| Poll::Missed),
        }
    }

    /// How long a call may take.
    pub(in crate::openstack) fn limit(&self) -> Duration {
        let now = self.client.now();
        let left = self.poll_end().saturating_duration_since(now);
        self.client.call_timeout().min(left)
    }

    /// When the current poll has to end, with all of its calls.
    pub(in crate::openstack) fn poll_end(&self) -> Instant {
        let shortest = after(self.poll_began, LAST_LOOK);
        after(self.began, self.pace.deadline).max(shortest)
    }

    /// Notes why a call failed.
    ///
    /// # Errors
    /// The same error, if following ends with it.
    pub(in crate::openstack) fn missed(&mut self, error: Error) -> Result<(), Error> {
        let token = self.cancel.as_ref();
        // The caller's own deadline is a timeout that is not temporary.
        if !may_pass(&error) || token.is_some_and(CancelToken::is_cancelled) {
            return Err(error);
        }
        self.missed = Some(error.to_string());
        Ok(())
    }

    /// Notes that a poll succeeded.
    pub(in crate::openstack) fn looked(&mut self) {
        self.missed = None;
    }

    /// Returns how long the state has been the same; `None` when it is first seen.
    pub(in crate::openstack) fn same_for(&mut self, seen: String) -> Option<Duration> {
        let now = self.client.now();
        match &self.since {
            Some((since, same)) if *same == seen => Some(now.saturating_duration_since(*since)),
            _ => {
                self.since = Some((now, seen));
                None
            }
        }
    }

    /// How long a state that decides nothing has to stay the same.
    pub(in crate::openstack) fn settle(&self) -> Duration {
        self.pace.settle
    }

    pub(in crate::openstack) fn elapsed(&self) -> Duration {
        let now = self.client.now();
        now.saturating_duration_since(self.began)
    }

    /// How long it was followed, in whole milliseconds.
    pub(in crate::openstack) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn time_left(&self) -> Duration {
        self.pace.deadline.saturating_sub(self.elapsed())
    }

    /// Waits; the reason, if it was cancelled.
    async fn wait(&mut self, wait: Duration) -> Option<CancelReason> {
        let timer = pin!(self.client.sleep_until(after(self.client.now(), wait)));
        let mut cancel = Cancel::new(self.cancel.clone());
        let never = pin!(std::future::pending::<()>());
        match race(never, timer, &mut cancel).await {
            Race::Cancelled(reason) => Some(reason),
            Race::Done(()) | Race::Time => None,
        }
    }
}

/// Whether the next poll may succeed: the failure, or that of the sign-in that caused it, is temporary.
fn may_pass(error: &Error) -> bool {
    let passes = match (error.kind(), error.category()) {
        (ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport, _) => true,
        (ErrorKind::Api, Some(category)) => matches!(
            category,
            Category::RateLimited | Category::Unavailable | Category::Server | Category::NotFound
        ),
        _ => false,
    };
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause.filter(|_| !passes) {
        if let Some(sign_in) = next.downcast_ref::<Error>() {
            return may_pass(sign_in);
        }
        cause = next.source();
    }
    passes
}
