//! The members of a gzip body, and the zero bytes that pad it.

use std::io::{BufRead, Read, Result};

use flate2::bufread::GzDecoder;

/// Decodes gzip. Zero bytes after a member are skipped, as gzip does: some archivers pad to whole blocks.
pub(super) struct Members<R>(State<R>);

enum State<R> {
    Member(GzDecoder<R>),
    /// After a member.
    Between(R),
    Done,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(source: R) -> Self {
        Self(State::Member(GzDecoder::new(source)))
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        loop {
            match std::mem::replace(&mut self.0, State::Done) {
                State::Done => return Ok(0),
                State::Member(mut member) => match member.read(into) {
                    Ok(0) if !into.is_empty() => self.0 = State::Between(member.into_inner()),
                    read => {
                        self.0 = State::Member(member);
                        return read;
                    }
                },
                State::Between(mut source) => {
                    let ahead = source.fill_buf().map(|ahead| {
                        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
                        (zeros, ahead.len())
                    });
                    // A source that has nothing at the moment is read again later.
                    self.0 = match ahead {
                        Ok((_, 0)) => State::Done,
                        Ok((zeros, length)) => {
                            source.consume(zeros);
                            if zeros == length {
                                State::Between(source)
                            } else {
                                State::Member(GzDecoder::new(source))
                            }
                        }
                        Err(error) => {
                            self.0 = State::Between(source);
                            return Err(error);
                        }
                    };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn member(data: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(data).expect("write");
        writer.finish().expect("finish")
    }

    fn undone(body: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        Members::new(body).read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn members_follow_each_other_with_zeros_between_and_after() {
        let zeros = vec![0; 100_000];
        let parts: [&[u8]; 6] = [
            &member(b"ab"),
            b"\0",
            &member(b""),
            &zeros,
            &member(b"cd"),
            b"\0\0",
        ];
        for used in 1..=parts.len() {
            let wanted: &[u8] = if used < 5 { b"ab" } else { b"abcd" };
            let got = undone(&parts[..used].concat()).expect("gzip");
            assert_eq!(got, wanted, "{used}");
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        let ab = member(b"ab");
        for body in [
            [b"\0", &ab[..]].concat(),
            [&ab[..], b"x"].concat(),
            [&ab[..], b"\0x"].concat(),
            [&ab[..], b"\0", &ab[..10]].concat(),
            ab[..ab.len() - 1].to_vec(),
            b"\0\0".to_vec(),
        ] {
            assert!(undone(&body).is_err(), "{body:?}");
        }
    }
}
