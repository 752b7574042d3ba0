//! The choices of the journal's options.

use std::str::FromStr;

use crate::error::Error;
use crate::surface::{Kind, Refusal, Setting, Value};

/// Makes an enum of the words that an option takes, the same in every language.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        $name:ident, $expected:literal {
            $($(#[$value_doc:meta])* $value:ident = $word:literal;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Returns the word, the same in every language.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }

            /// Reads the word; the error lists the words.
            pub(crate) fn of(word: &str) -> Result<Self, &'static str> {
                match word {
                    $($word => Ok(Self::$value),)+
                    _ => Err($expected),
                }
            }
        }

        /// Reads the word; an error of the kind `config` lists the words.
        impl FromStr for $name {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self, Error> {
                Self::of(word).map_err(|expected| {
                    let word = word.escape_debug();
                    Error::config(format!("expected {expected}, got `{word}`"))
                })
            }
        }

        impl Setting for $name {
            const KIND: Kind = Kind::Text;

            fn read(value: Value) -> Result<Self, Refusal> {
                match &value {
                    Value::Text(word) => {
                        Self::of(word).map_err(|expected| {
                            let word = word.escape_debug();
                            Refusal::Invalid(format!("expected {expected}, got `{word}`"))
                        })
                    }
                    other => Err(Refusal::new($expected, other)),
                }
            }
        }
    };
}

choice! {
    /// Which calls a journal keeps.
    JournalPolicy, "`failed`, `notable` or `all`" {
        /// Calls that failed.
        Failed = "failed";
        /// These, and calls that were slow or had several attempts.
        #[default]
        Notable = "notable";
        /// Every call.
        All = "all";
    }
}

choice! {
    /// Which thread writes a journal's records.
    JournalSync, "`auto`, `always` or `never`" {
        /// The thread that makes the call, before the call returns; on a file system that is slow or not local, the
        /// journal's thread.
        #[default]
        Auto = "auto";
        /// Always the thread that makes the call, however long the disk takes.
        Always = "always";
        /// Always the journal's thread. What it has not written yet is lost if the process is killed.
        Never = "never";
    }
}

choice! {
    /// How a journal writes the URLs of attempts.
    JournalUrls, "`full` or `template`" {
        /// As trails show them, with the values of path parameters.
        #[default]
        Full = "full";
        /// With the path template, for APIs whose paths hold personal data.
        Template = "template";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_none_is_names_those_that_are() {
        let refused = JournalPolicy::read(Value::Text("everything".to_owned()));
        let Err(Refusal::Invalid(why)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            why,
            "expected `failed`, `notable` or `all`, got `everything`"
        );
    }
}
