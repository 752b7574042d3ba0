//! What is known about the codes of a built-in dialect: the types of the tables that are generated from
//! `schema/codes.json`.

use super::RetryRule;
use crate::codes::Category;

/// A built-in dialect and its codes.
#[derive(Debug)]
#[non_exhaustive]
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(dead_code, reason = "the command reads more than an error shows")
)]
pub struct DialectCodes {
    /// The dialect's name, as trails show it.
    pub name: &'static str,
    /// The name for people, as in `NovaVMS`.
    pub title: &'static str,
    /// The page that explains the API's codes.
    pub documentation_url: Option<&'static str>,
    /// The codes, in the order of their numbers.
    pub codes: &'static [CodeEntry],
}

/// What is known about one code of a built-in dialect.
#[derive(Debug)]
#[non_exhaustive]
#[cfg_attr(
    not(feature = "unstable-host"),
    allow(dead_code, reason = "the command reads more than an error shows")
)]
pub struct CodeEntry {
    /// The code in its canonical spelling.
    pub code: &'static str,
    /// Other spellings of the code that the API uses, in lower case.
    pub aliases: &'static [&'static str],
    /// The status that the code comes with.
    pub status: u16,
    /// What an error with this code and status means.
    pub category: Category,
    /// Whether such a request may be repeated; `None` if the status decides.
    pub retry: Option<RetryRule>,
    /// The meaning of the code, in a sentence.
    pub meaning: &'static str,
    /// How to fix the cause of the code: the hint of errors.
    pub fix: &'static str,
    /// The URL of the page that explains the code, or of a status page.
    pub documentation_url: Option<&'static str>,
}

impl DialectCodes {
    /// Returns the code of this spelling, in any case.
    #[must_use]
    pub fn find(&self, spelling: &str) -> Option<&'static CodeEntry> {
        self.codes.iter().find(|entry| {
            let mut spellings = entry.aliases.iter().chain([&entry.code]);
            spellings.any(|own| own.eq_ignore_ascii_case(spelling))
        })
    }
}
