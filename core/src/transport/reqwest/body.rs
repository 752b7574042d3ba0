//! Bodies on their way through reqwest.

use std::future::Future as _;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{SentMark, TransportError, classify};

/// A request body that notices when a connection takes the request up.
///
/// reqwest does not say when a request leaves the pool's queue for a connection. But no HTTP/1 or HTTP/2 connection
/// can write a request head without asking the body first whether it is empty, so that question is the mark.
pub(super) struct RequestBody {
    data: Option<Bytes>,
    sent: SentMark,
}

/// Settles a request whose exchange is given up. It has to be dropped after the exchange.
///
/// A connection on another thread may have taken the request and not have asked yet. So a request counts as unsent
/// only if its body went with the exchange; one that is still with a connection may leave at any moment.
pub(super) struct Settle(SentMark);

impl RequestBody {
    pub(super) fn new(data: Bytes, sent: SentMark) -> (Self, Settle) {
        let settle = Settle(sent.clone());
        let data = Some(data).filter(|data| !data.is_empty());
        (Self { data, sent }, settle)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.sent.body_is_gone();
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        self.0.mark_unless_body_is_gone();
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.sent.mark();
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent.mark();
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

/// A response body whose errors say what broke.
#[derive(Debug)]
pub struct ResponseBody(reqwest::Response);

impl ResponseBody {
    pub(super) fn new(response: reqwest::Response) -> Self {
        Self(response)
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        // The future of a chunk keeps nothing between polls. Taking the response apart would cost more.
        let chunk = ready!(pin!(self.0.chunk()).poll(cx));
        Poll::Ready(match chunk {
            Ok(data) => data.map(|data| Ok(Frame::data(data))),
            Err(error) => Some(Err(classify::body_error(error))),
        })
    }
}
