//! The body of a response from hyper.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::hyper::body::Incoming;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::classify;
use super::http1::Http1;
use super::pool::Pool;
use super::pool::http2::Stream;
use crate::transport::TransportError;

/// A response's body. It holds its connection or stream, and returns that at its end.
#[derive(Debug)]
pub struct ResponseBody {
    /// `None` at its end.
    incoming: Option<Incoming>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Http1 {
        /// `None` once the connection is idle in the pool again.
        conn: Option<Box<Http1>>,
        pool: Arc<Pool>,
    },
    Http2(Stream),
}

impl ResponseBody {
    pub(super) fn http1(incoming: Incoming, conn: Box<Http1>, pool: Arc<Pool>) -> Self {
        let conn = Some(conn);
        Self::new(incoming, Way::Http1 { conn, pool })
    }

    pub(super) fn http2(incoming: Incoming, stream: Stream) -> Self {
        Self::new(incoming, Way::Http2(stream))
    }

    fn new(incoming: Incoming, way: Way) -> Self {
        let mut body = Self {
            incoming: Some(incoming),
            way,
        };
        body.ends_if_read();
        body
    }

    /// Returns the connection or stream as soon as nothing more can come.
    fn ends_if_read(&mut self) {
        if self.incoming.as_ref().is_some_and(Body::is_end_stream) {
            self.ends();
        }
    }

    fn ends(&mut self) {
        match &mut self.way {
            Way::Http1 { conn, pool } => {
                if let Some(conn) = conn.take() {
                    conn.let_go(self.incoming.take());
                    pool.put(conn);
                }
            }
            Way::Http2(stream) => {
                stream.ends();
                self.drop_incoming();
            }
        }
    }

    fn drop_incoming(&mut self) {
        let incoming = self.incoming.take();
        // In the child of a fork, the parent's driver may hold the stream's lock for ever.
        if matches!(&self.way, Way::Http2(stream) if !stream.is_own()) {
            std::mem::forget(incoming);
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.drop_incoming();
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
        let Some(incoming) = &mut this.incoming else {
            return Poll::Ready(None);
        };
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
                this.ends_if_read();
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
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.incoming {
            Some(incoming) => incoming.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}
