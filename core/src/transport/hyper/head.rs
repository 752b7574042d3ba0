//! Handles what hyper does not do with a response head: it parses only a hundred header fields cheaply, and does not
//! report whether a header that frames the body was folded.
//!
//! Folded lines are read with a blank in place of the fold (RFC 9112 §5.2). A length that is only complete after
//! unfolding is a way to smuggle requests and responses, so a folded `Content-Length` or `Transfer-Encoding` is
//! refused.
//!
//! hyper reserves and initialises room for as many fields as it may parse, for each response. So it keeps its default,
//! and the additional fields of a rare longer head are removed from what it reads and parsed here.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::limits;

/// Reads the bytes of a connection from the start of a response, in pieces of any size.
#[derive(Debug, Default)]
pub(super) struct HeadScan {
    state: State,
    /// The first bytes of the current line, as many as decide its kind.
    line: [u8; NAME],
    len: usize,
    /// How many lines of the head have begun, its status line and folded lines included.
    lines: usize,
    /// Whether the current line is taken out.
    takes: bool,
    /// The lines that were taken out.
    taken: Vec<u8>,
    too_large: bool,
    /// Whether the last header line frames the body.
    frames: bool,
    /// Whether the status is 1xx, after which another head follows.
    interim: bool,
    folded: bool,
}

/// Longer than `transfer-encoding:` and than a status line up to its code.
const NAME: usize = 18;

/// How many lines of a head hyper always gets. It parses up to 100, and some of the later ones have to reach it.
const PASSED_LINES: usize = 64;

/// How many lines are taken out. Somewhat more header fields than the client accepts are still parsed, so that the
/// response's ID is not lost; a head with even more is left to hyper, which refuses it.
const TAKEN_LINES: usize = 256;

/// How many bytes are taken out. The client accepts fewer.
const TAKEN_BYTES: usize = 2 * limits::HEADER_BYTES;

/// The fields that hyper needs: they frame the body and control the connection.
const KNOWN_TO_HYPER: [&str; 4] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
];

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// No response is awaited, or its head is over.
    #[default]
    Off,
    StatusLine,
    Headers,
}

impl HeadScan {
    /// Begins with the response to the next request.
    pub(super) fn begin(&mut self) {
        self.start();
        self.folded = false;
        self.too_large = false;
    }

    fn start(&mut self) {
        self.state = State::StatusLine;
        self.len = 0;
        self.lines = 0;
        self.takes = false;
        self.taken.clear();
        self.frames = false;
        self.interim = false;
    }

    /// Returns whether a header that frames the body was folded.
    pub(super) fn is_folded(&self) -> bool {
        self.folded
    }

    /// Returns whether more bytes of header lines came than are kept.
    pub(super) fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// Adds the fields that were taken out to those that hyper read. `None` if they cannot be parsed.
    pub(super) fn add_taken(&mut self, headers: &mut HeaderMap) -> Option<()> {
        if self.taken.is_empty() {
            return Some(());
        }
        let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
        head.append(&mut self.taken);
        head.extend_from_slice(b"\r\n");
        let mut fields = [httparse::EMPTY_HEADER; TAKEN_LINES];
        let mut response = httparse::Response::new(&mut fields);
        let parsed = httparse::ParserConfig::default()
            .allow_obsolete_multiline_headers_in_responses(true)
            .parse_response(&mut response, &head);
        parsed.ok().filter(httparse::Status::is_complete)?;
        for field in response.headers.iter() {
            let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
            // A fold is read as blanks.
            let blank = |byte: &u8| {
                if matches!(byte, b'\r' | b'\n') {
                    b' '
                } else {
                    *byte
                }
            };
            let value: Vec<u8> = field.value.iter().map(blank).collect();
            headers.append(name, HeaderValue::from_bytes(&value).ok()?);
        }
        Some(())
    }

    /// Takes the next bytes, and returns how many of them are left for hyper; these are then first in `bytes`.
    pub(super) fn read(&mut self, bytes: &mut [u8]) -> usize {
        let all = bytes.len();
        if self.state == State::StatusLine && self.len == 0 && is_whole_and_plain(bytes) {
            self.state = State::Off;
            return all;
        }
        let (mut at, mut kept) = (0, 0);
        while self.state != State::Off && at < all {
            let ends = memchr::memchr(b'\n', &bytes[at..]);
            let end = ends.map_or(all, |end| at + end + 1);
            let known = self.len.min(NAME);
            let new = (end - at).min(NAME - known);
            self.line[known..known + new].copy_from_slice(&bytes[at..at + new]);
            if self.len == 0 {
                self.line_begins(known + new);
            }
            self.len += end - at;
            match self.takes {
                true if self.taken.len() + (end - at) > TAKEN_BYTES => self.too_large = true,
                true => self.taken.extend_from_slice(&bytes[at..end]),
                false => {
                    bytes.copy_within(at..end, kept);
                    kept += end - at;
                }
            }
            at = end;
            if ends.is_some() {
                // The line end is not a part of the line.
                self.len -= 1;
                self.line_ends();
                self.len = 0;
            }
        }
        bytes.copy_within(at..all, kept);
        kept + (all - at)
    }

    /// Decides whether the new line is taken out, from what is known of it so far.
    fn line_begins(&mut self, known: usize) {
        if self.state != State::Headers {
            return;
        }
        self.lines += 1;
        self.takes = match &self.line[..known] {
            // A folded line belongs to the one before.
            [b' ' | b'\t', ..] => self.takes,
            [b'\r' | b'\n', ..] => false,
            line => {
                let may_be = |name: &&str| {
                    let same = line.len().min(name.len());
                    name.as_bytes()[..same].eq_ignore_ascii_case(&line[..same])
                };
                (PASSED_LINES..PASSED_LINES + TAKEN_LINES).contains(&self.lines)
                    && !KNOWN_TO_HYPER.iter().any(may_be)
            }
        };
    }

    fn line_ends(&mut self) {
        let line = &self.line[..self.len.min(NAME)];
        match (self.state, line) {
            // Blank lines before a status line are skipped, as parsers do.
            (State::StatusLine, b"" | b"\r") | (State::Off, _) => {}
            (State::StatusLine, line) => {
                self.interim = line.get(9) == Some(&b'1');
                self.state = State::Headers;
                self.frames = false;
            }
            (State::Headers, b"" | b"\r") if self.interim => self.start(),
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

/// Whether bytes begin with a complete head of a final status, with few lines and no folded one: the usual response,
/// whose lines need no separate check.
fn is_whole_and_plain(bytes: &[u8]) -> bool {
    let is_final = matches!(bytes.get(9), Some(b'2'..=b'9'));
    if !is_final {
        return false;
    }
    let mut lines = 0;
    for at in memchr::memchr_iter(b'\n', bytes) {
        match &bytes[at + 1..] {
            [b'\r', b'\n', ..] if bytes[..at].ends_with(b"\r") => return true,
            [b' ' | b'\t', ..] => return false,
            _ => {}
        }
        lines += 1;
        if lines == PASSED_LINES {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str, piece: usize) -> bool {
        scanned(text, piece).1.is_folded()
    }

    /// What hyper gets of a text that comes in pieces, and the scan.
    fn scanned(text: &str, piece: usize) -> (Vec<u8>, HeadScan) {
        let mut scan = HeadScan::default();
        scan.begin();
        let mut passed = Vec::new();
        for bytes in text.as_bytes().chunks(piece) {
            let mut bytes = bytes.to_vec();
            let kept = scan.read(&mut bytes);
            passed.extend_from_slice(&bytes[..kept]);
        }
        (passed, scan)
    }

    /// The fields of a head that comes in pieces, by hyper's way and by ours; the order within a name is kept.
    fn fields(text: &str, piece: usize) -> Option<HeaderMap> {
        let (passed, mut scan) = scanned(text, piece);
        let mut room = [httparse::EMPTY_HEADER; 100];
        let mut response = httparse::Response::new(&mut room);
        let parsed = httparse::ParserConfig::default()
            .allow_obsolete_multiline_headers_in_responses(true)
            .parse_response(&mut response, &passed);
        parsed.ok().filter(httparse::Status::is_complete)?;
        let mut map = HeaderMap::new();
        for field in response.headers.iter() {
            map.append(
                HeaderName::from_bytes(field.name.as_bytes()).ok()?,
                HeaderValue::from_bytes(field.value).ok()?,
            );
        }
        scan.add_taken(&mut map)?;
        Some(map)
    }

    #[test]
    fn what_frames_the_body_reaches_hyper_however_late_it_comes() {
        let many = "X-Many: 1\r\n".repeat(255);
        let text = format!(
            "HTTP/1.1 200 OK\r\n{many}cOnTent-length: 2\r\nConnection: close\r\nX-Last: a\r\n b\r\n\r\n{{}}"
        );
        for piece in [1, 2, 7, 1000, 100_000] {
            let (passed, _) = scanned(&text, piece);
            let passed = String::from_utf8(passed).expect("text");
            assert!(
                passed.contains("cOnTent-length: 2\r\nConnection: close\r\n\r\n{}"),
                "{piece}"
            );
            let all = fields(&text, piece).expect("a head");
            assert_eq!(all.len(), 258, "{piece}");
            assert_eq!(all["x-last"], "a   b", "{piece}");
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let many = "X-Many: 1\r\n".repeat(PASSED_LINES);
        let text = format!(
            "HTTP/1.1 200 OK\r\n{many}X-Long: {}",
            "x".repeat(TAKEN_BYTES)
        );
        let (_, scan) = scanned(&text, 4096);
        assert!(scan.is_too_large());
        assert!(scan.taken.len() <= TAKEN_BYTES);
    }

    #[test]
    fn what_was_taken_before_the_final_head_is_forgotten() {
        let many = "X-Early: 1\r\n".repeat(100);
        let text =
            format!("HTTP/1.1 103 Early Hints\r\n{many}\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n");
        let (passed, mut scan) = scanned(&text, 4096);
        assert!(passed.ends_with(b"\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n"));
        let mut map = HeaderMap::new();
        assert!(scan.add_taken(&mut map).is_some() && map.is_empty());
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

        #[test]
        fn no_field_is_lost(names in proptest::collection::vec("x-[a-c]|Date|Via|Connection|Set-Cookie", 0..300), body in "[a-z\r\n]{0,9}", piece in 1usize..3000) {
            let mut text = "HTTP/1.1 200 OK\r\n".to_owned();
            for (at, name) in names.iter().enumerate() {
                text.push_str(&format!("{name}: {at}\r\n"));
            }
            text.push_str("\r\n");
            text.push_str(&body);
            prop_assume!(names.iter().filter(|name| *name == "Connection").count() < 30);
            let (passed, _) = scanned(&text, piece);
            prop_assert!(passed.ends_with(body.as_bytes()));
            let all = fields(&text, piece).expect("a head");
            prop_assert_eq!(all.len(), names.len());
            for name in &names {
                let got: Vec<usize> = all.get_all(name).iter().map(|v| v.to_str().expect("text").parse().expect("a number")).collect();
                let wanted: Vec<usize> = (0..names.len()).filter(|at| names[*at].eq_ignore_ascii_case(name)).collect();
                prop_assert_eq!(got, wanted);
            }
        }
    }
}
