//! Finds the causes that an error's own text already quotes.
//!
//! Many texts end with that of the cause, since one line has to be enough for support. A reader of the chain that
//! `anyhow`, for example, prints below it must not read the same twice.

use std::error::Error as StdError;

/// The first cause that `text` does not quote, and that has no quoted cause behind it.
pub(crate) fn not_yet<'a>(
    text: &str,
    cause: &'a (dyn StdError + 'static),
) -> Option<&'a (dyn StdError + 'static)> {
    let mut rest = Some(cause);
    let mut next = Some(cause);
    while let Some(link) = next {
        next = link.source();
        if says(text, &link.to_string()) {
            rest = next;
        }
    }
    rest
}

/// Whether a text contains another one as whole words.
fn says(text: &str, other: &str) -> bool {
    let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let ends_in_word =
        |at: usize| in_word(text[..at].chars().next_back()) && in_word(text[at..].chars().next());
    !other.is_empty()
        && text
            .match_indices(other)
            .any(|(at, found)| !ends_in_word(at) && !ends_in_word(at + found.len()))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Link(&'static str, #[source] Option<Box<Link>>);

    fn chain(texts: &[&'static str]) -> Option<Box<Link>> {
        let (first, rest) = texts.split_first()?;
        Some(Box::new(Link(first, chain(rest))))
    }

    #[test]
    fn what_is_said_is_passed_over_with_all_above_it() {
        for (text, causes, left) in [
            ("no connection: refused", &["refused"][..], None),
            ("no connection: refused", &["client error", "refused"], None),
            (
                "no connection: refused",
                &["refused", "by a firewall"],
                Some("by a firewall"),
            ),
            ("no connection", &["refused"], Some("refused")),
            // A part of a word says nothing.
            ("no connection", &["connect"], Some("connect")),
            ("no connection", &["", "refused"], Some("")),
        ] {
            let cause = chain(causes).expect("a cause");
            let found = not_yet(text, &*cause).map(ToString::to_string);
            assert_eq!(found.as_deref(), left, "{text}: {causes:?}");
        }
    }

    #[test]
    fn a_wrapped_error_is_said_by_its_wrapper() {
        let wrapped = io::Error::other("refused");
        assert!(not_yet("it was refused", &wrapped).is_none());
    }
}
