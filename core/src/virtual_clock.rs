//! A virtual clock: it jumps to the next timer when everything that uses it waits for it.
//!
//! Whatever uses a clock is **watched**: a call, an operation, a refresh. A watch is busy from its beginning, and from
//! each time that it is woken, until a poll of it has nothing left to do but wait. A **hold** stops the time while a
//! program's own code runs. When no watch is busy and there is no hold, the earliest timer is due: the clock is set to it,
//! and its owner is woken. Timers fire one at a time, so that the consequences of one are over before the next.
//!
//! The last busy watch moves the clock, within a poll, on its own thread. It asks to be polled again before it does so.
//! Otherwise another call that the same task or runtime has yet to begin would find the time moved.
//!
//! A woken watch is busy until it is polled. One that a program keeps but does not poll would stay busy for ever:
//! `select!` runs one branch while it holds the call of another. A watch that waits for such a one checks repeatedly, and
//! sets it aside after its executor has had many turns: it then counts as waiting until it is polled.

mod polled;
mod sorted;
mod watch;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "blocking")]
pub(crate) use polled::on_this_thread;
use polled::{is_outermost, note_wait};
use sorted::Sorted;
pub(crate) use watch::Watch;
use watch::{Flag, Kind, Standing};

/// 2026-01-01T00:00:00Z, the calendar time at which a clock begins.
const BEGINNING: Duration = Duration::from_secs(1_767_225_600);

/// The last time of a clock, 9999-01-01T00:00:00Z: a trail cannot hold times beyond that year, and an [`Instant`] cannot
/// hold times far beyond it.
const END: Duration = Duration::from_secs(253_370_764_800 - BEGINNING.as_secs());

/// A clock. Clones share one time.
#[derive(Clone)]
pub(crate) struct VirtualClock(Arc<Shared>);

struct Shared {
    /// The monotonic time at the beginning.
    base: Instant,
    state: Mutex<State>,
    /// Notified when everything waits, for threads that wait for that.
    quiet: Condvar,
}

#[derive(Default)]
struct State {
    /// Since the beginning.
    now: Duration,
    is_manual: bool,
    timers: Sorted<TimerKey, Waker>,
    /// The number of the next timer.
    next: u64,
    /// How many watches are busy, and how many holds there are.
    busy: usize,
    /// How many watches wait.
    waiting: usize,
    /// Refreshes that are busy because they wait for something real.
    real: usize,
    /// Waiting watches of calls that a refresher makes.
    serving: usize,
    /// Busy watches within which a thread waits for another: their hooks make calls.
    covered: usize,
    /// Those that were woken and have not been polled since, by address. They are busy.
    called: Sorted<usize, Arc<Flag>>,
    looks: Looks,
    /// Everything waited at the last check, and the watch that checked is polled again.
    is_settling: bool,
    /// The tasks to wake when everything waits.
    lookers: Vec<Waker>,
}

/// How long the woken watches have been checked without being polled.
#[derive(Default)]
struct Looks {
    count: u32,
    since: Option<Instant>,
}

/// How many turns an executor gets before a watch that it does not poll is set aside.
const TURNS: u32 = 64;

/// How long a watch that other threads may poll is kept busy before it is set aside, since they may be slow.
const SLOW_THREADS: Duration = Duration::from_millis(500);

/// The time between two checks of what other threads may poll.
const LOOK: Duration = Duration::from_millis(1);

/// When a timer is due, and its number.
type TimerKey = (Duration, u64);

impl VirtualClock {
    /// Makes a clock. If `is_manual`, only [`advance`](Self::advance) moves it.
    pub(crate) fn new(is_manual: bool) -> Self {
        let state = State {
            is_manual,
            ..State::default()
        };
        Self(Arc::new(Shared {
            base: Instant::now(),
            state: Mutex::new(state),
            quiet: Condvar::new(),
        }))
    }

    /// The monotonic clock.
    pub(crate) fn now(&self) -> Instant {
        self.0.base + self.elapsed()
    }

    /// The time since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.lock().now
    }

    /// The calendar.
    pub(crate) fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + BEGINNING + self.elapsed()
    }

    /// Waits until the monotonic time is `at`.
    pub(crate) fn sleep_until(&self, at: Instant) -> VirtualSleep {
        self.sleep_to(at.saturating_duration_since(self.0.base))
    }

    /// Waits for some time.
    pub(crate) fn sleep(&self, time: Duration) -> VirtualSleep {
        self.sleep_to(self.elapsed().saturating_add(time))
    }

    fn sleep_to(&self, at: Duration) -> VirtualSleep {
        VirtualSleep {
            clock: self.clone(),
            at: at.min(END),
            key: None,
            watch: None,
        }
    }

    /// Whether only [`advance`](Self::advance) moves it.
    pub(crate) fn is_manual(&self) -> bool {
        self.lock().is_manual
    }

    /// How many are busy, and how many wait.
    #[cfg(feature = "blocking")]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.busy, state.waiting)
    }

    /// Runs a function after some time, unless the alarm is dropped before.
    pub(crate) fn call_after(
        &self,
        time: Duration,
        run: impl Fn() + Send + Sync + 'static,
    ) -> Alarm {
        let bell = Arc::new(TimerWaker {
            clock: self.clone(),
            at: self.elapsed().saturating_add(time).min(END),
            run: Box::new(run),
        });
        let mut state = self.lock();
        state.next += 1;
        state.is_settling = false;
        let key = (bell.at, state.next);
        state.timers.insert(key, Waker::from(bell));
        Alarm {
            clock: self.clone(),
            key,
        }
    }

    /// Stops the time until the hold is dropped.
    pub(crate) fn hold(&self) -> Hold {
        let mut state = self.lock();
        state.busy += 1;
        state.is_settling = false;
        Hold(self.clone())
    }

    /// Watches a call or an operation. `is_serving`: a refresher makes it.
    pub(crate) fn watch(&self, is_serving: bool) -> Watch {
        self.watch_as(match is_serving {
            true => Kind::Serving,
            false => Kind::Call,
        })
    }

    /// Watches a refresh, which is busy while it waits for anything that does not use this clock.
    pub(crate) fn watch_refresh(&self) -> Watch {
        self.watch_as(Kind::Refresh)
    }

    fn watch_as(&self, kind: Kind) -> Watch {
        {
            let mut state = self.lock();
            state.busy += 1;
            state.is_settling = false;
        }
        Watch::new(self.clone(), kind)
    }

    /// Waits until everything waits for this clock, and at least one watch does.
    pub(crate) fn until_waiting(&self) -> impl Future<Output = ()> + Send + use<> {
        let clock = self.clone();
        std::future::poll_fn(move |cx| clock.poll_quiet(cx, State::has_waiting))
    }

    /// The blocking form of [`until_waiting`](Self::until_waiting). Returns `false` if that did not happen within
    /// `limit` of real time.
    #[cfg(feature = "blocking")]
    #[must_use]
    pub(crate) fn block_until_waiting(&self, limit: Duration) -> bool {
        self.block_until(limit, State::has_waiting)
    }

    /// Moves the clock forward, from timer to timer, and lets the consequences of each come to rest before the next.
    pub(crate) async fn advance(&self, time: Duration) {
        let end = self.elapsed().saturating_add(time).min(END);
        loop {
            std::future::poll_fn(|cx| self.poll_quiet(cx, State::is_quiet)).await;
            if self.step(end) {
                return;
            }
        }
    }

    /// The blocking form of [`advance`](Self::advance). Returns `false` if something did not come to rest within
    /// `limit` of real time.
    #[cfg(feature = "blocking")]
    #[must_use]
    pub(crate) fn block_advance(&self, time: Duration, limit: Duration) -> bool {
        let end = self.elapsed().saturating_add(time).min(END);
        loop {
            if !self.block_until(limit, State::is_quiet) {
                return false;
            }
            if self.step(end) {
                return true;
            }
        }
    }

    /// Moves to the next timer, but not beyond `end`. Returns whether the end is reached.
    fn step(&self, end: Duration) -> bool {
        let mut state = self.lock();
        if state.timers.first().is_some_and(|(key, _)| key.0 <= end) {
            let due = state.fire();
            drop(state);
            due.wake();
            return false;
        }
        state.now = state.now.max(end);
        true
    }

    fn poll_quiet(&self, cx: &Context<'_>, holds: fn(&State) -> bool) -> Poll<()> {
        let mut state = self.lock();
        if holds(&state) {
            return Poll::Ready(());
        }
        if state.waits_for_called() {
            let pause = state.look(cx.waker());
            drop(state);
            look_again(pause, cx.waker());
            return Poll::Pending;
        }
        if !state
            .lookers
            .iter()
            .any(|waker| waker.will_wake(cx.waker()))
        {
            state.lookers.push(cx.waker().clone());
        }
        Poll::Pending
    }

    #[cfg(feature = "blocking")]
    fn block_until(&self, limit: Duration, holds: fn(&State) -> bool) -> bool {
        let wait = self
            .0
            .quiet
            .wait_timeout_while(self.lock(), limit, |state| !holds(state));
        let (state, waited) = wait.unwrap_or_else(PoisonError::into_inner);
        drop(state);
        !waited.timed_out()
    }

    /// Moves the clock if everything waits. It is called at the end of a poll that left something waiting; `again` polls
    /// that again.
    fn settle(&self, again: &Waker) {
        let mut state = self.lock();
        if state.is_manual || state.timers.is_empty() {
            return;
        }
        if state.waits_for_called() {
            let pause = state.look(again);
            drop(state);
            return look_again(pause, again);
        }
        if !state.is_quiet() {
            return;
        }
        let due = std::mem::replace(&mut state.is_settling, true).then(|| {
            state.is_settling = false;
            state.fire()
        });
        drop(state);
        if let Some(due) = due {
            due.wake();
        }
        // If time moved, checks whether what was woken is polled.
        again.wake_by_ref();
    }

    /// Lets the waiting watches check again, after the last busy one is gone. One of them moves the clock.
    fn kick(&self) {
        let state = self.lock();
        let is_still = state.is_quiet() || state.waits_for_called();
        let waiting: Vec<Waker> = match is_still && !state.is_manual {
            true => state.timers.values().cloned().collect(),
            false => Vec::new(),
        };
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and notifies those who wait until everything waits.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let lookers = match state.is_quiet() {
            true => std::mem::take(&mut state.lookers),
            false => Vec::new(),
        };
        drop(state);
        self.0.quiet.notify_all();
        lookers.into_iter().for_each(Waker::wake);
    }
}

impl std::fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VirtualClock")
            .field(&self.elapsed())
            .finish()
    }
}

impl State {
    /// Sets the clock to the first timer, which has to exist, and returns the waker of its owner.
    fn fire(&mut self) -> Waker {
        match self.timers.pop_first() {
            Some(((at, _), waker)) => {
                self.now = self.now.max(at);
                waker
            }
            None => Waker::noop().clone(),
        }
    }

    fn is_quiet(&self) -> bool {
        self.at_work() == 0
    }

    /// How many are busy and do not themselves wait for this clock.
    fn at_work(&self) -> usize {
        // A refresher whose own call waits for this clock waits for it too.
        let real = if self.serving > 0 { self.real } else { 0 };
        self.busy.saturating_sub(self.covered + real)
    }

    /// Whether the only busy watches are woken ones, which their executor may have dropped or kept.
    fn waits_for_called(&self) -> bool {
        let called = self.called.len();
        called > 0 && self.at_work() == called && !self.called.values().any(|flag| flag.is_thread())
    }

    /// Checks whether the woken watches have been polled, and sets them aside if that is long overdue. Returns the pause
    /// before `again` is woken.
    fn look(&mut self, again: &Waker) -> Option<Duration> {
        let looks = &mut self.looks;
        looks.count += 1;
        let since = *looks.since.get_or_insert_with(Instant::now);
        if looks.count < TURNS {
            return None;
        }
        let is_one_thread = tokio::runtime::Handle::try_current().is_ok_and(|runtime| {
            runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::CurrentThread
        });
        let is_ours = |flag: &Arc<Flag>| flag.had_its_turn(again, is_one_thread);
        if !self.called.values().all(is_ours) && since.elapsed() < SLOW_THREADS {
            return Some(LOOK);
        }
        for flag in std::mem::take(&mut self.called).into_values() {
            flag.stand(self, &mut flag.lock(), Standing::Waiting);
        }
        None
    }

    fn has_waiting(&self) -> bool {
        self.is_quiet() && self.waiting > 0
    }
}

/// Stops the time of a mock until it is dropped.
#[derive(Debug)]
#[must_use = "time goes on when it is dropped"]
pub struct Hold(VirtualClock);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.change(|state| state.busy -= 1);
        self.0.kick();
    }
}

/// A function that runs at some time, unless the alarm is dropped before.
#[derive(Debug)]
pub(crate) struct Alarm {
    clock: VirtualClock,
    key: TimerKey,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let bell = self.clock.lock().timers.remove(&self.key);
        // Dropped without the lock, since it may hold values of the program.
        drop(bell);
    }
}

/// A waker of a timer. It is sometimes woken early.
struct TimerWaker {
    clock: VirtualClock,
    at: Duration,
    run: Box<dyn Fn() + Send + Sync>,
}

impl Wake for TimerWaker {
    fn wake(self: Arc<Self>) {
        if self.clock.elapsed() >= self.at {
            (self.run)();
        }
    }
}

/// Wakes `again` after a pause, so that it is polled again.
fn look_again(pause: Option<Duration>, again: &Waker) {
    if let Some(pause) = pause {
        std::thread::sleep(pause);
    }
    again.wake_by_ref();
}

/// A wait for a virtual clock.
pub(crate) struct VirtualSleep {
    clock: VirtualClock,
    at: Duration,
    key: Option<TimerKey>,
    /// Its own watch, if nothing that is watched contains it, such as for a wait between two calls.
    watch: Option<Watch>,
}

impl VirtualSleep {
    fn wait(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.now >= self.at {
            let bell = self.key.take().and_then(|key| state.timers.remove(&key));
            drop(state);
            drop(bell);
            return Poll::Ready(());
        }
        let key = self.key.unwrap_or_else(|| {
            state.next += 1;
            state.is_settling = false;
            (self.at, state.next)
        });
        let before = state.timers.insert(key, cx.waker().clone());
        drop(state);
        // Dropped without the lock, since it may use this clock.
        drop(before);
        self.key = Some(key);
        note_wait(self.clock.id());
        Poll::Pending
    }
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.watch.is_none() && is_outermost(self.clock.id()) {
            self.watch = Some(self.clock.watch(false));
        }
        match self.watch.take() {
            Some(watch) => {
                let polled = watch.poll(cx, |cx| self.wait(cx));
                self.watch = Some(watch);
                polled
            }
            None => self.wait(cx),
        }
    }
}

impl Drop for VirtualSleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.clock.lock().timers.remove(&key);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_refresh_that_comes_to_rest_after_its_own_call_lets_time_go_on() {
        let clock = VirtualClock::new(false);
        let (refresh, call) = (clock.watch_refresh(), clock.watch(true));
        let woken = Arc::<Counted>::default();
        let waker = Waker::from(Arc::clone(&woken));
        let cx = Context::from_waker(&waker);
        let mut sleep = pin!(clock.sleep(Duration::from_secs(1)));
        let mut poll = || call.poll(&cx, |cx| sleep.as_mut().poll(cx));
        assert!(poll().is_pending());
        assert_eq!(woken.0.load(Ordering::Relaxed), 0, "the refresh is at work");
        let waits = refresh.poll(&cx, |_| Poll::<()>::Pending);
        assert!(waits.is_pending());
        // As often as it is woken, the call is polled.
        let mut polled = 0;
        while polled < woken.0.load(Ordering::Relaxed) && poll().is_pending() {
            polled += 1;
        }
        assert_eq!(clock.elapsed(), Duration::from_secs(1));
    }
}
