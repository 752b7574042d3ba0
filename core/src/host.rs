//! The drivers of the core: a calling thread, a background thread, or a host language's event loop.
//!
//! This seam separates what a binding converts from who polls the core's futures, so that a driver can be replaced
//! without touching a binding. Applications in Rust do not need it: they use [`Client`](crate::Client) or
//! [`blocking::Client`](crate::blocking::Client).

mod background;
mod caller;
#[cfg(feature = "unstable-host")]
pub mod codes;
#[cfg(feature = "unstable-host")]
pub mod display;
mod error_record;
mod job;
#[cfg(all(feature = "journal", unix))]
pub mod journal;
mod line;
pub mod mailbox;
mod prepared;
#[cfg(feature = "unstable-host")]
pub mod repeat;
mod tokio_host;
mod undriven;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mailbox::{Lane, LaneState};

use crate::call::serving;
use crate::cancel::CancelReason;
use crate::error::Error;
use crate::response::Response;

pub use job::{Job, Outcome, Output, Work};
pub(crate) use tokio_host::TokioHost;

#[cfg(feature = "unstable-host")]
pub use crate::recorder::{IdKind, IdQuery};
#[cfg(feature = "unstable-host")]
pub use crate::{
    client::ClientOptions,
    request::RequestOptions,
    surface::{Kind, OptionError, OptionSpec, Owner, Spelling, Value},
};

#[cfg(all(feature = "rustls-ring", feature = "unstable-host"))]
pub use crate::transport::hyper::dial::honour_ca_bundle_variables;
pub use error_record::{ErrorCause, ErrorRecord, FieldValue, rate_limit_fields};

/// How a call ended.
pub type CallResult = Result<Response, Error>;

tokio::task_local! {
    static ORIGIN: Origin;
}

/// The origin of a job that runs here: its tag, and the lane that it was submitted for.
#[derive(Clone, Debug)]
pub struct Origin {
    tag: u64,
    /// `None` if the outcome goes elsewhere.
    lane: Option<Arc<LaneState>>,
}

impl Origin {
    /// Returns the origin of the job whose observer or refresher calls this; `None` elsewhere, as for a sign-in that
    /// several calls share.
    #[must_use]
    pub fn current() -> Option<Self> {
        ORIGIN.try_with(Self::clone).ok()
    }

    /// Returns the tag.
    #[must_use]
    pub fn tag(&self) -> u64 {
        self.tag
    }

    /// Does a part of the job.
    fn within<O>(self, work: impl FnOnce() -> O) -> O {
        ORIGIN.sync_scope(self, work)
    }
}

/// Returns the tag of the submitted job whose observer calls this; `None` elsewhere, as for a sign-in that several
/// calls share.
#[must_use]
pub fn current_tag() -> Option<u64> {
    ORIGIN.try_with(Origin::tag).ok()
}

/// The clients whose refreshers are running. The core knows them by the thread. A host language that continues a refresher
/// elsewhere, such as on an event loop, carries them along, so that a call that would wait for itself is refused.
#[derive(Clone, Debug, Default)]
pub struct Serving(serving::Clients);

impl Serving {
    /// Returns those of this thread: inside a refresher, its client and those that wait for that one.
    #[must_use]
    pub fn here() -> Self {
        Self(serving::served())
    }

    /// Does work on their behalf, such as submitting a call.
    pub fn within<O>(&self, work: impl FnOnce() -> O) -> O {
        serving::carry(self.0.clone(), work)
    }
}

/// Gets the outcome of a job that was started.
pub type Done = Box<dyn FnOnce(Outcome) + Send>;

/// Does jobs for those who cannot poll futures.
///
/// A call begins when its job is submitted: its first attempt does not use a token that is set later. A mistake in a
/// request is the outcome of its job. The observers run where the job is driven, under its tag.
pub trait Host: Send + Sync {
    /// Starts a job from any thread. Its outcome is queued under `tag`, never delivered inside this function.
    ///
    /// Tags are the caller's own; two jobs under way must not share one.
    fn submit(&self, job: Job, tag: u64);

    /// Starts a job for a lane, which gets its events and its outcome. The tag is one from the lane, or the caller's
    /// own.
    fn submit_for(&self, lane: &Lane, job: Job, tag: u64);

    /// Starts a job from any thread, and passes its outcome to `done` on the thread that drives it. Nothing of the client
    /// is held by then. `done` must be quick; it is dropped uncalled if the host is dropped before the job has ended.
    ///
    /// Started jobs may share a tag, and are cancelled by the token that is attached to them.
    fn start(&self, job: Job, tag: u64, done: Done);

    /// Does a job on the calling thread, and waits for its end. `interrupted` is called some twenty times a second; `true`
    /// cancels the job.
    fn run(&self, job: Job, interrupted: Option<&dyn Fn() -> bool>) -> Outcome;

    /// Does a job as [`run`](Self::run) does. A lane gets its events, and the caller its outcome.
    fn run_for(&self, lane: &Lane, job: Job, tag: u64) -> Outcome {
        lane.origin(tag).within(|| self.run(job, None))
    }

    /// Cancels the job that was submitted under this tag; `false` if none is under way. Its outcome, `cancelled` or the one
    /// it already had, is still queued.
    fn cancel(&self, tag: u64) -> bool {
        self.cancel_with(tag, CancelReason::Cancelled)
    }

    /// Cancels as [`cancel`](Self::cancel) does, with a reason; the first reason stays.
    fn cancel_with(&self, tag: u64, reason: CancelReason) -> bool;

    /// Returns the time by the clock that ends the calls of [`run`](Self::run): that of their transport.
    fn now(&self) -> Instant;

    /// Sets the function that is called when outcomes are ready to be taken: once per batch, from the driving thread,
    /// and at once if some are ready already. It must be quick, and must not call the host.
    fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>);

    /// Takes the outcomes that are ready.
    fn take(&self, out: &mut Vec<(u64, Outcome)>);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
