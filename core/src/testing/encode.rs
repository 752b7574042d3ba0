//! Encodes bodies in content codings, for made answers.
//!
//! They are written as stored blocks, which decoders read like any other: compressors would be larger than the whole kit
//! may be (`docs/adr/0074-scripted-bodies-are-stored-not-compressed.md`).

use crate::coding::Coding;

/// Encodes a body in these codings, in the order of their names.
///
/// # Errors
/// Names the unknown coding, or the feature of the crate that it needs.
pub(crate) fn encode<'a>(
    codings: impl IntoIterator<Item = &'a str>,
    body: &[u8],
) -> Result<Vec<u8>, String> {
    let mut encoded = body.to_vec();
    for name in codings {
        encoded = match Coding::named(name)? {
            None | Some(Coding::Identity) => encoded,
            #[cfg(feature = "gzip")]
            Some(Coding::Gzip) => gzip(&encoded),
            #[cfg(feature = "gzip")]
            Some(Coding::Deflate) => zlib(&encoded),
            #[cfg(feature = "brotli")]
            Some(Coding::Brotli) => brotli(&encoded),
            #[cfg(feature = "zstd")]
            Some(Coding::Zstd) => zstd(&encoded),
        };
    }
    Ok(encoded)
}

/// A gzip member (RFC 1952 §2.3) of stored blocks.
#[cfg(feature = "gzip")]
fn gzip(body: &[u8]) -> Vec<u8> {
    /// No name, no time, no information about the compressor; the system is unknown.
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

    let mut encoded = deflated(&HEADER, body);
    let mut crc = flate2::Crc::new();
    crc.update(body);
    encoded.extend_from_slice(&crc.sum().to_le_bytes());
    encoded.extend_from_slice(&crc.amount().to_le_bytes());
    encoded
}

/// A zlib stream (RFC 1950 §2.2) of stored blocks.
#[cfg(feature = "gzip")]
fn zlib(body: &[u8]) -> Vec<u8> {
    /// A window of 32 KiB, no dictionary; a multiple of 31.
    const HEADER: [u8; 2] = [0x78, 0x01];

    let mut encoded = deflated(&HEADER, body);
    encoded.extend_from_slice(&adler32(body).to_be_bytes());
    encoded
}

/// The checksum of zlib (RFC 1950 §8.2).
#[cfg(feature = "gzip")]
fn adler32(body: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    /// How many bytes fit in 32 bits before the remainders are needed.
    const STEP: usize = 5552;

    let (mut a, mut b) = (1, 0);
    for part in body.chunks(STEP) {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        a %= BASE;
        b %= BASE;
    }
    b << 16 | a
}

/// Stored blocks (RFC 1951 §3.2.4) behind a header.
#[cfg(feature = "gzip")]
fn deflated(header: &[u8], body: &[u8]) -> Vec<u8> {
    const BLOCK: usize = u16::MAX as usize;

    let mut encoded =
        Vec::with_capacity(header.len() + body.len() + 5 * (body.len() / BLOCK + 1) + 8);
    encoded.extend_from_slice(header);
    let mut blocks = body.chunks(BLOCK).peekable();
    loop {
        // An empty body is an empty block.
        let block = blocks.next().unwrap_or_default();
        let is_last = blocks.peek().is_none();
        // BFINAL; BTYPE: 0. Then zeros up to the next byte.
        encoded.push(u8::from(is_last));
        let length = block.len() as u16;
        encoded.extend_from_slice(&length.to_le_bytes());
        encoded.extend_from_slice(&(!length).to_le_bytes());
        encoded.extend_from_slice(block);
        if is_last {
            return encoded;
        }
    }
}

/// Uncompressed meta-blocks (RFC 7932 §9.2). Bits are written from the lowest.
#[cfg(feature = "brotli")]
fn brotli(body: &[u8]) -> Vec<u8> {
    /// The maximum of four nibbles.
    const BLOCK: usize = 1 << 16;

    let mut encoded = Vec::with_capacity(body.len() + 3 * body.len().div_ceil(BLOCK) + 1);
    // WBITS: a zero bit stands for a window of 16 bits (§9.1). It is the first bit of the stream.
    let mut window_bits = 1;
    for block in body.chunks(BLOCK) {
        // ISLAST: 0. MNIBBLES: 0, for four. MLEN - 1. ISUNCOMPRESSED: 1. Then zeros up to the next byte.
        let length = (block.len() - 1) << 3;
        let header = (length | 1 << 19) << window_bits;
        encoded.extend_from_slice(&header.to_le_bytes()[..3]);
        encoded.extend_from_slice(block);
        window_bits = 0;
    }
    // ISLAST: 1. ISLASTEMPTY: 1.
    encoded.push(0b11 << window_bits);
    encoded
}

/// A frame of raw blocks (RFC 8878 §3.1.1).
#[cfg(feature = "zstd")]
fn zstd(body: &[u8]) -> Vec<u8> {
    /// The window, which is also the longest block.
    const BLOCK: usize = 128 * 1024;
    const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();
    /// No content size, no checksum, no dictionary (§3.1.1.1.1).
    const DESCRIPTOR: u8 = 0;
    /// The exponent 7 stands for a window of 2¹⁷ bytes (§3.1.1.1.2).
    const WINDOW: u8 = 7 << 3;

    let mut encoded = Vec::with_capacity(body.len() + 3 * body.len().div_ceil(BLOCK) + 9);
    encoded.extend_from_slice(&MAGIC);
    encoded.extend_from_slice(&[DESCRIPTOR, WINDOW]);
    let mut blocks = body.chunks(BLOCK).peekable();
    loop {
        // An empty body is an empty block.
        let block = blocks.next().unwrap_or_default();
        let is_last = blocks.peek().is_none();
        // Last_Block, Block_Type: 0 for raw, Block_Size (§3.1.1.2).
        let header = block.len() << 3 | usize::from(is_last);
        encoded.extend_from_slice(&header.to_le_bytes()[..3]);
        encoded.extend_from_slice(block);
        if is_last {
            return encoded;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coding::Decoder;

    /// The codings whose features are on.
    fn names() -> impl Iterator<Item = &'static str> {
        let all = [
            ("gzip", cfg!(feature = "gzip")),
            ("x-gzip", cfg!(feature = "gzip")),
            ("deflate", cfg!(feature = "gzip")),
            ("br", cfg!(feature = "brotli")),
            ("zstd", cfg!(feature = "zstd")),
            ("identity", true),
        ];
        all.into_iter()
            .filter_map(|(name, is_on)| is_on.then_some(name))
    }

    fn decode(name: &str, body: Vec<u8>) -> Vec<u8> {
        let coding = Coding::named(name).expect("a coding");
        let coding = coding.unwrap_or(Coding::Identity);
        let mut decoder = Decoder::new(coding, body.into(), 1 << 30).expect("a decoder");
        while !decoder.step().expect("it is well formed") {}
        decoder.into_bytes().to_vec()
    }

    /// Bytes that hardly any two bodies share, in a pattern that a compressor soon finds.
    fn data(size: usize, seed: u64) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = vec![0; size];
        let (pattern, rest) = bytes.split_at_mut(size.min(5000));
        random.fill(pattern);
        for part in rest.chunks_mut(5000) {
            part.copy_from_slice(&pattern[..part.len()]);
        }
        bytes
    }

    #[test]
    fn the_cores_own_decoders_give_the_body_back() {
        let sizes = [
            0,
            1,
            65_535,
            65_536,
            65_537,
            131_072,
            131_073,
            (16 << 20) + 3,
        ];
        for name in names() {
            for size in sizes {
                let body = data(size, 7);
                let encoded = encode([name], &body).expect("encoded");
                assert_eq!(encoded == body, name == "identity", "{name} of {size}");
                assert!(decode(name, encoded) == body, "{name} of {size}");
            }
        }
    }

    #[test]
    fn codings_are_applied_in_the_order_of_their_names() {
        let body = data(100_000, 7);
        for first in names() {
            for second in names() {
                let encoded = encode([first, second], &body).expect("encoded");
                assert!(
                    decode(first, decode(second, encoded)) == body,
                    "{first}, {second}"
                );
            }
        }
        assert_eq!(encode([], &body), Ok(body));
    }

    #[test]
    fn a_cut_body_is_corrupt() {
        for name in names().filter(|name| *name != "identity") {
            let mut encoded = encode([name], &data(70_000, 7)).expect("encoded");
            encoded.pop();
            let coding = Coding::named(name).ok().flatten().expect("a coding");
            let mut decoder = Decoder::new(coding, encoded.into(), 1 << 20).expect("a decoder");
            let end = loop {
                match decoder.step() {
                    Ok(false) => {}
                    end => break end,
                }
            };
            assert!(end.is_err(), "{name}");
        }
    }

    #[test]
    fn other_codings_and_features_that_are_off_are_named() {
        let error = encode(["lzma"], b"x").expect_err("unknown");
        assert!(error.contains("`lzma`"), "{error}");
        for (name, feature) in [
            ("gzip", "gzip"),
            ("deflate", "gzip"),
            ("br", "brotli"),
            ("zstd", "zstd"),
        ] {
            if let Err(error) = encode([name], b"x") {
                assert!(names().all(|on| on != name), "{name}");
                assert!(error.contains(&format!("feature `{feature}`")), "{error}");
            } else {
                assert!(names().any(|on| on == name), "{name}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_body_comes_back(
            size in 0..140_000_usize,
            seed in any::<u64>(),
            codings in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        ) {
            let body = data(size, seed);
            let all: Vec<_> = names().collect();
            let codings: Vec<_> = codings.iter().map(|index| all[index.index(all.len())]).collect();
            let encoded = encode(codings.iter().copied(), &body).expect("encoded");
            let decoded = codings.iter().rev().fold(encoded, |body, name| decode(name, body));
            prop_assert!(decoded == body, "{:?}", codings);
        }
    }
}
