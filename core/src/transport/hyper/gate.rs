//! A connection's waker, which hides the wakes between the halves of a connection while both are polled.
//!
//! A response future and its connection are in one task and are polled together until both wait. Without the gate each
//! message between them would wake that task again, which costs a runtime another turn of its event loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// How often a connection that wakes itself is polled before its task's other futures, and other tasks, get a turn.
///
/// tokio makes sockets that were used a lot in one poll of a task wait, and wakes them at once, so polling again would
/// never end.
const POLLS: usize = 16;

/// The connection is being polled: a wake asks for another poll, and for nothing else.
const POLLING: u8 = 1;
/// The connection was woken since it was polled last.
const WOKEN: u8 = 2;

/// Forwards wakes to the current waiter of the connection; wakes during a poll only ask for another poll.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: AtomicU8,
    outer: AtomicWaker,
}

impl Gate {
    /// Polls `work` with the gate's waker until it is ready, or until it waits and nothing has woken it meanwhile.
    pub(super) fn poll<O>(
        &self,
        own: &Waker,
        cx: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        self.outer.register(cx.waker());
        let mut inner = Context::from_waker(own);
        for _ in 0..POLLS {
            // This poll answers earlier wakes. The swap makes what the waker wrote before visible.
            self.state.swap(POLLING, Ordering::AcqRel);
            let polled = work(&mut inner);
            // One word for both flags, so that no wake falls between them: it is seen here or goes to the outer waker.
            let was = self.state.fetch_and(!POLLING, Ordering::AcqRel);
            if polled.is_ready() || was & WOKEN == 0 {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Hides wakes until the next poll, which has to follow, so that changes to the connection wake nothing else.
    pub(super) fn hush(&self) {
        self.state.fetch_or(POLLING, Ordering::AcqRel);
    }

    /// Returns whether the connection was woken since it was polled last.
    pub(super) fn is_woken(&self) -> bool {
        self.state.load(Ordering::Acquire) & WOKEN != 0
    }
}

impl Wake for Gate {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.fetch_or(WOKEN, Ordering::AcqRel) & POLLING == 0 {
            self.outer.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::Thread;
    use std::time::{Duration, Instant};

    use super::{Gate, POLLS};

    /// Ends a test that hangs, and decides nothing else.
    const LONG: Duration = Duration::from_secs(20);

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// Waits for `count` to reach `wanted`, a while with a turning wheel.
    fn reaches(count: &AtomicUsize, wanted: usize) {
        let end = Instant::now() + LONG;
        while count.load(Ordering::SeqCst) < wanted {
            assert!(Instant::now() < end, "wake {wanted} was lost");
            std::thread::yield_now();
        }
    }

    #[test]
    fn no_wake_is_lost_as_polling_ends() {
        const TIMES: usize = 50_000;
        let gate = Arc::<Gate>::default();
        let (told, seen) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let own = Waker::from(Arc::clone(&gate));
        std::thread::scope(|scope| {
            let (told, seen, gate, own) = (&told, &seen, &gate, &own);
            scope.spawn(move || {
                let outer = Waker::from(Arc::new(Unpark(std::thread::current())));
                let mut cx = Context::from_waker(&outer);
                while seen.load(Ordering::SeqCst) < TIMES {
                    let polled = gate.poll(own, &mut cx, |_| {
                        let now = told.load(Ordering::SeqCst);
                        // The look is over, the poll is not: here a wake must not go by.
                        for _ in 0..now % 64 {
                            std::hint::spin_loop();
                        }
                        match now > seen.swap(now, Ordering::SeqCst) {
                            true => Poll::Ready(()),
                            false => Poll::Pending,
                        }
                    });
                    if polled.is_pending() {
                        std::thread::park_timeout(LONG);
                    }
                }
            });
            for turn in 1..=TIMES {
                for _ in 0..turn % 97 {
                    std::hint::spin_loop();
                }
                told.store(turn, Ordering::SeqCst);
                own.wake_by_ref();
                reaches(seen, turn);
            }
        });
    }

    #[test]
    fn one_that_wakes_itself_without_end_lets_others_have_their_turn() {
        let gate = Arc::<Gate>::default();
        let own = Waker::from(Arc::clone(&gate));
        let outer = Arc::<Gate>::default();
        let outer_waker = Waker::from(Arc::clone(&outer));
        let mut polls = 0;
        let polled = gate.poll(&own, &mut Context::from_waker(&outer_waker), |cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        assert_eq!(polls, POLLS);
        assert!(outer.is_woken(), "nobody would poll it again");
    }
}
