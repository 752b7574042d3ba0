//! What holds for every error and every trail of any call.

use reqtrail::{Error, Trail};

/// The causes of an error, up to the error of another call, say nothing that the error says itself; the same holds for that
/// other error.
///
/// What a token refresher returned is behind the refresh that failed, whole and with its own type. An error that names its
/// reason has to: there is no attempt that would.
pub(crate) fn assert_says_nothing_twice(error: &Error) {
    assert_sources_are_new(error, error.message());
}

/// The same of any error, of which `said` is the text.
pub(crate) fn assert_sources_are_new(error: &dyn std::error::Error, said: &str) {
    let mut is_refresher = false;
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        let is_new = text.is_empty() || !repeats(said, &text);
        assert!(is_new || is_refresher, "`{text}` is said twice: {error:#?}");
        is_refresher |= text == "the token refresh failed";
        if let Some(other) = cause.downcast_ref() {
            return assert_says_nothing_twice(other);
        }
        source = cause.source();
    }
}

/// Whether a text ends with another one, or has it between blanks and punctuation.
fn repeats(text: &str, other: &str) -> bool {
    let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(other).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        is_apart(before.chars().next_back()) && is_apart(after.chars().next())
    })
}

/// A trail that is read again is the same.
pub(crate) fn assert_read_again(trail: &Trail) {
    let written = trail.to_json();
    let read = Trail::from_json(&written).expect("a trail");
    assert_eq!(read.to_json(), written);
}
