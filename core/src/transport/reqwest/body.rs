//! A response's body on its way through reqwest.

use std::future::Future as _;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::{TransportError, classify};

/// A response's body, with errors that say what broke.
#[derive(Debug)]
pub(crate) struct ResponseBody(reqwest::Response);

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
            Err(error) => Some(Err(classify::body_error(error, self.0.url()))),
        })
    }
}
