//! Reading and decoding bodies within their bounds.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use http_body::Body;

use crate::coding::{Coding, DecodeError, Decoder};
use crate::transport::TransportError;
use crate::turn::yield_now;

/// What has been read of a body; it survives the reading, so that a cut error body still tells its code.
#[derive(Debug, Default)]
pub(super) struct Collected {
    first: Bytes,
    all: Vec<u8>,
    len: u64,
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum ReadError {
    TooLarge,
    Broken(TransportError),
}

impl Collected {
    /// Reads to the end, or to the limit.
    pub(super) async fn read<B>(&mut self, mut body: B, limit: u64) -> Result<(), ReadError>
    where
        B: Body<Data = Bytes, Error = TransportError> + Unpin,
    {
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(ReadError::Broken)?;
            if let Ok(data) = frame.into_data() {
                self.push(data);
                if self.len > limit {
                    return Err(ReadError::TooLarge);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, data: Bytes) {
        // Most bodies come in one piece, which then is not copied.
        let before = self.len;
        self.len += data.len() as u64;
        if before == 0 {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&data);
    }

    pub(super) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.into()
        }
    }
}

/// Decodes a body; an empty one stands for any coding, as after HEAD.
pub(super) async fn decode(coding: Coding, body: Bytes, limit: u64) -> Result<Bytes, DecodeError> {
    if coding == Coding::Identity || body.is_empty() {
        return Ok(body);
    }
    // Boxed: a decoder is larger than the rest of the call, whose future would have room for it in every call.
    let mut decoder = Box::new(Decoder::new(coding, body, limit)?);
    while !decoder.step()? {
        yield_now().await;
    }
    Ok(decoder.into_bytes())
}

/// Decodes as much of an error body as can be: what is there helps, what is not changes nothing.
pub(super) async fn decode_what_is_there(coding: Coding, body: Bytes, limit: u64) -> Bytes {
    if coding == Coding::Identity {
        return body;
    }
    let Ok(mut decoder) = Decoder::new(coding, body, limit).map(Box::new) else {
        return Bytes::new();
    };
    while let Ok(false) = decoder.step() {
        yield_now().await;
    }
    decoder.into_bytes()
}
