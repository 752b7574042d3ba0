//! A call that waits for a connection.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures_util::task::AtomicWaker;

use super::{Grant, Pool};
use crate::transport::SentMark;
use crate::transport::hyper::classify;
use crate::transport::hyper::spawn::Spawner;

#[derive(Debug)]
pub(super) struct Waiter {
    state: Mutex<WaitState>,
    waker: AtomicWaker,
    /// Makes connections for this waiter.
    pub(super) spawner: Spawner,
    /// The mark that gets its phase.
    pub(super) sent: SentMark,
    /// How often its request was refused.
    pub(super) resends: u32,
}

#[derive(Debug)]
enum WaitState {
    Waiting,
    Granted(Grant),
    Gone,
}

impl Waiter {
    pub(super) fn new(spawner: Spawner, sent: SentMark, resends: u32) -> Self {
        Self {
            state: Mutex::new(WaitState::Waiting),
            waker: AtomicWaker::new(),
            spawner,
            sent,
            resends,
        }
    }

    fn swap(
        &self,
        wanted: impl FnOnce(&WaitState) -> bool,
        state: WaitState,
    ) -> Result<WaitState, WaitState> {
        let mut own = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match wanted(&own) {
            true => Ok(std::mem::replace(&mut *own, state)),
            false => Err(state),
        }
    }

    /// Passes it a grant, or returns the grant if the waiter is gone.
    pub(super) fn give(&self, grant: Grant) -> Option<Grant> {
        match self.swap(
            |state| matches!(state, WaitState::Waiting),
            WaitState::Granted(grant),
        ) {
            Ok(_) => {
                self.waker.wake();
                None
            }
            Err(WaitState::Granted(grant)) => Some(grant),
            Err(_) => None,
        }
    }

    /// Leaves the queue; returns a grant that came meanwhile.
    pub(super) fn leave(&self) -> Option<Grant> {
        match self.swap(|_| true, WaitState::Gone) {
            Ok(WaitState::Granted(grant)) => Some(grant),
            _ => None,
        }
    }
}

/// Waits for a grant. Giving up leaves the queue, and notes what was waited for.
pub(super) async fn wait(pool: &Arc<Pool>, waiter: Arc<Waiter>, sent: &SentMark) -> Grant {
    let guard = Guard {
        pool,
        waiter: Some(&waiter),
        sent,
    };
    let (phase, _) = pool.phase();
    sent.set_phase(phase);
    let grant = poll_fn(|cx| {
        if !pool.is_own() {
            return Poll::Ready(Grant::Failed(classify::forked_error()));
        }
        waiter.waker.register(cx.waker());
        match waiter.swap(
            |state| matches!(state, WaitState::Granted(_)),
            WaitState::Gone,
        ) {
            Ok(WaitState::Granted(grant)) => Poll::Ready(grant),
            _ => Poll::Pending,
        }
    })
    .await;
    guard.done();
    grant
}

struct Guard<'a> {
    pool: &'a Arc<Pool>,
    waiter: Option<&'a Arc<Waiter>>,
    sent: &'a SentMark,
}

impl Guard<'_> {
    fn done(mut self) {
        self.waiter = None;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.filter(|_| self.pool.is_own()) {
            let (phase, peer) = self.pool.phase();
            self.sent.set_phase(phase);
            if let Some(peer) = peer {
                self.sent.set_peer(peer);
            }
            self.pool.waiter_gave_up(waiter);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::transport::{Failure, TransportError};

    #[test]
    fn a_grant_to_a_waiter_that_leaves_is_neither_lost_nor_doubled() {
        const TIMES: usize = 20_000;
        let together = Barrier::new(2);
        let waiters: Vec<_> = (0..TIMES)
            .map(|_| Waiter::new(Spawner::Runtime, SentMark::default(), 0))
            .collect();
        let (came_back, was_left) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for waiter in &waiters {
                    together.wait();
                    let grant = Grant::Failed(TransportError::new(Failure::Connect, "x"));
                    let back = waiter.give(grant).is_some();
                    came_back.fetch_add(usize::from(back), Ordering::SeqCst);
                }
            });
            for waiter in &waiters {
                together.wait();
                let left = waiter.leave().is_some();
                was_left.fetch_add(usize::from(left), Ordering::SeqCst);
            }
        });
        let all = came_back.into_inner() + was_left.into_inner();
        assert_eq!(all, TIMES, "grants were lost, or had twice");
    }
}
