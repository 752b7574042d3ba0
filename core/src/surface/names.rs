//! Option names in error texts: each language reads its own spelling.

mod table;

use std::borrow::Cow;

use table::NAMES;

/// A language whose users read an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Spelling {
    /// `max_attempts`, `timeout`
    Python,
    /// `maxAttempts`, `timeoutMs`
    Node,
    /// `max_attempts`, `timeout_ms`
    C,
    /// `MaxAttempts`, `Timeout`
    Go,
}

impl Spelling {
    fn of(self, names: [&'static str; 4]) -> &'static str {
        let [python, node, c, go] = names;
        match self {
            Self::Python => python,
            Self::Node => node,
            Self::C => c,
            Self::Go => go,
        }
    }

    /// Spells the name of an option of the core.
    #[must_use]
    pub fn option(self, name: &'static str) -> &'static str {
        find(name).map_or(name, |names| self.of(names))
    }

    /// Spells the name of a method.
    #[cfg(feature = "openstack")]
    pub(super) fn method(self, name: &str) -> String {
        let is_camel = matches!(self, Self::Node | Self::Go);
        let words = name.split('_').enumerate().map(|(at, word)| {
            let is_capital = at > 0 || self == Self::Go;
            let (first, rest) = word.split_at(word.len().min(1));
            match is_camel && is_capital {
                true => first.to_uppercase() + rest,
                false => word.to_owned(),
            }
        });
        let words: Vec<String> = words.collect();
        words.join(if is_camel { "" } else { "_" })
    }

    /// Spells the options that a text of the core names: the one that it begins with, and later ones that contain an
    /// underscore, so that they cannot be an English word. A name that differs only in its capitals stays unchanged.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        let mut out = String::new();
        let mut done = 0;
        let mut at = 0;
        // Text in backticks or braces is the program's: a path, a header, a dialect.
        let mut quoted = false;
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            let begins = at == 0 && !word.is_empty();
            if !quoted
                && (begins || word.contains('_'))
                && let Some(names) = find(word)
            {
                let spelt = self.of(names);
                // An English word stays unchanged: scenarios look for `microversion` in every language.
                if !spelt.eq_ignore_ascii_case(word) {
                    out.push_str(text.get(done..at).unwrap_or_default());
                    out.push_str(spelt);
                    done = at + word.len();
                }
            }
            at += word.len();
            let next = text.get(at..).and_then(|rest| rest.chars().next());
            match next {
                Some('`') => quoted = !quoted,
                Some('{') => quoted = true,
                Some('}') if !text.get(..at).is_some_and(in_backticks) => quoted = false,
                _ => {}
            }
            at += next.map_or(0, char::len_utf8);
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }
}

/// Whether a text ends within backticks.
fn in_backticks(text: &str) -> bool {
    text.matches('`').count() % 2 == 1
}

/// The option that a text begins with, in the words of the core.
pub(crate) fn option_of(text: &str) -> Option<&'static str> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let at = NAMES
        .binary_search_by_key(&text.get(..end)?, |(name, _)| name)
        .ok()?;
    Some(NAMES.get(at)?.0)
}

#[cfg(test)]
pub(super) fn is_option(name: &str) -> bool {
    find(name).is_some()
}

fn find(word: &str) -> Option<[&'static str; 4]> {
    let at = NAMES.binary_search_by_key(&word, |(name, _)| name).ok()?;
    NAMES.get(at).map(|(_, names)| *names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_reads_its_own_spelling() {
        let text = "attempt_timeout is 0; expected a longer time";
        for (spelling, wanted) in [
            (
                Spelling::Python,
                "attempt_timeout is 0; expected a longer time",
            ),
            (
                Spelling::Node,
                "attemptTimeoutMs is 0; expected a longer time",
            ),
            (
                Spelling::C,
                "attempt_timeout_ms is 0; expected a longer time",
            ),
            (Spelling::Go, "AttemptTimeout is 0; expected a longer time"),
        ] {
            assert_eq!(spelling.text(text), wanted);
        }
        let text = "microversion is `2`; expected a version";
        assert_eq!(Spelling::Go.text(text), text);
        let text = "unix_socket and proxy are both set; give the CA as extra_ca";
        let spelt = Spelling::Go.text(text);
        assert_eq!(
            spelt,
            "UnixSocket and proxy are both set; give the CA as ExtraCAs"
        );
    }

    #[cfg(feature = "openstack")]
    #[test]
    fn a_method_is_spelt_as_its_language_does() {
        for (spelling, wanted) in [
            (Spelling::Python, "server_by_name"),
            (Spelling::Node, "serverByName"),
            (Spelling::C, "server_by_name"),
            (Spelling::Go, "ServerByName"),
        ] {
            assert_eq!(spelling.method("server_by_name"), wanted);
        }
    }

    #[test]
    fn words_that_only_look_like_options_stay() {
        for text in [
            "the path `/jobs/{correlation_id}` needs a value for its parameter `correlation_id`",
            "`{idempotency_key}/user_agent` is not a URL",
            "the timeout passed",
            "max_attempts_of is not an option",
            "",
            "→ timeout",
        ] {
            assert_eq!(Spelling::Node.text(text), text);
        }
    }

    #[test]
    fn an_error_knows_the_option_that_it_begins_with() {
        assert_eq!(
            option_of("timeout is 0; expected a longer time"),
            Some("timeout")
        );
        assert_eq!(
            option_of("default_header: too many"),
            Some("default_header")
        );
        assert_eq!(option_of("the timeout"), None);
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name));
    }
}
