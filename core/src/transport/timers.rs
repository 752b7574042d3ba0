//! Waits, and a pool of a runtime's timers that they reuse.
//!
//! Timers of a call rarely fire. But arming one that is earlier than all others makes tokio wake its own event loop,
//! which costs two more system calls for each call of a runtime that drives one at a time. So a timer that is no longer
//! needed stays armed, and the next wait postpones it, which is a single store. When its old time comes, tokio arms it
//! again.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;
use tokio::runtime::{Handle, Id};

/// How many timers the pool keeps. A call has two, its own and the one for the interrupt check.
const POOLED: usize = 8;

type Armed = Pin<Box<tokio::time::Sleep>>;

/// The unused timers of one runtime.
#[derive(Clone, Debug)]
pub(crate) struct Timers {
    /// A timer fires on the runtime that it was made on, which may not run while another one waits.
    runtime: Id,
    idle: Arc<Mutex<Vec<Armed>>>,
}

impl Timers {
    /// Makes the pool of the current runtime.
    #[cfg(feature = "blocking")]
    pub(crate) fn of_this_runtime() -> Self {
        Self {
            runtime: Handle::current().id(),
            idle: Arc::default(),
        }
    }

    /// Waits with a pooled timer, or with a new one.
    pub(crate) fn sleep_until(&self, at: Instant) -> Sleep {
        if Handle::current().id() != self.runtime {
            return Sleep::until(at);
        }
        let timer = match self.take(at.into()) {
            Some(mut timer) => {
                timer.as_mut().reset(at.into());
                timer
            }
            None => Box::pin(tokio::time::sleep_until(at.into())),
        };
        Sleep::Pooled {
            pooled: PooledTimer {
                timer: Some(timer),
                home: self.clone(),
            },
        }
    }

    /// Takes the latest timer that only has to be postponed.
    fn take(&self, at: tokio::time::Instant) -> Option<Armed> {
        let mut idle = self.idle();
        let (best, _) = idle
            .iter()
            .enumerate()
            .filter(|(_, timer)| timer.deadline() <= at)
            .max_by_key(|(_, timer)| timer.deadline())?;
        Some(idle.swap_remove(best))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pin_project! {
    /// The future of a wait.
    #[project = Kind]
    #[derive(Debug)]
    pub(crate) enum Sleep {
        /// With its own timer.
        Own {
            #[pin]
            timer: tokio::time::Sleep
        },
        /// With a timer from the pool.
        Pooled { pooled: PooledTimer },
    }
}

/// A timer that returns to its pool when it is dropped.
#[derive(Debug)]
pub(crate) struct PooledTimer {
    /// `None` only during drop.
    timer: Option<Armed>,
    home: Timers,
}

impl Sleep {
    pub(crate) fn until(at: Instant) -> Self {
        Self::Own {
            timer: tokio::time::sleep_until(at.into()),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project() {
            Kind::Own { timer } => timer.poll(cx),
            Kind::Pooled { pooled } => match &mut pooled.timer {
                Some(timer) => timer.as_mut().poll(cx),
                None => Poll::Pending,
            },
        }
    }
}

impl Drop for PooledTimer {
    fn drop(&mut self) {
        let Some(timer) = self.timer.take() else {
            return;
        };
        let mut idle = self.home.idle();
        if idle.len() < POOLED {
            idle.push(timer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    fn now() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    /// Waits `ms`, and says how long that took on tokio's clock.
    async fn waited(timers: &Timers, ms: u64) -> u128 {
        let began = now();
        timers.sleep_until(began + Duration::from_millis(ms)).await;
        (now() - began).as_millis()
    }

    /// Arms a timer and gives the wait up.
    fn give_up(timers: &Timers, ms: u64) {
        let wait = timers.sleep_until(now() + Duration::from_millis(ms));
        assert_eq!(wait.now_or_never(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_kept_timer_rings_when_the_next_wait_is_over() {
        let timers = Timers::of_this_runtime();
        give_up(&timers, 100);
        assert_eq!(timers.idle().len(), 1);
        // Postponed, and armed again when its old time comes.
        assert_eq!(waited(&timers, 250).await, 250);
        // Rung, and armed for another wait.
        assert_eq!(waited(&timers, 300).await, 300);
        assert_eq!(timers.idle().len(), 1);
        // Its time passed while nobody waited.
        give_up(&timers, 50);
        tokio::time::advance(Duration::from_millis(700)).await;
        assert_eq!(waited(&timers, 40).await, 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_is_never_put_forward() {
        let timers = Timers::of_this_runtime();
        give_up(&timers, 10_000);
        assert_eq!(waited(&timers, 50).await, 50);
        assert_eq!(timers.idle().len(), 2, "the early wait has its own");
        // The one that is nearest below is put off, and leaves the other to the next early wait.
        let late = timers.sleep_until(now() + Duration::from_secs(20));
        assert_eq!(timers.idle().len(), 1);
        let early = timers.sleep_until(now() + Duration::from_millis(50));
        assert!(timers.idle().is_empty());
        drop((late, early));
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_are_kept() {
        let timers = Timers::of_this_runtime();
        let at = now() + Duration::from_secs(1);
        let many: Vec<_> = (0..3 * POOLED).map(|_| timers.sleep_until(at)).collect();
        drop(many);
        assert_eq!(timers.idle().len(), POOLED);
    }

    #[tokio::test]
    async fn another_runtime_gets_timers_of_its_own() {
        let timers = Timers::of_this_runtime();
        give_up(&timers, 0);
        let other = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime");
            // With a timer of the first runtime, which stands still, this would never end.
            runtime.block_on(waited(&timers, 1000))
        });
        assert_eq!(other.join().expect("it ends"), 1000);
    }
}
