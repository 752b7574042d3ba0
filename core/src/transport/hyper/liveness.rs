//! Liveness checks of an HTTP/2 connection: a PING that bypasses h2, for a peer that sent nothing while an attempt
//! waited.
//!
//! hyper pings connections that were silent for seconds, and offers no ping on demand. After an attempt that timed out
//! sooner, the next one must not go to a peer that is gone, and a connection must not be dropped because one endpoint is
//! slow. So the connection is pinged, and accepts no new streams until it answers.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBufCursor, Write};

use super::io::Io;

/// The client's connection preface (RFC 9113 §3.4).
const PREFACE: usize = 24;

/// A PING frame with this crate's payload (RFC 9113 §6.7). h2 ignores the acknowledgement of a ping that it did not
/// send.
const PING: [u8; 17] = *b"\x00\x00\x08\x06\x00\x00\x00\x00\x00reqtrail";

/// What the driver of a connection requests from its stream.
#[derive(Debug, Default)]
pub(super) struct PingRequest {
    ping: AtomicBool,
    only_writes: AtomicBool,
}

impl PingRequest {
    /// Requests one PING with the next flush.
    pub(super) fn ask(&self) {
        self.ping.store(true, Ordering::Release);
    }

    /// Polls `work` without letting it read. The caller has to poll it again.
    pub(super) fn only_writing<O>(&self, work: impl FnOnce() -> O) -> O {
        self.only_writes.store(true, Ordering::Relaxed);
        let output = work();
        self.only_writes.store(false, Ordering::Relaxed);
        output
    }
}

/// A stream below h2 that can put a PING between two frames.
#[derive(Debug)]
pub(super) struct PingIo {
    io: Io,
    asked: Arc<PingRequest>,
    position: FramePosition,
    /// The part of a PING that is still to be written.
    rest: &'static [u8],
}

impl PingIo {
    pub(super) fn new(io: Io, asked: Arc<PingRequest>) -> Self {
        Self {
            io,
            asked,
            position: FramePosition::default(),
            rest: &[],
        }
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, self.rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.rest = &self.rest[written..];
        }
        Poll::Ready(Ok(()))
    }
}

impl Read for PingIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.asked.only_writes.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for PingIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        self.position.pass(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, bufs))?;
        let mut left = written;
        for buf in bufs {
            let passed = buf.len().min(left);
            self.position.pass(&buf[..passed]);
            left -= passed;
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.position.is_between_frames() && self.asked.ping.swap(false, Ordering::AcqRel) {
            self.rest = &PING;
        }
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// The position of a connection's writing side within its frames.
#[derive(Debug)]
struct FramePosition {
    /// The frame header under way.
    header: [u8; 9],
    len: usize,
    /// Bytes to pass before the next header.
    skip: usize,
}

impl Default for FramePosition {
    fn default() -> Self {
        Self {
            header: [0; 9],
            len: 0,
            skip: PREFACE,
        }
    }
}

impl FramePosition {
    fn is_between_frames(&self) -> bool {
        self.skip == 0 && self.len == 0
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let passed = self.skip.min(bytes.len());
                self.skip -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            let taken = (self.header.len() - self.len).min(bytes.len());
            self.header[self.len..self.len + taken].copy_from_slice(&bytes[..taken]);
            self.len += taken;
            bytes = &bytes[taken..];
            if self.len == self.header.len() {
                let [a, b, c, ..] = self.header;
                self.skip = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
                self.len = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(lengths: &[u16]) -> Vec<u8> {
        let mut bytes = vec![b'P'; PREFACE];
        for &length in lengths {
            let [a, b] = length.to_be_bytes();
            bytes.extend_from_slice(&[0, a, b, 0, 0, 0, 0, 0, 1]);
            bytes.resize(bytes.len() + usize::from(length), b'x');
        }
        bytes
    }

    proptest! {
        #[test]
        fn it_is_between_frames_only_there(lengths in prop::collection::vec(0u16..300, 0..6), pieces in prop::collection::vec(1usize..40, 1..200)) {
            let bytes = frames(&lengths);
            let ends: Vec<usize> = (0..=lengths.len()).map(|n| frames(&lengths[..n]).len()).collect();
            let mut position = FramePosition::default();
            let mut at = 0;
            for piece in pieces.iter().cycle() {
                prop_assert_eq!(position.is_between_frames(), ends.contains(&at));
                if at == bytes.len() {
                    break;
                }
                let end = (at + piece).min(bytes.len());
                position.pass(&bytes[at..end]);
                at = end;
            }
        }
    }

    #[test]
    fn a_ping_is_a_frame() {
        let mut position = FramePosition::default();
        position.pass(&frames(&[3]));
        position.pass(&PING);
        assert!(position.is_between_frames());
    }
}
