//! The host that drives calls with tokio.

use url::Url;

use super::background::Background;
use super::drivers::Drivers;
use super::{CallResult, Finished, Flow, Host, PreparedCall};
use crate::error::Error;
use crate::transport::WireOptions;

/// Blocking calls are driven by the threads that make them, submitted ones by one background thread.
#[derive(Debug)]
pub(crate) struct TokioHost {
    drivers: Drivers,
    background: Background,
}

impl TokioHost {
    /// Makes a host; the error names the option that is wrong.
    pub(crate) fn new(wire: WireOptions, base: Url) -> Result<Self, String> {
        Ok(Self {
            drivers: Drivers::new(wire.clone(), base.clone())?,
            background: Background::new(wire, base),
        })
    }
}

impl Host for TokioHost {
    fn submit(&self, call: PreparedCall, tag: u64) {
        self.background.submit(call, tag);
    }

    fn cancel(&self, tag: u64) -> bool {
        self.background.cancel(tag)
    }

    fn call_blocking(
        &self,
        call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        self.drivers.call(call, interrupted)
    }

    fn submit_flow(&self, flow: Flow, tag: u64) {
        self.background.submit_flow(flow, tag);
    }

    fn run_flow(&self, flow: Flow, interrupted: Option<&dyn Fn() -> bool>) -> Result<(), Error> {
        self.drivers.run_flow(flow, interrupted)
    }

    fn set_notify(&self, notify: Box<dyn Fn() + Send + Sync>) {
        self.background.set_notify(notify);
    }

    fn take_done(&self, out: &mut Vec<(u64, Finished)>) {
        self.background.take_done(out);
    }
}
