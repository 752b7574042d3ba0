//! Content codings: what a body is compressed with, and undoing it within a bound.
//!
//! The transport hands bodies over as they came, so that a repeated or unknown coding is seen here and not passed on
//! as data (`docs/adr/0003-bodies-are-decoded-above-the-transport.md`).

mod gzip;

use std::io::Read;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, TRANSFER_ENCODING};

/// What the client says it can undo.
pub(crate) const ACCEPT_ENCODING: &str = "gzip, br, zstd, deflate";

/// How much is decoded between two looks at the clock.
const STEP: usize = 256 * 1024;

/// A single content coding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
    /// The zlib format, as RFC 9110 §8.4.1.2 has it.
    Deflate,
}

impl Coding {
    /// Reads `Content-Encoding`; the error names what cannot be undone.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, String> {
        let mut found = Self::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            let text = value
                .to_str()
                .map_err(|_| "the Content-Encoding is not text".to_owned())?;
            for name in text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                let coding = match name.to_ascii_lowercase().as_str() {
                    "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "br" => Self::Brotli,
                    "zstd" => Self::Zstd,
                    "deflate" => Self::Deflate,
                    _ => {
                        return Err(format!(
                            "the body's Content-Encoding `{name}` is none of {ACCEPT_ENCODING}"
                        ));
                    }
                };
                if found != Self::Identity {
                    return Err(format!(
                        "the body is encoded more than once ({text}); one coding is expected"
                    ));
                }
                found = coding;
            }
        }
        Ok(found)
    }
}

/// Checks the transfer codings of a body. `chunked` is undone by the transport; any other would reach the caller as data,
/// since no request allows one (RFC 9112 §7.4).
pub(crate) fn check_transfer(headers: &HeaderMap) -> Result<(), String> {
    let mut values = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(first) = values.next() else {
        return Ok(());
    };
    let is_chunked = first
        .as_bytes()
        .trim_ascii()
        .eq_ignore_ascii_case(b"chunked");
    if is_chunked && values.next().is_none() {
        return Ok(());
    }
    let all = headers.get_all(TRANSFER_ENCODING).iter();
    let all: Vec<_> = all
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    Err(format!(
        "the body's Transfer-Encoding `{}` is not `chunked`",
        all.join(", ")
    ))
}

/// Why a body was not decoded.
#[derive(Debug)]
pub(crate) enum DecodeError {
    /// The coded data is broken or ends early.
    Corrupt(std::io::Error),
    /// The decoded body is over the limit.
    TooLarge,
}

/// Undoes a coding in steps, so that a long body does not hold up the calls that share its thread.
pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    out: Vec<u8>,
    limit: u64,
}

impl Decoder {
    pub(crate) fn new(coding: Coding, body: Bytes, limit: u64) -> Result<Self, DecodeError> {
        let source = std::io::Cursor::new(body);
        let reader: Box<dyn Read + Send> = match coding {
            Coding::Identity => Box::new(source),
            Coding::Gzip => Box::new(gzip::Members::new(source)),
            Coding::Brotli => Box::new(brotli_decompressor::Decompressor::new(source, 16 * 1024)),
            Coding::Zstd => {
                Box::new(zstd::stream::read::Decoder::new(source).map_err(DecodeError::Corrupt)?)
            }
            Coding::Deflate => Box::new(flate2::read::ZlibDecoder::new(source)),
        };
        Ok(Self {
            reader,
            out: Vec::new(),
            limit,
        })
    }

    /// Decodes a little more; `true` when all is done.
    pub(crate) fn step(&mut self) -> Result<bool, DecodeError> {
        let before = self.out.len();
        let mut part = (&mut self.reader).take(STEP as u64);
        part.read_to_end(&mut self.out)
            .map_err(DecodeError::Corrupt)?;
        if self.out.len() as u64 > self.limit {
            return Err(DecodeError::TooLarge);
        }
        Ok(self.out.len() - before < STEP)
    }

    /// What has been decoded so far.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.out.into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn coded(coding: Coding, data: &[u8]) -> Vec<u8> {
        match coding {
            Coding::Identity => data.to_vec(),
            Coding::Gzip => {
                let mut writer =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                writer.write_all(data).expect("write");
                writer.finish().expect("finish")
            }
            Coding::Deflate => {
                let mut writer =
                    flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
                writer.write_all(data).expect("write");
                writer.finish().expect("finish")
            }
            Coding::Zstd => zstd::encode_all(data, 3).expect("encode"),
            Coding::Brotli => {
                let mut out = Vec::new();
                brotli::CompressorWriter::new(&mut out, 4096, 5, 22)
                    .write_all(data)
                    .expect("write");
                out
            }
        }
    }

    fn decode(coding: Coding, body: Vec<u8>, limit: u64) -> Result<Vec<u8>, DecodeError> {
        let mut decoder = Decoder::new(coding, body.into(), limit)?;
        while !decoder.step()? {}
        Ok(decoder.into_bytes().to_vec())
    }

    const ALL: [Coding; 4] = [Coding::Gzip, Coding::Brotli, Coding::Zstd, Coding::Deflate];

    #[test]
    fn every_coding_gives_the_data_back() {
        for size in [0, 1, 1000, STEP, STEP + 1, 3 * STEP] {
            let data: Vec<u8> = (0..size)
                .map(|i| u8::try_from(i % 251).unwrap_or_default())
                .collect();
            for coding in ALL {
                let got = decode(coding, coded(coding, &data), 1 << 30).expect("decodes");
                assert!(got == data, "{coding:?} of {size}");
            }
        }
    }

    #[test]
    fn a_cut_or_broken_body_is_an_error_never_a_part() {
        let data =
            b"some text that is long enough to be cut in the middle, twice over and then some"
                .repeat(50);
        for coding in ALL {
            let whole = coded(coding, &data);
            for keep in [1, whole.len() / 2, whole.len() - 1] {
                let got = decode(coding, whole[..keep].to_vec(), 1 << 20);
                assert!(
                    matches!(got, Err(DecodeError::Corrupt(_))),
                    "{coding:?} cut to {keep}"
                );
            }
            let got = decode(
                coding,
                b"<html>not compressed at all</html>".to_vec(),
                1 << 20,
            );
            assert!(
                matches!(got, Err(DecodeError::Corrupt(_))),
                "{coding:?} of plain text"
            );
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let data = vec![0u8; 8 << 20];
        for coding in ALL {
            let got = decode(coding, coded(coding, &data), 1 << 20);
            assert!(matches!(got, Err(DecodeError::TooLarge)), "{coding:?}");
        }
    }

    #[test]
    fn only_one_known_coding_is_undone() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, http::HeaderValue::from_static(value));
            }
            Coding::from_headers(&headers)
        };
        assert_eq!(read(&[]), Ok(Coding::Identity));
        assert_eq!(read(&["GZIP"]), Ok(Coding::Gzip));
        assert_eq!(read(&["identity, br"]), Ok(Coding::Brotli));
        for bad in [
            &["gzip, gzip"][..],
            &["gzip", "gzip"],
            &["gzip, br"],
            &["lzma"],
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
