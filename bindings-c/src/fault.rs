//! Why a function failed, before it is a handle.

use reqtrail::openstack::OperationFailure;
use reqtrail::{Error, Trail};

use crate::codes::{
    REQTRAIL_ERROR_ACTION_FAILED, REQTRAIL_ERROR_BAD_VALUE, REQTRAIL_ERROR_INTERNAL,
    REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER, reqtrail_code,
};
use crate::error::{number, reqtrail_error};

/// Why a function failed.
pub(crate) enum Fault {
    /// The program used the library wrongly.
    Usage(reqtrail_code, String),
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

    pub(crate) fn null(name: &str) -> Self {
        Self::Usage(
            REQTRAIL_ERROR_NULL_POINTER,
            format!("{name} is NULL and must not be"),
        )
    }

    pub(crate) fn not_utf8(name: &str) -> Self {
        Self::Usage(REQTRAIL_ERROR_NOT_UTF8, format!("{name} is not UTF-8 text"))
    }

    pub(crate) fn bad_value(message: impl Into<String>) -> Self {
        Self::Usage(REQTRAIL_ERROR_BAD_VALUE, message.into())
    }

    pub(crate) fn code(&self) -> reqtrail_code {
        match self {
            Self::Usage(code, _) => *code,
            Self::Core(error) => number(error.kind().number()),
            Self::Operation(failed) => match &failed.failure.cause {
                Some(error) => number(error.kind().number()),
                None => REQTRAIL_ERROR_ACTION_FAILED,
            },
            Self::Made(error) => error.code(),
            Self::Panicked | Self::Dropped => REQTRAIL_ERROR_INTERNAL,
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
            Fault::Usage(_, message) => message,
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
        Fault::Usage(self.code, self.message.clone())
    }

    /// The same for a handle that is about something.
    pub(crate) fn fault_of(&self, what: &str) -> Fault {
        Fault::Usage(self.code, format!("{what}: {}", self.message))
    }
}
