//! What hyper does not tell of a response head: whether a header that frames the body was folded.
//!
//! Folded lines are read with a blank in place of the fold (RFC 9112 §5.2). A length that only folding completes is
//! how requests and answers are smuggled, so a folded `Content-Length` or `Transfer-Encoding` is refused.

/// Reads the bytes of a connection from the start of a response, in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct HeadScan {
    state: State,
    /// The first bytes of the line under way, as many as decide what it is.
    line: [u8; NAME],
    len: usize,
    /// The last header line was one that frames the body.
    frames: bool,
    /// The status is 1xx, after which another head follows.
    interim: bool,
    folded: bool,
}

/// Longer than `transfer-encoding:` and than a status line up to its code.
const NAME: usize = 18;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// No answer is awaited, or its head is over.
    #[default]
    Off,
    StatusLine,
    Headers,
}

impl HeadScan {
    /// Begins with the answer to the next request.
    pub(super) fn begin(&mut self) {
        *self = Self {
            state: State::StatusLine,
            ..Self::default()
        };
    }

    /// Returns whether a header that frames the body was folded.
    pub(super) fn is_folded(&self) -> bool {
        self.folded
    }

    /// Takes the next bytes.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        if self.state == State::StatusLine && self.len == 0 && is_whole_and_plain(bytes) {
            self.state = State::Off;
            return;
        }
        while self.state != State::Off && !bytes.is_empty() {
            let end = memchr::memchr(b'\n', bytes);
            let line = &bytes[..end.unwrap_or(bytes.len())];
            let kept = line.len().min(NAME - self.len.min(NAME));
            let at = self.len.min(NAME);
            self.line[at..at + kept].copy_from_slice(&line[..kept]);
            self.len += line.len();
            let Some(end) = end else {
                return;
            };
            self.line_ends();
            self.len = 0;
            bytes = &bytes[end + 1..];
        }
    }

    fn line_ends(&mut self) {
        let line = &self.line[..self.len.min(NAME)];
        match (self.state, line) {
            // Blank lines before a status line are passed over, as parsers do.
            (State::StatusLine, b"" | b"\r") | (State::Off, _) => {}
            (State::StatusLine, line) => {
                self.interim = line.get(9) == Some(&b'1');
                self.state = State::Headers;
                self.frames = false;
            }
            (State::Headers, b"" | b"\r") if self.interim => self.state = State::StatusLine,
            (State::Headers, b"" | b"\r") => self.state = State::Off,
            (State::Headers, [b' ' | b'\t', ..]) => self.folded |= self.frames,
            (State::Headers, line) => {
                let is = |name: &str| {
                    let start = line.get(..name.len());
                    start.is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
                };
                self.frames = is("content-length") || is("transfer-encoding");
            }
        }
    }
}

/// Whether bytes begin with a whole head of a final status without any folded line: the usual answer, which needs no
/// look at every line.
fn is_whole_and_plain(bytes: &[u8]) -> bool {
    let is_final = matches!(bytes.get(9), Some(b'2'..=b'9'));
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n").filter(|_| is_final) else {
        return false;
    };
    let head = &bytes[..end];
    !memchr::memchr_iter(b'\n', head).any(|at| matches!(head.get(at + 1), Some(b' ' | b'\t')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str, piece: usize) -> bool {
        let mut scan = HeadScan::default();
        scan.begin();
        for bytes in text.as_bytes().chunks(piece) {
            scan.read(bytes);
        }
        scan.is_folded()
    }

    #[test]
    fn only_folded_framing_is_seen() {
        for (text, wanted) in [
            (
                "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
                false,
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\ncontent-LENGTH:\r\n\t12\r\n\r\n", true),
            ("HTTP/1.1 200 OK\nTransfer-Encoding:\n chunked\n\n", true),
            (
                "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\n",
                true,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx\r\nContent-Length: 1\r\n 2",
                false,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Lengths: 9\r\nX: 1\r\n 2\r\n\r\n",
                false,
            ),
        ] {
            for piece in [1, 2, 7, 1000] {
                assert_eq!(folded(text, piece), wanted, "{text:?} by {piece}");
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in "(HTTP/1.1 200 OK|[\\x00-\\x7f]{0,5}|\r\n| |Content-Length: 1|\n){0,12}", piece in 1usize..9) {
            prop_assert_eq!(folded(&text, piece), folded(&text, 4096));
        }
    }
}
