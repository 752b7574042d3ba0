//! The host of a blocking client: calls on the threads that make them, and in the background.

use std::sync::{Arc, RwLock, Weak};

use tokio::runtime::Handle;
use url::Url;

use super::background::{Background, Notify};
use super::caller::Caller;
use super::{CallResult, Finished, Flow, Host, PreparedCall};
use crate::cancel::CancelReason;
use crate::error::Error;
use crate::fork::ForkSafe;
use crate::transport::hyper::{self, Network};
use crate::transport::{TransportError, WireOptions};

/// Blocking calls are driven by the threads that make them, submitted ones by one background thread. That thread also
/// makes the connections of both.
#[derive(Debug)]
pub(crate) struct TokioHost {
    caller: Arc<Caller>,
    network: Arc<Network>,
    // The last to go: the calls above may still use it.
    background: Arc<Backgrounds>,
}

/// The background thread of each process that uses the client: the child of a fork has none of its parent's threads.
#[derive(Debug)]
struct Backgrounds {
    own: ForkSafe<Background>,
}

impl TokioHost {
    /// Makes a host; the error names the option that is wrong.
    pub(crate) fn new(wire: &WireOptions, base: &Url) -> Result<Self, String> {
        let notify: Notify = Arc::new(RwLock::new(None));
        let make = move || Background::new(Arc::clone(&notify));
        let background = Arc::new(Backgrounds {
            own: ForkSafe::new(make(), make),
        });
        let weak: Weak<Backgrounds> = Arc::downgrade(&background);
        let network = Network::new(wire, base, Some(weak.clone()))?;
        Ok(Self {
            caller: Arc::new(Caller::new(Arc::clone(&network), weak)),
            network,
            background,
        })
    }

    fn background(&self) -> &Background {
        self.background.own.get()
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
    fn submit(&self, call: PreparedCall, tag: u64) {
        self.background()
            .submit(call, &self.network, &self.caller, tag);
    }

    fn cancel_with(&self, tag: u64, reason: CancelReason) -> bool {
        self.background().cancel(tag, reason)
    }

    fn call_blocking(
        &self,
        call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        self.caller.call(call, interrupted)
    }

    fn submit_flow(&self, flow: Flow, tag: u64) {
        self.background()
            .submit_flow(flow, &self.network, &self.caller, tag);
    }

    fn run_flow(&self, flow: Flow, interrupted: Option<&dyn Fn() -> bool>) -> Result<(), Error> {
        self.caller.run_flow(flow, interrupted)
    }

    fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>) {
        self.background().set_notify(notify);
    }

    fn take_done(&self, out: &mut Vec<(u64, Finished)>) {
        self.background().take_done(out);
    }
}
