//! The reads of following a server action: the server, the action's record, and the list of actions if it matters.

use super::super::action::ServerAction;
use super::super::action_ref::ActionRef;
use super::super::lookup::{self, Lookup};
use super::super::options::{OnProgress, publish};
use super::super::progress::Progress;
use super::super::reads::Compute;
use super::super::report::ActionReport;
use super::super::server::{Server, ServerFault};
use super::super::verdict::{Assessment, Observation, has_open_step, judge};
use crate::client::Client;
use crate::error::Error;
use crate::openstack::accepted::call_group::is_absent;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::follow_loop::{End, Poll, Subject, Watch};
use crate::openstack::accepted::sent_path::check_endpoint;

/// How much longer a state has to stay the same while a step is not finished.
const OPEN_STEP_PATIENCE: u32 = 10;

/// A server action that is being followed.
pub(super) struct ServerFollow {
    compute: Compute<Client>,
    server_id: String,
    followed: ActionRef,
    on_progress: Option<OnProgress>,
    server: Option<Server>,
    /// Whether the server was ever seen, and the fault that it had then.
    first_fault: Option<Option<ServerFault>>,
    action: Option<ServerAction>,
    /// Whether the server is known by its name, which has yet to be looked up.
    is_named: bool,
    /// Nova's 404 for the server, if the last poll got it.
    absent: Option<Error>,
}

impl Subject for ServerFollow {
    fn before(&self) -> Result<Option<End>, Error> {
        self.followed.checked()?;
        if let Some(evidence) = self.followed.was_done_at_once() {
            return Ok(Some(End::of(Verdict::Succeeded, evidence)));
        }
        if let Some(trail) = &self.followed.started {
            check_endpoint(trail, self.compute.client())?;
        }
        if self.followed.request_id.is_empty() {
            let evidence = "the response that started the action carried no request ID, so its record cannot be found";
            return Ok(Some(End::of(Verdict::Unknown, evidence)));
        }
        Ok(None)
    }

    async fn look(&mut self, watch: &mut Watch) -> Result<Option<End>, Error> {
        if self.is_named && !self.look_up(watch).await? {
            return Ok(None);
        }
        // The record is read first, so that the server's state is at least as new.
        let action = self
            .compute
            .action(&self.server_id, &self.followed.request_id);
        let action = watch.ask(action, is_absent).await?;
        let server = self.compute.server(&self.server_id);
        let gone = match watch.ask(server, is_absent).await? {
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
            // A record that can no longer be read, such as a deleted server's before 2.21, stays known.
            Poll::Absent(_) => {}
            Poll::Missed => return Ok(None),
        }
        watch.looked();
        self.tell(watch);
        let settled = self.is_settled(watch);
        let kind = self.followed.kind();
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
                    return Ok(Some(End::apparent(apparent, evidence)));
                }
                Assessment::NotFound => return self.never_there().map_or(Ok(None), Err),
                Assessment::UnlessSuperseded => match self.newest(watch).await? {
                    Some(newest) => superseded = Some(newest != self.followed.request_id),
                    None => return Ok(None),
                },
            }
        }
    }

    fn never_there(&self) -> Option<Error> {
        let unseen = self.action.is_none() && !self.was_there();
        self.absent.clone().filter(|_| unseen)
    }
}

impl ServerFollow {
    pub(super) fn new(
        compute: Compute<Client>,
        server_id: String,
        followed: ActionRef,
        on_progress: Option<OnProgress>,
    ) -> Self {
        Self {
            compute,
            is_named: lookup::is_name(&server_id),
            server_id,
            followed,
            on_progress,
            server: None,
            first_fault: None,
            action: None,
            absent: None,
        }
    }

    /// Replaces the server's name with its UUID; `false` if a later try may succeed.
    async fn look_up(&mut self, watch: &mut Watch) -> Result<bool, Error> {
        let limit = watch.limit();
        let name = self.server_id.clone();
        let found = lookup::look_up(&self.compute, &mut watch.calls, &name, Some(limit)).await;
        match found {
            Ok(Lookup::Found(id)) => {
                self.server_id = id;
                self.is_named = false;
                Ok(true)
            }
            Ok(Lookup::NotOne(error)) => Err(error),
            Err(error) => watch.missed(error).map(|()| false),
        }
    }

    fn was_there(&self) -> bool {
        self.first_fault.is_some() || self.followed.saw(&self.server_id)
    }

    /// The request ID of the server's newest action; the followed one's if there is no record at all.
    async fn newest(&mut self, watch: &mut Watch) -> Result<Option<String>, Error> {
        let page = self.compute.actions(&self.server_id).into_get();
        Ok(match watch.ask(page, is_absent).await? {
            Poll::Seen(page) => {
                let newest = page.actions.into_iter().next();
                let own = || self.followed.request_id.clone();
                Some(newest.map_or_else(own, |action| action.request_id))
            }
            Poll::Absent(_) => Some(self.followed.request_id.clone()),
            Poll::Missed => None,
        })
    }

    fn tell(&mut self, watch: &Watch) {
        let progress = Progress {
            server: self.server.as_ref(),
            action: self.action.as_ref(),
            resource: None,
            elapsed: watch.elapsed(),
        };
        publish(&mut self.on_progress, &progress);
    }

    /// Whether the same was seen for the settle time, on at least two polls.
    fn is_settled(&self, watch: &mut Watch) -> bool {
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
        // A step that is not finished, or has yet to come, is most likely under way and rarely forgotten.
        let open = self.action.as_ref().is_some_and(has_open_step);
        let times = if open { OPEN_STEP_PATIENCE } else { 1 };
        let patience = watch.settle().saturating_mul(times);
        watch.same_for(seen).is_some_and(|same| same >= patience)
    }

    /// Returns why it was not followed to its end.
    pub(super) fn unfollowed(&self) -> End {
        let evidence = match self.never_there() {
            Some(_) => "neither the server nor a record of the action is there for this token",
            None => "it was not followed to its end",
        };
        End::of(Verdict::Unknown, evidence)
    }

    pub(super) fn report(self, end: End, watch: Watch) -> ActionReport {
        ActionReport {
            operation: self.action.as_ref().map(|action| action.action.clone()),
            action: self.action,
            server: self.server,
            followed_ms: watch.elapsed_ms(),
            trails: watch.calls.trails,
            ..ActionReport::of_server(self.server_id, &self.followed, end)
        }
    }
}
