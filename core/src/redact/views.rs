//! Text without the escapes of URLs, JSON and HTML, with the original position of each byte.

/// A way to escape text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Escapes {
    /// `%2F`, of URLs.
    Percent,
    /// `\/` and `\u002f`, of JSON strings.
    Json,
    /// `&amp;`, `&#47;` and `&#x2f;`.
    Html,
}

/// Text without its escapes.
#[derive(Debug)]
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where each byte begins in the original, and where the original ends.
    starts: Vec<usize>,
}

impl View {
    /// Undoes the escapes; `None` if there are none.
    pub(super) fn of(text: &[u8], escapes: Escapes) -> Option<Self> {
        let sign = match escapes {
            Escapes::Percent => b'%',
            Escapes::Json => b'\\',
            Escapes::Html => b'&',
        };
        memchr::memchr(sign, text)?;
        let mut view = Self {
            bytes: Vec::with_capacity(text.len()),
            starts: Vec::with_capacity(text.len() + 1),
        };
        let mut found = false;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let escape = (byte == sign).then(|| read(&text[at..], escapes)).flatten();
            let (char, length) = match escape {
                Some((Unescaped::Char(char), length)) => {
                    let mut utf8 = [0; 4];
                    view.push(char.encode_utf8(&mut utf8).as_bytes(), at);
                    (true, length)
                }
                Some((Unescaped::Byte(byte), length)) => {
                    view.push(&[byte], at);
                    (true, length)
                }
                None => {
                    view.push(&[byte], at);
                    (false, 1)
                }
            };
            found |= char;
            at += length;
        }
        view.starts.push(text.len());
        found.then_some(view)
    }

    fn push(&mut self, bytes: &[u8], at: usize) {
        self.bytes.extend_from_slice(bytes);
        self.starts.extend(bytes.iter().map(|_| at));
    }

    /// The range of the original that a range of the view came from.
    pub(super) fn place(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        self.starts[start]..self.starts[end]
    }
}

/// The meaning of an escape.
enum Unescaped {
    Char(char),
    /// A byte of a character that may consist of several.
    Byte(u8),
}

/// Reads the escape at the beginning of `text`, and how long it is.
fn read(text: &[u8], escapes: Escapes) -> Option<(Unescaped, usize)> {
    match escapes {
        Escapes::Percent => {
            let byte = u8::try_from(hex(text.get(1..3)?)?).ok()?;
            Some((Unescaped::Byte(byte), 3))
        }
        Escapes::Json => read_json(text),
        Escapes::Html => {
            let (char, length) = read_html(text)?;
            Some((Unescaped::Char(char), length))
        }
    }
}

fn read_json(text: &[u8]) -> Option<(Unescaped, usize)> {
    let char = match text.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let high = hex(text.get(2..6)?)?;
            if let Some(char) = char::from_u32(high) {
                return Some((Unescaped::Char(char), 6));
            }
            let low = hex(text.get(6..12)?.strip_prefix(b"\\u")?)?;
            let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
            let char = char::decode_utf16(units).next()?.ok()?;
            return Some((Unescaped::Char(char), 12));
        }
        other @ (b'"' | b'\\' | b'/') => char::from(*other),
        _ => return None,
    };
    Some((Unescaped::Char(char), 2))
}

/// The longest reference that is looked for, as in `&#x0000002f;`.
const LONGEST_REFERENCE: usize = 12;

fn read_html(text: &[u8]) -> Option<(char, usize)> {
    let text = &text[..text.len().min(LONGEST_REFERENCE)];
    let end = memchr::memchr(b';', text)?;
    let name = std::str::from_utf8(&text[1..end]).ok()?;
    let char = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => hex(digits.as_bytes())?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((char, end + 1))
}

/// Reads digits, and only digits.
fn hex(digits: &[u8]) -> Option<u32> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| all)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_their_places_kept() {
        for (escapes, text, plain) in [
            (Escapes::Percent, "a%2Fb%2f%zz%C3%A9%", "a/b/%zzé%"),
            (
                Escapes::Json,
                "a\\/\\\"\\\\n\\u00e9\\ud83d\\udd11\\ud83dx\\",
                "a/\"\\né\u{1f511}\\ud83dx\\",
            ),
            (
                Escapes::Html,
                "a&amp;&#47;&#x2F;&quot;&nope;& &",
                "a&//\"&nope;& &",
            ),
        ] {
            let view = View::of(text.as_bytes(), escapes).expect("a view");
            assert_eq!(String::from_utf8_lossy(&view.bytes), plain);
            assert_eq!(view.place(0, view.bytes.len()), 0..text.len());
        }
        let view = View::of(b"a%2Fb", Escapes::Percent).expect("a view");
        assert_eq!((view.place(1, 2), view.place(2, 3)), (1..4, 4..5));
    }

    #[test]
    fn plain_text_needs_no_view() {
        for escapes in [Escapes::Percent, Escapes::Json, Escapes::Html] {
            for text in ["", "plain", "100% \\x & more"] {
                assert!(View::of(text.as_bytes(), escapes).is_none(), "{text}");
            }
        }
    }
}
