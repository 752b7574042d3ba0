//! What a lane is told.

use std::time::SystemTime;

use http::Method;

use super::super::{Outcome, Serving};
use crate::call_id::CallId;
use crate::observe::{AttemptFinished, CallInfo};
use crate::trail::{Attempt, Trail};

/// Something that happened, and whose it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Mail {
    /// The tag of the submitted job; `None` for what is of none, as a sign-in that several calls share, and for
    /// what was of a lane that is closed.
    pub tag: Option<u64>,
    /// What happened.
    pub event: Event,
    /// Keeps the time of a mock until it was told.
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
    /// An attempt has ended, and what follows is decided.
    Attempt(Box<AttemptEvent>),
    /// A call has ended.
    Call(Trail),
    /// What a poll of the action that is followed has shown, as JSON.
    Progress(String),
    /// A new token is wanted. The lane answers it by [`Lane::answer`](super::Lane::answer), once.
    Refresh(RefreshRequest),
    /// A job has ended, with its outcome; nothing of its tag comes after it.
    Ended(Outcome),
    /// So many attempts were to be logged and are not: nobody looked while [`LOG_CAPACITY`](super::LOG_CAPACITY) waited.
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
    /// The hooks of the program are to be told of it.
    pub for_hooks: bool,
    /// It is to be logged.
    pub for_log: bool,
    call_id: CallId,
    dialect: String,
    service: Option<String>,
    method: Method,
    path: String,
    correlation_id: Option<String>,
}

impl AttemptEvent {
    /// Copies what an observer is told, for hooks, for the log or for both. It has ended now.
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

/// A question for a new token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefreshRequest {
    /// What the answer names.
    pub number: u64,
    /// Whom the refresh is for: a call on their behalf that would wait for it is refused.
    pub serving: Serving,
}
