//! Follows any work that a service accepted to its end.

use std::future::Future;
use std::time::Duration;

use super::begun::{Begun, Work, begun};
use super::resource_ref::ResourceRef;
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, Client};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::follow_loop::{End, Pace, Watch};
use crate::openstack::accepted::get::missing_version;
use crate::openstack::accepted::resource::Tell;
use crate::openstack::compute::options::{OnProgress, publish};
use crate::openstack::compute::{
    ActionError, ActionRef, ActionReport, Compute, OperationAttached, OperationOptions, Progress,
};
use crate::openstack::image::follow::{ImageFollow, ImageWork};
use crate::openstack::volume::follow::{VolumeFollow, VolumeWork};

/// Follows what a service accepted to its end; begun by [`Resources::follow`](super::Resources::follow).
///
/// It polls at once, then after [`poll_interval`](Self::poll_interval), then after twice as long, up to a maximum. A poll
/// that fails for a while (no connection, a timeout, 429, 5xx) is not the end: the next one follows, until the deadline.
#[must_use = "it does nothing until `send` is called"]
pub struct FollowResource<C> {
    client: C,
    plan: FollowPlan,
}

/// What is followed, and how.
struct FollowPlan {
    what: ResourceRef,
    options: OperationOptions,
    attached: OperationAttached,
}

impl<C> std::fmt::Debug for FollowResource<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FollowResource")
            .field("what", &self.plan.what)
            .finish_non_exhaustive()
    }
}

impl<C: AnyClient> FollowResource<C> {
    pub(super) fn new(client: C, what: ResourceRef) -> Self {
        Self {
            client,
            plan: FollowPlan {
                what,
                options: OperationOptions::default(),
                attached: OperationAttached::new(),
            },
        }
    }

    fn change(mut self, change: impl FnOnce(&mut FollowPlan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Sets the size that an extension asked for, in GiB. The response of a request that this process sent carries it.
    pub fn size(self, size: u32) -> Self {
        self.change(|plan| plan.options.size = Some(size))
    }

    /// Sets the first wait between two polls and the longest. Each wait is twice as long as the previous one.
    /// [`OperationOptions`] has the defaults of all options.
    pub fn poll_interval(self, first: Duration, longest: Duration) -> Self {
        self.change(|plan| {
            plan.options.poll_interval = Some(first);
            plan.options.max_poll_interval = Some(longest);
        })
    }

    /// Sets how long it is followed. Work that still runs then is reported as `unknown`.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.change(|plan| plan.options.deadline = Some(deadline))
    }

    /// Sets how long an undecided state has to stay the same before it counts as the end.
    pub fn settle_time(self, settle: Duration) -> Self {
        self.change(|plan| plan.options.settle_time = Some(settle))
    }

    /// Lets a token cancel it.
    pub fn cancel_token(self, token: &CancelToken) -> Self {
        self.change(|plan| plan.attached.cancel = Some(token.clone()))
    }

    /// Sets the function that is called after every poll. It must be quick; a panic in it is caught and logged.
    pub fn on_progress(self, tell: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        self.change(|plan| plan.attached.on_progress = Some(Box::new(tell)))
    }

    /// Takes the options of an operation, and what is attached to it.
    pub(in crate::openstack) fn with(
        self,
        options: OperationOptions,
        attached: OperationAttached,
    ) -> Self {
        self.change(|plan| {
            plan.options = options;
            plan.attached = attached;
        })
    }
}

impl FollowResource<Client> {
    /// Follows it.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the work failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, the resource does not exist for this token, or it is unknown what to follow. An `Ok` may still say
    /// `unknown`: look at its verdict.
    pub fn send(self) -> impl Future<Output = Result<ActionReport, ActionError>> + Send + 'static {
        follow(self.client, self.plan)
    }
}

#[cfg(feature = "blocking")]
impl FollowResource<blocking::Client> {
    /// Follows it and waits for its end.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the work failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, the resource does not exist for this token, or it is unknown what to follow. An `Ok` may still say
    /// `unknown`: look at its verdict.
    pub fn send(self) -> Result<ActionReport, ActionError> {
        let Self { client, plan } = self;
        let nowhere = nothing_seen(&plan.what.request, &Work::default());
        client
            .run_flow(move |client: Client| follow(client, plan))
            .unwrap_or_else(|error| nowhere.or_error(Some(error)))
    }
}

/// The report on work of which nothing has been seen yet.
fn nothing_seen(request: &ActionRef, work: &Work) -> ActionReport {
    let end = End::of(Verdict::Unknown, "nothing was seen of it");
    let operation = Some(work.operation.clone()).filter(|operation| !operation.is_empty());
    ActionReport {
        operation,
        ..ActionReport::new((&work.resource_type, work.id.clone()), request, end)
    }
}

/// Why there is no end.
const UNFOLLOWED: &str = "it was not followed to its end";

async fn follow(client: Client, plan: FollowPlan) -> Result<ActionReport, ActionError> {
    let FollowPlan {
        what,
        mut options,
        attached,
    } = plan;
    let request = what.request.clone();
    let mut work = match begun(&what, &client) {
        Ok(Begun::Work(work)) => work,
        Ok(Begun::AtOnce(evidence)) => {
            let mut report = nothing_seen(&request, &Work::default());
            report.verdict = Verdict::Succeeded;
            report.evidence = evidence;
            return Ok(report);
        }
        Err(error) => {
            let mut report = nothing_seen(&request, &Work::default());
            report.evidence = "it is unknown what to follow".to_owned();
            return report.or_error(Some(error));
        }
    };
    let size = options.size.take();
    if let Some(size) = size {
        if (work.resource_type.as_str(), work.operation.as_str()) != ("volume", "extend") {
            let text = format!(
                "size: only `volume.extend` has one, not `{}.{}`; leave it out",
                work.resource_type, work.operation
            );
            let error = Error::new(ErrorKind::InvalidRequest, text);
            return nothing_seen(&request, &work).or_error(Some(error));
        }
        work.wanted_size = Some(size.into());
    }
    let pace = options.pace();
    match work.resource_type.as_str() {
        "server" => {
            let compute = Compute::new(client);
            let follow = compute.follow(work.id, request);
            follow.with(&options, attached).send().await
        }
        "image" => follow_image(client, work, request, pace, attached).await,
        _ => follow_volume(client, work, request, pace, attached).await,
    }
}

async fn follow_volume(
    client: Client,
    work: Work,
    request: ActionRef,
    pace: Pace,
    attached: OperationAttached,
) -> Result<ActionReport, ActionError> {
    let mut report = nothing_seen(&request, &work);
    let tell = attached.on_progress.map(tell_resource);
    let sent_at = request.started.as_ref();
    let followed = VolumeWork {
        resource_type: work.resource_type,
        operation: work.operation,
        id: work.id,
        prefix: work.prefix.unwrap_or_default(),
        request_id: request.request_id,
        accepted: work.accepted,
        was_there: work.was_there,
        sent_at: sent_at.map(crate::trail::Trail::started_at),
        wanted_size: work.wanted_size,
    };
    let mut watch = Watch::new(client.clone(), pace, attached.cancel, request.started);
    let mut followed = VolumeFollow::new(client, followed, tell);
    let error = ended(watch.follow(&mut followed).await, &mut report);
    report.resource = followed.resource;
    report.messages = followed.messages;
    closed(report, watch, error)
}

async fn follow_image(
    client: Client,
    work: Work,
    request: ActionRef,
    pace: Pace,
    attached: OperationAttached,
) -> Result<ActionReport, ActionError> {
    let mut report = nothing_seen(&request, &work);
    let tell = attached.on_progress.map(tell_resource);
    let own = || missing_version(client.base_path(), "/v2").to_owned();
    let prefix = work.prefix.unwrap_or_else(own);
    let followed = ImageWork {
        operation: work.operation,
        id: work.id,
        prefix,
        request_id: request.request_id,
        was_there: work.was_there,
    };
    let mut watch = Watch::new(client.clone(), pace, attached.cancel, request.started);
    let mut followed = ImageFollow::new(client, followed, tell);
    let error = ended(watch.follow(&mut followed).await, &mut report);
    (report.resource, report.task) = followed.into_report();
    closed(report, watch, error)
}

/// Writes the end into the report; the error, if there is none.
fn ended(ended: Result<End, Error>, report: &mut ActionReport) -> Option<Error> {
    let (end, error) = match ended {
        Ok(end) => (end, None),
        Err(error) => (End::of(Verdict::Unknown, UNFOLLOWED), Some(error)),
    };
    report.verdict = end.verdict;
    report.apparent = end.apparent;
    report.evidence = end.evidence;
    error
}

/// Adds the time and the trails.
fn closed(
    mut report: ActionReport,
    watch: Watch,
    error: Option<Error>,
) -> Result<ActionReport, ActionError> {
    report.followed_ms = watch.elapsed_ms();
    report.trails = watch.calls.trails;
    report.or_error(error)
}

/// A progress callback for resources that are not servers.
fn tell_resource(tell: OnProgress) -> Tell {
    let mut tell = Some(tell);
    Box::new(move |resource, elapsed| {
        let progress = Progress {
            server: None,
            action: None,
            resource,
            elapsed,
        };
        publish(&mut tell, &progress);
    })
}
