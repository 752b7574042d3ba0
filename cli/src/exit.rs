//! How the command ends.

use std::io;

/// How the command ends. Each variant has its exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Exit {
    /// The command succeeded: 0.
    Ok,
    /// An API refused the request, or the followed work failed: 1.
    Refused,
    /// The arguments, or a file or folder that they name, cannot be used: 2.
    Usage,
    /// An API did not answer, or did not say how the work ended: 3.
    NoAnswer,
    /// An API refused the credential: 4.
    Authentication,
    /// Nothing was found: 5.
    NotFound,
    /// A signal interrupted the command: 130.
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
    /// It cannot go on: the message for standard error, and the exit.
    Message(String, Exit),
    /// Standard output cannot be written.
    Output(io::Error),
}

impl Failure {
    /// Makes the failure for arguments, or for what they name, that cannot be used.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Message(message.into(), Exit::Usage)
    }

    /// Makes the failure for a search without a match.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::Message(message.into(), Exit::NotFound)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
