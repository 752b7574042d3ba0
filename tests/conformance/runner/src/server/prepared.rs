//! Replies made ready before the first call: bodies compressed, heads built at the moment of sending.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::date;
use super::log::Sent;
use crate::scenario::{After, Body, Coding, Fault, Framing, HeaderValue, Reply};

/// The longest error body that a client reads, and so the longest that is kept for comparison.
const KEPT: usize = 1 << 20;
/// Beyond this much of an error body a client may stop decoding.
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
}

/// A reply's body as it goes out, and as it was before compression.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) body: Vec<u8>,
    plain: Option<Arc<[u8]>>,
}

impl Prepared {
    pub(super) fn render(reply: &Reply) -> io::Result<Self> {
        let mut body = match &reply.body {
            Body::None => Vec::new(),
            Body::Json(bytes) | Body::Bytes(bytes) => bytes.clone(),
            Body::Fill { unit, count } => unit.repeat(*count),
        };
        let plain = (body.len() <= KEPT).then(|| body.as_slice().into());
        for coding in &reply.codings {
            body = compress(&body, *coding)?;
        }
        Ok(Self { body, plain })
    }

    /// The final head, as bytes and as the log keeps it.
    pub(super) fn head(&self, reply: &Reply, method: &str, to: &Addresses) -> (Vec<u8>, Sent) {
        let mut headers: Vec<(String, Vec<u8>)> = rendered(&reply.headers, to);
        let listed =
            |headers: &[(String, Vec<u8>)], name: &str| headers.iter().any(|(n, _)| is(n, name));
        let framed_by_hand =
            listed(&headers, "content-length") || listed(&headers, "transfer-encoding");
        let coded_by_hand = listed(&headers, "content-encoding");
        let mut add = |name: &str, value: String| headers.push((name.to_owned(), value.into()));
        if !is_bodiless(reply.status) {
            if matches!(reply.body, Body::Json(_)) && !names(reply, "content-type") {
                add("Content-Type", "application/json".to_owned());
            }
            if !reply.codings.is_empty() {
                let codings: Vec<_> = reply.codings.iter().map(|coding| coding.token()).collect();
                add("Content-Encoding", codings.join(", "));
            }
            match reply.framing {
                _ if framed_by_hand => {}
                Framing::Length => add("Content-Length", self.body.len().to_string()),
                Framing::Chunked => add("Transfer-Encoding", "chunked".to_owned()),
                Framing::Close => {}
            }
        }
        if closes(reply) {
            add("Connection", "close".to_owned());
        }
        let whole_body = reply.fault.is_none()
            && reply.body_delay_ms == 0
            && reply.codings.len() < 2
            && !coded_by_hand
            && !framed_by_hand;
        let sends_body = sends_body(reply.status, method);
        let plain = self.plain.clone().filter(|_| sends_body);
        let short = plain
            .as_ref()
            .is_none_or(|plain| plain.len() <= SURELY_READ);
        let bytes = head_bytes(reply.status, &headers);
        let sent = Sent {
            status: Some(reply.status),
            headers,
            body: plain,
            body_is_certain: whole_body && short,
            raw: false,
        };
        (bytes, sent)
    }
}

/// The heads that go out before the final one.
pub(super) fn informational(reply: &Reply, to: &Addresses) -> Vec<u8> {
    let heads = reply.informational.iter();
    heads
        .flat_map(|(status, headers)| head_bytes(*status, &rendered(headers, to)))
        .collect()
}

/// Whether body bytes follow the head.
pub(super) fn sends_body(status: u16, method: &str) -> bool {
    method != "HEAD" && !is_bodiless(status)
}

/// Whether the connection ends with this reply.
pub(super) fn closes(reply: &Reply) -> bool {
    reply.after == After::Close || reply.framing == Framing::Close
}

/// Whether half of the body is all that goes out.
pub(super) fn is_halved(reply: &Reply) -> bool {
    matches!(
        reply.fault,
        Some(Fault::StallBody | Fault::CutBody | Fault::ResetBody)
    )
}

fn is_bodiless(status: u16) -> bool {
    status < 200 || status == 204 || status == 304
}

fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

fn names(reply: &Reply, name: &str) -> bool {
    reply.headers.iter().any(|(header, _)| is(header, name))
}

fn rendered(headers: &[(String, HeaderValue)], to: &Addresses) -> Vec<(String, Vec<u8>)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    let value = |value: &HeaderValue| match value {
        HeaderValue::Text(text) => text.clone(),
        HeaderValue::Date { offset_s, form } => {
            // A calendar of any length is not needed; offsets beyond it stop at its edge.
            let at = now.saturating_add(*offset_s);
            date::format(at.clamp(-62_135_596_800, 253_402_300_799), *form)
        }
        HeaderValue::Epoch { offset_s } => now.saturating_add(*offset_s).to_string(),
        HeaderValue::Redirect { path, other_origin } => {
            format!("{}{path}", to.origin(*other_origin))
        }
    };
    headers
        .iter()
        .map(|(name, header)| (name.clone(), value(header).into_bytes()))
        .collect()
}

fn head_bytes(status: u16, headers: &[(String, Vec<u8>)]) -> Vec<u8> {
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

/// Compresses at a low level: what counts is that the coding is real, not that it is small.
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
