//! Following a server action to its end.

mod server;

use std::future::Future;
use std::time::Duration;

use super::action_ref::ActionRef;
use super::options::{OnProgress, OperationAttached, OperationOptions};
use super::progress::Progress;
use super::reads::Compute;
use super::report::{ActionError, ActionReport};
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, Client};
use crate::openstack::accepted::follow_loop::{Pace, Watch};
#[cfg(feature = "blocking")]
use crate::openstack::accepted::{codes::Verdict, follow_loop::End};

use server::ServerFollow;

/// Follows an action to its end; begun by [`Compute::follow`].
///
/// It reads the server and the action's record: at once, then after [`poll_interval`](Self::poll_interval), then after
/// twice as long, up to a maximum. A poll that fails for a while (no connection, a timeout, 429, 5xx) is not the end: the
/// next one follows, until the deadline.
#[must_use = "it does nothing until `send` is called"]
pub struct Follow<C> {
    compute: Compute<C>,
    plan: FollowPlan,
}

/// What is followed, and how.
struct FollowPlan {
    server_id: String,
    action: ActionRef,
    pace: Pace,
    cancel: Option<CancelToken>,
    on_progress: Option<OnProgress>,
}

impl<C> std::fmt::Debug for Follow<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow")
            .field("server_id", &self.plan.server_id)
            .field("request_id", &self.plan.action.request_id)
            .finish_non_exhaustive()
    }
}

impl<C: AnyClient> Compute<C> {
    /// Follows what a request started until it has ended, and says how.
    ///
    /// `server` is the server's UUID, or its exact name, which is looked up first. `action` is the response of that
    /// request, or its local request ID. It polls the server and the action's record; [`Follow`] has the options.
    pub fn follow(&self, server: impl Into<String>, action: impl Into<ActionRef>) -> Follow<C> {
        Follow::new(self.clone(), server.into(), action.into())
    }
}

impl<C: AnyClient> Follow<C> {
    fn new(compute: Compute<C>, server_id: String, action: ActionRef) -> Self {
        Self {
            compute,
            plan: FollowPlan {
                server_id,
                action,
                pace: OperationOptions::default().pace(),
                cancel: None,
                on_progress: None,
            },
        }
    }

    fn change(mut self, change: impl FnOnce(&mut FollowPlan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Sets the first wait between two polls and the longest. Each wait is twice as long as the previous one.
    /// [`OperationOptions`] has the defaults of all options.
    pub fn poll_interval(self, first: Duration, longest: Duration) -> Self {
        self.change(|plan| plan.pace.poll_every(first, longest))
    }

    /// Sets how long the action is followed. One that still runs then is reported as `unknown`.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.change(|plan| plan.pace.deadline = deadline)
    }

    /// Sets how long an undecided state has to stay the same before it counts as the end, since an action looks idle
    /// between two of its steps. It is ten times as long while a step is not finished or has yet to begin.
    pub fn settle_time(self, settle: Duration) -> Self {
        self.change(|plan| plan.pace.settle = settle)
    }

    /// Lets a token cancel it.
    pub fn cancel_token(self, token: &CancelToken) -> Self {
        self.change(|plan| plan.cancel = Some(token.clone()))
    }

    /// Sets the function that is called after every poll. It must be quick; a panic in it is caught and logged.
    pub fn on_progress(self, tell: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        self.change(|plan| plan.on_progress = Some(Box::new(tell)))
    }
}

impl<C> Follow<C> {
    /// Takes the options of an operation, and what is attached to it.
    pub(in crate::openstack) fn with(
        mut self,
        options: &OperationOptions,
        attached: OperationAttached,
    ) -> Self {
        let plan = &mut self.plan;
        plan.pace = options.pace();
        plan.cancel = attached.cancel;
        plan.on_progress = attached.on_progress;
        self
    }
}

impl Follow<Client> {
    /// Follows it.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the action failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, or there is no such server for this token. An `Ok` may still say `unknown`: look at its verdict.
    pub fn send(self) -> impl Future<Output = Result<ActionReport, ActionError>> + Send + 'static {
        follow(self.compute, self.plan)
    }
}

#[cfg(feature = "blocking")]
impl Follow<blocking::Client> {
    /// Follows it and waits for its end.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the action failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, or there is no such server for this token. An `Ok` may still say `unknown`: look at its verdict.
    pub fn send(self) -> Result<ActionReport, ActionError> {
        let Self { compute, plan } = self;
        let client = compute.client().clone();
        let nothing = End::of(Verdict::Unknown, "nothing was seen of it");
        let nowhere = ActionReport::of_server(plan.server_id.clone(), &plan.action, nothing);
        let ran = client.run_flow(move |client: Client| follow(compute.over(client), plan));
        ran.unwrap_or_else(|error| {
            Err(ActionError::Unfollowed {
                error,
                report: Box::new(nowhere),
            })
        })
    }
}

async fn follow(compute: Compute<Client>, plan: FollowPlan) -> Result<ActionReport, ActionError> {
    let FollowPlan {
        server_id,
        action,
        pace,
        cancel,
        on_progress,
    } = plan;
    let client = compute.client().clone();
    let mut watch = Watch::new(client, pace, cancel, action.started.clone());
    let mut followed = ServerFollow::new(compute, server_id, action, on_progress);
    let ended = watch.follow(&mut followed).await;
    let (end, error) = match ended {
        Ok(end) => (end, None),
        Err(error) => (followed.unfollowed(), Some(error)),
    };
    followed.report(end, watch).or_error(error)
}
