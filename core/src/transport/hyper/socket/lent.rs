//! A socket that is lent to a thread, and how the thread waits for it in the kernel.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags};

use super::thread_io::{Filled, ThreadIo};
use super::{Inner, Io, SocketState};

/// How long a blocking `recv` waits before the thread does its other checks: the receive timeout of a lent socket.
pub(in crate::transport::hyper) const SLICE: Duration = Duration::from_millis(50);

/// A socket that stays unchanged while a thread waits for it in `poll`.
pub(in crate::transport::hyper) struct HeldSocket<'a> {
    inner: MutexGuard<'a, Inner>,
    flags: PollFlags,
    /// Whether this process made the socket.
    is_own: bool,
}

impl HeldSocket<'_> {
    /// Returns what to poll; `None` if the socket does not belong to a thread of this process any more.
    pub(in crate::transport::hyper) fn poll_fd(&self) -> Option<PollFd<'_>> {
        match &self.inner.io {
            Io::Thread(io) if self.is_own => Some(PollFd::new(io.socket.as_fd(), self.flags)),
            Io::Thread(_) | Io::Runtime(..) | Io::Gone => None,
        }
    }
}

/// The result of a blocking `recv`.
pub(in crate::transport::hyper) enum Fill {
    /// Something to handle.
    Done,
    /// Nothing within its timeout.
    Nothing,
    /// A signal.
    Signal,
}

impl SocketState {
    /// Moves the socket to the thread that polls its connection from now on.
    pub(in crate::transport::hyper) fn lend_to_thread(&self) -> io::Result<()> {
        self.check_process()?;
        let mut inner = self.inner();
        let io = match std::mem::replace(&mut inner.io, Io::Gone) {
            Io::Runtime(io, _) => io,
            other => {
                inner.io = other;
                return Ok(());
            }
        };
        let (socket, is_unix) = io.leave()?;
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(SLICE))?;
        inner.io = Io::Thread(ThreadIo::new(socket, is_unix));
        Ok(())
    }

    /// Notes which call waits for the socket.
    pub(in crate::transport::hyper) fn wait_in(&self, call: u64) {
        self.waits.call.store(call, Ordering::Relaxed);
    }

    /// Returns whether this call waits for the socket.
    pub(in crate::transport::hyper) fn is_waited_for_in(&self, call: u64) -> bool {
        let waits =
            self.waits.reads.load(Ordering::Acquire) || self.waits.writes.load(Ordering::Acquire);
        waits && self.waits.call.load(Ordering::Relaxed) == call
    }

    /// Returns whether it is only waited for to read.
    pub(in crate::transport::hyper) fn waits_to_read_only(&self) -> bool {
        !self.waits.writes.load(Ordering::Relaxed)
    }

    /// Forgets who waits for the socket.
    pub(in crate::transport::hyper) fn forget_waits(&self) {
        self.waits.reads.store(false, Ordering::Relaxed);
        self.waits.writes.store(false, Ordering::Relaxed);
    }

    /// Waits in the kernel for something to read, one slice long.
    pub(in crate::transport::hyper) fn fill(&self) -> Fill {
        if self.check_process().is_err() {
            // Wakes the waiting call, whose next read reports the error.
            self.ready(true, true);
            return Fill::Done;
        }
        let mut inner = self.inner();
        let Io::Thread(io) = &mut inner.io else {
            return Fill::Done;
        };
        let filled = match io.fill() {
            Filled::Bytes(count) => count,
            Filled::Nothing => return Fill::Nothing,
            Filled::Signal => return Fill::Signal,
        };
        self.read.fetch_add(filled as u64, Ordering::Relaxed);
        self.waits.reads.store(false, Ordering::Relaxed);
        let waker = io.read_waker.take();
        drop(inner);
        waker.inspect(Waker::wake_by_ref);
        Fill::Done
    }

    /// Holds the socket for a `poll`.
    pub(in crate::transport::hyper) fn hold(&self) -> HeldSocket<'_> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::POLLIN, self.waits.reads.load(Ordering::Relaxed));
        flags.set(
            PollFlags::POLLOUT,
            self.waits.writes.load(Ordering::Relaxed),
        );
        HeldSocket {
            inner: self.inner(),
            flags,
            is_own: self.check_process().is_ok(),
        }
    }

    /// Notes what the kernel reports about the socket and wakes those who wait for it.
    pub(in crate::transport::hyper) fn ready(&self, readable: bool, writable: bool) {
        let mut inner = self.inner();
        let mut wakers = [None, None];
        if readable {
            self.waits.reads.store(false, Ordering::Relaxed);
        }
        if writable {
            self.waits.writes.store(false, Ordering::Relaxed);
        }
        if let Io::Thread(io) = &mut inner.io {
            if readable {
                io.readable = true;
                wakers[0] = io.read_waker.take();
            }
            if writable {
                wakers[1] = io.write_waker.take();
            }
        }
        drop(inner);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}
