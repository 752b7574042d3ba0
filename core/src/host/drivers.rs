//! Drivers for blocking calls: each concurrent caller borrows a whole one, so that no thread has to wake another.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::runtime::{Builder, Handle, Runtime};
use url::Url;

use super::{CallResult, Flow, PreparedCall};
use crate::call::run_call;
use crate::cancel::CancelToken;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::WireOptions;
use crate::transport::reqwest::{ReqwestTransport, Tasks};

/// How often an interruptible caller is asked.
const TICK: Duration = Duration::from_millis(50);

/// How many turns of its runtime a connection needs to notice that its call is gone.
const FAREWELL_TURNS: usize = 4;

/// A last-in-first-out pool of drivers: the one used last has the warmest connections.
#[derive(Debug)]
pub(super) struct Drivers {
    wire: WireOptions,
    base: Url,
    idle: Mutex<Vec<Resting>>,
}

/// A driver that nobody uses, since when.
#[derive(Debug)]
struct Resting {
    driver: Driver,
    since: Instant,
}

/// A runtime and the connections that live on it.
#[derive(Debug)]
struct Driver {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    transport: Arc<ReqwestTransport>,
}

impl Drivers {
    /// Makes the pool with its first driver, so that a wrong option is noticed here and not in a call.
    pub(super) fn new(wire: WireOptions, base: Url) -> Result<Self, String> {
        let first = Driver::new(&wire, &base)?;
        let drivers = Self {
            wire,
            base,
            idle: Mutex::default(),
        };
        drivers.give_back(first);
        Ok(drivers)
    }

    /// Makes a call on the thread that asks for it.
    pub(super) fn call(
        &self,
        mut call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        // A runtime cannot be entered from within another: then the call gets a thread for itself.
        if Handle::try_current().is_ok() {
            let cancel = call.cancel_token();
            return on_thread(|| self.call_here(call, None), &cancel, interrupted);
        }
        self.call_here(call, interrupted)
    }

    fn call_here(
        &self,
        mut call: PreparedCall,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> CallResult {
        let cancel = interrupted.map(|_| call.cancel_token());
        let PreparedCall { shared, plan } = call;
        let mut plan = plan?;
        let driver = self.borrow()?;
        let work = run_call(&shared, &*driver.transport, &mut plan);
        let runtime = driver.runtime()?;
        let result = runtime.block_on(async {
            look_at_sockets().await;
            watched(work, interrupted.zip(cancel)).await
        });
        if result.is_err() {
            runtime.block_on(farewell());
        }
        self.give_back(driver);
        result
    }

    /// Runs a flow on the thread that asks for it.
    pub(super) fn run_flow(
        &self,
        flow: Flow,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<(), Error> {
        if Handle::try_current().is_ok() {
            let cancel = flow.cancel.clone();
            return on_thread(|| self.run_flow_here(flow, None), &cancel, interrupted);
        }
        self.run_flow_here(flow, interrupted)
    }

    fn run_flow_here(
        &self,
        flow: Flow,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<(), Error> {
        let driver = self.borrow()?;
        let work = (flow.work)(Arc::clone(&driver.transport));
        // A bug in a flow must not unwind into a caller, which may be another language.
        let work = AssertUnwindSafe(work).catch_unwind();
        let ended = driver.runtime()?.block_on(async {
            look_at_sockets().await;
            let ended = watched(work, interrupted.zip(Some(flow.cancel))).await;
            farewell().await;
            ended
        });
        self.give_back(driver);
        ended.map_err(|_| panicked())
    }

    /// Takes the driver that was used last, or makes one.
    fn borrow(&self) -> Result<Driver, Error> {
        let idle = self.idle().pop();
        match idle {
            Some(resting) => Ok(resting.driver),
            None => {
                Driver::new(&self.wire, &self.base).map_err(|e| Error::new(ErrorKind::Internal, e))
            }
        }
    }

    /// Puts a driver on top, and lets go of those at the bottom that have rested longer than connections are kept.
    fn give_back(&self, driver: Driver) {
        let now = Instant::now();
        let mut idle = self.idle();
        idle.push(Resting { driver, since: now });
        let keep = self.wire.pool_idle_timeout;
        let fresh = idle.partition_point(|r| now.duration_since(r.since) > keep);
        let stale: Vec<Resting> = idle.drain(..fresh).collect();
        // Closing their sockets takes a while, and others wait for the pool.
        drop(idle);
        drop(stale);
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Resting>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Driver {
    fn new(wire: &WireOptions, base: &Url) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| format!("the runtime cannot be made: {e}"))?;
        let transport = Arc::new(ReqwestTransport::new(wire, base, Tasks::OnThread)?);
        Ok(Self {
            runtime: Some(runtime),
            transport,
        })
    }

    fn runtime(&self) -> Result<&Runtime, Error> {
        self.runtime
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::Internal, "a driver without a runtime"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Waiting for a runtime's end is not allowed within another, where a client may well be dropped.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Runs work on a thread of its own: a runtime cannot be entered from within another.
fn on_thread<O: Send>(
    work: impl FnOnce() -> Result<O, Error> + Send,
    cancel: &CancelToken,
    interrupted: Option<&dyn Fn() -> bool>,
) -> Result<O, Error> {
    std::thread::scope(|scope| {
        let worker = scope.spawn(work);
        while let Some(interrupted) = interrupted
            && !worker.is_finished()
        {
            if interrupted() {
                cancel.cancel();
                break;
            }
            std::thread::sleep(TICK);
        }
        worker.join().unwrap_or_else(|_| Err(panicked()))
    })
}

fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "reqtrail panicked; please report this")
}

/// Nothing watched the idle connections since the last call. One look at the sockets lets those that the server has
/// closed be noticed before a request is written to them.
async fn look_at_sockets() {
    tokio::task::yield_now().await;
}

/// A call that was given up leaves its connection behind, which closes when it is polled next.
async fn farewell() {
    for _ in 0..FAREWELL_TURNS {
        tokio::task::yield_now().await;
    }
}

/// Awaits work, and asks every tick whether it is interrupted, which cancels it.
async fn watched<W: Future>(
    work: W,
    interrupted: Option<(&dyn Fn() -> bool, CancelToken)>,
) -> W::Output {
    let Some((interrupted, cancel)) = interrupted else {
        return work.await;
    };
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(TICK, work.as_mut()).await {
            Ok(output) => return output,
            Err(_) if interrupted() => cancel.cancel(),
            Err(_) => {}
        }
    }
}
