//! Blocking calls: the thread that makes one drives it (`docs/adr/0021-blocking-calls-without-a-runtime.md`).

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Weak};

use futures_util::FutureExt as _;

use super::{CallResult, Flow, PreparedCall};
use crate::call::run_call;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::DefaultTransport;
use crate::transport::hyper::parker::{Wakers, block_on};
use crate::transport::hyper::{Background, HyperTransport, Network, Spawner};

/// Drives calls on the threads that make them.
#[derive(Debug)]
pub(super) struct Caller {
    transport: Arc<DefaultTransport>,
    background: Weak<dyn Background>,
}

impl Caller {
    /// Makes a caller whose connections are made in the background.
    pub(super) fn new(network: Arc<Network>, background: Weak<dyn Background>) -> Self {
        let spawner = Spawner::Thread(background.clone());
        Self {
            transport: Arc::new(HyperTransport::new(network, spawner)),
            background,
        }
    }

    /// Makes a call on the thread that asks for it.
    pub(super) fn call(
        &self,
        mut call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        let stop = interrupted.map(|_| call.stop());
        let PreparedCall { shared, mut plan } = call;
        let wakers = match &plan {
            Ok(plan) if plan.cancel.is_some() => Wakers::Others,
            _ => Wakers::Own,
        };
        // Pinned here, and polled in place: it is large.
        let work = pin!(run_call(&shared, &*self.transport, &mut plan));
        block_on(work, wakers, interrupted, || {
            if let Some(stop) = &stop {
                stop.stop();
            }
        })
    }

    /// Runs a flow on the thread that asks for it.
    pub(super) fn run_flow(
        &self,
        flow: Flow,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<(), Error> {
        // What is written for the asynchronous client may use tokio's timers and sockets between its calls.
        let runtime = self.background.upgrade().and_then(|b| b.handle().ok());
        let _within = runtime.as_ref().map(tokio::runtime::Handle::enter);
        let work = (flow.work)(Arc::clone(&self.transport));
        // A bug in a flow must not unwind into a caller, which may be another language.
        let work = pin!(AssertUnwindSafe(work).catch_unwind());
        let ended = block_on(work, Wakers::Others, interrupted, || flow.cancel.cancel());
        ended.map_err(|_| Error::new(ErrorKind::Internal, "the flow panicked"))
    }
}
