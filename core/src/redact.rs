//! Keeps secrets out of everything that people read.

mod credentials;
mod redactor;
mod views;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

pub(crate) use credentials::{is_secret_header, of_field, of_header};
#[cfg(feature = "testing")]
pub(crate) use credentials::{is_secret_member, of_member};
pub(crate) use redactor::Redactor;

/// Replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// Everything but the unreserved characters of RFC 3986 §2.3.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Query parameters whose values are shown by default: they select a page and hold no secrets.
pub(crate) const SHOWN_QUERY: [&str; 5] = ["limit", "cursor", "marker", "page", "offset"];

/// A credential. Its text appears in no `Debug`, log, trail, report or error text, and it is removed where a server
/// repeats it. One of fewer than four characters is removed from URLs only: elsewhere it would match parts of the
/// server's codes and IDs.
///
/// # Examples
/// ```
/// use reqtrail::Secret;
///
/// assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret([redacted])");
/// // A NovaVMS key is told apart by its documented prefix.
/// assert_eq!(format!("{:?}", Secret::new("sk_live_abc")), "Secret(sk_live_[redacted])");
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a credential.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the credential itself. Do not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The vendor's manual allows the first eight characters of a key in logs, and no more.
        let prefix = ["sk_live_", "sk_test_"]
            .into_iter()
            .find(|prefix| self.0.starts_with(prefix))
            .unwrap_or_default();
        write!(f, "Secret({prefix}{REDACTED})")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Returns a query string with its values redacted, except those of the parameters `shown`.
pub(crate) fn query(query: &str, shown: &[String]) -> String {
    let mut out = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            out.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) => {
                out.push_str(name);
                out.push('=');
                let plain = SHOWN_QUERY.contains(&name) || shown.iter().any(|other| other == name);
                out.push_str(if plain || value.is_empty() {
                    value
                } else {
                    REDACTED
                });
            }
            // A parameter without a value may itself be the secret.
            None if pair.is_empty() => {}
            None => out.push_str(REDACTED),
        }
    }
    out
}

/// Returns the text on one line: control characters, line separators and text-direction marks are escaped, so that
/// a server's text can neither forge a log line nor reorder it.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    // Most are plain ASCII. The check reads all bytes without an early exit, so that the compiler can vectorise it.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return Cow::Borrowed(text);
    }
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if odd(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_hidden_but_for_the_known_ones() {
        assert_eq!(
            query("limit=10&q=a%20b&flag&x=&site=7", &["site".to_owned()]),
            "limit=10&q=[redacted]&[redacted]&x=&site=7"
        );
    }

    #[test]
    fn text_stays_on_its_line() {
        assert_eq!(
            one_line("a\r\nb\u{1b}[31m\u{202e}é"),
            "a\\r\\nb\\u{1b}[31m\\u{202e}é"
        );
    }
}
