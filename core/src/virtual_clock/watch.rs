//! What uses a virtual clock, and whether it waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::ThreadId;

use super::polled::{Entered, PollLevel, drives, is_any_waiting, is_outermost, note_wait};
use super::{Looks, State, VirtualClock};

/// Polls something that uses a clock.
pub(crate) struct Watch(Arc<Flag>);

pub(super) struct Flag {
    clock: VirtualClock,
    kind: Kind,
    is: Mutex<Is>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Call,
    /// A call that a refresher makes.
    Serving,
    Refresh,
}

/// What is under way. Changed with the clock's state locked, after it.
pub(super) struct Is {
    standing: Standing,
    /// It was woken since its poll began.
    is_woken: bool,
    waker: Option<Waker>,
    /// How many watches that are being polled wait for this one.
    covers: usize,
    /// What polled it last.
    driver: Option<Driver>,
}

/// What polls a watch.
#[derive(Clone, Copy)]
struct Driver {
    thread: ThreadId,
    /// The thread waits for it, and so polls it for certain.
    waits: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Standing {
    Busy,
    /// It was woken and is waiting to be polled, which counts as busy.
    Called,
    /// It is a refresh that waits for something real, which counts as busy.
    Real,
    Waiting,
    Over,
}

impl Watch {
    /// Makes a busy watch, which the clock has already counted.
    pub(super) fn new(clock: VirtualClock, kind: Kind) -> Self {
        Self(Arc::new(Flag {
            clock,
            kind,
            is: Mutex::new(Is {
                standing: Standing::Busy,
                is_woken: false,
                waker: None,
                covers: 0,
                driver: None,
            }),
        }))
    }

    /// Polls the watched work.
    pub(crate) fn poll<O>(
        &self,
        cx: &Context<'_>,
        work: impl FnOnce(&mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        let flag = &self.0;
        flag.begin(cx.waker());
        let id = flag.clock.id();
        let waker = Waker::from(Arc::clone(flag));
        let entered = Entered::new(PollLevel::Watch(id));
        let polled = work(&mut Context::from_waker(&waker));
        let waits = is_any_waiting();
        drop(entered);
        if polled.is_ready() {
            flag.over();
        } else {
            let waits_here = flag.kind != Kind::Refresh || waits;
            if flag.rest(waits_here) {
                if waits_here {
                    note_wait(id);
                }
                // Also if it waits for something real: the call that it waits for may have come to rest before.
                if is_outermost(id) {
                    flag.clock.settle(cx.waker());
                }
            }
        }
        polled
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.over();
    }
}

impl Flag {
    fn begin(self: &Arc<Self>, waker: &Waker) {
        let (covers, waits) = drives(self.clock.id());
        let driver = Driver {
            thread: std::thread::current().id(),
            waits,
        };
        let mut state = self.clock.lock();
        let mut is = self.lock();
        let known = is.waker.as_ref();
        let before = match known.is_some_and(|known| known.will_wake(waker)) {
            true => None,
            false => is.waker.replace(waker.clone()),
        };
        is.is_woken = false;
        self.stand(&mut state, &mut is, Standing::Busy);
        is.covers = covers;
        is.driver = Some(driver);
        drop(is);
        drop(state);
        // Dropped without the lock, since it may use this clock.
        drop(before);
    }

    /// Notes that a poll left something to wait for. Returns whether it rests now; it may have been woken meanwhile.
    fn rest(self: &Arc<Self>, waits_here: bool) -> bool {
        let mut rests = false;
        self.clock.change(|state| {
            let mut is = self.lock();
            rests = !is.is_woken;
            let standing = match waits_here {
                _ if is.is_woken => Standing::Called,
                true => Standing::Waiting,
                false => Standing::Real,
            };
            self.stand(state, &mut is, standing);
        });
        rests
    }

    fn over(self: &Arc<Self>) {
        let mut was_over = false;
        let mut waker = None;
        self.clock.change(|state| {
            let mut is = self.lock();
            was_over = is.standing == Standing::Over;
            // The waker may keep alive what keeps this.
            waker = is.waker.take();
            self.stand(state, &mut is, Standing::Over);
        });
        drop(waker);
        if !was_over {
            self.clock.kick();
        }
    }

    /// Changes the state that it counts as.
    pub(super) fn stand(self: &Arc<Self>, state: &mut State, is: &mut Is, standing: Standing) {
        let serving = usize::from(self.kind == Kind::Serving);
        match is.standing {
            Standing::Busy => state.busy -= 1,
            Standing::Called => {
                state.busy -= 1;
                state.called.remove(&self.address());
                state.looks = Looks::default();
            }
            Standing::Real => (state.busy, state.real) = (state.busy - 1, state.real - 1),
            Standing::Waiting => {
                state.waiting -= 1;
                state.serving -= serving;
                state.covered -= is.covers;
            }
            Standing::Over => return,
        }
        is.standing = standing;
        match standing {
            Standing::Busy => state.busy += 1,
            Standing::Called => {
                state.busy += 1;
                state.called.insert(self.address(), Arc::clone(self));
                state.looks = Looks::default();
            }
            Standing::Real => (state.busy, state.real) = (state.busy + 1, state.real + 1),
            Standing::Waiting => {
                state.waiting += 1;
                state.serving += serving;
                state.covered += is.covers;
            }
            Standing::Over => {}
        }
    }

    /// Whether a thread waits for it.
    pub(super) fn is_thread(&self) -> bool {
        self.lock().driver.is_some_and(|driver| driver.waits)
    }

    /// Whether its executor has had the chance to poll it: what `again` wakes was polled many times, and this watch is polled
    /// by the same task or, if `is_one_thread`, by the same thread.
    pub(super) fn had_its_turn(&self, again: &Waker, is_one_thread: bool) -> bool {
        let is = self.lock();
        let this = std::thread::current().id();
        let is_here = is.driver.is_some_and(|driver| driver.thread == this);
        (is_one_thread && is_here) || is.waker.as_ref().is_some_and(|own| own.will_wake(again))
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Is> {
        self.is.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = {
            let mut state = self.clock.lock();
            let mut is = self.lock();
            state.is_settling = false;
            is.is_woken = true;
            if !matches!(is.standing, Standing::Busy | Standing::Called) {
                self.stand(&mut state, &mut is, Standing::Called);
            }
            is.waker.clone()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
