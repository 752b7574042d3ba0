//! Who drives the core: a calling thread, a background thread, or a host language's event loop.
//!
//! What a binding converts is one thing, who polls the core's futures is another. This seam keeps the second apart,
//! so that a driver can be exchanged without touching a binding. Applications in Rust do not need it: they use
//! [`Client`](crate::Client) or [`blocking::Client`](crate::blocking::Client).

mod background;
mod caller;
mod tokio_host;
mod undriven;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::call::plan::Planned;
use crate::call::serving;
use crate::call::shared::Shared;
use crate::cancel::{CancelReason, CancelToken, Stop};
use crate::error::Error;
use crate::response::Response;
use crate::transport::DefaultTransport;

pub(crate) use tokio_host::TokioHost;

pub use crate::transport::hyper::dial::honour_ca_bundle_variables;

/// How a call ended.
pub type CallResult = Result<Response, Error>;

tokio::task_local! {
    static TAG: u64;
}

/// The tag of the submitted call or flow whose observer asks; `None` elsewhere, as for a sign-in that several calls share.
#[must_use]
pub fn current_tag() -> Option<u64> {
    TAG.try_with(|tag| *tag).ok()
}

/// Prepares a call that is to be submitted under a tag, so that an observer that is told of a mistake in it knows whose
/// it is.
#[must_use]
pub fn prepare_tagged(
    request: crate::RequestBuilder<crate::blocking::Client>,
    tag: u64,
) -> PreparedCall {
    TAG.sync_scope(tag, || request.prepare())
}

/// Does a part of the work of a client's token refresher, where that runs in a host language: what is submitted in it and
/// would wait for that refresher is refused at once, for it would wait for itself.
pub fn within_refresher<O>(client: &crate::blocking::Client, work: impl FnOnce() -> O) -> O {
    serving::within(client.shared.credentials.identity(), work)
}

/// The clients whose refreshers are at work somewhere. The core knows them by the thread; a host language that goes on with
/// a refresher elsewhere, such as on an event loop, takes them along, so that a call which would wait for itself is refused.
#[derive(Clone, Debug, Default)]
pub struct Serving(serving::Clients);

impl Serving {
    /// Those of this thread: inside a refresher, its client and those that wait for that one.
    #[must_use]
    pub fn here() -> Self {
        Self(serving::served())
    }

    /// Does something on their behalf, such as submitting a call.
    pub fn within<O>(&self, work: impl FnOnce() -> O) -> O {
        serving::carry(self.0.clone(), work)
    }
}

/// What was submitted and has ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finished {
    /// A call, with its result.
    Call(CallResult),
    /// A flow. Its results went where it was told to put them; if they are not there, it panicked.
    Flow,
}

/// A checked request, ready to be driven; a mistake in it becomes its result.
///
/// Made by [`RequestBuilder::prepare`](crate::RequestBuilder::prepare).
pub struct PreparedCall {
    shared: Arc<Shared>,
    plan: Planned,
}

impl std::fmt::Debug for PreparedCall {
    // Path, headers, query and body may hold anything.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = self.plan.as_ref().ok().map(|plan| &plan.hop.method);
        f.debug_struct("PreparedCall")
            .field("method", &method)
            .finish_non_exhaustive()
    }
}

impl PreparedCall {
    pub(crate) fn new(shared: Arc<Shared>, plan: Planned) -> Self {
        Self { shared, plan }
    }

    /// A token that cancels this call alone; the caller's own, which other calls may share, still cancels it too.
    fn cancel_token(&mut self) -> CancelToken {
        match &mut self.plan {
            Ok(plan) => {
                let own = plan
                    .cancel
                    .as_ref()
                    .map_or_else(CancelToken::new, CancelToken::child);
                plan.cancel.insert(own).clone()
            }
            Err(_) => CancelToken::new(),
        }
    }

    /// What cancels this call for the thread that polls it. It costs far less than a token.
    fn stop(&mut self) -> Stop {
        match &mut self.plan {
            Ok(plan) => plan.stop.get_or_insert_default().clone(),
            Err(_) => Stop::default(),
        }
    }
}

/// Several calls and the waits between them, driven as one. Made by [`Client::flow`](crate::blocking::Client::flow).
pub struct Flow {
    work: FlowWork,
    cancel: CancelToken,
}

/// Makes the work of a flow on the transport that will drive it.
type FlowWork =
    Box<dyn FnOnce(Arc<DefaultTransport>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

impl Flow {
    /// Makes a flow of a function that gets a transport; its results are its own to keep. `cancel` is what it listens
    /// to.
    pub(crate) fn new<W>(
        cancel: CancelToken,
        work: impl FnOnce(Arc<DefaultTransport>) -> W + Send + 'static,
    ) -> Self
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let work: FlowWork = Box::new(move |transport| Box::pin(work(transport)));
        Self { work, cancel }
    }
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").finish_non_exhaustive()
    }
}

/// Drives calls for those who cannot poll futures.
pub trait Host: Send + Sync {
    /// Starts a call from any thread. Its result is queued under `tag`, and never handed over inside this function.
    ///
    /// Tags are the caller's own; two calls under way must not share one.
    fn submit(&self, call: PreparedCall, tag: u64);

    /// Cancels the call or the flow of this tag; `false` if none is under way. Its result, `cancelled` or what it already had,
    /// is queued all the same.
    fn cancel(&self, tag: u64) -> bool {
        self.cancel_with(tag, CancelReason::Cancelled)
    }

    /// Cancels as [`cancel`](Self::cancel) does, and says why; the first reason stays.
    fn cancel_with(&self, tag: u64, reason: CancelReason) -> bool;

    /// Makes a call and waits for its end. `interrupted` is asked some twenty times a second; `true` cancels the call.
    fn call_blocking(
        &self,
        call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult;

    /// Starts a flow from any thread, as [`submit`](Self::submit) does a call.
    fn submit_flow(&self, flow: Flow, tag: u64);

    /// Runs a flow on the thread that asks for it, until it ends. `interrupted` is asked some twenty times a second;
    /// `true` cancels the flow.
    ///
    /// # Errors
    /// `internal` if it could not be driven.
    fn run_flow(&self, flow: Flow, interrupted: Option<&dyn Fn() -> bool>) -> Result<(), Error>;

    /// Sets what is called when results wait to be taken: once per batch, from the driving thread, and at once if some
    /// wait already. It must be quick, and must not call the host.
    fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>);

    /// Takes the results that are there.
    fn take_done(&self, out: &mut Vec<(u64, Finished)>);
}
