//! What the options of the journal choose from.

use crate::surface::{Kind, Refusal, Setting, Value};

/// Makes an enum of words, the same in every language, that an option takes.
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

            /// The words, for an error.
            pub(crate) const EXPECTED: &'static str = $expected;

            /// Reads the word.
            pub(crate) fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$value),)+
                    _ => None,
                }
            }
        }

        impl Setting for $name {
            const KIND: Kind = Kind::Text;

            fn read(value: Value) -> Result<Self, Refusal> {
                match &value {
                    Value::Text(word) => {
                        Self::of(word).ok_or_else(|| Refusal::unknown_name($expected, word))
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
        /// The thread that makes the call, before the call returns; on a file system that is slow or not local, a thread of
        /// the journal's.
        #[default]
        Auto = "auto";
        /// Always the thread that makes the call, however long the disk takes.
        Always = "always";
        /// Always a thread of the journal's. What it has not written yet is lost if the process is killed.
        Never = "never";
    }
}

choice! {
    /// How the URLs of attempts stand in a journal.
    JournalUrls, "`full` or `template`" {
        /// As trails show them, with the values of path parameters.
        #[default]
        Full = "full";
        /// With the path template, for APIs whose paths hold personal data.
        Template = "template";
    }
}
