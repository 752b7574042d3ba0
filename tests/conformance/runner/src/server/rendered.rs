//! Replies. Bodies are rendered and compressed before the first call, heads when they are sent.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use reqtrail::testing::script::{Coding, Header, Moment, Reply};

use super::log::Sent;

/// The longest error body that a client reads. Only bodies up to this length are kept for the checks.
const LONGEST_READ: usize = 1 << 20;
/// The length of an error body up to which a client has to decode it.
const SURELY_READ: usize = 64 << 10;

/// The server's two addresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses {
    pub(super) scheme: &'static str,
    pub(super) main: SocketAddr,
    pub(super) other: SocketAddr,
}

impl Addresses {
    pub(super) fn address(&self, other: bool) -> SocketAddr {
        if other { self.other } else { self.main }
    }

    pub(super) fn origin(&self, other: bool) -> String {
        format!("{}://{}", self.scheme, self.address(other))
    }

    /// Renders something at the present time.
    fn now<T>(&self, render: impl FnOnce(&Moment<'_>) -> T) -> T {
        render(&Moment {
            now: SystemTime::now(),
            origin: &self.origin(false),
            other_origin: &self.origin(true),
        })
    }
}

/// A reply's body as it is sent, and as it was before compression.
#[derive(Debug)]
pub(super) struct RenderedReply {
    pub(super) body: Vec<u8>,
    plain: Option<Arc<[u8]>>,
}

impl RenderedReply {
    pub(super) fn render(reply: &Reply) -> io::Result<Self> {
        let mut body = reply.plain_body().into_owned();
        let plain = (body.len() <= LONGEST_READ).then(|| body.as_slice().into());
        for coding in &reply.codings {
            body = compress(&body, *coding)?;
        }
        Ok(Self { body, plain })
    }

    /// Renders the final head, as bytes and for the log.
    pub(super) fn head(&self, reply: &Reply, method: &str, to: &Addresses) -> (Vec<u8>, Sent) {
        let headers = to.now(|at| reply.head(self.body.len(), at));
        let whole_body = reply.fault.is_none()
            && reply.body_delay_ms == 0
            && reply.codings.len() < 2
            && !reply.lists("content-encoding")
            && !reply.is_framed_by_hand();
        let plain = self.plain.clone().filter(|_| reply.sends_body(method));
        let short = plain
            .as_ref()
            .is_none_or(|plain| plain.len() <= SURELY_READ);
        let bytes = head_bytes(reply.status(), &headers);
        let sent = Sent {
            status: Some(reply.status()),
            headers,
            body: plain,
            body_is_certain: whole_body && short,
            raw: false,
        };
        (bytes, sent)
    }
}

/// Renders the heads before the final one.
pub(super) fn informational(reply: &Reply, to: &Addresses) -> Vec<u8> {
    to.now(|at| {
        reply
            .early_heads(at)
            .flat_map(|(status, headers)| head_bytes(status, &headers))
            .collect()
    })
}

fn head_bytes(status: u16, headers: &[Header]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status)).into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn reason(status: u16) -> &'static str {
    match status {
        100..200 => "Informational",
        200..300 => "OK",
        300..400 => "Redirection",
        400..500 => "Client Error",
        500..600 => "Server Error",
        _ => "Unassigned",
    }
}

/// Compresses at a low level, which is enough for a test.
fn compress(bytes: &[u8], coding: Coding) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Gzip => {
            let level = flate2::Compression::fast();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Coding::Deflate => {
            let level = flate2::Compression::fast();
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Coding::Zstd => zstd::encode_all(bytes, 1),
        Coding::Brotli => {
            let mut out = Vec::new();
            {
                let mut encoder = brotli::CompressorWriter::new(&mut out, 64 << 10, 1, 20);
                encoder.write_all(bytes)?;
            }
            Ok(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn every_coding_is_real() {
        let text = b"abcabcabc".repeat(1000);
        let packed = |coding| compress(&text, coding).expect("compressed");
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(&packed(Coding::Gzip)[..])
            .read_to_end(&mut out)
            .expect("gzip");
        assert_eq!(out, text);
        out.clear();
        flate2::read::ZlibDecoder::new(&packed(Coding::Deflate)[..])
            .read_to_end(&mut out)
            .expect("zlib");
        assert_eq!(out, text);
        out.clear();
        brotli::Decompressor::new(&packed(Coding::Brotli)[..], 4096)
            .read_to_end(&mut out)
            .expect("brotli");
        assert_eq!(out, text);
        assert_eq!(
            zstd::decode_all(&packed(Coding::Zstd)[..]).expect("zstd"),
            text
        );
    }
}
