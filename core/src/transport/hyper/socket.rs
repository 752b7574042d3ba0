//! A connected socket that any driver can use: a tokio runtime, or the thread that waits for the answer.
//!
//! The connection above owns one end, the pool the other; the pool exchanges what drives the socket in place while the
//! connection rests. All writes are marked so that a peer that is gone raises no SIGPIPE.

mod calls;
mod runtime_io;
mod thread_io;
pub(super) mod waited;

use std::io;
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::{Handle, Id};

use crate::transport::SentMark;
use runtime_io::RuntimeIo;
use thread_io::{Filled, ThreadIo};

/// How long a blocking `recv` waits before the thread looks around: the receive timeout of a lent socket.
pub(super) const SLICE: Duration = Duration::from_millis(50);

/// A connected socket, TCP or Unix.
pub(crate) struct Socket(Arc<SocketState>);

/// What the ends of a socket share.
pub(crate) struct SocketState {
    inner: Mutex<Inner>,
    /// Bytes that have come, for those who ask whether a peer is alive.
    read: AtomicU64,
    /// A call on a thread waits to read, or to write.
    reads: AtomicBool,
    writes: AtomicBool,
    /// The call that waits.
    call: AtomicU64,
    /// The peer takes nothing any more. What it said before is still to be read.
    is_deaf: AtomicBool,
    generation: u32,
}

struct Inner {
    io: Io,
    /// To be marked with the first byte that is written.
    mark: Option<SentMark>,
    /// The next read looks at the socket itself, whatever its driver knows of it.
    probe: bool,
    /// HTTP is spoken: the peer's last words count, also once it takes nothing any more.
    is_http: bool,
}

enum Io {
    /// With the runtime whose event queue it is on.
    Runtime(RuntimeIo, Id),
    Thread(ThreadIo),
    Gone,
}

/// A socket that stays as it is while a thread waits for it in `poll`.
pub(super) struct Held<'a> {
    inner: MutexGuard<'a, Inner>,
    flags: PollFlags,
    /// This process made the socket.
    is_own: bool,
}

impl Held<'_> {
    /// Returns what to poll; `None` if the socket does not belong to a thread of this process any more.
    pub(super) fn poll_fd(&self) -> Option<PollFd<'_>> {
        match &self.inner.io {
            Io::Thread(io) if self.is_own => Some(PollFd::new(io.socket.as_fd(), self.flags)),
            Io::Thread(_) | Io::Runtime(..) | Io::Gone => None,
        }
    }
}

/// What a blocking `recv` gave.
pub(super) enum Fill {
    /// Something to be looked at.
    Done,
    /// Nothing within its time.
    Nothing,
    /// A signal.
    Signal,
}

impl Socket {
    /// Takes a connected TCP socket of the runtime that this is called in.
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        Self::new(RuntimeIo::Tcp(stream))
    }

    /// Takes a connected Unix socket of the runtime that this is called in.
    pub(crate) fn unix(stream: UnixStream) -> Self {
        Self::new(RuntimeIo::Unix(stream))
    }

    fn new(io: RuntimeIo) -> Self {
        Self(Arc::new(SocketState {
            inner: Mutex::new(Inner {
                io: Io::Runtime(io, Handle::current().id()),
                mark: None,
                probe: false,
                is_http: false,
            }),
            read: AtomicU64::new(0),
            reads: AtomicBool::new(false),
            writes: AtomicBool::new(false),
            call: AtomicU64::new(0),
            is_deaf: AtomicBool::new(false),
            generation: crate::fork::generation(),
        }))
    }

    /// Returns the other end, for the pool.
    pub(crate) fn state(&self) -> &Arc<SocketState> {
        &self.0
    }
}

impl SocketState {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many bytes have come so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Marks `mark` with the first byte that is written from now on.
    pub(super) fn arm(&self, mark: Option<SentMark>) {
        self.inner().mark = mark;
    }

    /// From now on a peer that takes nothing any more is read to its end all the same.
    ///
    /// A server that closes with something unread resets the connection. A client that is writing then learns of that
    /// first, and would lose the answers and the GOAWAY that have come before.
    pub(super) fn speak_http(&self) {
        self.inner().is_http = true;
    }

    /// Returns whether the peer takes nothing any more.
    pub(super) fn is_deaf(&self) -> bool {
        self.is_deaf.load(Ordering::Relaxed)
    }

    /// Makes the next read look at the socket itself: nobody has watched it for a while.
    pub(super) fn probe(&self) {
        self.inner().probe = true;
    }

    /// Gives the socket to the thread that polls its connection from now on.
    pub(super) fn lend_to_thread(&self) -> io::Result<()> {
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

    /// Gives the socket to the tokio runtime that this is called in.
    pub(super) fn lend_to_runtime(&self) -> io::Result<()> {
        self.check_process()?;
        let mut inner = self.inner();
        let here = Handle::try_current().map_err(io::Error::other)?.id();
        let (socket, is_unix) = match std::mem::replace(&mut inner.io, Io::Gone) {
            Io::Runtime(io, home) if home == here => {
                inner.io = Io::Runtime(io, home);
                return Ok(());
            }
            // The other runtime may have ended, or stand still.
            Io::Runtime(io, _) => io.leave()?,
            Io::Thread(lent) if lent.is_read_up() => (lent.socket, lent.is_unix),
            // What has been read ahead belongs to no request: such a connection is not used again.
            Io::Thread(_) | Io::Gone => return Err(io::ErrorKind::InvalidData.into()),
        };
        socket.set_nonblocking(true)?;
        inner.io = Io::Runtime(RuntimeIo::enter(socket, is_unix)?, here);
        Ok(())
    }

    /// Refuses the child of a fork: a byte of it would be in the middle of its parent's talk.
    fn check_process(&self) -> io::Result<()> {
        if self.generation == crate::fork::generation() {
            return Ok(());
        }
        Err(io::Error::other(
            "the connection belongs to the process that forked this one",
        ))
    }

    /// Returns whether the socket was lent to a thread last.
    pub(super) fn is_lent_to_thread(&self) -> bool {
        matches!(self.inner().io, Io::Thread(_))
    }

    /// Notes which call waits for the socket.
    pub(super) fn wait_in(&self, call: u64) {
        self.call.store(call, Ordering::Relaxed);
    }

    /// Returns whether this call waits for the socket.
    pub(super) fn is_waited_for_in(&self, call: u64) -> bool {
        let waits = self.reads.load(Ordering::Acquire) || self.writes.load(Ordering::Acquire);
        waits && self.call.load(Ordering::Relaxed) == call
    }

    /// Returns whether all that is waited for is something to read.
    pub(super) fn waits_to_read_only(&self) -> bool {
        !self.writes.load(Ordering::Relaxed)
    }

    /// Forgets who waits for the socket.
    pub(super) fn forget_waits(&self) {
        self.reads.store(false, Ordering::Relaxed);
        self.writes.store(false, Ordering::Relaxed);
    }

    /// Waits in the kernel for something to read, one slice long.
    pub(super) fn fill(&self) -> Fill {
        if self.check_process().is_err() {
            // Wakes the call that waits; its next read reports the error.
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
        self.reads.store(false, Ordering::Relaxed);
        let waker = io.read_waker.take();
        drop(inner);
        waker.inspect(Waker::wake_by_ref);
        Fill::Done
    }

    /// Holds the socket for a `poll`.
    pub(super) fn hold(&self) -> Held<'_> {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::POLLIN, self.reads.load(Ordering::Relaxed));
        flags.set(PollFlags::POLLOUT, self.writes.load(Ordering::Relaxed));
        Held {
            inner: self.inner(),
            flags,
            is_own: self.check_process().is_ok(),
        }
    }

    /// Notes what the kernel says of the socket and wakes those who wait for it.
    pub(super) fn ready(&self, readable: bool, writable: bool) {
        let mut inner = self.inner();
        let mut wakers = [None, None];
        if readable {
            self.reads.store(false, Ordering::Relaxed);
        }
        if writable {
            self.writes.store(false, Ordering::Relaxed);
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

    fn poll_read(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_process()?;
        let mut inner = self.inner();
        let probe = std::mem::take(&mut inner.probe);
        let before = buf.filled().len();
        let polled = match &mut inner.io {
            Io::Runtime(io, _) => io.poll_read(cx, buf, probe),
            Io::Thread(io) => io.poll_read(buf, probe),
            Io::Gone => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        };
        if let (Poll::Pending, Io::Thread(io)) = (&polled, &mut inner.io) {
            io.wait_to_read(cx);
            drop(inner);
            waited::wait_for(self);
            self.reads.store(true, Ordering::Release);
        }
        let read = (buf.filled().len() - before) as u64;
        self.read.fetch_add(read, Ordering::Relaxed);
        polled
    }

    fn poll_write(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_process()?;
        let all = bufs.iter().map(|buf| buf.len()).sum();
        if self.is_deaf() {
            return Poll::Ready(Ok(all));
        }
        let mut inner = self.inner();
        // Nothing of a request whose mark is still there has left: that one goes elsewhere.
        let reads_on = inner.is_http && inner.mark.is_none();
        let polled = match &mut inner.io {
            Io::Runtime(io, _) => io.poll_write(cx, bufs),
            Io::Thread(io) => io.poll_write(bufs),
            Io::Gone => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        };
        match (&polled, &mut inner.io) {
            (Poll::Ready(Ok(1..)), _) => {
                if let Some(mark) = inner.mark.take() {
                    mark.mark();
                }
            }
            (Poll::Ready(Err(error)), _) if reads_on && is_reset(error) => {
                self.is_deaf.store(true, Ordering::Relaxed);
                return Poll::Ready(Ok(all));
            }
            (Poll::Pending, Io::Thread(io)) => {
                io.wait_to_write(cx);
                drop(inner);
                waited::wait_for(self);
                self.writes.store(true, Ordering::Release);
            }
            _ => {}
        }
        polled
    }

    fn shutdown(&self) -> io::Result<()> {
        self.check_process()?;
        if self.is_deaf() {
            return Ok(());
        }
        let how = std::net::Shutdown::Write;
        match &self.inner().io {
            Io::Runtime(RuntimeIo::Tcp(stream), _) => SockRef::from(stream).shutdown(how),
            Io::Runtime(RuntimeIo::Unix(stream), _) => SockRef::from(stream).shutdown(how),
            Io::Thread(io) => io.socket.shutdown(how),
            Io::Gone => Ok(()),
        }
    }
}

impl Drop for SocketState {
    fn drop(&mut self) {
        if self.generation != crate::fork::generation() {
            // The child of a fork shares its parent's event queue: dropping the socket would take it off that.
            let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(std::mem::replace(&mut inner.io, Io::Gone));
        }
    }
}

/// Whether the peer has reset the connection.
fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset
    )
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown())
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for SocketState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket")
            .field("bytes_read", &self.bytes_read())
            .finish_non_exhaustive()
    }
}

/// Whether an error only says that nothing is there yet.
pub(super) fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
