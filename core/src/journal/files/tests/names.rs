//! The names of files, and the default folder.

use std::path::PathBuf;

use proptest::prelude::*;

use super::super::folder::{default_folder_of, is_fit};
use super::*;

proptest! {
    #[test]
    fn every_name_that_a_journal_gives_is_read_again(
        service in ".{0,60}",
        host in ".{0,60}",
        pid: u32,
        start_ms: u64,
        random: [u8; 3],
        number in 1..u32::MAX,
    ) {
        let table = FileName::new(&service, &host, pid, start_ms, random);
        let segment = table.sibling(Part::Segment(number));
        for name in [table, segment] {
            let text = name.to_string();
            prop_assert!(text.len() < 200 && !text.contains('/'), "{text}");
            prop_assert!(text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'), "{text}");
            prop_assert!(text.starts_with(&name.stem()), "{text}");
            prop_assert_eq!(FileName::parse(&text), Some(name));
        }
    }

    #[test]
    fn no_two_names_mean_the_same(
        name in "[a-z.-]{0,3}-[A-Z._-]{0,3}-[0-9]{0,3}-[0-9]{0,3}-[0-9a-f]{5,7}(\\.[0-9]{3,5}\\.jsonl|\\.open|\\.[a-z]{1,5})",
    ) {
        if let Some(read) = FileName::parse(&name) {
            prop_assert_eq!(read.to_string(), name);
        }
    }
}

#[test]
fn a_name_says_who_wrote_the_file() {
    let read = FileName::parse("billing-api-web_1.local-12-1764190000123-0a1b2c.0003.jsonl");
    let expected = FileName {
        service: "billing-api".to_owned(),
        host: "web_1.local".to_owned(),
        pid: 12,
        start_ms: 1_764_190_000_123,
        random: "0a1b2c".to_owned(),
        part: Part::Segment(3),
    };
    assert_eq!(read.as_ref(), Some(&expected));
    let table = expected.sibling(Part::Table).to_string();
    assert_eq!(
        table,
        "billing-api-web_1.local-12-1764190000123-0a1b2c.open"
    );
}

#[test]
fn names_of_others_are_not_read() {
    for name in [
        "",
        ".open",
        "notes.txt",
        "a-b-1-2-0a1b2c",
        "a-b-1-2-0a1b2c.jsonl",
        "a-b-1-2-0a1b2c.0000.jsonl",
        "a-b-1-2-0a1b2c.1.jsonl",
        "a-b-1-2-0a1b2c.00001.jsonl",
        "a-b-1-2-0a1b2c.+001.jsonl",
        "a-b-1-2-0a1b2c.0001.jsonl.gz",
        "a-b-1-2-0A1B2C.0001.jsonl",
        "a-b-1-2-0a1b2.open",
        "a-b-01-2-0a1b2c.open",
        "a-b-4294967296-2-0a1b2c.open",
        "a-b--2-0a1b2c.open",
        "-b-1-2-0a1b2c.open",
        ".a-b-1-2-0a1b2c.open",
        "b-1-2-0a1b2c.open",
        "ä-b-1-2-0a1b2c.open",
    ] {
        assert_eq!(FileName::parse(name), None, "{name}");
    }
}

#[test]
fn the_default_folder_is_where_programs_keep_their_state() {
    for (state, home, expected) in [
        (Some("/state"), Some("/home/a"), Some("/state/reqtrail")),
        (None, Some("/home/a"), Some("/home/a/.local/state/reqtrail")),
        (
            Some(""),
            Some("/home/a"),
            Some("/home/a/.local/state/reqtrail"),
        ),
        (
            Some("state"),
            Some("/home/a"),
            Some("/home/a/.local/state/reqtrail"),
        ),
        (None, None, None),
        (None, Some(""), None),
    ] {
        let found = default_folder_of(state.map(Into::into), home.map(PathBuf::from));
        assert_eq!(found, expected.map(PathBuf::from), "{state:?} {home:?}");
    }
}

#[test]
fn a_folder_that_another_user_opens_to_everybody_is_not_used() {
    let (user, other, root) = (1000, 1001, 0);
    assert!(is_fit(0o40_700, user, user));
    assert!(is_fit(0o40_777, user, user));
    assert!(is_fit(0o41_777, root, user));
    assert!(is_fit(0o40_775, other, user));
    assert!(!is_fit(0o40_777, other, user));
    assert!(!is_fit(0o41_777, other, user));
}
