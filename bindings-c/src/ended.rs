//! What a call or an operation has come to, as handles.

use reqtrail::Error;
use reqtrail::host::{CallResult, Outcome};
use reqtrail::openstack::OperationReport;

use crate::codes::{REQTRAIL_OK, reqtrail_code};
use crate::error::reqtrail_error;
use crate::fault::{Fault, OperationFault};
use crate::memory::give;
use crate::report::reqtrail_report;
use crate::response::reqtrail_response;

/// What a call or an operation has come to.
pub(crate) struct Ended {
    pub(crate) code: reqtrail_code,
    pub(crate) response: Option<Box<reqtrail_response>>,
    pub(crate) report: Option<Box<reqtrail_report>>,
    pub(crate) error: Option<Box<reqtrail_error>>,
}

impl Ended {
    pub(crate) fn new(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Call(result) => Self::of_call(result),
            operation => Self::of_operation(operation.into_output()),
        }
    }

    fn of_call(result: CallResult) -> Self {
        match result {
            Ok(response) => Self {
                response: Some(Box::new(reqtrail_response::new(response))),
                ..Self::well()
            },
            Err(error) => Self::badly(error.into()),
        }
    }

    fn of_operation(result: Result<OperationReport, Error>) -> Self {
        match result {
            Ok(mut report) => {
                let failed = report.failure.take().map(|failure| OperationFault {
                    failure,
                    trails: report.trails.clone(),
                    request_id: report.request_id.clone(),
                });
                let ended = failed.map_or_else(Self::well, |failed| {
                    Self::badly(Fault::Operation(Box::new(failed)))
                });
                Self {
                    report: reqtrail_report::new(report).map(Box::new),
                    ..ended
                }
            }
            Err(error) => Self::badly(error.into()),
        }
    }

    pub(crate) fn badly(fault: Fault) -> Self {
        let error = fault.into_handle();
        Self {
            code: error.code(),
            error: Some(error),
            ..Self::well()
        }
    }

    #[cfg(test)]
    pub(crate) fn said(&self) -> String {
        let display = self.error.as_ref().map(|error| error.display.clone());
        display.unwrap_or_default()
    }

    fn well() -> Self {
        Self {
            code: REQTRAIL_OK,
            response: None,
            report: None,
            error: None,
        }
    }

    /// Gives what a blocking function gives.
    pub(crate) unsafe fn give(
        self,
        response: *mut *mut reqtrail_response,
        report: *mut *mut reqtrail_report,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise.
        unsafe {
            give(response, self.response);
            give(report, self.report);
        }
        match self.error {
            Some(error) => Err(Fault::Made(error)),
            None => Ok(()),
        }
    }
}

/// A handle that is handed over, or NULL.
pub(crate) fn raw<T>(handle: Option<Box<T>>) -> *mut T {
    handle.map_or(std::ptr::null_mut(), Box::into_raw)
}
