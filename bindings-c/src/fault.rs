//! Faults: why a function failed, before an error handle is made of it.

use reqtrail::Error;
use reqtrail::host::OptionError;

use crate::codes::{
    REQTRAIL_ERROR_CONFIG, REQTRAIL_ERROR_INTERNAL, REQTRAIL_ERROR_NOT_UTF8, reqtrail_code,
};
use crate::error::reqtrail_error;
use crate::numbers::number;
use crate::usage::Usage;

const PANICKED: &str = "reqtrail panicked; please report this";

const DROPPED: &str =
    "the call did not end: its client was freed, or no thread could be started to run it";

/// Why a function failed.
pub(crate) enum Fault {
    /// The program used the library wrongly.
    Usage(Usage),
    /// An error of the core.
    Core(Box<Error>),
    /// The error of a call or an operation that has ended already.
    Made(Box<reqtrail_error>),
    /// A bug.
    Panicked,
    /// The work was dropped before its end, without a mistake of the program.
    Dropped,
}

impl Fault {
    /// The reason why unfinished work is being dropped.
    pub(crate) fn of_drop() -> Self {
        if std::thread::panicking() {
            Self::Panicked
        } else {
            Self::Dropped
        }
    }

    pub(crate) fn usage(code: reqtrail_code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Usage(Usage { code, message })
    }

    pub(crate) fn null(name: &str) -> Self {
        Usage::null(name).into()
    }

    pub(crate) fn bad_value(message: impl Into<String>) -> Self {
        Usage::bad_value(message).into()
    }

    /// Names the option whose value is wrong.
    pub(crate) fn of_option(self, name: &str) -> Self {
        match self {
            Self::Usage(usage) if usage.code == REQTRAIL_ERROR_NOT_UTF8 => {
                Usage::not_utf8(name).into()
            }
            other => other.deferred(name).into(),
        }
    }

    /// The part of a fault that a handle keeps and reports when it is used. `setter` is the function that the program
    /// called.
    pub(crate) fn deferred(self, setter: &str) -> Usage {
        let code = self.code();
        let message = match self {
            Self::Usage(usage) => usage.message,
            Self::Core(error) => error.message().to_owned(),
            _ => PANICKED.to_owned(),
        };
        Usage { code, message }.of(setter)
    }

    pub(crate) fn code(&self) -> reqtrail_code {
        match self {
            Self::Usage(usage) => usage.code,
            Self::Core(error) => number(error.kind().number()),
            Self::Made(error) => error.code,
            Self::Panicked | Self::Dropped => REQTRAIL_ERROR_INTERNAL,
        }
    }

    /// The error handle for the program.
    pub(crate) fn into_handle(self) -> Box<reqtrail_error> {
        let code = self.code();
        let message = match self {
            Self::Made(made) => return made,
            Self::Core(error) => return Box::new(reqtrail_error::of_call(error)),
            Self::Usage(usage) => usage.message,
            Self::Panicked => PANICKED.to_owned(),
            Self::Dropped => DROPPED.to_owned(),
        };
        Box::new(reqtrail_error::plain(code, message))
    }
}

impl From<Usage> for Fault {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

/// Omits the option's name, because the caller adds it.
impl From<OptionError> for Fault {
    fn from(error: OptionError) -> Self {
        match error {
            OptionError::WrongType { expected, got, .. } => {
                Self::bad_value(format!("expected {expected}, got {got}"))
            }
            OptionError::Invalid { message, .. } => Self::usage(REQTRAIL_ERROR_CONFIG, message),
            other => Self::bad_value(other.to_string()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(Box::new(error))
    }
}
