//! Content codings: reading how a body is compressed, and decoding it within a bound.
//!
//! The transport passes bodies on as they came, so that a repeated or unknown coding is detected here and not passed on
//! as data (`docs/adr/0003-bodies-are-decoded-above-the-transport.md`).

#[cfg(feature = "gzip")]
mod gzip;

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf as _, Bytes};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, TRANSFER_ENCODING};

/// The codings that the client offers to decode: those whose features are on.
pub(crate) const ACCEPT_ENCODING: &str = match (
    cfg!(feature = "gzip"),
    cfg!(feature = "brotli"),
    cfg!(feature = "zstd"),
) {
    (true, true, true) => "gzip, br, zstd, deflate",
    (true, true, false) => "gzip, br, deflate",
    (true, false, true) => "gzip, zstd, deflate",
    (true, false, false) => "gzip, deflate",
    (false, true, true) => "br, zstd",
    (false, true, false) => "br",
    (false, false, true) => "zstd",
    // Without the header a server may choose any coding (RFC 9110 §12.5.3).
    (false, false, false) => "identity",
};

/// The most decoded bytes that one step produces.
const STEP: usize = 256 * 1024;

/// The most coded bytes that one step takes.
///
/// Much input can produce no output: empty gzip members cost some five microseconds for each 20 bytes.
const STEP_INPUT: usize = 16 * 1024;

/// A single content coding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Identity,
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "brotli")]
    Brotli,
    #[cfg(feature = "zstd")]
    Zstd,
    /// The zlib format, as RFC 9110 §8.4.1.2 defines it.
    #[cfg(feature = "gzip")]
    Deflate,
}

impl Coding {
    /// Reads `Content-Encoding`; the error names what cannot be decoded.
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
                let Some(coding) = Self::named(name)? else {
                    continue;
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

    /// Reads the name of a coding; `None` for `identity`.
    pub(crate) fn named(name: &str) -> Result<Option<Self>, String> {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "identity" => Ok(None),
            #[cfg(feature = "gzip")]
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            #[cfg(feature = "brotli")]
            "br" => Ok(Some(Self::Brotli)),
            #[cfg(feature = "zstd")]
            "zstd" => Ok(Some(Self::Zstd)),
            #[cfg(feature = "gzip")]
            "deflate" => Ok(Some(Self::Deflate)),
            _ => Err(not_undone(name, &lower)),
        }
    }
}

/// Says why a coding is not decoded; `lower` is its name in lower case.
fn not_undone(name: &str, lower: &str) -> String {
    let feature = match lower {
        "gzip" | "x-gzip" | "deflate" => "gzip",
        "br" => "brotli",
        "zstd" => "zstd",
        _ => {
            return format!(
                "the body's Content-Encoding `{name}` is not supported; expected one of {ACCEPT_ENCODING}"
            );
        }
    };
    format!(
        "the body's Content-Encoding `{name}` needs the feature `{feature}` of the crate reqtrail, which is off"
    )
}

/// Checks the transfer codings of a body. The transport decodes `chunked`; any other would reach the caller as data,
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
    Corrupt(io::Error),
    /// The decoded body is over the limit.
    TooLarge,
}

/// Decodes a body in steps, so that a long one does not hold up the calls that share its thread.
pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    /// How many bytes the reader may still take in this step.
    portion: Arc<AtomicUsize>,
    out: Vec<u8>,
    limit: u64,
}

impl Decoder {
    pub(crate) fn new(coding: Coding, body: Bytes, limit: u64) -> Result<Self, DecodeError> {
        let portion = Arc::<AtomicUsize>::default();
        let source = Source {
            left: body,
            portion: Arc::clone(&portion),
        };
        let reader: Box<dyn Read + Send> = match coding {
            Coding::Identity => Box::new(source),
            #[cfg(feature = "gzip")]
            Coding::Gzip => Box::new(gzip::Members::new(source)),
            #[cfg(feature = "brotli")]
            Coding::Brotli => Box::new(brotli_decompressor::Decompressor::new(source, 16 * 1024)),
            #[cfg(feature = "zstd")]
            Coding::Zstd => Box::new(
                zstd::stream::read::Decoder::with_buffer(source).map_err(DecodeError::Corrupt)?,
            ),
            #[cfg(feature = "gzip")]
            Coding::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(source)),
        };
        Ok(Self {
            reader,
            portion,
            out: Vec::new(),
            limit,
        })
    }

    /// Decodes one more step; returns `true` when all is decoded.
    pub(crate) fn step(&mut self) -> Result<bool, DecodeError> {
        self.portion.store(STEP_INPUT, Ordering::Relaxed);
        let before = self.out.len();
        let mut part = (&mut self.reader).take(STEP as u64);
        let is_done = match part.read_to_end(&mut self.out) {
            Ok(_) => self.out.len() - before < STEP,
            // The step has used up its portion. The output is in `out`.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) => return Err(DecodeError::Corrupt(error)),
        };
        if self.out.len() as u64 > self.limit {
            return Err(DecodeError::TooLarge);
        }
        Ok(is_done)
    }

    /// What has been decoded so far.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.out.into()
    }
}

/// A coded body that is read in portions. After each portion, reading fails with `WouldBlock`, which all decoders pass
/// on without losing data.
struct Source {
    left: Bytes,
    portion: Arc<AtomicUsize>,
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let portion = self.portion.load(Ordering::Relaxed).min(self.left.len());
        match portion {
            0 if !self.left.is_empty() => Err(io::ErrorKind::WouldBlock.into()),
            portion => Ok(&self.left[..portion]),
        }
    }

    fn consume(&mut self, count: usize) {
        self.left.advance(count);
        self.portion.fetch_sub(count, Ordering::Relaxed);
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(all(test, feature = "brotli", feature = "gzip", feature = "zstd"))]
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
            // Hardly compressible, so that there is more input than one step takes.
            let mut random = fastrand::Rng::with_seed(7);
            let data: Vec<u8> = (0..size).map(|_| random.u8(..251)).collect();
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

    /// As much input as possible that gives nothing.
    fn void(coding: Coding, bytes: usize) -> Vec<u8> {
        let (begin, void, end): (Vec<u8>, Vec<u8>, Vec<u8>) = match coding {
            Coding::Identity => unreachable!("it always gives something"),
            Coding::Gzip | Coding::Zstd => (vec![], coded(coding, b""), vec![]),
            // Stored blocks without data (RFC 1951 §3.2.4), and the checksum of nothing.
            Coding::Deflate => (
                vec![0x78, 0x9c],
                vec![0, 0, 0, 0xff, 0xff],
                vec![1, 0, 0, 0xff, 0xff, 0, 0, 0, 1],
            ),
            // Meta-blocks with metadata of no length (RFC 7932 §9.2), and the last one.
            Coding::Brotli => (vec![0x0c], vec![0x06], vec![0x03]),
        };
        let middle = void
            .iter()
            .copied()
            .cycle()
            .take(bytes / void.len() * void.len());
        begin.into_iter().chain(middle).chain(end).collect()
    }

    #[test]
    fn a_step_takes_little_input_even_if_that_gives_nothing() {
        const SIZE: usize = 512 * 1024;
        for coding in ALL {
            let body = void(coding, SIZE);
            let mut decoder = Decoder::new(coding, body.into(), 1 << 20).expect("a decoder");
            let mut steps = 1;
            while !decoder.step().expect("it is well formed") {
                steps += 1;
            }
            assert!(decoder.into_bytes().is_empty(), "{coding:?}");
            assert!(
                (SIZE / STEP_INPUT..=2 * SIZE / STEP_INPUT).contains(&steps),
                "{coding:?}: {steps} steps"
            );
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
