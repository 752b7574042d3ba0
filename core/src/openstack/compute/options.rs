//! How an operation goes, and what it is given when it runs.

use std::time::{Duration, SystemTime};

use super::progress::Progress;
use crate::cancel::CancelToken;

/// The options of an [`Operation`](super::Operation). Each has its default where it is `None`, and an operation passes
/// over those that it does not have: [`OperationKind`](super::OperationKind) says which it has.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use reqtrail::openstack::OperationOptions;
///
/// let mut options = OperationOptions::default();
/// options.deadline = Some(Duration::from_secs(120));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OperationOptions {
    /// The microversion that all of its requests ask for. By default it is the client's, or `latest` if that has none.
    pub microversion: Option<String>,
    /// How long the call of a read takes at most; the client's call timeout by default.
    pub timeout: Option<Duration>,
    /// How many actions `actions` and `explain` give at most: by default as many as the API lists, and 20.
    pub limit: Option<u32>,
    /// The request ID of the action after which `actions` begins; from microversion 2.58.
    pub marker: Option<String>,
    /// Keeps only actions that changed at this time or later; from microversion 2.58.
    pub changes_since: Option<SystemTime>,
    /// Keeps only actions that changed at this time or earlier; from microversion 2.66.
    pub changes_before: Option<SystemTime>,
    /// The first wait between two polls of `follow`, 500 ms by default. Each wait is twice the one before.
    pub poll_interval: Option<Duration>,
    /// The longest wait between two polls of `follow`, 10 s by default.
    pub max_poll_interval: Option<Duration>,
    /// How long `follow` goes on, 10 minutes by default. An action that still runs then is reported as `unknown`.
    pub deadline: Option<Duration>,
    /// How long a state that decides nothing has to stay the same before `follow` takes it for the end, 3 s by default.
    pub settle_time: Option<Duration>,
}

/// A caller's progress callback.
pub(super) type OnProgress = Box<dyn FnMut(&Progress<'_>) + Send>;

/// What an operation is given when it runs: what belongs to one run and is not data.
///
/// # Examples
/// ```
/// use reqtrail::CancelToken;
/// use reqtrail::openstack::OperationAttached;
///
/// let token = CancelToken::new();
/// let attached = OperationAttached::new()
///     .cancel_token(&token)
///     .on_progress(|progress| println!("{:?}", progress.elapsed));
/// ```
#[derive(Default)]
pub struct OperationAttached {
    pub(super) cancel: Option<CancelToken>,
    pub(super) on_progress: Option<OnProgress>,
}

impl OperationAttached {
    /// Attaches nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a token cancel the run.
    #[must_use]
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Sets what `follow` calls after every poll. It must be quick; a panic in it is caught and logged.
    #[must_use]
    pub fn on_progress(mut self, call: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(call));
        self
    }
}

impl std::fmt::Debug for OperationAttached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OperationAttached")
            .field("cancel", &self.cancel)
            .field("on_progress", &self.on_progress.is_some())
            .finish()
    }
}
