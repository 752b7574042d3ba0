//! Text in the charset that its `Content-Type` names.
//!
//! Labels are those of the Encoding Standard (<https://encoding.spec.whatwg.org/#names-and-labels>), so that
//! `ISO-8859-1` is read as browsers read it. No label, or an unknown one, means UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The byte-order mark of UTF-8.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the bytes of a body become characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Charset(&'static Encoding);

/// The text of a body of which not every byte could be decoded.
#[derive(Debug)]
pub(crate) struct LossyText<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether a replacement character may stand for bytes that were not decoded.
    pub(crate) is_replaced: bool,
}

impl Charset {
    /// Reads `Content-Type`.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let value = headers.get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
        let label = value.and_then(label);
        Self(
            label
                .and_then(|label| Encoding::for_label(&label))
                .unwrap_or(UTF_8),
        )
    }

    /// The charset's name in the Encoding Standard.
    pub(crate) fn name(self) -> &'static str {
        self.0.name()
    }

    pub(crate) fn is_utf_8(self) -> bool {
        self.0 == UTF_8
    }

    /// Whether ASCII bytes stand for ASCII characters, as JSON requires.
    pub(crate) fn is_ascii_compatible(self) -> bool {
        self.0.is_ascii_compatible()
    }

    /// Decodes a body. The charset's own byte-order mark is not part of the text. `None` if the body holds bytes that the
    /// charset does not have.
    pub(crate) fn decode(self, body: &[u8]) -> Option<Cow<'_, str>> {
        let (charset, body) = self.without_mark(body);
        charset.decode_without_bom_handling_and_without_replacement(body)
    }

    /// Decodes any body: by the charset, or else as UTF-8 with replacement characters.
    pub(crate) fn decode_lossy(self, body: &[u8]) -> LossyText<'_> {
        if let Some(text) = self.decode(body) {
            let is_replaced = false;
            return LossyText { text, is_replaced };
        }
        let text = String::from_utf8_lossy(without_mark(body));
        LossyText {
            is_replaced: matches!(text, Cow::Owned(_)),
            text,
        }
    }

    /// Removes the byte-order mark. For UTF-16 without a byte order in its name, the mark decides (RFC 2781 §3.3).
    fn without_mark(self, body: &[u8]) -> (&'static Encoding, &[u8]) {
        if self.0 == UTF_8 {
            return (UTF_8, without_mark(body));
        }
        if self.0 == UTF_16LE || self.0 == UTF_16BE {
            if let Some(rest) = body.strip_prefix(b"\xff\xfe") {
                return (UTF_16LE, rest);
            }
            if let Some(rest) = body.strip_prefix(b"\xfe\xff") {
                return (UTF_16BE, rest);
            }
        }
        (self.0, body)
    }
}

/// Returns a body without the byte-order mark of UTF-8.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(UTF_8_MARK).unwrap_or(body)
}

/// The `charset` parameter of a media type (RFC 9110 §8.3.1); the first one counts.
fn label(media_type: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut rest = &media_type[memchr::memchr(b';', media_type)?..];
    while let Some((_, tail)) = rest.split_first() {
        let tail = tail.trim_ascii_start();
        let end = tail
            .iter()
            .position(|b| matches!(b, b';' | b'='))
            .unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        let (value, after) = match tail.split_first() {
            Some((b'=', tail)) => parameter(tail),
            _ => (Cow::Borrowed(&b""[..]), tail),
        };
        if name.trim_ascii().eq_ignore_ascii_case(b"charset") {
            return Some(value);
        }
        rest = memchr::memchr(b';', after).map_or(&[], |at| &after[at..]);
    }
    None
}

/// The value of a parameter, as a token or a quoted string, and what follows it.
fn parameter(text: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let text = text.trim_ascii_start();
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = memchr::memchr(b';', text).unwrap_or(text.len());
        return (Cow::Borrowed(text[..end].trim_ascii()), &text[end..]);
    };
    let mut value = Vec::new();
    let mut at = 0;
    while let Some(&byte) = quoted.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => {
                value.extend(quoted.get(at));
                at += 1;
            }
            _ => value.push(byte),
        }
    }
    (Cow::Owned(value), quoted.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn charset(media_type: &str) -> Charset {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_str(media_type).expect("a header value"),
        );
        Charset::from_headers(&headers)
    }

    #[test]
    fn the_label_is_found_as_http_writes_it() {
        assert_eq!(Charset::from_headers(&HeaderMap::new()).name(), "UTF-8");
        for (media_type, name) in [
            ("text/plain", "UTF-8"),
            ("text/plain;", "UTF-8"),
            ("text/plain; charset", "UTF-8"),
            ("text/plain; charset=", "UTF-8"),
            ("text/plain; charset=klingon", "UTF-8"),
            ("text/plain; charset=ISO-8859-1", "windows-1252"),
            ("text/plain;CHARSET=latin1", "windows-1252"),
            (
                "text/plain ; x=1 ;charset = \"Shift_JIS\" ; y=2",
                "Shift_JIS",
            ),
            ("text/plain; charset=\"k\\oi8-r\"", "KOI8-R"),
            (
                "text/plain; x=\";charset=latin1\"; charset=utf-16be",
                "UTF-16BE",
            ),
            ("text/plain; charset=latin1; charset=utf-8", "windows-1252"),
            ("text/plain; charset=\"latin1", "windows-1252"),
            ("text/plain; charset=\"\\", "UTF-8"),
            ("charset=latin1", "UTF-8"),
        ] {
            assert_eq!(charset(media_type).name(), name, "{media_type}");
        }
    }

    #[test]
    fn bodies_are_decoded_or_refused_whole() {
        for (label, body, text) in [
            ("utf-8", &b"caf\xc3\xa9"[..], Some("café")),
            ("utf-8", b"\xef\xbb\xbfa", Some("a")),
            ("utf-8", b"caf\xe9", None),
            ("latin1", b"caf\xe9", Some("café")),
            ("shift_jis", b"\x93\xfa", Some("日")),
            ("shift_jis", b"\x93", None),
            ("utf-16", b"\xff\xfea\0", Some("a")),
            ("utf-16", b"\xfe\xff\0a", Some("a")),
            ("utf-16", b"a\0", Some("a")),
            ("utf-16be", b"\0a", Some("a")),
            ("utf-16le", b"\x00\xd8", None),
            // A charset that must never be decoded.
            ("iso-2022-kr", b"a", None),
            ("iso-2022-kr", b"", Some("")),
        ] {
            let charset = charset(&format!("text/plain; charset={label}"));
            assert_eq!(charset.decode(body).as_deref(), text, "{label} {body:?}");
        }
    }

    #[test]
    fn a_body_that_cannot_be_decoded_is_read_as_utf_8_with_replacements() {
        let lossy = charset("text/plain; charset=utf-16").decode_lossy(b"caf\xe9!");
        assert_eq!((&*lossy.text, lossy.is_replaced), ("caf\u{fffd}!", true));
        let clean = charset("text/plain; charset=latin1").decode_lossy(b"caf\xe9");
        assert_eq!((&*clean.text, clean.is_replaced), ("café", false));
        // The server's own replacement characters are not ours.
        let own = charset("text/plain").decode_lossy("\u{fffd}".as_bytes());
        assert_eq!((&*own.text, own.is_replaced), ("\u{fffd}", false));
    }
}
