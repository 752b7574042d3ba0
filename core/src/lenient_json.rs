//! Reads JSON as far as it is readable, so that one bad character does not hide what an error body says.
//!
//! `serde_json` refuses half a surrogate pair and anything nested deep, and rounds long integers. This reader replaces
//! the first, skips the second and keeps all digits. The last of repeated names wins.

use std::borrow::Cow;

/// Replaces characters that cannot be read.
const REPLACEMENT: char = '\u{fffd}';

/// The maximum depth. Deeper values are skipped, so that the stack stays small whatever a server sends.
const MAX_DEPTH: usize = 128;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A null, a boolean, a number that JSON does not have, or a value nested too deep.
    Other,
    /// As it is written.
    Number(Box<str>),
    /// The text, and whether a part of it had to be replaced.
    String(String, Replaced),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// Whether characters of a string had to be replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Replaced {
    No,
    Yes,
}

impl Value {
    /// Reads a text; `None` if it is not JSON. `is_lossy` says that its replacement characters stand for bytes that could
    /// not be decoded.
    pub(crate) fn parse(text: &str, is_lossy: bool) -> Option<Self> {
        let mut parser = Parser {
            text,
            at: 0,
            is_lossy,
        };
        let value = parser.value(0)?;
        parser.skip_blanks();
        (parser.at == text.len()).then_some(value)
    }

    /// The member of this name, the last if the name is repeated. Only an object has members.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let mut members = self.members().iter().rev();
        members
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// The members of an object, as they were written.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The value that a JSON pointer names (RFC 6901).
    pub(crate) fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut tokens = pointer.strip_prefix('/')?.split('/');
        tokens.try_fold(self, |value, token| match value {
            Self::Array(elements) => elements.get(index(token)?),
            _ => value.get(&token.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// The text of a string, including replacement characters.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text, _) => Some(text),
            _ => None,
        }
    }

    /// The text of a string whose every character could be read.
    pub(crate) fn as_whole_str(&self) -> Option<&str> {
        match self {
            Self::String(text, Replaced::No) => Some(text),
            _ => None,
        }
    }

    /// The digits of an integer, however many.
    pub(crate) fn as_integer(&self) -> Option<&str> {
        match self {
            Self::Number(text) if !text.contains(['.', 'e', 'E']) => Some(text),
            _ => None,
        }
    }
}

/// An index into an array, as a pointer may write it.
fn index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    is_plain.then(|| token.parse().ok())?
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    is_lossy: bool,
}

impl Parser<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn skip_blanks(&mut self) {
        let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        let blanks = self.rest().iter().take_while(|b| is_blank(b)).count();
        self.at += blanks;
    }

    /// The next byte that is not blank.
    fn next(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.rest().first().copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.next() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        match self.next()? {
            b'{' | b'[' if depth == MAX_DEPTH => self.skip_nested(),
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => {
                let (text, replaced) = self.string()?;
                Some(Value::String(text, replaced))
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(&["null", "true", "false", "NaN", "Infinity"]),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members = Vec::new();
        self.at += 1;
        if self.take(b'}') {
            return Some(Value::Object(members));
        }
        loop {
            if self.next()? != b'"' {
                return None;
            }
            let (name, _) = self.string()?;
            if !self.take(b':') {
                return None;
            }
            members.push((name, self.value(depth)?));
            if self.take(b'}') {
                return Some(Value::Object(members));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut elements = Vec::new();
        self.at += 1;
        if self.take(b']') {
            return Some(Value::Array(elements));
        }
        loop {
            elements.push(self.value(depth)?);
            if self.take(b']') {
                return Some(Value::Array(elements));
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// Skips a value that is nested too deep.
    fn skip_nested(&mut self) -> Option<Value> {
        let mut open = 0_usize;
        loop {
            match self.next()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            // Whole characters, since the next search may begin anywhere.
            let text = &self.text[self.at..];
            self.at += text.chars().next().map_or(1, char::len_utf8);
            if open == 0 {
                return Some(Value::Other);
            }
        }
    }

    fn string(&mut self) -> Option<(String, Replaced)> {
        self.at += 1;
        let mut out = String::new();
        let mut replaced = Replaced::No;
        loop {
            let plain = memchr::memchr2(b'"', b'\\', self.rest())?;
            out.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if self.rest().starts_with(b"\"") {
                self.at += 1;
                if self.is_lossy && out.contains(REPLACEMENT) {
                    replaced = Replaced::Yes;
                }
                return Some((out, replaced));
            }
            let (character, length) = escape(self.rest())?;
            if character.is_none() {
                replaced = Replaced::Yes;
            }
            out.push(character.unwrap_or(REPLACEMENT));
            self.at += length;
        }
    }

    fn number(&mut self) -> Option<Value> {
        if self.rest().starts_with(b"-I") {
            self.at += 1;
            return self.word(&["Infinity"]);
        }
        let is_part = |b: &u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        let length = self.rest().iter().take_while(|b| is_part(b)).count();
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        is_number(text).then(|| Value::Number(text.into()))
    }

    fn word(&mut self, words: &[&str]) -> Option<Value> {
        let rest = &self.text[self.at..];
        let word = words.iter().find(|word| rest.starts_with(**word))?;
        self.at += word.len();
        Some(Value::Other)
    }
}

/// Whether a text is a number of JSON (RFC 8259 §6).
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && !has_leading_zero && digits(fraction) && digits(exponent)
}

/// Reads the escape at the start of `text`: its character, `None` for half a surrogate pair, and its length in bytes.
/// `None` if it is not an escape of JSON.
fn escape(text: &[u8]) -> Option<(Option<char>, usize)> {
    let character = match text.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = unit(text)?;
            if let Some(character) = char::from_u32(first) {
                return Some((Some(character), 6));
            }
            let second = text.get(6..).and_then(unit);
            return Some(match second {
                Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
                    let pair = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    (char::from_u32(pair), 12)
                }
                _ => (None, 6),
            });
        }
        _ => return None,
    };
    Some((Some(character), 2))
}

/// The UTF-16 unit of an escape such as `\u00e9`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        Some(unit * 16 + char::from(*digit).to_digit(16)?)
    })
}

/// Returns JSON text with replacement characters for halves of surrogate pairs, which not every reader accepts.
pub(crate) fn whole_pairs(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        at += found;
        let Some((character, length)) = escape(&text.as_bytes()[at..]) else {
            at += 1;
            continue;
        };
        if character.is_none() {
            out.push_str(&text[copied..at]);
            out.push_str("\\ufffd");
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Value> {
        Value::parse(text, false)
    }

    #[test]
    fn what_json_allows_is_read() {
        let value = read(
            " {\"a\" : [ 1, -2.5e+3 , \"x\\n\\u00e9\\ud83d\\ude00\" ], \"b\":{}, \"c\":[], \"d\":null, \"a~/\":true} ",
        );
        let value = value.expect("JSON");
        let at = |pointer| value.pointer(pointer);
        assert_eq!(at("/a/0").and_then(Value::as_integer), Some("1"));
        assert_eq!(at("/a/1").and_then(Value::as_integer), None);
        assert_eq!(at("/a/2").and_then(Value::as_whole_str), Some("x\né😀"));
        assert_eq!(at("/d"), Some(&Value::Other));
        assert_eq!(at("/a~0~1"), Some(&Value::Other));
        assert_eq!(at(""), Some(&value));
        for missing in ["a", "/e", "/a/00", "/a/+1", "/a/3", "/a/x", "/d/x"] {
            assert_eq!(at(missing), None, "{missing}");
        }
    }

    #[test]
    fn what_no_reader_takes_is_refused() {
        for text in [
            "",
            "{",
            "[",
            "\"",
            "\"\\",
            "\"\\u12",
            "\"\\x\"",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "[1 2]",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "--1",
            "nul",
            "1 1",
            "{}{}",
            "<html>",
            "\u{fffd}",
            "[\"é",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn of_repeated_names_the_last_counts() {
        let value = read("{\"a\":1,\"b\":2,\"a\":3}").expect("JSON");
        assert_eq!(value.get("a").and_then(Value::as_integer), Some("3"));
    }

    #[test]
    fn integers_keep_their_digits() {
        let digits = "9".repeat(400);
        assert_eq!(
            read(&digits).as_ref().and_then(Value::as_integer),
            Some(&*digits)
        );
        assert_eq!(read("-0").as_ref().and_then(Value::as_integer), Some("-0"));
        assert_eq!(read("1e3").as_ref().and_then(Value::as_integer), None);
    }

    #[test]
    fn half_a_pair_is_replaced_and_known() {
        for text in [
            "\\ud800",
            "\\udc00",
            "\\ud800\\u0041",
            "\\ud800x",
            "\\udc00\\ud800",
        ] {
            let value = read(&format!("[\"a{text}\",\"b\"]")).expect("JSON");
            let first = value.pointer("/0").expect("an element");
            assert!(
                first
                    .as_str()
                    .is_some_and(|text| text.starts_with("a\u{fffd}")),
                "{text}"
            );
            assert_eq!(first.as_whole_str(), None, "{text}");
            assert_eq!(value.pointer("/1").and_then(Value::as_whole_str), Some("b"));
        }
        let own = read("\"\u{fffd}\\ufffd\"").expect("JSON");
        assert_eq!(own.as_whole_str(), Some("\u{fffd}\u{fffd}"));
        let lossy = Value::parse("\"\u{fffd}\"", true).expect("JSON");
        assert_eq!(
            (lossy.as_whole_str(), lossy.as_str()),
            (None, Some("\u{fffd}"))
        );
    }

    #[test]
    fn what_is_nested_deep_is_skipped() {
        let deep = format!(
            "{}\"é]\\\"{}\u{e9}{}",
            "[{\"a\":".repeat(60_000),
            "\"",
            "}]".repeat(60_000)
        );
        let value = read(&format!("{{\"deep\":{deep},\"code\":\"x\"}}")).expect("JSON");
        assert_eq!(value.get("code").and_then(Value::as_str), Some("x"));
        assert_eq!(read(&"[".repeat(100_000)), None);
    }

    #[test]
    fn numbers_that_json_lacks_do_no_harm() {
        let value = read("{\"a\":NaN,\"b\":[Infinity,-Infinity],\"c\":\"x\"}").expect("JSON");
        assert_eq!(value.get("c").and_then(Value::as_str), Some("x"));
    }

    #[test]
    fn halves_are_replaced_in_the_text() {
        let text = "{\"a\":\"\\\\ud800 \\ud83d\\ude00\"}";
        assert!(matches!(whole_pairs(text), Cow::Borrowed(_)));
        assert_eq!(
            whole_pairs("\"\\ud800\\ud83d\\ude00\\udc00\\ud800\""),
            "\"\\ufffd\\ud83d\\ude00\\ufffd\\ufffd\""
        );
    }

    proptest! {
        #[test]
        fn it_agrees_with_serde(text in "[\\[\\]{}:,\"a0-9eE.+\\\\ -]{0,24}") {
            let ours = read(&text).is_some();
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            // What another reader takes, this one takes too.
            prop_assert!(ours || !theirs, "{text}");
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,200}") {
            let _ = read(&text);
            let _ = whole_pairs(&text);
        }
    }
}
