//! How the command ends.

use std::io;

/// How the command ends, by the exit code that tells a script what happened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Exit {
    /// It did what was asked: 0.
    Ok,
    /// An API said no: 1.
    Refused,
    /// The arguments, or what they name, cannot be used: 2.
    Usage,
    /// An API gave no answer: 3.
    NoAnswer,
    /// The credential was refused: 4.
    Authentication,
    /// Nothing was found: 5.
    NotFound,
    /// Somebody interrupted it: 130.
    Interrupted,
}

impl Exit {
    /// Returns the exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::NoAnswer => 3,
            Self::Authentication => 4,
            Self::NotFound => 5,
            Self::Interrupted => 130,
        }
    }
}

/// Why a subcommand ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It cannot go on: the text for standard error, and the exit.
    Said(String, Exit),
    /// Standard output takes nothing more.
    Output(io::Error),
}

impl Failure {
    /// The arguments, or what they name, cannot be used.
    pub(crate) fn usage(why: impl Into<String>) -> Self {
        Self::Said(why.into(), Exit::Usage)
    }

    /// Nothing was found.
    pub(crate) fn not_found(why: impl Into<String>) -> Self {
        Self::Said(why.into(), Exit::NotFound)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
