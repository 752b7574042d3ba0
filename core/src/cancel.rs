//! Cancelling a call from anywhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use event_listener::Event;

use crate::codes::{ErrorKind, StopReason};
use crate::fork::ForkSafe;

/// Why the calls of a [`CancelToken`] end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CancelReason {
    /// The caller no longer wants the result: kind `cancelled`, stopped `cancelled`.
    Cancelled,
    /// A deadline that the caller keeps outside reqtrail passed: kind `timeout`, stopped `deadline`.
    Deadline,
}

impl CancelReason {
    /// The kind of the error that a call ends with.
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Deadline => ErrorKind::Timeout,
        }
    }

    pub(crate) fn stopped(self) -> StopReason {
        match self {
            Self::Cancelled => StopReason::Cancelled,
            Self::Deadline => StopReason::Deadline,
        }
    }

    /// The source of the call's error: only a deadline, since the error of a plain cancel already says everything.
    pub(crate) fn cause(self) -> Option<Self> {
        (self == Self::Deadline).then_some(self)
    }

    /// The reason as the start of an error's text, which continues with when it happened.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Deadline => "the caller's deadline passed",
        }
    }
}

/// The source of an error that the caller's own deadline caused, which distinguishes it from the call's timeout.
impl std::error::Error for CancelReason {}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled by the caller",
            Self::Deadline => "a deadline that the caller set",
        })
    }
}

/// Cancels the calls that it was passed to: at once, from any thread, also during a wait or a body.
///
/// Clones share one state. A cancelled token stays cancelled, with the first reason; calls that are started with one end
/// before anything is sent.
///
/// # Examples
/// ```
/// use reqtrail::CancelToken;
///
/// let token = CancelToken::new();
/// let other = token.clone();
/// std::thread::spawn(move || other.cancel()).join().unwrap();
/// assert!(token.is_cancelled());
/// ```
#[derive(Clone, Default)]
pub struct CancelToken(Arc<State>);

#[derive(Default)]
struct State {
    /// A [`CancelReason`], or [`LIVE`].
    reason: AtomicU8,
    /// Each process has its own, since a thread of the parent may hold its lock at a fork.
    event: ForkSafe<Event>,
    /// A token whose cancellation cancels this one too.
    parent: Option<CancelToken>,
}

/// The state of a token that is not cancelled.
const LIVE: u8 = 0;
const CANCELLED: u8 = 1;
const DEADLINE: u8 = 2;

impl CancelToken {
    /// Makes a token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a token that is cancelled together with this one, and that can be cancelled without it.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Arc::new(State {
            parent: Some(self.clone()),
            ..State::default()
        }))
    }

    /// Cancels all calls that have the token.
    pub fn cancel(&self) {
        self.cancel_with(CancelReason::Cancelled);
    }

    /// Cancels all calls that have the token, and says why: the reason decides the kind of their errors. The first reason
    /// stays.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::{CancelReason, CancelToken};
    ///
    /// let token = CancelToken::new();
    /// token.cancel_with(CancelReason::Deadline);
    /// token.cancel();
    /// assert_eq!(token.reason(), Some(CancelReason::Deadline));
    /// ```
    pub fn cancel_with(&self, reason: CancelReason) {
        // A cancelled parent has cancelled this token already, so its reason came first.
        let before = self.0.parent.as_ref().and_then(Self::reason);
        let reason = before.unwrap_or(reason);
        let reason = match reason {
            CancelReason::Cancelled => CANCELLED,
            CancelReason::Deadline => DEADLINE,
        };
        let first = &self.0.reason;
        // If it fails, the token is cancelled already.
        let _ = first.compare_exchange(LIVE, reason, Ordering::AcqRel, Ordering::Acquire);
        self.0.event.get().notify(usize::MAX);
    }

    /// Returns whether the token was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.reason().is_some()
    }

    /// Returns why the token was cancelled; `None` if it was not.
    #[must_use]
    pub fn reason(&self) -> Option<CancelReason> {
        match self.0.reason.load(Ordering::Acquire) {
            CANCELLED => Some(CancelReason::Cancelled),
            DEADLINE => Some(CancelReason::Deadline),
            _ => self.0.parent.as_ref().and_then(Self::reason),
        }
    }

    /// Waits until the token is cancelled.
    pub async fn cancelled(&self) {
        while !self.is_cancelled() {
            let family = std::iter::successors(Some(self), |token| token.0.parent.as_ref());
            let listeners: Vec<_> = family.map(|token| token.0.event.get().listen()).collect();
            // It may have been cancelled before the listener was registered, and then no event follows.
            if self.is_cancelled() {
                return;
            }
            futures_util::future::select_all(listeners).await;
        }
    }
}

/// Lets the thread that polls a call cancel it. The call notices at its next poll. Nothing is woken, so that the many
/// calls that are never interrupted do not pay for a listener.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the call when it is polled next.
    #[cfg(feature = "blocking")]
    pub(crate) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken")
            .field("reason", &self.reason())
            .finish()
    }
}
