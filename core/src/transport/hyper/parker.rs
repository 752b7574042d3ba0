//! Driving a call on the thread that waits for it: polling its futures, and waiting for its sockets and timers.
//!
//! Nothing else runs on the thread meanwhile, so it can wait in the kernel for the answer itself. Where nobody else
//! can wake the call, that is a blocking `recv`, one system call for what `poll` and `recv` do in two; else, near a
//! deadline, and while a body still goes out it is `poll`, which a waker can interrupt and which is exact.
//! `docs/adr/0021-blocking-calls-without-a-runtime.md` has the figures.

use std::cell::RefCell;
use std::future::Future;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use smallvec::SmallVec;

use super::socket::SocketState;
use super::socket::lent::{Fill, SLICE};
use super::socket::waited::{Waited, waiting};

/// How often an interruptible caller is asked.
///
/// People expect an answer to Ctrl-C within a tenth of a second, so half of that is left for the answer.
const TICK: Duration = Duration::from_millis(50);

thread_local! {
    static LOCAL: RefCell<Local> = const { RefCell::new(Local::new()) };
}

/// What the futures of this thread's call wait for beside sockets.
struct Local {
    timers: SmallVec<[Timer; 2]>,
    /// Kept from call to call.
    parker: Option<Arc<Parker>>,
}

struct Timer {
    id: u64,
    at: Instant,
    waker: Waker,
}

impl Local {
    const fn new() -> Self {
        Self {
            timers: SmallVec::new_const(),
            parker: None,
        }
    }
}

/// Who else may wake a call that a thread waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wakers {
    /// Its sockets and timers alone.
    Own,
    /// Another thread, too: the call can be cancelled, or it is several calls.
    Others,
}

/// Polls `work` on this thread until it is ready.
///
/// `interrupted` is asked some twenty times a second and after each signal; when it says yes, `stop` is called and
/// `work` polled again.
pub(crate) fn block_on<F: Future>(
    mut work: Pin<&mut F>,
    wakers: Wakers,
    interrupted: Option<&dyn Fn() -> bool>,
    stop: impl Fn(),
) -> F::Output {
    let level = Level::enter();
    let waker = Waker::from(Arc::clone(&level.parker));
    let mut cx = Context::from_waker(&waker);
    let mut ticks = interrupted.map(|interrupted| Ticks {
        interrupted,
        next: Instant::now() + TICK,
    });
    loop {
        level.parker.state.store(EMPTY, Ordering::SeqCst);
        if let Poll::Ready(output) = work.as_mut().poll(&mut cx) {
            return output;
        }
        level.parker.park(wakers, ticks.as_mut(), &stop);
    }
}

struct Ticks<'a> {
    interrupted: &'a dyn Fn() -> bool,
    next: Instant,
}

/// A call under way on this thread. A hook that it calls may make another one within it.
struct Level {
    parker: Arc<Parker>,
    outer: Option<(Local, Waited)>,
}

impl Level {
    fn enter() -> Self {
        let waited = Waited::begin();
        let mut outer = LOCAL.replace(Local::new());
        let parker = outer
            .parker
            .take()
            .filter(|parker| parker.generation == crate::fork::generation())
            .unwrap_or_else(|| Arc::new(Parker::new()));
        Self {
            parker,
            outer: Some((outer, waited)),
        }
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.parker.release_bell();
        if let Some((mut outer, waited)) = self.outer.take() {
            outer.parker = Some(Arc::clone(&self.parker));
            drop(LOCAL.replace(outer));
            waited.restore();
        }
    }
}

const EMPTY: u8 = 0;
const NOTIFIED: u8 = 1;
/// The thread sleeps.
const PARKED: u8 = 2;
/// The thread waits in `poll`.
const POLLING: u8 = 3;

/// Wakes one thread.
struct Parker {
    state: AtomicU8,
    thread: Thread,
    /// What ends a `poll`: there when one is first needed, and given away with the call. A thread that waits for its next
    /// call should hold no descriptors.
    bell: Mutex<Option<Bell>>,
    generation: u32,
}

/// Two ends of one pipe. Shared, so that it stays open while the thread waits for it without the lock.
type Bell = Arc<(UnixStream, UnixStream)>;

/// Bells of calls that have ended, with the process that made them. Threads that make one call after the other take them up
/// again; those of a burst are closed.
static BELLS: Mutex<Vec<(u32, Bell)>> = Mutex::new(Vec::new());

/// How many bells are kept.
const KEPT_BELLS: usize = 3;

/// Takes a bell that is kept. The lock is never waited for: the child of a fork may find it held by nobody.
fn kept_bell(generation: u32) -> Option<Bell> {
    let mut bells = BELLS.try_lock().ok()?;
    // A child's copies of its parent's are of no use to it.
    bells.retain(|(made_in, _)| *made_in == generation);
    bells.pop().map(|(_, bell)| bell)
}

/// Keeps a bell, or closes it.
fn keep_bell(generation: u32, bell: Bell) {
    if let Ok(mut bells) = BELLS.try_lock()
        && bells.len() < KEPT_BELLS
    {
        bells.push((generation, bell));
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.state.swap(NOTIFIED, Ordering::SeqCst) {
            PARKED => self.thread.unpark(),
            // The thread may have gone on meanwhile, and closed the bell.
            POLLING if self.is_own() => {
                if let Some(bell) = &*self.lock() {
                    // A full pipe rings as well.
                    let _ = (&bell.0).write(&[1]);
                }
            }
            _ => {}
        }
    }
}

impl Parker {
    fn new() -> Self {
        Self {
            state: AtomicU8::new(EMPTY),
            thread: std::thread::current(),
            bell: Mutex::default(),
            generation: crate::fork::generation(),
        }
    }

    /// Returns whether this process made it: the child of a fork must neither hear nor ring its parent's bell.
    fn is_own(&self) -> bool {
        self.generation == crate::fork::generation()
    }

    /// Returns both ends of the bell; `None` while there is no descriptor for one.
    fn bell(&self) -> Option<Bell> {
        if !self.is_own() {
            return None;
        }
        let mut bell = self.lock();
        if bell.is_none() {
            *bell = kept_bell(self.generation);
        }
        if bell.is_none() {
            let (ring, heard) = UnixStream::pair().ok()?;
            ring.set_nonblocking(true).ok()?;
            heard.set_nonblocking(true).ok()?;
            *bell = Some(Arc::new((ring, heard)));
        }
        bell.clone()
    }

    /// Gives the bell away. Nobody waits for it any more.
    fn release_bell(&self) {
        // The child of a fork may find the lock held by nobody.
        if !self.is_own() {
            return;
        }
        let bell = self.lock().take();
        if let Some(bell) = bell {
            keep_bell(self.generation, bell);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Bell>> {
        self.bell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the call has to be polled again.
    fn park(&self, wakers: Wakers, mut ticks: Option<&mut Ticks<'_>>, stop: &impl Fn()) {
        // After one slice without an answer a system call more does not matter, and being exact does.
        let mut slow = false;
        loop {
            let is_notified = self.state.load(Ordering::SeqCst) == NOTIFIED;
            if is_notified && ticks.is_none() && LOCAL.with_borrow(|local| local.timers.is_empty())
            {
                return;
            }
            let next = LOCAL.with_borrow(|local| local.timers.iter().map(|t| t.at).min());
            let now = match (next, &ticks) {
                (None, None) => None,
                _ => Some(Instant::now()),
            };
            if let (Some(now), Some(next)) = (now, next)
                && now >= next
            {
                ring_timers(now);
                return;
            }
            if let (Some(now), Some(ticks)) = (now, ticks.as_deref_mut())
                && now >= ticks.next
            {
                ticks.next = now + TICK;
                if (ticks.interrupted)() {
                    stop();
                    return;
                }
                // It may have forked. Nobody wakes the child for what its parent waits for, so it has to look.
                if !self.is_own() {
                    return;
                }
            }
            // Only now: a call that wakes itself again and again has its timers and its caller all the same.
            if is_notified {
                return;
            }
            let sockets = waiting();
            let tick = ticks.as_ref().map(|ticks| ticks.next);
            let until = next.into_iter().chain(tick).min();
            let left = until.zip(now).map(|(until, now)| until - now);
            let signalled = match &sockets[..] {
                [] => {
                    self.sleep(left);
                    false
                }
                [socket]
                    if wakers == Wakers::Own
                        && !slow
                        && socket.waits_to_read_only()
                        && next.zip(now).is_none_or(|(next, now)| next - now > SLICE) =>
                {
                    match socket.fill() {
                        Fill::Done => return,
                        Fill::Nothing => {
                            slow = true;
                            false
                        }
                        Fill::Signal => true,
                    }
                }
                sockets => match self.poll(sockets, left) {
                    Polled::Ready => return,
                    Polled::Time => false,
                    Polled::Signal => true,
                },
            };
            if signalled && let Some(ticks) = ticks.as_deref_mut() {
                ticks.next = Instant::now();
            }
        }
    }

    fn sleep(&self, left: Option<Duration>) {
        let swapped =
            self.state
                .compare_exchange(EMPTY, PARKED, Ordering::SeqCst, Ordering::SeqCst);
        if swapped.is_err() {
            return;
        }
        match left {
            Some(left) => std::thread::park_timeout(left),
            None => std::thread::park(),
        }
        let _ = self
            .state
            .compare_exchange(PARKED, EMPTY, Ordering::SeqCst, Ordering::SeqCst);
    }

    fn poll(&self, sockets: &[Arc<SocketState>], left: Option<Duration>) -> Polled {
        let bell = self.bell();
        // Without a bell, out of descriptors, the thread looks around now and then.
        let left = match bell {
            Some(_) => left,
            None => Some(left.unwrap_or(SLICE).min(SLICE / 10)),
        };
        let held: Vec<_> = sockets.iter().map(|socket| socket.hold()).collect();
        let mut fds: Vec<PollFd<'_>> = held.iter().filter_map(|held| held.poll_fd()).collect();
        if fds.len() < sockets.len() {
            // One is gone, or belongs to a runtime again: whoever waits for it has to look.
            drop(fds);
            drop(held);
            sockets.iter().for_each(|socket| socket.ready(true, true));
            return Polled::Ready;
        }
        let heard = bell.as_ref().map(|bell| &bell.1);
        if let Some(heard) = heard {
            fds.push(PollFd::new(heard.as_fd(), PollFlags::POLLIN));
        }
        let swapped =
            self.state
                .compare_exchange(EMPTY, POLLING, Ordering::SeqCst, Ordering::SeqCst);
        if swapped.is_err() {
            return Polled::Ready;
        }
        // Rounded up to whole milliseconds: an early look would only wait once more.
        let timeout = left.map_or(PollTimeout::NONE, |left| {
            PollTimeout::try_from(left + Duration::from_micros(999)).unwrap_or(PollTimeout::MAX)
        });
        let polled = nix::poll::poll(&mut fds, timeout);
        let _ = self
            .state
            .compare_exchange(POLLING, EMPTY, Ordering::SeqCst, Ordering::SeqCst);
        if let Some(heard) = heard {
            let rung = fds.last().is_some_and(|fd| fd.any().unwrap_or(true));
            if rung {
                // More than one ring is one reason to look.
                let mut rings = [0; 16];
                while (&mut &*heard)
                    .read(&mut rings)
                    .is_ok_and(|n| n == rings.len())
                {}
            }
        }
        match polled {
            Err(Errno::EINTR) => return Polled::Signal,
            Ok(0) => return Polled::Time,
            _ => {}
        }
        let all = PollFlags::all();
        let events: Vec<PollFlags> = fds.iter().map(|fd| fd.revents().unwrap_or(all)).collect();
        drop(fds);
        drop(held);
        let mut ready = self.state.load(Ordering::SeqCst) == NOTIFIED;
        for (socket, events) in sockets.iter().zip(events) {
            let failed = PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL;
            let readable = events.intersects(failed | PollFlags::POLLIN);
            let writable = events.intersects(failed | PollFlags::POLLOUT);
            if readable || writable {
                socket.ready(readable, writable);
                ready = true;
            }
        }
        if ready || polled.is_err() {
            Polled::Ready
        } else {
            Polled::Time
        }
    }
}

enum Polled {
    Ready,
    Time,
    Signal,
}

fn ring_timers(now: Instant) {
    let due = LOCAL.with_borrow_mut(|local| {
        let mut due = SmallVec::<[Waker; 2]>::new();
        local.timers.retain(|timer| {
            let is_due = timer.at <= now;
            if is_due {
                due.push(timer.waker.clone());
            }
            !is_due
        });
        due
    });
    due.into_iter().for_each(Waker::wake);
}

/// A wait on the thread that polls it.
#[derive(Debug)]
pub(super) struct ThreadSleep {
    at: Instant,
    /// Its timer, once it has waited.
    id: Option<u64>,
}

impl ThreadSleep {
    pub(super) fn until(at: Instant) -> Self {
        Self { at, id: None }
    }
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let at = self.at;
        let known = self.id.is_some_and(|id| {
            LOCAL.with_borrow_mut(|local| {
                let timer = local.timers.iter_mut().find(|timer| timer.id == id);
                timer
                    .map(|timer| timer.waker.clone_from(cx.waker()))
                    .is_some()
            })
        });
        // A timer that is gone has rung. One that is there rings in its time: whoever parks looks at the clock.
        if known {
            return Poll::Pending;
        }
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        self.id = Some(id);
        LOCAL.with_borrow_mut(|local| {
            local.timers.push(Timer {
                id,
                at,
                waker: cx.waker().clone(),
            });
        });
        Poll::Pending
    }
}

impl Drop for ThreadSleep {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            let _ = LOCAL.try_with(|local| {
                if let Ok(mut local) = local.try_borrow_mut() {
                    local.timers.retain(|timer| timer.id != id);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests;
