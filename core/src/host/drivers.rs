//! Drivers for blocking calls: each concurrent caller borrows a whole one, so that no thread has to wake another.

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::runtime::{Builder, Handle, Runtime};
use url::Url;

use super::{CallResult, Flow, PreparedCall};
use crate::call::run_call;
use crate::cancel::CancelToken;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::transport::reqwest::{ReqwestTransport, Tasks};
use crate::transport::{Transport, WireOptions};

/// How often an interruptible caller is asked.
///
/// People expect an answer to Ctrl-C within a tenth of a second, so half of that is left for the answer.
const TICK: Duration = Duration::from_millis(50);

/// A driver that rested no longer has just looked at its sockets.
///
/// A look is a system call. It is spared in a loop that makes one call after the other, and only there: a closing that
/// is younger than this would still be on its way from any server but one on the same machine, and no look would see it.
const MOMENT: Duration = Duration::from_micros(250);

/// How many turns of its runtime a connection needs to notice that its call is gone.
const FAREWELL_TURNS: usize = 4;

/// A last-in-first-out pool of drivers: the one used last has the warmest connections.
#[derive(Debug)]
pub(super) struct Drivers {
    wire: WireOptions,
    base: Url,
    idle: Mutex<Vec<Driver>>,
}

/// A runtime and the connections that live on it.
#[derive(Debug)]
struct Driver {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    transport: Arc<ReqwestTransport>,
    /// When it was made or used last.
    used: Instant,
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
        let stop = interrupted.map(|_| call.stop());
        let PreparedCall { shared, plan } = call;
        let mut plan = plan?;
        let driver = self.borrow()?;
        let runtime = driver.runtime()?;
        let rested = driver.used.elapsed() > MOMENT;
        let watch = interrupted.zip(stop);
        let watch = watch.map(|(interrupted, stop)| (interrupted, move || stop.stop()));
        let result = {
            // Pinned here, and polled in place: it is large, and each step into the runtime would move it.
            let work = pin!(run_call(&shared, &*driver.transport, &mut plan));
            runtime.block_on(async {
                if rested {
                    look_at_sockets().await;
                }
                watched(&*driver.transport, work, watch).await
            })
        };
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
            let watch = interrupted.map(|interrupted| (interrupted, || flow.cancel.cancel()));
            let ended = watched(&*driver.transport, work, watch).await;
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
            Some(driver) => Ok(driver),
            None => {
                Driver::new(&self.wire, &self.base).map_err(|e| Error::new(ErrorKind::Internal, e))
            }
        }
    }

    /// Puts a driver on top, and lets go of those at the bottom that have rested longer than connections are kept.
    fn give_back(&self, mut driver: Driver) {
        let now = Instant::now();
        driver.used = now;
        let mut idle = self.idle();
        idle.push(driver);
        let keep = self.wire.pool_idle_timeout;
        let fresh = idle.partition_point(|driver| now.duration_since(driver.used) > keep);
        let stale: Vec<Driver> = idle.drain(..fresh).collect();
        // Closing their sockets takes a while, and others wait for the pool.
        drop(idle);
        drop(stale);
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Driver>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Driver {
    fn new(wire: &WireOptions, base: &Url) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| format!("the runtime cannot be made: {e}"))?;
        let transport = {
            let _within = runtime.enter();
            ReqwestTransport::new(wire, base, Tasks::OnThread)?.keeping_timers()
        };
        Ok(Self {
            runtime: Some(runtime),
            transport: Arc::new(transport),
            used: Instant::now(),
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

/// Awaits work, and asks every tick whether it is interrupted; then it is told to stop, and polled again.
async fn watched<T: Transport, W: Future>(
    transport: &T,
    work: W,
    watch: Option<(&dyn Fn() -> bool, impl Fn())>,
) -> W::Output {
    let Some((interrupted, stop)) = watch else {
        return work.await;
    };
    let mut work = pin!(work);
    let mut tick = pin!(transport.sleep_until(transport.now() + TICK));
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(output) = work.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            if tick.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if interrupted() {
                stop();
            }
            tick.set(transport.sleep_until(transport.now() + TICK));
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::transport::{Reply, TransportError, WireRequest};

    /// Time alone: tokio's, which stands still until all work waits.
    struct Clock;

    impl Transport for Clock {
        type Sleep = tokio::time::Sleep;
        type Body = http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, TransportError>;

        fn now(&self) -> Instant {
            tokio::time::Instant::now().into_std()
        }

        fn sleep_until(&self, at: Instant) -> Self::Sleep {
            tokio::time::sleep_until(at.into())
        }

        async fn exchange(&self, _: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
            unreachable!("nothing is sent")
        }

        fn spawn(&self, _: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) {}
    }

    /// Watches work that ends when it is told to stop, or after `ends` milliseconds: when it was asked whether it is
    /// interrupted, which it is from `from` on, and when it ended.
    async fn watch(from: u128, ends: u64) -> (Vec<u128>, u128) {
        let began = Clock.now();
        let elapsed = || Clock.now().duration_since(began).as_millis();
        let asked = RefCell::new(Vec::new());
        let stopped = Cell::new(false);
        let interrupted = || {
            asked.borrow_mut().push(elapsed());
            elapsed() >= from
        };
        let mut end = pin!(tokio::time::sleep(Duration::from_millis(ends)));
        let work = poll_fn(|cx| {
            if stopped.get() {
                return Poll::Ready(());
            }
            end.as_mut().poll(cx)
        });
        watched(&Clock, work, Some((&interrupted, || stopped.set(true)))).await;
        (asked.take(), elapsed())
    }

    /// Ctrl-C is to be answered within a tenth of a second. What the clock of this test cannot see is the time of the
    /// processor, so the thread gets half of that to ask, at whatever moment of its wait the signal comes.
    #[tokio::test(start_paused = true)]
    async fn a_caller_is_asked_often_enough_to_answer_within_a_tenth_of_a_second() {
        for from in (0..200).step_by(7) {
            let (asked, ended) = watch(from, 10_000).await;
            assert!(
                ended - from <= 50,
                "interrupted at {from}, noticed at {ended}"
            );
            assert_eq!(asked.last(), Some(&ended), "and then at once");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_is_asked_some_twenty_times_a_second_and_no_more_than_that() {
        let (asked, ended) = watch(u128::MAX, 1010).await;
        assert_eq!(ended, 1010);
        assert_eq!(asked, (1..=20).map(|n| 50 * n).collect::<Vec<u128>>());
    }
}
