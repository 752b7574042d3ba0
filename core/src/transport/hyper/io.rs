//! A dialled stream as hyper reads and writes it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::dial::Stream;
use super::head::HeadScan;

/// A stream below hyper, which watches the heads of HTTP/1 answers.
#[derive(Debug)]
pub(super) struct Io {
    stream: Stream,
    heads: Arc<Heads>,
}

/// What the heads of a connection's answers showed.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// An answer is awaited whose head has not come whole.
    awaited: AtomicBool,
    scan: Mutex<HeadScan>,
}

impl Heads {
    /// Begins to watch for the answer to the next request.
    pub(super) fn begin(&self) {
        self.with(HeadScan::begin);
        self.awaited.store(true, Ordering::Relaxed);
    }

    /// Ends the watch and returns whether a header that frames the body was folded.
    pub(super) fn end(&self) -> bool {
        self.awaited.store(false, Ordering::Relaxed);
        self.with(|scan| scan.is_folded())
    }

    fn with<O>(&self, work: impl FnOnce(&mut HeadScan) -> O) -> O {
        work(&mut self.scan.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Io {
    pub(super) fn new(stream: Stream, heads: Arc<Heads>) -> Self {
        Self { stream, heads }
    }
}

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: what is written into the buffer is written through `ReadBuf`, which leaves nothing unwritten that
        // was written before.
        let mut buf = ReadBuf::uninit(unsafe { cursor.as_mut() });
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
        let read = buf.filled().len();
        if self.heads.awaited.load(Ordering::Relaxed) {
            self.heads.with(|scan| scan.read(buf.filled()));
        }
        // SAFETY: `ReadBuf` says that so many bytes are written.
        unsafe { cursor.advance(read) };
        Poll::Ready(Ok(()))
    }
}

impl Write for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
