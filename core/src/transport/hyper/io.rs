//! Adapts a dialled stream for hyper.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBufCursor, Write};
use http::HeaderMap;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};

use super::dial::Stream;
use super::head::HeadScan;

/// Why a head that hyper would accept is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// A header that frames the body was folded.
    Folded,
    TooLarge,
    Malformed,
}

/// A stream below hyper, which watches the heads of HTTP/1 responses.
#[derive(Debug)]
pub(super) struct Io {
    stream: Stream,
    heads: Arc<Heads>,
}

/// What was found in the heads of a connection's responses.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Whether a response is awaited whose head is not complete.
    awaited: AtomicBool,
    scan: Mutex<HeadScan>,
}

impl Heads {
    /// Begins to watch for the response to the next request.
    pub(super) fn begin(&self) {
        self.with(HeadScan::begin);
        self.awaited.store(true, Ordering::Relaxed);
    }

    /// Ends the watch and returns what was found in the head. `headers` get what hyper did not parse.
    pub(super) fn end(&self, headers: Option<&mut HeaderMap>) -> Result<(), Refused> {
        self.awaited.store(false, Ordering::Relaxed);
        self.with(|scan| {
            if scan.is_folded() {
                return Err(Refused::Folded);
            }
            if scan.is_too_large() {
                return Err(Refused::TooLarge);
            }
            let added = headers.map_or(Some(()), |headers| scan.add_taken(headers));
            added.ok_or(Refused::Malformed)
        })
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
        // SAFETY: all writes to the buffer go through `ReadBuf`, which does not uninitialise bytes that were
        // initialised.
        let mut buf = ReadBuf::uninit(unsafe { cursor.as_mut() });
        loop {
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buf))?;
            let read = buf.filled().len();
            if read == 0 || !self.heads.awaited.load(Ordering::Relaxed) {
                break;
            }
            let (kept, too_large) = self
                .heads
                .with(|scan| (scan.read(buf.filled_mut()), scan.is_too_large()));
            if too_large {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            buf.set_filled(kept);
            // An empty read would mean the end of the stream.
            if kept > 0 {
                break;
            }
        }
        let read = buf.filled().len();
        // SAFETY: `ReadBuf` guarantees that this many bytes are written.
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
