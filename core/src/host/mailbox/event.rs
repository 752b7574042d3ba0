//! The events of a lane.

use std::time::SystemTime;

use http::Method;

use super::super::{Outcome, Serving};
use crate::call_id::CallId;
use crate::observe::{AttemptFinished, CallInfo};
use crate::trail::{Attempt, Trail};

/// An event and the job that it belongs to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Mail {
    /// The tag of the submitted job; `None` for an event that belongs to no job, such as of a sign-in that several
    /// calls share, and for one of a closed lane.
    pub tag: Option<u64>,
    /// What happened.
    pub event: Event,
    /// Stops the time of a mock until the event has been handled.
    #[cfg(feature = "testing")]
    pub(super) hold: Option<crate::virtual_clock::Hold>,
}

impl Mail {
    pub(super) fn of(tag: u64, event: Event) -> Self {
        Self {
            tag: Some(tag),
            ..Self::of_no_call(event)
        }
    }

    pub(super) fn of_no_call(event: Event) -> Self {
        Self {
            tag: None,
            event,
            #[cfg(feature = "testing")]
            hold: None,
        }
    }
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// An attempt has ended, and what follows has been decided.
    Attempt(Box<AttemptEvent>),
    /// A call has ended.
    Call(Trail),
    /// The progress that a poll of a followed action found, as JSON.
    Progress(String),
    /// A new token is needed. The lane answers once, by [`Lane::answer`](super::Lane::answer).
    Refresh(RefreshRequest),
    /// A job has ended, with this outcome. No event of its tag follows.
    Ended(Outcome),
    /// This many attempts were not logged, because [`LOG_CAPACITY`](super::LOG_CAPACITY) were already waiting.
    LogsDropped(u64),
}

/// An attempt that has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptEvent {
    /// When it ended.
    pub at: SystemTime,
    /// The attempt.
    pub attempt: Attempt,
    /// The program's hooks have to be called with it.
    pub for_hooks: bool,
    /// It has to be logged.
    pub for_log: bool,
    call_id: CallId,
    dialect: String,
    service: Option<String>,
    method: Method,
    path: String,
    correlation_id: Option<String>,
}

impl AttemptEvent {
    /// Copies what an observer gets, for hooks, for the log or for both. The attempt ends now.
    #[must_use]
    pub fn new(finished: &AttemptFinished<'_>, hooks: bool, log: bool) -> Self {
        let call = &finished.call;
        Self {
            at: SystemTime::now(),
            attempt: finished.attempt.clone(),
            for_hooks: hooks,
            for_log: log,
            call_id: call.call_id,
            dialect: call.dialect.to_owned(),
            service: call.service.map(str::to_owned),
            method: call.method.clone(),
            path: call.path.to_owned(),
            correlation_id: call.correlation_id.map(str::to_owned),
        }
    }

    /// Returns the call that the attempt belongs to.
    #[must_use]
    pub fn call(&self) -> CallInfo<'_> {
        CallInfo {
            call_id: self.call_id,
            dialect: &self.dialect,
            service: self.service.as_deref(),
            method: &self.method,
            path: &self.path,
            correlation_id: self.correlation_id.as_deref(),
        }
    }
}

/// A request for a new token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefreshRequest {
    /// The number that the answer has to name.
    pub number: u64,
    /// The clients that the refresh serves. A call on their behalf that would wait for it is refused.
    pub serving: Serving,
}
