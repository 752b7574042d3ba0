//! A dialled stream as hyper reads and writes it.

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

/// Why a head is refused that hyper would take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// A header that frames the body was folded.
    Folded,
    TooLarge,
    Malformed,
}

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

    /// Ends the watch and says what there is to say of the head, whose `headers` get what hyper did not parse.
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
        // SAFETY: what is written into the buffer is written through `ReadBuf`, which leaves nothing unwritten that
        // was written before.
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
            // Nothing left would mean the end of the stream.
            if kept > 0 {
                break;
            }
        }
        let read = buf.filled().len();
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
