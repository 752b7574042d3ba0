//! The host of a blocking client: it does jobs on the threads that ask for them, and in the background.

use std::sync::{Arc, RwLock, Weak};
use std::time::Instant;

use tokio::runtime::Handle;

use super::background::{Background, Notify};
use super::caller::Caller;
use super::line::Line;
use super::mailbox::Lane;
use super::prepared::{Prepared, PreparedCall};
use super::{Done, Host, Job, Outcome};
use crate::call::shared::Shared;
use crate::cancel::CancelReason;
use crate::fork::ForkSafe;
use crate::transport::hyper::{self, Network};
use crate::transport::{OwnTransport, TransportError, WireOptions, Wrap};

/// The calling threads drive blocking jobs; one background thread drives submitted ones. That thread also makes the
/// connections of both.
#[derive(Debug)]
pub(crate) struct TokioHost {
    shared: Arc<Shared>,
    caller: Arc<Caller>,
    line: Arc<Line>,
    // Dropped last, since the calls above may still use it.
    background: Arc<Backgrounds>,
}

/// The background thread of each process that uses the client: the child of a fork has none of its parent's threads.
#[derive(Debug)]
struct Backgrounds {
    own: ForkSafe<Background>,
}

impl TokioHost {
    /// Makes a host; the error names the option that is not valid.
    pub(crate) fn new(
        shared: Arc<Shared>,
        wire: &WireOptions,
        wrap: Option<Wrap>,
    ) -> Result<Self, String> {
        let background = Backgrounds::new();
        let weak: Weak<Backgrounds> = Arc::downgrade(&background);
        let network = Network::new(wire, shared.base.url(), Some(weak))?;
        Ok(Self::with(shared, Line::Network(network, wrap), background))
    }

    /// Makes a host over a program's own transport.
    pub(crate) fn over(shared: Arc<Shared>, transport: Arc<OwnTransport>) -> Self {
        Self::with(shared, Line::Own(transport), Backgrounds::new())
    }

    fn with(shared: Arc<Shared>, line: Line, background: Arc<Backgrounds>) -> Self {
        let weak: Weak<Backgrounds> = Arc::downgrade(&background);
        Self {
            shared,
            caller: Arc::new(Caller::new(&line, weak)),
            line: Arc::new(line),
            background,
        }
    }

    fn background(&self) -> &Background {
        self.background.own.get()
    }
}

impl Backgrounds {
    fn new() -> Arc<Self> {
        let notify: Notify = Arc::new(RwLock::new(None));
        let make = move || Background::new(Arc::clone(&notify));
        Arc::new(Self {
            own: ForkSafe::new(make(), make),
        })
    }
}

impl hyper::Background for Backgrounds {
    fn handle(&self) -> Result<Handle, TransportError> {
        self.own.get().handle()
    }

    fn started(&self) -> Option<Handle> {
        self.own.get().started()
    }
}

impl Host for TokioHost {
    fn submit(&self, job: Job, tag: u64) {
        self.submit_for(self.background().queue(), job, tag);
    }

    fn submit_for(&self, lane: &Lane, job: Job, tag: u64) {
        let job = Prepared::new(&self.shared, job);
        self.background()
            .submit(job, lane, tag, &self.line, &self.caller);
    }

    fn start(&self, job: Job, tag: u64, done: Done) {
        let job = Prepared::new(&self.shared, job);
        self.background()
            .start(job, tag, done, &self.line, &self.caller);
    }

    fn run(&self, job: Job, interrupted: Option<&dyn Fn() -> bool>) -> Outcome {
        let shared = &self.shared;
        match job {
            // Driven here directly, since a call under way is large to move.
            Job::Call(request, attached) => {
                let call = PreparedCall::new(shared, request, attached);
                Outcome::Call(self.caller.call(call, interrupted))
            }
            Job::Operation(work) => {
                let shared = Arc::clone(shared);
                Outcome::Operation(self.caller.operate(shared, work, interrupted))
            }
        }
    }

    fn cancel_with(&self, tag: u64, reason: CancelReason) -> bool {
        self.background().cancel(tag, reason)
    }

    fn now(&self) -> Instant {
        self.caller.now()
    }

    fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>) {
        self.background().set_notify(notify);
    }

    fn take(&self, out: &mut Vec<(u64, Outcome)>) {
        self.background().take(out);
    }
}
