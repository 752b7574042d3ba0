//! Cancelling a call from anywhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_listener::Event;

/// Cancels the calls it was given to: at once, from any thread, also in a wait or a body.
///
/// Clones are one token. A cancelled token stays cancelled; calls that are given one end before anything is sent.
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
    cancelled: AtomicBool,
    event: Event,
    /// What cancels this token too.
    parent: Option<CancelToken>,
}

impl CancelToken {
    /// Makes a token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a token that is cancelled with this one, and by itself without this one.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Arc::new(State {
            parent: Some(self.clone()),
            ..State::default()
        }))
    }

    /// Cancels all calls that have the token.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        self.0.event.notify(usize::MAX);
    }

    /// Returns whether the token was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
            || self.0.parent.as_ref().is_some_and(Self::is_cancelled)
    }

    /// Waits until the token is cancelled.
    pub async fn cancelled(&self) {
        while !self.is_cancelled() {
            let family = std::iter::successors(Some(self), |token| token.0.parent.as_ref());
            let listeners: Vec<_> = family.map(|token| token.0.event.listen()).collect();
            // Cancelled between the look and the listening: the event would not come again.
            if self.is_cancelled() {
                return;
            }
            futures_util::future::select_all(listeners).await;
        }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken")
            .field("cancelled", &self.is_cancelled())
            .finish()
    }
}
