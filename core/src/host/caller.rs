//! Blocking jobs: the calling thread drives them (`docs/adr/0021-blocking-calls-without-a-runtime.md`).

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Instant;

use tokio::runtime::Handle;

use super::line::Line;
use super::prepared::{Prepared, PreparedCall};
use super::{CallResult, Outcome, Output, Work};
use crate::call::by_clock::ByClock;
use crate::call::shared::Shared;
use crate::call::{clock, run_call};
use crate::error::Error;
use crate::transport::hyper::parker::{Wakers, block_on};
use crate::transport::hyper::{Background, Spawner};
use crate::transport::{AnyTransport, Transport};

/// Drives jobs on the calling threads.
#[derive(Debug)]
pub(super) struct Caller {
    transport: AnyTransport,
    background: Weak<dyn Background>,
}

impl Caller {
    /// Makes a caller whose connections are made in the background.
    pub(super) fn new(line: &Line, background: Weak<dyn Background>) -> Self {
        let spawner = Spawner::Thread(background.clone());
        Self {
            transport: line.for_threads(spawner),
            background,
        }
    }

    /// Does a job on the calling thread, without an interrupt check.
    pub(super) fn run(&self, job: Prepared) -> Outcome {
        match job {
            Prepared::Call(call) => Outcome::Call(self.call(call, None)),
            Prepared::Operation(shared, work) => {
                Outcome::Operation(self.operate(shared, work, None))
            }
        }
    }

    /// Makes a call on the calling thread.
    pub(super) fn call(
        &self,
        call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        match &self.transport {
            AnyTransport::BuiltIn(transport) => {
                let wakers = match &call.plan {
                    Ok(plan) if plan.cancel.is_some() => Wakers::Others,
                    _ => Wakers::Own,
                };
                drive(&**transport, call, wakers, interrupted)
            }
            AnyTransport::Own(transport) => {
                let runtime = self.runtime();
                let _within = runtime.as_ref().map(Handle::enter);
                #[cfg(feature = "testing")]
                let _level = crate::virtual_clock::on_this_thread();
                drive(&**transport, call, Wakers::Others, interrupted)
            }
        }
    }

    /// The time, by the clock of the calls that are made here.
    pub(super) fn now(&self) -> Instant {
        match &self.transport {
            AnyTransport::BuiltIn(transport) => clock(&**transport),
            AnyTransport::Own(transport) => clock(&**transport),
        }
    }

    /// The runtime of the background thread, for what needs one on this thread.
    fn runtime(&self) -> Option<Handle> {
        self.background.upgrade().and_then(|b| b.handle().ok())
    }

    /// Does the work of an operation on the calling thread.
    pub(super) fn operate(
        &self,
        shared: Arc<Shared>,
        work: Work,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<Output, Error> {
        // Code for the asynchronous client may use tokio's timers and sockets between its calls.
        let runtime = self.runtime();
        let _within = runtime.as_ref().map(Handle::enter);
        #[cfg(feature = "testing")]
        let _level = crate::virtual_clock::on_this_thread();
        let cancel = work.cancel.clone();
        let by_clock = ByClock::of_any(&self.transport);
        let work = pin!(by_clock.around(work.run(shared, self.transport.clone())));
        block_on(work, Wakers::Others, interrupted, || cancel.cancel())
    }
}

/// Makes a call on this thread.
fn drive<T: Transport>(
    transport: &T,
    mut call: PreparedCall,
    wakers: Wakers,
    interrupted: Option<&dyn Fn() -> bool>,
) -> CallResult {
    let stop = interrupted.map(|_| call.stop());
    let PreparedCall { shared, mut plan } = call;
    // Pinned here, and polled in place: it is large.
    let work = pin!(run_call(&shared, transport, &mut plan));
    block_on(work, wakers, interrupted, || {
        if let Some(stop) = &stop {
            stop.stop();
        }
    })
}
