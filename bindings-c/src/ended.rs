//! Results of calls and operations, as handles.

use reqtrail::host::Outcome;
use reqtrail::openstack::OperationReport;

use crate::codes::{REQTRAIL_OK, reqtrail_code};
use crate::error::reqtrail_error;
use crate::fault::Fault;
use crate::memory::hand_over;
use crate::report::reqtrail_report;
use crate::response::reqtrail_response;

/// The result of a call or an operation: a code, REQTRAIL_OK by default, and the handles that exist.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) code: reqtrail_code,
    pub(crate) response: Option<Box<reqtrail_response>>,
    pub(crate) report: Option<Box<reqtrail_report>>,
    pub(crate) error: Option<Box<reqtrail_error>>,
}

impl Ended {
    pub(crate) fn new(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Call(Ok(response)) => Self {
                response: Some(Box::new(reqtrail_response::new(response))),
                ..Self::default()
            },
            Outcome::Call(Err(error)) => Self::failed(error.into()),
            operation => match operation.into_output() {
                Ok(report) => Self::of_report(report),
                Err(error) => Self::failed(Fault::from(error)),
            },
        }
    }

    fn of_report(mut report: OperationReport) -> Self {
        let failed = report.failure.take().map(|failure| {
            let (trails, action_id) = (report.trails.clone(), report.request_id.clone());
            let error = reqtrail_error::of_operation(failure, trails, action_id);
            Self::failed(Fault::Made(Box::new(error)))
        });
        Self {
            report: reqtrail_report::new(report).map(Box::new),
            ..failed.unwrap_or_default()
        }
    }

    pub(crate) fn failed(fault: Fault) -> Self {
        let error = fault.into_handle();
        let code = error.code;
        Self {
            error: Some(error),
            ..Self::of_code(code)
        }
    }

    /// A result whose handles have been handed over.
    pub(crate) fn of_code(code: reqtrail_code) -> Self {
        Self {
            code,
            ..Self::default()
        }
    }

    /// Writes the handles to the out-parameters of a blocking function, and returns its error.
    pub(crate) unsafe fn hand_over(
        self,
        response: *mut *mut reqtrail_response,
        report: *mut *mut reqtrail_report,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise.
        unsafe {
            hand_over(response, self.response);
            hand_over(report, self.report);
        }
        match self.error {
            Some(error) => Err(Fault::Made(error)),
            None if self.code == REQTRAIL_OK => Ok(()),
            None => {
                let why = "the call failed, and its error went to the callback or was taken before";
                Err(Fault::usage(self.code, why))
            }
        }
    }
}

/// Turns a handle into a pointer that the program owns, or NULL.
pub(crate) fn raw<T>(handle: Option<Box<T>>) -> *mut T {
    handle.map_or(std::ptr::null_mut(), Box::into_raw)
}
