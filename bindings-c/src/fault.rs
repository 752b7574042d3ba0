//! Why a function failed, before it is a handle.

use reqtrail::host::OptionError;
use reqtrail::openstack::OperationFailure;
use reqtrail::{Error, Trail};

use crate::codes::{
    REQTRAIL_ERROR_ACTION_FAILED, REQTRAIL_ERROR_CONFIG, REQTRAIL_ERROR_INTERNAL,
    REQTRAIL_ERROR_NOT_UTF8, reqtrail_code,
};
use crate::error::reqtrail_error;
use crate::numbers::number;
use crate::usage::Usage;

/// Why a function failed.
pub(crate) enum Fault {
    /// The program used the library wrongly.
    Usage(Usage),
    /// The core says why.
    Core(Box<Error>),
    /// An operation of several calls failed.
    Operation(Box<OperationFault>),
    /// The error of a call that has ended already.
    Made(Box<reqtrail_error>),
    /// A bug.
    Panicked,
    /// The work was dropped before its end, by nobody's mistake.
    Dropped,
}

/// Why an operation failed, and what its report says of that.
pub(crate) struct OperationFault {
    pub(crate) failure: OperationFailure,
    pub(crate) trails: Vec<Trail>,
    pub(crate) request_id: Option<String>,
}

impl Fault {
    /// Why work is being dropped that has not ended.
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
            other => DeferredError::of(name, other).fault(),
        }
    }

    pub(crate) fn code(&self) -> reqtrail_code {
        match self {
            Self::Usage(usage) => usage.code,
            Self::Core(error) => number(error.kind().number()),
            Self::Operation(failed) => match &failed.failure.cause {
                Some(error) => number(error.kind().number()),
                None => REQTRAIL_ERROR_ACTION_FAILED,
            },
            Self::Made(error) => error.code(),
            Self::Panicked | Self::Dropped => REQTRAIL_ERROR_INTERNAL,
        }
    }

    /// The handle that the program gets.
    pub(crate) fn into_handle(self) -> Box<reqtrail_error> {
        let code = self.code();
        let made = match self {
            Self::Made(made) => return made,
            Self::Usage(usage) => reqtrail_error::plain(code, usage.message),
            Self::Panicked => {
                reqtrail_error::plain(code, "reqtrail panicked; please report this".to_owned())
            }
            Self::Dropped => reqtrail_error::plain(
                code,
                "the work was dropped before its end: its client went away, or no thread could drive it".to_owned(),
            ),
            Self::Core(error) => reqtrail_error::of_call(code, error),
            Self::Operation(failed) => {
                let OperationFault { failure, trails, request_id } = *failed;
                reqtrail_error::of_operation(code, failure, trails, request_id)
            }
        };
        Box::new(made)
    }
}

impl From<Usage> for Fault {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

/// Without the option's name: whoever set it knows what it is called.
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

/// The first fault of a handle's setters, which every use of the handle reports.
#[derive(Clone)]
pub(crate) struct DeferredError {
    code: reqtrail_code,
    message: String,
}

impl DeferredError {
    /// `setter` is the function that the program called.
    pub(crate) fn of(setter: &str, fault: Fault) -> Self {
        let code = fault.code();
        let message = match fault {
            Fault::Usage(usage) => usage.message,
            Fault::Core(error) => error.message().to_owned(),
            _ => "reqtrail panicked; please report this".to_owned(),
        };
        let message = format!("{setter}: {message}");
        Self { code, message }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn fault(&self) -> Fault {
        Fault::usage(self.code, self.message.clone())
    }

    /// The same for a handle that is about something.
    pub(crate) fn fault_of(&self, what: &str) -> Fault {
        Fault::usage(self.code, format!("{what}: {}", self.message))
    }
}
