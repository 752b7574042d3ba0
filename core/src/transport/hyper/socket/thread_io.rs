//! A socket in blocking mode, driven by the thread that waits for it.

use std::io::{self, Read as _};
use std::task::{Context, Poll, Waker};

use socket2::Socket as RawSocket;
use tokio::io::ReadBuf;

use super::calls::{receive, send};
use super::is_not_yet;

/// How much a blocking `recv` takes at most. Larger bodies are read directly into the buffers of their reader.
const EARLY: usize = 8 * 1024;

/// A socket in blocking mode, with a receive timeout of a slice (`parker`).
pub(super) struct ThreadIo {
    pub(super) socket: RawSocket,
    pub(super) is_unix: bool,
    /// Whether something may be available to read.
    pub(super) readable: bool,
    /// What a blocking `recv` received, and how much of that has been read since.
    pub(super) early: Box<[u8]>,
    pub(super) filled: usize,
    pub(super) taken: usize,
    pub(super) error: Option<io::Error>,
    pub(super) read_waker: Option<Waker>,
    pub(super) write_waker: Option<Waker>,
}

/// The result of a blocking `recv`.
pub(super) enum Filled {
    /// This many bytes; 0 at the end of the stream, and if an error is left for the next read.
    Bytes(usize),
    /// Nothing within its timeout.
    Nothing,
    Signal,
}

impl ThreadIo {
    /// Takes a socket that is in blocking mode and has a receive timeout.
    pub(super) fn new(socket: RawSocket, is_unix: bool) -> Self {
        Self {
            socket,
            is_unix,
            readable: true,
            early: Box::default(),
            filled: 0,
            taken: 0,
            error: None,
            read_waker: None,
            write_waker: None,
        }
    }

    /// Returns whether everything that a blocking `recv` received has been read since.
    pub(super) fn is_read_up(&self) -> bool {
        self.taken == self.filled
    }

    /// Waits in the kernel for something to read, for the receive timeout at most.
    pub(super) fn fill(&mut self) -> Filled {
        if self.early.is_empty() {
            self.early = vec![0; EARLY].into();
        }
        let got = (&self.socket).read(&mut self.early);
        (self.taken, self.filled) = (0, got.as_ref().copied().unwrap_or(0));
        match got {
            // The next read reports the end of the stream, too.
            Ok(n) => self.readable = n == 0 || n == EARLY,
            Err(error) if is_not_yet(&error) => return Filled::Nothing,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Filled::Signal,
            Err(error) => self.error = Some(error),
        }
        Filled::Bytes(self.filled)
    }

    /// Sets the waker for when there is something to read.
    pub(super) fn wait_to_read(&mut self, cx: &Context<'_>) {
        wait_with(&mut self.read_waker, cx);
    }

    /// Sets the waker for when there is room to write.
    pub(super) fn wait_to_write(&mut self, cx: &Context<'_>) {
        wait_with(&mut self.write_waker, cx);
    }

    pub(super) fn poll_read(&mut self, buf: &mut ReadBuf<'_>, probe: bool) -> Poll<io::Result<()>> {
        let early = &self.early[self.taken..self.filled];
        if !early.is_empty() {
            let taken = early.len().min(buf.remaining());
            buf.put_slice(&early[..taken]);
            self.taken += taken;
            return Poll::Ready(Ok(()));
        }
        if let Some(error) = self.error.take() {
            return Poll::Ready(Err(error));
        }
        if !self.readable && !probe {
            return Poll::Pending;
        }
        loop {
            let room = buf.remaining();
            return match receive(&self.socket, buf, libc::MSG_DONTWAIT) {
                Ok(read) => {
                    // Less than there was room for, so the next read would find nothing. The end of the stream is
                    // reported again.
                    self.readable = read == 0 || read == room;
                    Poll::Ready(Ok(()))
                }
                Err(error) if is_not_yet(&error) => {
                    self.readable = false;
                    Poll::Pending
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Poll::Ready(Err(error)),
            };
        }
    }

    pub(super) fn poll_write(&mut self, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            return match send(&self.socket, bufs) {
                Err(error) if is_not_yet(&error) => Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                sent => Poll::Ready(sent),
            };
        }
    }
}

fn wait_with(waker: &mut Option<Waker>, cx: &Context<'_>) {
    match waker {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *waker = Some(cx.waker().clone()),
    }
}
