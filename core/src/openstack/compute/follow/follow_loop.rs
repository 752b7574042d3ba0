//! The loop that follows a server action: it looks, judges, and waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::{Duration, Instant};

use super::{FollowPlan, Progress};
use crate::call::after;
use crate::call::race::{Cancel, Race, race};
use crate::cancel::{CancelReason, CancelToken};
use crate::client::Client;
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::openstack::compute::action::ServerAction;
use crate::openstack::compute::call_group::{CallGroup, is_absent};
use crate::openstack::compute::codes::Verdict;
use crate::openstack::compute::lookup::{self, Lookup};
use crate::openstack::compute::reads::{Compute, Get};
use crate::openstack::compute::report::{ActionError, ActionReport};
use crate::openstack::compute::server::{Server, ServerFault};
use crate::openstack::compute::verdict::{Assessment, Observation, has_open_step, judge};
use crate::trail::Trail;

/// How long a poll may take at least, also when the deadline is near: a look that cannot be finished is of no use.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// How much longer a state has to stay the same while a step is not finished.
const OPEN_STEP_PATIENCE: u32 = 10;

/// An action that is being followed.
pub(super) struct FollowLoop {
    compute: Compute<Client>,
    plan: FollowPlan,
    began: Instant,
    server: Option<Server>,
    /// Whether the server was ever there, and the fault that it had then.
    first_fault: Option<Option<ServerFault>>,
    action: Option<ServerAction>,
    calls: CallGroup,
    /// What the plan's server is known by is its name, which is yet to be looked up.
    is_named: bool,
    /// Nova's 404 for the server, if the last look met it.
    absent: Option<Error>,
    /// Why the last poll gave nothing, if it did not.
    missed: Option<String>,
    /// Since when the same is seen, and what that is.
    since: Option<(Instant, String)>,
}

/// Whether the next poll may go better: the failure, or that of a sign-in that it came of, is one that passes.
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

/// How the following ended.
struct End {
    verdict: Verdict,
    apparent: Option<Verdict>,
    evidence: String,
}

impl End {
    fn of(verdict: Verdict, evidence: String) -> Self {
        Self {
            verdict,
            apparent: None,
            evidence,
        }
    }
}

/// How far a poll went.
enum Poll<V> {
    Seen(V),
    /// Not there.
    Absent(Error),
    /// It failed, and the next may not.
    Missed,
}

impl FollowLoop {
    pub(super) fn new(compute: Compute<Client>, plan: FollowPlan) -> Self {
        Self {
            began: compute.client().now(),
            compute,
            server: None,
            first_fault: None,
            action: None,
            missed: None,
            is_named: lookup::is_name(&plan.server_id),
            absent: None,
            calls: CallGroup::new(
                plan.cancel.clone(),
                plan.action.started.clone().into_iter().collect(),
            ),
            since: None,
            plan,
        }
    }

    pub(super) async fn run(mut self) -> Result<ActionReport, ActionError> {
        if let Err(error) = self.plan.action.checked() {
            return Err(self.unfollowed(error));
        }
        if let Some(evidence) = self.plan.action.was_done_at_once() {
            return Ok(self.report(End::of(Verdict::Succeeded, evidence)));
        }
        if self.plan.action.request_id.is_empty() {
            let evidence = "the response that started the action carried no request ID, so its record cannot be found";
            return Ok(self.report(End::of(Verdict::Unknown, evidence.to_owned())));
        }
        let mut interval = self.plan.first_interval;
        loop {
            match self.poll().await {
                Ok(Some(end)) if end.verdict == Verdict::Failed => {
                    return Err(ActionError::Failed(Box::new(self.report(end))));
                }
                Ok(Some(end)) => return Ok(self.report(end)),
                Ok(None) => {}
                Err(error) => return Err(self.unfollowed(error)),
            }
            let left = self.time_left();
            if left.is_zero() {
                if let Some(error) = self.never_there() {
                    return Err(self.unfollowed(error));
                }
                let mut evidence = format!(
                    "no end was seen within {} s",
                    self.plan.deadline.as_secs_f64()
                );
                if let Some(why) = &self.missed {
                    evidence = format!("{evidence}; the last look failed: {why}");
                }
                return Ok(self.report(End::of(Verdict::Unknown, evidence)));
            }
            if let Some(reason) = self.wait(interval.min(left)).await {
                let message = format!("{} while waiting for the next poll", reason.words());
                let cause = reason.cause().map(Into::into);
                let error = Error::new(reason.kind(), message).with_source(cause);
                return Err(self.unfollowed(error));
            }
            interval = interval.saturating_mul(2).min(self.plan.max_interval);
        }
    }

    /// Looks once, and judges what is there.
    async fn poll(&mut self) -> Result<Option<End>, Error> {
        if self.is_named && !self.look_up().await? {
            return Ok(None);
        }
        // The record first: a server that is seen after it is at least as far on.
        let action = self
            .compute
            .action(&self.plan.server_id, &self.plan.action.request_id);
        let action = self.ask(action).await?;
        let server = self.compute.server(&self.plan.server_id);
        let server = self.ask(server).await?;
        let gone = match server {
            Poll::Seen(server) => {
                self.first_fault.get_or_insert_with(|| server.fault.clone());
                self.server = Some(server.for_report());
                self.absent = None;
                false
            }
            Poll::Absent(error) => {
                self.server = None;
                self.absent = Some(error);
                true
            }
            Poll::Missed => return Ok(None),
        };
        match action {
            Poll::Seen(action) => self.action = Some(action),
            // A record that was there and cannot be read any more, as a deleted server's before 2.21, stays known.
            Poll::Absent(_) => {}
            Poll::Missed => return Ok(None),
        }
        self.missed = None;
        self.tell();
        let settled = self.is_settled();
        let kind = self.plan.action.kind();
        let mut superseded = None;
        loop {
            let seen = Observation {
                server: self.server.as_ref().filter(|_| !gone),
                was_there: self.was_there(),
                first_fault: self.first_fault.as_ref().and_then(Option::as_ref),
                action: self.action.as_ref(),
                kind,
                settled,
                superseded,
            };
            match judge(&seen) {
                Assessment::Running => return Ok(None),
                Assessment::Ended(verdict, evidence) => {
                    return Ok(Some(End::of(verdict, evidence)));
                }
                Assessment::Apparent(apparent, evidence) => {
                    return Ok(Some(End {
                        apparent: Some(apparent),
                        ..End::of(Verdict::Unknown, evidence)
                    }));
                }
                Assessment::NotFound => return self.never_there().map_or(Ok(None), Err),
                Assessment::UnlessSuperseded => match self.newest().await? {
                    Some(newest) => {
                        superseded = Some(newest != self.plan.action.request_id);
                    }
                    None => return Ok(None),
                },
            }
        }
    }

    /// Replaces the server's name with its UUID; `false` if the next try may go better.
    async fn look_up(&mut self) -> Result<bool, Error> {
        let limit = self.limit();
        let name = self.plan.server_id.clone();
        let found = lookup::look_up(&self.compute, &mut self.calls, &name, Some(limit)).await;
        match found {
            Ok(Lookup::Found(id)) => {
                self.plan.server_id = id;
                self.is_named = false;
                Ok(true)
            }
            Ok(Lookup::NotOne(error)) => Err(error),
            Err(error) => self.missed(error).map(|()| false),
        }
    }

    fn was_there(&self) -> bool {
        self.first_fault.is_some() || self.plan.action.saw(&self.plan.server_id)
    }

    /// Nova's 404 if neither the server nor a record of the action was ever seen.
    fn never_there(&self) -> Option<Error> {
        let unseen = self.action.is_none() && !self.was_there();
        self.absent.clone().filter(|_| unseen)
    }

    /// The request ID of the server's newest action; the followed one's if there is no record at all.
    async fn newest(&mut self) -> Result<Option<String>, Error> {
        let page = self.compute.actions(&self.plan.server_id);
        Ok(match self.ask(page.into_get()).await? {
            Poll::Seen(page) => {
                let newest = page.actions.into_iter().next();
                let own = || self.plan.action.request_id.clone();
                Some(newest.map_or_else(own, |action| action.request_id))
            }
            Poll::Absent(_) => Some(self.plan.action.request_id.clone()),
            Poll::Missed => None,
        })
    }

    /// Makes one call, and tells what ends the following from what does not.
    async fn ask<V: Send + 'static>(&mut self, get: Get<Client, V>) -> Result<Poll<V>, Error> {
        let limit = self.limit();
        match self.calls.ask(get, Some(limit)).await {
            Ok(value) => Ok(Poll::Seen(value)),
            Err(error) if is_absent(&error) => Ok(Poll::Absent(error)),
            Err(error) => self.missed(error).map(|()| Poll::Missed),
        }
    }

    /// How long a call may take.
    fn limit(&self) -> Duration {
        let left = self.time_left().max(LAST_LOOK);
        self.compute.client().call_timeout().min(left)
    }

    /// Notes why a call gave nothing, unless that ends the following.
    fn missed(&mut self, error: Error) -> Result<(), Error> {
        // A deadline of the caller's own is a timeout that does not pass.
        if !may_pass(&error) || self.is_cancelled() {
            return Err(error);
        }
        self.missed = Some(error.to_string());
        Ok(())
    }

    fn tell(&mut self) {
        let Some(tell) = &mut self.plan.on_progress else {
            return;
        };
        let progress = Progress {
            server: self.server.as_ref(),
            action: self.action.as_ref(),
            elapsed: self
                .compute
                .client()
                .now()
                .saturating_duration_since(self.began),
        };
        if catch_unwind(AssertUnwindSafe(|| tell(&progress))).is_err() {
            tracing::error!(target: "reqtrail", "a progress callback panicked; the following goes on");
        }
    }

    /// Whether the same was seen for the settle time, on at least two polls.
    fn is_settled(&mut self) -> bool {
        let now = self.compute.client().now();
        let seen = format!(
            "{:?} {:?}",
            self.server
                .as_ref()
                .map(|server| (&server.status, &server.task_state)),
            self.action.as_ref().map(|action| {
                let ends = action.events().iter().map(|event| &event.finish_time);
                (&action.message, ends.collect::<Vec<_>>())
            })
        );
        // A step that is not finished, or has to come, is most likely under way, and seldom one that was forgotten.
        let open = self.action.as_ref().is_some_and(has_open_step);
        let times = if open { OPEN_STEP_PATIENCE } else { 1 };
        let patience = self.plan.settle.saturating_mul(times);
        match &self.since {
            Some((since, same)) if *same == seen => {
                now.saturating_duration_since(*since) >= patience
            }
            _ => {
                self.since = Some((now, seen));
                false
            }
        }
    }

    fn time_left(&self) -> Duration {
        let now = self.compute.client().now();
        self.plan
            .deadline
            .saturating_sub(now.saturating_duration_since(self.began))
    }

    fn is_cancelled(&self) -> bool {
        let token = self.plan.cancel.as_ref();
        token.is_some_and(CancelToken::is_cancelled)
    }

    /// Waits; the reason, if it was cancelled.
    async fn wait(&mut self, wait: Duration) -> Option<CancelReason> {
        let client = self.compute.client();
        let timer = pin!(client.sleep_until(after(client.now(), wait)));
        let mut cancel = Cancel::new(self.plan.cancel.clone());
        let never = pin!(std::future::pending::<()>());
        match race(never, timer, &mut cancel).await {
            Race::Cancelled(reason) => Some(reason),
            Race::Done(()) | Race::Time => None,
        }
    }

    fn unfollowed(self, error: Error) -> ActionError {
        let evidence = match self.never_there() {
            Some(_) => "neither the server nor a record of the action is there for this token",
            None => "it was not followed to its end",
        };
        let report = self.report(End::of(Verdict::Unknown, evidence.to_owned()));
        ActionError::Unfollowed {
            error,
            report: Box::new(report),
        }
    }

    fn report(self, end: End) -> ActionReport {
        let now = self.compute.client().now();
        let followed = now.saturating_duration_since(self.began);
        let mut report = Self::nothing_seen(&self.plan);
        report.verdict = end.verdict;
        report.apparent = end.apparent;
        report.evidence = end.evidence;
        report.action = self.action;
        report.server = self.server;
        report.followed_ms = u64::try_from(followed.as_millis()).unwrap_or(u64::MAX);
        report.trails = self.calls.trails;
        report
    }

    /// The report on an action of which nothing has been seen yet.
    pub(super) fn nothing_seen(plan: &FollowPlan) -> ActionReport {
        let started = plan.action.started.as_ref();
        ActionReport {
            verdict: Verdict::Unknown,
            apparent: None,
            evidence: "nothing was seen of it".to_owned(),
            server_id: plan.server_id.clone(),
            request_id: plan.action.request_id.clone(),
            global_request_id: started.and_then(Trail::correlation_id).map(str::to_owned),
            action: None,
            server: None,
            followed_ms: 0,
            trails: started.cloned().into_iter().collect(),
        }
    }
}
