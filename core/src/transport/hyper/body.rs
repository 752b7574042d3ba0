//! A response's body on its way through hyper.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::hyper::body::Incoming;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::http1::Http1;
use super::http2::Stream;
use super::pool::Pool;
use crate::transport::{TransportError, classify};

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
