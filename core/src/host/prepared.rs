//! Jobs that have begun: a call is checked and has its credential.

use std::sync::Arc;

use super::{Job, Work};
use crate::call::plan::Planned;
use crate::call::shared::Shared;
use crate::cancel::{CancelToken, Stop};
use crate::request::{Attached, Request};

/// A job on its way to the thread that drives it.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are calls, and a job that goes to another thread is in a box"
)]
pub(super) enum Prepared {
    Call(PreparedCall),
    Operation(Arc<Shared>, Work),
}

/// A checked request; a mistake in it becomes its result.
pub(super) struct PreparedCall {
    pub(super) shared: Arc<Shared>,
    pub(super) plan: Planned,
}

impl Prepared {
    pub(super) fn new(shared: &Arc<Shared>, job: Job) -> Self {
        match job {
            Job::Call(request, attached) => {
                Self::Call(PreparedCall::new(shared, request, attached))
            }
            Job::Operation(work) => Self::Operation(Arc::clone(shared), work),
        }
    }

    pub(super) fn is_call(&self) -> bool {
        matches!(self, Self::Call(_))
    }

    /// Returns a token that cancels only this job. The caller's own, which other calls may share, still cancels it too.
    pub(super) fn own_token(&mut self) -> CancelToken {
        match self {
            Self::Call(PreparedCall { plan: Ok(plan), .. }) => {
                let own = plan
                    .cancel
                    .as_ref()
                    .map_or_else(CancelToken::new, CancelToken::child);
                plan.cancel.insert(own).clone()
            }
            Self::Call(_) => CancelToken::new(),
            Self::Operation(_, work) => work.cancel.clone(),
        }
    }

    /// Returns a token that cancels this job, and possibly others with it.
    pub(super) fn token(&mut self) -> CancelToken {
        match self {
            Self::Call(PreparedCall { plan: Ok(plan), .. }) => {
                plan.cancel.get_or_insert_with(CancelToken::new).clone()
            }
            Self::Call(_) => CancelToken::new(),
            Self::Operation(_, work) => work.cancel.clone(),
        }
    }
}

impl PreparedCall {
    pub(super) fn new(shared: &Arc<Shared>, request: Request, attached: Attached) -> Self {
        Self {
            plan: request.plan(shared, attached, None),
            shared: Arc::clone(shared),
        }
    }

    /// Returns what cancels this call for the thread that polls it. It costs far less than a token.
    pub(super) fn stop(&mut self) -> Stop {
        match &mut self.plan {
            Ok(plan) => plan.stop.get_or_insert_default().clone(),
            Err(_) => Stop::default(),
        }
    }
}
