//! The task that maintains idle connections: it closes those whose peer hangs up, and those that are idle for too long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::runtime::Handle;

use super::Pool;

/// Wakes the keeper's task, whichever runtime has it.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    bell: Arc<KeeperWaker>,
}

#[derive(Debug, Default)]
struct KeeperWaker {
    task: AtomicWaker,
    /// Whether a task is running.
    is_kept: AtomicBool,
}

impl Wake for KeeperWaker {
    fn wake(self: Arc<Self>) {
        self.task.wake();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.task.wake();
    }
}

impl Keeper {
    /// Returns the waker of an idle connection.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.bell))
    }

    /// Makes sure that a task is running.
    pub(super) fn begin(&self, pool: &Arc<Pool>) {
        if self.bell.is_kept.load(Ordering::Acquire) {
            return;
        }
        // On a thread without a runtime there is none until the next connection is made on one.
        let Some(runtime) = pool.runtime() else {
            return;
        };
        if !self.bell.is_kept.swap(true, Ordering::AcqRel) {
            let work = keep(Arc::downgrade(pool), AtWork(Arc::clone(&self.bell)));
            runtime.spawn(work);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The pool is gone, and the task ends at its next check.
        self.bell.task.wake();
    }
}

/// Lets another task begin once this one has ended, also with its runtime.
struct AtWork(Arc<KeeperWaker>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.is_kept.store(false, Ordering::Release);
    }
}

async fn keep(pool: Weak<Pool>, at_work: AtWork) {
    let waker = Waker::from(Arc::clone(&at_work.0));
    let mut timer = std::pin::pin!(tokio::time::sleep(Duration::ZERO));
    let mut armed: Option<Instant> = None;
    std::future::poll_fn(|cx| {
        at_work.0.task.register(cx.waker());
        let Some(pool) = pool.upgrade() else {
            return Poll::Ready(());
        };
        loop {
            // While no connection is idle the task stays for a while, since the next call would only have to begin
            // another one.
            let next = match pool.tend(&waker) {
                Some(next) => next,
                None => match armed {
                    Some(at) if at > Instant::now() => return Poll::Pending,
                    _ => Instant::now() + pool.options.idle_timeout.clamp(SHORTEST, LONGEST),
                },
            };
            if armed != Some(next) {
                armed = Some(next);
                timer.as_mut().reset(next.into());
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            armed = None;
        }
    })
    .await;
}

/// The minimum interval, since an idle timeout of zero must not cause permanent checks.
const SHORTEST: Duration = Duration::from_millis(10);

/// Timers have a maximum.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24);

impl Pool {
    /// The runtime that maintains the connections, once there is one.
    fn runtime(&self) -> Option<Handle> {
        match &self.background {
            Some(background) => background.upgrade()?.started(),
            None => Handle::try_current().ok(),
        }
    }
}
