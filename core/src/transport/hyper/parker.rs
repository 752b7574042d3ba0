//! Drives a call on the thread that waits for it: polls its futures, and waits for its sockets and timers.
//!
//! Nothing else runs on the thread meanwhile, so it can wait in the kernel for the response itself. If nothing else can
//! wake the call, it uses a blocking `recv`, one system call for what `poll` and `recv` do in two. Otherwise, near a
//! deadline, and while a body is still being sent, it uses `poll`, which a waker can interrupt and which is exact.
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

/// The interval of interrupt checks.
///
/// People expect a reaction to Ctrl-C within a tenth of a second, so half of that is left for the reaction.
const TICK: Duration = Duration::from_millis(50);

thread_local! {
    static LOCAL: RefCell<Local> = const { RefCell::new(Local::new()) };
}

/// What the futures of this thread's call wait for in addition to sockets.
struct Local {
    timers: SmallVec<[Timer; 2]>,
    /// Reused from call to call.
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

/// What may wake a call that a thread waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wakers {
    /// Only its sockets and timers.
    Own,
    /// Also another thread: the call can be cancelled, or it consists of several calls.
    Others,
}

/// Polls `work` on this thread until it is ready.
///
/// `interrupted` is called some twenty times a second and after each signal; when it returns `true`, `stop` is called
/// and `work` is polled again.
pub(crate) fn block_on<F: Future>(
    mut work: Pin<&mut F>,
    wakers: Wakers,
    interrupted: Option<&dyn Fn() -> bool>,
    stop: impl Fn(),
) -> F::Output {
    let level = CallLevel::enter();
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
struct CallLevel {
    parker: Arc<Parker>,
    outer: Option<(Local, Waited)>,
}

impl CallLevel {
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

impl Drop for CallLevel {
    fn drop(&mut self) {
        self.parker.release_pipe();
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
    /// The pipe that ends a `poll`. It is made when first needed, and released at the end of the call, since a thread
    /// that waits for its next call should hold no descriptors.
    pipe: Mutex<Option<WakePipe>>,
    generation: u32,
}

/// Two ends of one pipe. It is shared, so that it stays open while the thread waits for it without the lock.
type WakePipe = Arc<(UnixStream, UnixStream)>;

/// Pipes of calls that have ended, with the process that made them. Threads that make one call after the other reuse them;
/// those of a burst are closed.
static WAKE_PIPES: Mutex<Vec<(u32, WakePipe)>> = Mutex::new(Vec::new());

/// How many pipes are kept.
const KEPT_PIPES: usize = 3;

/// Takes a kept pipe. It never waits for the lock, which the child of a fork may find held for ever.
fn take_kept_pipe(generation: u32) -> Option<WakePipe> {
    let mut pipes = WAKE_PIPES.try_lock().ok()?;
    // A child cannot use its copies of its parent's pipes.
    pipes.retain(|(made_in, _)| *made_in == generation);
    pipes.pop().map(|(_, pipe)| pipe)
}

/// Keeps a pipe, or closes it.
fn keep_pipe(generation: u32, pipe: WakePipe) {
    if let Ok(mut pipes) = WAKE_PIPES.try_lock()
        && pipes.len() < KEPT_PIPES
    {
        pipes.push((generation, pipe));
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.state.swap(NOTIFIED, Ordering::SeqCst) {
            PARKED => self.thread.unpark(),
            // The thread may have continued meanwhile, and closed the pipe.
            POLLING if self.is_own() => {
                if let Some(pipe) = &*self.lock() {
                    // A full pipe ends the `poll` as well.
                    let _ = (&pipe.0).write(&[1]);
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
            pipe: Mutex::default(),
            generation: crate::fork::generation(),
        }
    }

    /// Returns whether this process made it. The child of a fork must not use its parent's pipe.
    fn is_own(&self) -> bool {
        self.generation == crate::fork::generation()
    }

    /// Returns both ends of the pipe; `None` if there is no descriptor for one.
    fn pipe(&self) -> Option<WakePipe> {
        if !self.is_own() {
            return None;
        }
        let mut pipe = self.lock();
        if pipe.is_none() {
            *pipe = take_kept_pipe(self.generation);
        }
        if pipe.is_none() {
            let (ring, heard) = UnixStream::pair().ok()?;
            ring.set_nonblocking(true).ok()?;
            heard.set_nonblocking(true).ok()?;
            *pipe = Some(Arc::new((ring, heard)));
        }
        pipe.clone()
    }

    /// Releases the pipe, which is no longer needed.
    fn release_pipe(&self) {
        // The child of a fork may find the lock held for ever.
        if !self.is_own() {
            return;
        }
        let pipe = self.lock().take();
        if let Some(pipe) = pipe {
            keep_pipe(self.generation, pipe);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<WakePipe>> {
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the call has to be polled again.
    fn park(&self, wakers: Wakers, mut ticks: Option<&mut Ticks<'_>>, stop: &impl Fn()) {
        // After one slice without an answer one more system call does not matter, but exactness does.
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
                // The interrupt check may have forked. Nothing wakes the child for what its parent waits for, so it has
                // to check.
                if !self.is_own() {
                    return;
                }
            }
            // Checked only now, so that a call that wakes itself repeatedly still gets its timers and interrupt checks.
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
        let pipe = self.pipe();
        // Without a pipe, for lack of descriptors, the thread checks periodically.
        let left = match pipe {
            Some(_) => left,
            None => Some(left.unwrap_or(SLICE).min(SLICE / 10)),
        };
        let held: Vec<_> = sockets.iter().map(|socket| socket.hold()).collect();
        let mut fds: Vec<PollFd<'_>> = held.iter().filter_map(|held| held.poll_fd()).collect();
        if fds.len() < sockets.len() {
            // A socket is gone, or belongs to a runtime again, so its waiter has to check it.
            drop(fds);
            drop(held);
            sockets.iter().for_each(|socket| socket.ready(true, true));
            return Polled::Ready;
        }
        let heard = pipe.as_ref().map(|pipe| &pipe.1);
        if let Some(heard) = heard {
            fds.push(PollFd::new(heard.as_fd(), PollFlags::POLLIN));
        }
        let swapped =
            self.state
                .compare_exchange(EMPTY, POLLING, Ordering::SeqCst, Ordering::SeqCst);
        if swapped.is_err() {
            return Polled::Ready;
        }
        // Rounded up to whole milliseconds, since an early return would only wait again.
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
                // Several wakes count as one.
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

/// A wait on the polling thread.
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
        // A removed timer has fired. An existing one fires in time, since parking checks the clock.
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
