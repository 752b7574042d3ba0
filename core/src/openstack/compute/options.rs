//! The options of an operation, and what is attached to a run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use super::progress::Progress;
use crate::cancel::CancelToken;
use crate::openstack::accepted::follow_loop::Pace;
use crate::surface::operation::operation_options;
use crate::surface::options_struct;

operation_options! { options_struct
    /// The options of an [`Operation`](crate::openstack::Operation). `None` means the default. An operation ignores options
    /// that it does not have; [`OperationKind`](crate::openstack::OperationKind) says which it has.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use reqtrail::openstack::OperationOptions;
    ///
    /// let mut options = OperationOptions::default();
    /// options.deadline = Some(Duration::from_secs(120));
    /// ```
    #[non_exhaustive]
    struct OperationOptions of pub fields;
}

/// A caller's progress callback.
pub(in crate::openstack) type OnProgress = Box<dyn FnMut(&Progress<'_>) + Send>;

/// Calls a progress callback. A panic in it is caught.
pub(in crate::openstack) fn publish(tell: &mut Option<OnProgress>, progress: &Progress<'_>) {
    let Some(tell) = tell else {
        return;
    };
    if catch_unwind(AssertUnwindSafe(|| tell(progress))).is_err() {
        tracing::error!(target: "reqtrail", "a progress callback panicked; the operation is still followed");
    }
}

impl OperationOptions {
    /// When to poll, and for how long.
    pub(in crate::openstack) fn pace(&self) -> Pace {
        let intervals = (self.poll_interval(), self.max_poll_interval());
        Pace::new(intervals, self.deadline(), self.settle_time())
    }
}

/// What is attached to one run of an operation and is not data.
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
    pub(in crate::openstack) cancel: Option<CancelToken>,
    pub(in crate::openstack) on_progress: Option<OnProgress>,
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
