//! Reading and decoding bodies within their bounds.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::seam::Seam;
use crate::charset::Charset;
use crate::coding::{Coding, DecodeError, Decoder};
use crate::limits;
use crate::redact::Redactor;
use crate::transport::{Transport, TransportError};
use crate::turn::yield_now;

/// How many pieces of a body are read before other work gets a turn. A peer can send a body byte by byte, faster than
/// it is read, and then nothing else would interrupt the reading.
const PIECES: u32 = 64;

/// What has been read of a body. It outlives the reading, so that the code of a cut error body can still be read.
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
    pub(super) async fn read<T: Transport>(
        &mut self,
        body: T::Body,
        limit: u64,
        seam: &Seam,
    ) -> Result<(), ReadError> {
        let mut pieces = 0;
        let mut body = Reading::<T>(Some(body), seam);
        let mut next = |cx: &mut Context<'_>| body.poll(cx);
        while let Some(frame) = poll_fn(&mut next).await {
            pieces += 1;
            if pieces % PIECES == 0 {
                yield_now().await;
            }
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
        // Most bodies come in one piece, which is then not copied.
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

/// A body that is being read. The transport's own code also runs when it is dropped.
struct Reading<'a, T: Transport>(Option<T::Body>, &'a Seam);

impl<T: Transport> Reading<'_, T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.0 {
            Some(body) => self.1.enter::<T, _>(|| Pin::new(body).poll_frame(cx)),
            None => Poll::Ready(None),
        }
    }
}

impl<T: Transport> Drop for Reading<'_, T> {
    fn drop(&mut self) {
        let body = self.0.take();
        self.1.enter::<T, _>(|| drop(body));
    }
}

/// Decodes a body; an empty one is valid in any coding, as after HEAD.
///
/// Once `is_over` returns that the time has run out, it waits for ever, which leaves the thread to the timer that ends
/// it: tokio rarely checks its timers while tasks are ready to run.
pub(super) async fn decode(
    coding: Coding,
    body: Bytes,
    limit: u64,
    is_over: impl Fn() -> bool,
) -> Result<Bytes, DecodeError> {
    if coding == Coding::Identity || body.is_empty() {
        return Ok(body);
    }
    // Boxed: a decoder is larger than the rest of the call, and every call's future would reserve room for it.
    let mut decoder = Box::new(Decoder::new(coding, body, limit)?);
    while !decoder.step()? {
        let_others(&is_over).await;
    }
    Ok(decoder.into_bytes())
}

/// Decodes as much of an error body as possible. A part helps, and a missing part changes nothing.
pub(super) async fn decode_what_is_there(
    coding: Coding,
    body: Bytes,
    limit: u64,
    is_over: impl Fn() -> bool,
) -> Bytes {
    if coding == Coding::Identity {
        return body;
    }
    let Ok(mut decoder) = Decoder::new(coding, body, limit).map(Box::new) else {
        return Bytes::new();
    };
    while let Ok(false) = decoder.step() {
        // The decoded part helps, also when the time has run out.
        if is_over() {
            break;
        }
        yield_now().await;
    }
    decoder.into_bytes()
}

/// What an error keeps of its response's body, without secrets.
pub(super) struct KeptBody {
    pub(super) body: Bytes,
    /// The text, if it is not the body as UTF-8.
    pub(super) text: Option<Box<str>>,
}

impl KeptBody {
    pub(super) fn new(redactor: &Redactor, charset: Charset, body: Bytes) -> Self {
        let mut body = match redactor.bytes(&body) {
            Cow::Borrowed(_) => body,
            Cow::Owned(clean) => clean.into(),
        };
        let mut text = None;
        if !charset.is_utf_8()
            && let Some(decoded) = charset.decode(&body)
            && decoded.as_bytes() != &body[..]
        {
            let clean = redactor.text(&decoded);
            text = Some(shortened(&clean).into());
            // A secret that is only visible in the decoded text must not stay in the bytes.
            if let Cow::Owned(clean) = clean {
                body = clean.into();
            }
        }
        // Redacted before it is cut, so that no half of a token is left at the end. Copied, since the error would
        // otherwise keep the cut part in memory.
        let kept = &body[..body.len().min(limits::ERROR_BODY_KEPT)];
        Self {
            body: Bytes::copy_from_slice(kept),
            text,
        }
    }
}

/// As much of a text as an error keeps.
pub(super) fn shortened(text: &str) -> &str {
    let mut end = text.len().min(limits::ERROR_BODY_KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

async fn let_others(is_over: impl Fn() -> bool) {
    if is_over() {
        std::future::pending::<()>().await;
    }
    yield_now().await;
}
