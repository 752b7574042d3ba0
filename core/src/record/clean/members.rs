//! Finds the secrets in text that contains JSON but is not JSON as a whole: a stream of events, lines, or a body that
//! broke off.

use std::borrow::Cow;
use std::ops::Range;

use super::{HOLDERS, is_secret_number};
use crate::redact::is_secret_member;

/// An object or an array that has begun.
struct OpenContainer {
    /// The name of the member whose value it is; an array's name is also that of its items.
    name: String,
    is_array: bool,
    /// Whether the items of an array are secrets because of what holds it.
    is_held: bool,
}

/// Returns the ranges of the values that are secrets by the names of their members, in order and without their quotation
/// marks.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Vec<OpenContainer> = Vec::new();
    let mut name: Option<String> = None;
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                let start = at + 1;
                let Some(end) = end_of_string(text, start) else {
                    // A lone quotation mark.
                    at = start;
                    continue;
                };
                at = (end + 1).min(text.len());
                let rest = text[at..].trim_start();
                if let Some(rest) = rest.strip_prefix(':') {
                    name = Some(unescaped(&text[start..end]).into_owned());
                    at = text.len() - rest.len();
                    continue;
                }
                let (name, is_held) = place(name.take(), &open);
                if end > start && (is_held || is_secret_member(&name)) {
                    found.push(start..end);
                }
                continue;
            }
            b'{' | b'[' => {
                let (name, is_held) = place(name.take(), &open);
                open.push(OpenContainer {
                    name,
                    is_array: byte == b'[',
                    is_held,
                });
            }
            b'}' | b']' => {
                open.pop();
                name = None;
            }
            b',' => name = None,
            b'-' | b'0'..=b'9' => {
                let is_of_number = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                let end = text[at..].find(|c| !is_of_number(c));
                let end = end.map_or(text.len(), |length| at + length);
                if name.is_some() || !open.is_empty() {
                    let (name, is_held) = place(name.take(), &open);
                    if is_held || is_secret_number(&name) {
                        found.push(at..end);
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name of a value, and whether it is a secret because of what holds it, as `id` in a `token` is.
fn place(name: Option<String>, open: &[OpenContainer]) -> (String, bool) {
    match (name, open.last()) {
        (Some(name), Some(outer)) => {
            let is_held =
                !outer.is_array && is_secret_member(&outer.name) && HOLDERS.contains(&&*name);
            (name, is_held)
        }
        (None, Some(outer)) if outer.is_array => (outer.name.clone(), outer.is_held),
        (name, _) => (name.unwrap_or_default(), false),
    }
}

/// The position of the quotation mark that ends the JSON string that begins at `start`, or of the end of the text.
/// `None`: no string begins there, since strings do not span lines.
fn end_of_string(text: &str, start: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'\n' | b'\r' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    Some(text.len())
}

/// A member's name without JSON's escapes.
fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    serde_json::from_str::<String>(&format!("\"{name}\"")).map_or(Cow::Borrowed(name), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_what_is_no_json_as_a_whole() {
        let of = |text: &str| -> Vec<String> {
            secrets(text)
                .into_iter()
                .map(|place| text[place].to_owned())
                .collect()
        };
        for (text, wanted) in [
            (
                "data: {\"token\" : \"a\\\"b\", \"n\":\"x\"}\n{\"password\":\"cut o",
                &["a\\\"b", "cut o"][..],
            ),
            ("\"token\": 7, \"x\"", &[]),
            (
                "{\"pin\": 1234, \"max_tokens\": 5, \"password\": -7",
                &["1234", "-7"],
            ),
            (
                "{\"tokens\": [\"a\", \"b\", {\"c\": \"d\"}], \"n\": \"x",
                &["a", "b"],
            ),
            (
                "{\"token\": {\"id\": \"a\", \"at\": \"b\", \"data\": [\"c\"",
                &["a", "c"],
            ),
            ("{\"pass\\u0077ord\": \"a\", \"token\": \"\"}", &["a"]),
            ("12\" wide\n{\"secret\": \"a\"", &["a"]),
            ("]}{\"secret\": \"a\"} \"b\"", &["a"]),
            ("\u{e9}\u{feff}{\"secret\": \"\u{e9}", &["\u{e9}"]),
            ("\"", &[]),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }
}
