//! The body of an outgoing request, which notices when the request leaves
//! (`docs/adr/0005-the-body-tells-when-a-request-leaves.md`).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::SentMark;

/// A request's body.
///
/// On HTTP/2 it notices when the connection takes up the request: a connection cannot write a request's head without
/// first asking the body whether it is empty, and that query sets the mark. On HTTP/1 the socket sets the mark.
#[derive(Debug)]
pub(super) struct RequestBody {
    data: Option<Bytes>,
    mark: Option<SentMark>,
    /// Set when the connection takes up the request, for its driver.
    taken: Option<Arc<AtomicBool>>,
}

impl RequestBody {
    pub(super) fn new(data: Bytes) -> Self {
        Self {
            data: Some(data).filter(|data| !data.is_empty()),
            mark: None,
            taken: None,
        }
    }

    /// Marks `mark` and sets `taken` when a connection takes up the request. The returned value settles a request that
    /// is abandoned.
    #[cfg(any(feature = "http2", feature = "reqwest"))]
    pub(super) fn mark_with(&mut self, mark: &SentMark, taken: Option<&Arc<AtomicBool>>) -> Settle {
        self.mark = Some(mark.clone());
        self.taken = taken.cloned();
        Settle(Some(mark.clone()))
    }

    /// Forgets the mark, because the request was returned unsent.
    #[cfg(feature = "http2")]
    pub(super) fn unmark(&mut self) {
        self.mark = None;
    }

    fn ask(&self) {
        if let Some(mark) = &self.mark {
            mark.mark();
        }
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(mark) = &self.mark {
            mark.body_is_gone();
        }
    }
}

/// Settles a request whose exchange is abandoned. It has to be dropped after the exchange.
///
/// A connection on another thread may have taken the request without having asked yet. So a request counts as unsent
/// only if its body was dropped with the exchange; one that a connection still holds may leave at any moment.
#[cfg(any(feature = "http2", feature = "reqwest"))]
pub(super) struct Settle(Option<SentMark>);

#[cfg(feature = "http2")]
impl Settle {
    /// Notes that the request was returned, so that no connection holds any part of it.
    pub(super) fn given_back(&mut self) {
        self.0 = None;
    }
}

#[cfg(any(feature = "http2", feature = "reqwest"))]
impl Drop for Settle {
    fn drop(&mut self) {
        if let Some(mark) = &self.0 {
            mark.mark_unless_body_is_gone();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.ask();
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.ask();
        if let Some(taken) = &self.taken {
            taken.store(true, Ordering::Relaxed);
        }
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}
