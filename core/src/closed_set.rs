//! Closed sets of names with numbers, the same in every language. The generated tables are made of them.

use std::fmt;

use once_cell::race::OnceBox;

/// How many unknown words a process keeps.
const MAX_UNKNOWN_WORDS: usize = 1024;

/// The longest unknown word, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// A thread never waits for another to set one: the child of a fork may not have that thread.
static WORDS: [OnceBox<Box<str>>; MAX_UNKNOWN_WORDS] =
    [const { OnceBox::new() }; MAX_UNKNOWN_WORDS];

/// A word of a closed set that this release does not know, from a trail that a later release wrote.
///
/// [`Trail::from_json`](crate::Trail::from_json) reads it and [`Trail::to_json`](crate::Trail::to_json) writes it back,
/// so that an old reader does not damage a new trail.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct UnknownWord(u16);

impl UnknownWord {
    /// Keeps a word. Returns `None` for a text that cannot be one (1 to 64 lower-case letters, digits and underscores),
    /// and once the process keeps 1,024 others, so that input cannot fill the memory.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if word.is_empty() || word.len() > MAX_WORD_BYTES || !word.bytes().all(is_part) {
            return None;
        }
        let place = WORDS
            .iter()
            .position(|kept| &**kept.get_or_init(|| Box::new(word.into())) == word)?;
        u16::try_from(place).ok().map(Self)
    }

    /// Returns the word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let kept = WORDS.get(usize::from(self.0)).and_then(OnceBox::get);
        kept.map_or("", |word| word)
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Makes an enum whose values have a name and a number that never change.
macro_rules! closed_set {
    (
        $(#[$doc:meta])*
        $set:ident {
            $(#[doc = $meaning:literal] $value:ident = $name:literal, $number:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $set {
            $(#[doc = $meaning] $value,)*
            /// A word that this release does not know, from a trail that a later release wrote.
            Other(crate::closed_set::UnknownWord),
        }

        impl $set {
            /// All values that this release knows, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// Returns the name, the same in every language.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                    Self::Other(word) => word.as_str(),
                }
            }

            /// Returns the number, which never changes between releases; 0 for a word that this release does not know.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$value => $number,)*
                    Self::Other(_) => 0,
                }
            }

            /// Returns the value of this name, if this release knows it.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl crate::closed_set::ClosedSet for $set {
            #[cfg(feature = "unstable-host")]
            const WORDS: &'static [crate::closed_set::Word] = &[
                $(crate::closed_set::Word { name: $name, meaning: $meaning.trim_ascii() }),*
            ];

            fn read(name: &str) -> Option<Self> {
                Self::from_name(name)
                    .or_else(|| crate::closed_set::UnknownWord::of(name).map(Self::Other))
            }
        }

        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_set;

/// A word of a closed set, for people.
#[cfg(feature = "unstable-host")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Word {
    /// The word, as trails write it.
    pub name: &'static str,
    /// The meaning, in a sentence.
    pub meaning: &'static str,
}

/// A set whose values are read by name.
pub(crate) trait ClosedSet: Sized {
    /// The words that this release knows, in the order of their numbers.
    #[cfg(feature = "unstable-host")]
    const WORDS: &'static [Word];

    /// The value of a name, also of one that this release does not know; `None` for a text that cannot be a name.
    fn read(name: &str) -> Option<Self>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::StopReason;

    #[test]
    fn a_word_that_is_not_known_is_itself() {
        let later = StopReason::read("out_of_patience").expect("a word");
        assert_eq!((later.as_str(), later.number()), ("out_of_patience", 0));
        assert_eq!(later, StopReason::read("out_of_patience").expect("a word"));
        assert_ne!(
            later,
            StopReason::read("out_of_patience_2").expect("a word")
        );
        assert_eq!(format!("{later:?}"), "Other(\"out_of_patience\")");
        assert_eq!(StopReason::from_name("out_of_patience"), None);
        assert_eq!(StopReason::read("deadline"), Some(StopReason::Deadline));
        for text in ["", "Two Words", "höher", &"x".repeat(65)] {
            assert_eq!(StopReason::read(text), None, "{text}");
        }
    }

    #[test]
    fn threads_agree_on_a_word() {
        let read = || UnknownWord::of("read_by_many");
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(read)).collect();
        for thread in threads {
            let word = thread.join().expect("a word").expect("a word");
            assert_eq!(Some(word), read());
        }
    }
}
