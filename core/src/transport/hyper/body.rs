//! Bodies on their way through hyper.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use ::hyper::body::Incoming;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::classify;
use super::http1::Http1;
use super::http2::Stream;
use super::pool::Pool;
use crate::transport::{SentMark, TransportError};

/// A request's body.
///
/// On HTTP/2 it notices when the connection takes the request up: no connection can write a request's head without
/// asking the body first whether it is empty, so that question is the mark. On HTTP/1 the socket marks by itself.
#[derive(Debug)]
pub(super) struct RequestBody {
    data: Option<Bytes>,
    mark: Option<SentMark>,
    /// Set as the connection takes the request up, for its driver.
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

    /// Marks `mark` and sets `taken` when a connection takes the request up. What is returned settles a request that
    /// is given up.
    pub(super) fn mark_with(&mut self, mark: &SentMark, taken: &Arc<AtomicBool>) -> Settle {
        self.mark = Some(mark.clone());
        self.taken = Some(Arc::clone(taken));
        Settle(Some(mark.clone()))
    }

    /// Forgets the mark: the request was given back.
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

/// Settles a request whose exchange is given up. It has to be dropped after the exchange.
///
/// A connection on another thread may have taken the request and not have asked yet. So a request counts as unsent
/// only if its body went with the exchange; one that is still with a connection may leave at any moment.
pub(super) struct Settle(Option<SentMark>);

impl Settle {
    /// The request was given back: nothing of it is with a connection.
    pub(super) fn given_back(&mut self) {
        self.0 = None;
    }
}

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

/// A response's body. It holds what it comes on, and gives that back at its end.
#[derive(Debug)]
pub struct ResponseBody {
    incoming: ManuallyDrop<Incoming>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Http1 {
        /// `None` once the connection rests in the pool again.
        conn: Option<Box<Http1>>,
        pool: Arc<Pool>,
    },
    Http2(Stream),
}

impl ResponseBody {
    pub(super) fn http1(incoming: Incoming, conn: Box<Http1>, pool: Arc<Pool>) -> Self {
        let mut body = Self {
            incoming: ManuallyDrop::new(incoming),
            way: Way::Http1 {
                conn: Some(conn),
                pool,
            },
        };
        if body.incoming.is_end_stream() {
            body.ends();
        }
        body
    }

    pub(super) fn http2(incoming: Incoming, stream: Stream) -> Self {
        Self {
            incoming: ManuallyDrop::new(incoming),
            way: Way::Http2(stream),
        }
    }

    /// The body is at its end: what it came on can serve others.
    fn ends(&mut self) {
        match &mut self.way {
            Way::Http1 { conn, pool } => {
                if let Some(conn) = conn.take() {
                    pool.put(conn);
                }
            }
            Way::Http2(stream) => stream.ends(),
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        // In the child of a fork its parent's driver may hold the stream's lock for ever.
        if !matches!(&self.way, Way::Http2(stream) if !stream.is_own()) {
            // SAFETY: it is dropped here alone, and not used after this.
            unsafe { ManuallyDrop::drop(&mut self.incoming) };
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = &mut *self;
        let incoming = &mut *this.incoming;
        let frame = match &mut this.way {
            Way::Http1 {
                conn: Some(conn), ..
            } => ready!(conn.poll_with(cx, |cx| Pin::new(&mut *incoming).poll_frame(cx))),
            Way::Http1 { conn: None, .. } => return Poll::Ready(None),
            Way::Http2(stream) if !stream.is_own() => {
                return Poll::Ready(Some(Err(classify::forked_error())));
            }
            Way::Http2(_) => ready!(Pin::new(incoming).poll_frame(cx)),
        };
        let peer = match &this.way {
            Way::Http1 { conn, .. } => conn.as_ref().map_or("the server", |conn| &conn.peer),
            Way::Http2(stream) => stream.peer(),
        };
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                if this.incoming.is_end_stream() {
                    this.ends();
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => Some(Err(classify::body_error(error, peer))),
            None => {
                this.ends();
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
