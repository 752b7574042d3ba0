//! Lock-free code of the core, run in every order of its steps that the memory model allows.

#[cfg(test)]
#[expect(dead_code, reason = "not all of it is tested here")]
#[path = "../../../core/src/transport/hyper/gate.rs"]
mod gate;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::task::{Poll, Waker};

    use loom::future::block_on;
    use loom::sync::atomic::{AtomicUsize, Ordering};
    use loom::thread;

    use crate::gate::Gate;

    /// Waits, through the gate, until `wakes` threads have each counted once and woken it; loom reports a wake that is
    /// lost as a deadlock.
    fn waits_for(wakes: usize, hushed: bool) {
        let gate = Arc::<Gate>::default();
        let own = Waker::from(Arc::clone(&gate));
        let count = loom::sync::Arc::new(AtomicUsize::new(0));
        if hushed {
            gate.hush();
        }
        let threads: Vec<_> = (0..wakes)
            .map(|_| {
                let (own, count) = (own.clone(), count.clone());
                thread::spawn(move || {
                    count.fetch_add(1, Ordering::Release);
                    own.wake_by_ref();
                })
            })
            .collect();
        block_on(poll_fn(|cx| {
            gate.poll(&own, cx, |_| match count.load(Ordering::Acquire) {
                all if all == wakes => Poll::Ready(()),
                _ => Poll::Pending,
            })
        }));
        for thread in threads {
            thread.join().expect("a thread that ends");
        }
    }

    #[test]
    fn a_wake_as_polling_begins_or_ends_is_seen() {
        loom::model(|| waits_for(1, false));
    }

    #[test]
    fn wakes_of_two_threads_are_seen() {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(|| waits_for(2, false));
    }

    #[test]
    fn a_wake_that_is_hidden_is_seen_by_the_poll_that_follows() {
        loom::model(|| waits_for(1, true));
    }
}
