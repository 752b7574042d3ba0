//! What reqtrail knows about error codes and the words of trails, for programs that explain them, as the command does
//! offline. All of it is generated from `schema/codes.json`.

use crate::closed_set::ClosedSet;
use crate::codes::{
    Category, Cause, ErrorKind, RequestIdNote, Sent, StopReason, TrailNote, WaitReason,
};
use crate::dialect::novavms;
#[cfg(feature = "openstack")]
use crate::dialect::openstack;

pub use crate::closed_set::Word;
pub use crate::dialect::{CodeEntry, DialectCodes};

/// A closed set of words that trails and errors use, the same in every language.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WordSet {
    /// The name of one of its words, as in `stop reason`.
    pub title: &'static str,
    /// The words, in the order of their numbers.
    pub words: &'static [Word],
}

impl WordSet {
    const fn of<S: ClosedSet>(title: &'static str) -> Self {
        Self {
            title,
            words: S::WORDS,
        }
    }
}

/// Returns the built-in dialects with their codes.
///
/// # Examples
/// ```
/// use reqtrail::host::codes;
///
/// let mut dialects = codes::dialects().iter();
/// let found = dialects.find_map(|dialect| dialect.find("SERVICE_UNAVAILABLE"));
/// let page = found.and_then(|entry| entry.documentation_url);
/// assert_eq!(page, Some("https://status.novalien.com"));
/// ```
#[must_use]
pub fn dialects() -> &'static [&'static DialectCodes] {
    static DIALECTS: &[&DialectCodes] = &[
        &novavms::CODES,
        #[cfg(feature = "openstack")]
        &openstack::CODES,
    ];
    DIALECTS
}

/// Returns the closed sets of words.
///
/// # Examples
/// ```
/// use reqtrail::host::codes;
///
/// let mut sets = codes::word_sets().iter();
/// let reasons = sets.find(|set| set.title == "stop reason").unwrap();
/// assert_eq!(reasons.words[0].name, "succeeded");
/// assert_eq!(reasons.words[0].meaning, "A usable 2xx response arrived.");
/// ```
#[must_use]
pub fn word_sets() -> &'static [WordSet] {
    const {
        &[
            WordSet::of::<ErrorKind>("error kind"),
            WordSet::of::<Category>("category"),
            WordSet::of::<StopReason>("stop reason"),
            WordSet::of::<Cause>("cause of an attempt"),
            WordSet::of::<WaitReason>("reason of a wait"),
            WordSet::of::<Sent>("sent state"),
            WordSet::of::<TrailNote>("note of a trail"),
            WordSet::of::<RequestIdNote>("note of a request ID"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_reader_of_any_code_learns_four_things() {
        for dialect in dialects() {
            for entry in dialect.codes {
                let page = entry.documentation_url.unwrap_or_default();
                let text = [entry.meaning, entry.fix];
                assert!(
                    text.iter().all(|text| text.ends_with('.')),
                    "{}: {text:?}",
                    entry.code
                );
                assert_eq!(
                    crate::target::check_page(page),
                    Ok(()),
                    "{}: {page}",
                    entry.code
                );
            }
        }
    }

    #[test]
    fn a_code_is_found_by_each_spelling() {
        for dialect in dialects() {
            for entry in dialect.codes {
                for spelling in entry.aliases.iter().chain([&entry.code]) {
                    let code = |spelling: &str| dialect.find(spelling).map(|found| found.code);
                    assert_eq!(code(spelling), Some(entry.code));
                    assert_eq!(code(&spelling.to_uppercase()), Some(entry.code));
                }
            }
            assert!(dialect.find("out_of_coffee").is_none());
        }
    }

    #[test]
    fn every_word_has_a_meaning() {
        let mut titles = HashSet::new();
        for set in word_sets() {
            assert!(titles.insert(set.title), "{} twice", set.title);
            for word in set.words {
                assert!(word.meaning.ends_with('.'), "{}: {word:?}", set.title);
                assert!(!word.meaning.starts_with(' '), "{}: {word:?}", set.title);
            }
        }
    }
}
