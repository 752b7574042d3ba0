//! Finds the words of a ticket or a log that may be IDs.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

/// The least length of a word that is looked up.
const WORD_MIN: usize = 8;

/// A word that may be an ID.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// The line of its first occurrence, from 1.
    pub(crate) line: u64,
    /// Whether it has the form of an ID, so that a message says if no call has it.
    pub(crate) is_like_id: bool,
}

/// Reads all words, each once, in the order of the text. The text may have any encoding: IDs are ASCII.
pub(crate) fn read(input: &mut dyn Read) -> io::Result<Vec<Word>> {
    let mut words = Vec::new();
    let mut seen: HashMap<String, ()> = HashMap::new();
    let mut input = BufReader::new(input);
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        each_word(&bytes, |text| {
            if seen.insert(text.to_owned(), ()).is_none() {
                words.push(Word {
                    text: text.to_owned(),
                    line,
                    is_like_id: is_like_id(text),
                });
            }
        });
    }
    Ok(words)
}

/// Calls `each` with every text that may be an ID: a run of letters, digits and `_.:-` without its trailing punctuation, and the
/// parts of a run that contains more than the ID, such as `id:req-…` or a `traceparent`.
fn each_word(line: &[u8], mut each: impl FnMut(&str)) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte);
    for run in line.split(|byte| !is_part(byte)) {
        let run = std::str::from_utf8(run).unwrap_or_default();
        let run = run.trim_end_matches(['_', '.', ':', '-']);
        let mut whole = |text: &str| {
            if text.len() >= WORD_MIN {
                each(text);
            }
        };
        whole(run);
        if run.contains(':') {
            run.split(':')
                .for_each(|part| whole(part.trim_end_matches(['_', '.', '-'])));
        }
        if let Some([trace, span]) = traceparent(run) {
            whole(trace);
            whole(span);
        }
    }
}

/// Returns the trace ID and the span ID of a `traceparent`.
fn traceparent(run: &str) -> Option<[&str; 2]> {
    let parts: Vec<&str> = run.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else {
        return None;
    };
    let fits = [version, trace, span, flags]
        .iter()
        .zip([2, 32, 16, 2])
        .all(|(part, length)| is_hex(part, length));
    fits.then_some([trace, span])
}

/// Returns whether a word has the form of an ID: `req_…`, `req-…`, a UUID, or 32 hexadecimal digits.
fn is_like_id(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_uuid = parts.len() == 5
        && parts
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(part, length)| is_hex(part, length));
    word.starts_with("req_") || word.starts_with("req-") || is_uuid || is_hex(word, 32)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ULID: &str = "req_01HK3Z9YF7W7E8PM5QKT9DYXWR";
    const UUID: &str = "6f2c0a2e-1d3b-4c5d-8e9f-0a1b2c3d4e5f";
    const DIGITS: &str = "6f2c0a2e1d3b4c5d8e9f0a1b2c3d4e5f";

    fn words(text: &str) -> Vec<(String, u64, bool)> {
        let words = read(&mut text.as_bytes()).expect("reads");
        let tuple = |word: Word| (word.text, word.line, word.is_like_id);
        words.into_iter().map(tuple).collect()
    }

    #[test]
    fn ids_are_found_within_other_text() {
        let span = "00f067aa0ba902b7";
        for (text, expected) in [
            (format!("it failed with {ULID}."), vec![ULID]),
            (format!("(request ID: {ULID})"), vec![ULID]),
            (
                format!("\"request_id\":\"{ULID}\","),
                vec!["request_id", ULID],
            ),
            (
                format!("request_id={UUID}; again"),
                vec!["request_id", UUID],
            ),
            (format!("<{DIGITS}>"), vec![DIGITS]),
            (
                format!("id:req-{UUID}:"),
                vec![&format!("id:req-{UUID}"), &format!("req-{UUID}")],
            ),
            (
                format!("traceparent 00-{DIGITS}-{span}-01"),
                vec![
                    "traceparent",
                    &format!("00-{DIGITS}-{span}-01"),
                    DIGITS,
                    span,
                ],
            ),
            ("seven77 eightee8".to_owned(), vec!["eightee8"]),
            ("--------- ........".to_owned(), vec![]),
            (format!("é{ULID}é"), vec![ULID]),
        ] {
            let found: Vec<String> = words(&text).into_iter().map(|word| word.0).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn words_in_the_form_of_an_id_are_marked() {
        for (text, is_like) in [
            (ULID, true),
            (&format!("req-{UUID}"), true),
            (UUID, true),
            (&UUID.to_uppercase(), true),
            (DIGITS, true),
            ("traceparent", false),
            ("2026-11-26T14:05:09.123Z", false),
            ("00f067aa0ba902b7", false),
        ] {
            assert_eq!(is_like_id(text), is_like, "{text}");
        }
    }

    #[test]
    fn a_word_has_the_line_of_its_first_occurrence() {
        let text = format!("first\r\n{ULID}\n\n{UUID} {ULID}");
        assert_eq!(
            words(&text),
            [(ULID.to_owned(), 2, true), (UUID.to_owned(), 4, true)]
        );
    }

    proptest! {
        #[test]
        fn an_id_is_found_between_any_two_other_characters(
            id in "[A-Za-z0-9][A-Za-z0-9_.-]{6,40}[A-Za-z0-9]",
            before in "[^A-Za-z0-9_.:-]",
            after in "[^A-Za-z0-9_.:-]",
            punctuation in "[_.:-]{0,3}",
        ) {
            let text = format!("{before}{id}{punctuation}{after}");
            prop_assert!(words(&text).iter().any(|word| word.0 == id), "{text:?}");
        }

        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let words = read(&mut bytes.as_slice()).expect("reads");
            for word in words {
                prop_assert!(word.text.len() >= WORD_MIN);
                prop_assert!(bytes.windows(word.text.len()).any(|part| part == word.text.as_bytes()));
            }
        }
    }
}
