//! What is being polled on a thread, and what waits for what.

use std::cell::RefCell;

thread_local! {
    /// What is being polled on this thread, the innermost last.
    static POLLED: RefCell<Vec<Polled>> = const { RefCell::new(Vec::new()) };
}

struct Polled {
    level: PollLevel,
    /// Whether anything in it waits for its clock.
    waits: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum PollLevel {
    /// A watch of the clock at this address.
    Watch(usize),
    #[cfg(feature = "blocking")]
    /// A thread begins to drive something itself here, possibly within a poll.
    Thread,
}

#[cfg(feature = "blocking")]
/// Notes that this thread drives something itself, possibly within a poll: a hook that makes a call.
pub(crate) fn on_this_thread() -> impl Drop {
    Entered::new(PollLevel::Thread)
}

/// A level of what is polled here.
pub(super) struct Entered(());

impl Entered {
    pub(super) fn new(level: PollLevel) -> Self {
        let waits = false;
        POLLED.with_borrow_mut(|stack| stack.push(Polled { level, waits }));
        Self(())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        POLLED.with_borrow_mut(Vec::pop);
    }
}

/// Notes that something waits for a clock within what is polled here.
pub(super) fn note_wait(clock: usize) {
    POLLED.with_borrow_mut(|stack| {
        let levels = stack.iter_mut();
        levels
            .filter(|polled| polled.level == PollLevel::Watch(clock))
            .for_each(|polled| polled.waits = true);
    });
}

/// Whether anything waits for the clock within the innermost level.
pub(super) fn is_any_waiting() -> bool {
    POLLED.with_borrow(|stack| stack.last().is_some_and(|polled| polled.waits))
}

/// Whether nothing that uses this clock polls what is polled here.
pub(super) fn is_outermost(clock: usize) -> bool {
    POLLED.with_borrow(|stack| {
        let levels = stack.iter().rev().map(|polled| polled.level);
        !levels
            .take_while(|level| matches!(level, PollLevel::Watch(_)))
            .any(|level| level == PollLevel::Watch(clock))
    })
}

/// Returns how many watches of a clock wait for this thread, because it drives something itself within their polls; and
/// whether the thread drives anything itself.
pub(super) fn drives(clock: usize) -> (usize, bool) {
    POLLED.with_borrow(|stack| {
        let is_thread = |polled: &Polled| !matches!(polled.level, PollLevel::Watch(_));
        let within = stack
            .iter()
            .filter(|polled| polled.level == PollLevel::Watch(clock));
        match stack.last().is_some_and(is_thread) {
            true => (within.count(), true),
            false => (0, stack.iter().any(is_thread)),
        }
    })
}
