//! A stream that stops: a peer that is gone without a word, and may come back.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Stops a stream, and lets it go on. Clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Freezer(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_frozen: bool,
    waiting: Vec<Waker>,
}

impl Freezer {
    /// From now on nothing is read and nothing is written; the socket stays open.
    pub(crate) fn freeze(&self) {
        self.0.lock().expect("no panic").is_frozen = true;
    }

    /// Lets the stream go on.
    pub(crate) fn thaw(&self) {
        let mut state = self.0.lock().expect("no panic");
        state.is_frozen = false;
        state.waiting.drain(..).for_each(Waker::wake);
    }

    pub(crate) fn wrap<S>(self, io: S) -> Freezable<S> {
        Freezable { io, freezer: self }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().expect("no panic");
        if state.is_frozen {
            state.waiting.push(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

/// A stream that can be stopped.
pub(crate) struct Freezable<S> {
    io: S,
    freezer: Freezer,
}

impl<S: AsyncRead + Unpin> AsyncRead for Freezable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        std::task::ready!(self.freezer.poll(cx));
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Freezable<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.freezer.poll(cx));
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.freezer.poll(cx));
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.freezer.poll(cx));
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
