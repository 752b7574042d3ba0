//! A connected socket that any driver can use: a tokio runtime, or the thread that waits for the response.
//!
//! The connection above owns one handle, the pool the other; the pool replaces the socket's driver in place while the
//! connection is idle. All writes are flagged so that a peer that is gone raises no SIGPIPE.

mod calls;
#[cfg(feature = "blocking")]
pub(super) mod lent;
mod runtime_io;
#[cfg(feature = "blocking")]
mod thread_io;
#[cfg(feature = "blocking")]
pub(super) mod waited;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::{Handle, Id};

use crate::transport::SentMark;
use runtime_io::RuntimeIo;
#[cfg(feature = "blocking")]
use thread_io::ThreadIo;

/// A connected socket, TCP or Unix.
pub(crate) struct Socket(Arc<SocketState>);

/// The state that a socket's handles share.
pub(crate) struct SocketState {
    inner: Mutex<Inner>,
    /// Bytes received, for checking whether a peer is alive.
    read: AtomicU64,
    #[cfg(feature = "blocking")]
    waits: Waits,
    /// Whether the peer accepts nothing any more. What it sent before can still be read.
    is_deaf: AtomicBool,
    generation: u32,
}

/// What a call on a thread waits for.
#[cfg(feature = "blocking")]
#[derive(Default)]
struct Waits {
    reads: AtomicBool,
    writes: AtomicBool,
    /// The call that waits.
    call: AtomicU64,
}

struct Inner {
    io: Io,
    /// Marked when the first byte is written.
    mark: Option<SentMark>,
    /// Whether the next read checks the socket itself, whatever its driver knows about it.
    probe: bool,
    /// Whether HTTP has begun, so that the peer's last bytes count even after it accepts nothing any more.
    is_http: bool,
}

enum Io {
    /// Driven by the runtime whose event queue it is on.
    Runtime(RuntimeIo, Id),
    #[cfg(feature = "blocking")]
    Thread(ThreadIo),
    Gone,
}

impl Socket {
    /// Takes a connected TCP socket of the current runtime.
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        Self::new(RuntimeIo::Tcp(stream))
    }

    /// Takes a connected Unix socket of the current runtime.
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
            #[cfg(feature = "blocking")]
            waits: Waits::default(),
            is_deaf: AtomicBool::new(false),
            generation: crate::fork::generation(),
        }))
    }

    /// Returns the other handle, for the pool.
    pub(crate) fn state(&self) -> &Arc<SocketState> {
        &self.0
    }
}

impl SocketState {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many bytes have been received so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Marks `mark` with the first byte that is written from now on.
    pub(super) fn arm(&self, mark: Option<SentMark>) {
        self.inner().mark = mark;
    }

    /// From now on, reads a peer that accepts nothing any more to its end.
    ///
    /// A server that closes with unread data resets the connection. A writing client notices that first, and would lose
    /// the responses and the GOAWAY that arrived before.
    pub(super) fn speak_http(&self) {
        self.inner().is_http = true;
    }

    /// Returns whether the peer accepts nothing any more.
    pub(super) fn is_deaf(&self) -> bool {
        self.is_deaf.load(Ordering::Relaxed)
    }

    /// Makes the next read check the socket itself, which has not been watched for a while.
    pub(super) fn probe(&self) {
        self.inner().probe = true;
    }

    /// Moves the socket to the current tokio runtime.
    pub(super) fn lend_to_runtime(&self) -> io::Result<()> {
        self.check_process()?;
        let mut inner = self.inner();
        let here = Handle::try_current().map_err(io::Error::other)?.id();
        let (socket, is_unix) = match std::mem::replace(&mut inner.io, Io::Gone) {
            Io::Runtime(io, home) if home == here => {
                inner.io = Io::Runtime(io, home);
                return Ok(());
            }
            // The other runtime may have ended, or may not be running.
            Io::Runtime(io, _) => io.leave()?,
            #[cfg(feature = "blocking")]
            Io::Thread(lent) if lent.is_read_up() => (lent.socket, lent.is_unix),
            // What has been read ahead belongs to no request: such a connection is not used again.
            #[cfg(feature = "blocking")]
            Io::Thread(_) => return Err(io::ErrorKind::InvalidData.into()),
            Io::Gone => return Err(io::ErrorKind::InvalidData.into()),
        };
        socket.set_nonblocking(true)?;
        inner.io = Io::Runtime(RuntimeIo::enter(socket, is_unix)?, here);
        Ok(())
    }

    /// Refuses the child of a fork, whose bytes would mix with its parent's.
    fn check_process(&self) -> io::Result<()> {
        if self.generation == crate::fork::generation() {
            return Ok(());
        }
        Err(io::Error::other(
            "the connection belongs to the process that forked this one",
        ))
    }

    /// Returns whether the socket was lent to a thread last.
    #[cfg(feature = "blocking")]
    pub(super) fn is_lent_to_thread(&self) -> bool {
        matches!(self.inner().io, Io::Thread(_))
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
            #[cfg(feature = "blocking")]
            Io::Thread(io) => io.poll_read(buf, probe),
            Io::Gone => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        };
        #[cfg(feature = "blocking")]
        if let (Poll::Pending, Io::Thread(io)) = (&polled, &mut inner.io) {
            io.wait_to_read(cx);
            drop(inner);
            waited::wait_for(self);
            self.waits.reads.store(true, Ordering::Release);
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
        // While the request's mark is still here, none of it has left, so it can go to another connection.
        let reads_on = inner.is_http && inner.mark.is_none();
        let polled = match &mut inner.io {
            Io::Runtime(io, _) => io.poll_write(cx, bufs),
            #[cfg(feature = "blocking")]
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
            #[cfg(feature = "blocking")]
            (Poll::Pending, Io::Thread(io)) => {
                io.wait_to_write(cx);
                drop(inner);
                waited::wait_for(self);
                self.waits.writes.store(true, Ordering::Release);
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
            #[cfg(feature = "blocking")]
            Io::Thread(io) => io.socket.shutdown(how),
            Io::Gone => Ok(()),
        }
    }
}

impl Drop for SocketState {
    fn drop(&mut self) {
        if self.generation != crate::fork::generation() {
            // The child of a fork shares its parent's event queue, and dropping the socket would remove it from that.
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

/// Whether an error only means that nothing is available yet.
pub(super) fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
