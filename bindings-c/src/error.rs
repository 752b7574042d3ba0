//! Errors

mod fields;
#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::ffi::c_char;
use std::sync::OnceLock;

use reqtrail::host::{ErrorRecord, Spelling};
use reqtrail::openstack::OperationFailure;
use reqtrail::{ApiError, Error, RequestId, Sent, Trail};

use crate::codes::{CODES_NAMES, REQTRAIL_ERROR_ACTION_FAILED, reqtrail_code};
use crate::headers::{Block, reqtrail_header};
use crate::memory::{free, put};
use crate::numbers::{number, numbered};
use crate::rate_limit::reqtrail_rate_limit;
use crate::text::{Texts, lend};
use crate::trail::reqtrail_trail;
use fields::TEXTS;
#[cfg(test)]
use fields::*;

/// Why a function failed. All threads may read it at the same time; what its functions return is borrowed from it and
/// lives until it is freed.
pub struct reqtrail_error {
    pub(crate) code: reqtrail_code,
    /// One line that is enough for support.
    pub(crate) display: String,
    /// The message, if there is no error of the core.
    message: Option<String>,
    /// The error of the call that failed.
    core: Option<Box<Error>>,
    /// The request ID of an action, which errors of the core do not have.
    action_id: Option<String>,
    trail: Option<reqtrail_trail>,
    trails: Vec<reqtrail_trail>,
    headers: OnceLock<Block>,
    texts: Texts<{ TEXTS + 8 }>,
}

numbered! { usize:
    DISPLAY MESSAGE REQUEST_ID CAUSE TEXT JSON GO_DISPLAY GO_MESSAGE
}

pub(crate) fn name(code: reqtrail_code) -> &'static str {
    let found = CODES_NAMES.iter().find(|(own, _)| *own == code);
    let name = found.and_then(|(_, name)| name.to_str().ok());
    name.unwrap_or("internal")
}

impl reqtrail_error {
    pub(crate) fn plain(code: reqtrail_code, message: String) -> Self {
        Self {
            code,
            display: format!("{}: {message}", name(code)),
            message: Some(message),
            core: None,
            action_id: None,
            trail: None,
            trails: Vec::new(),
            headers: OnceLock::new(),
            texts: Texts::default(),
        }
    }

    pub(crate) fn of_call(error: Box<Error>) -> Self {
        let code = number(error.kind().number());
        let trail = || error.trail().cloned().map(reqtrail_trail::new);
        Self {
            display: error.to_string(),
            message: None,
            trail: trail(),
            trails: trail().into_iter().collect(),
            core: Some(error),
            ..Self::plain(code, String::new())
        }
    }

    /// The error of an operation, with the trails of all its calls.
    pub(crate) fn of_operation(
        failure: OperationFailure,
        trails: Vec<Trail>,
        action_id: Option<String>,
    ) -> Self {
        let made = match failure.cause {
            Some(error) => Self::of_call(Box::new(error)),
            None => Self {
                action_id,
                ..Self::plain(REQTRAIL_ERROR_ACTION_FAILED, failure.message.clone())
            },
        };
        Self {
            display: failure.message,
            trails: trails.into_iter().map(reqtrail_trail::new).collect(),
            ..made
        }
    }

    /// This error as the cause of another error.
    pub(crate) fn as_cause(&self) -> Box<dyn std::error::Error + Send + Sync> {
        match self.core() {
            Some(core) => Box::new(core.clone()),
            None => self.display.clone().into(),
        }
    }

    pub(crate) fn core(&self) -> Option<&Error> {
        self.core.as_deref()
    }

    fn may_have_been_sent(&self) -> bool {
        let sent = |trail: &reqtrail_trail| {
            let mut attempts = trail.core().attempts().iter();
            attempts.any(|attempt| attempt.sent() != Sent::No)
        };
        match self.core() {
            Some(core) => core.may_have_been_sent(),
            None => self.trails.iter().any(sent),
        }
    }

    fn api(&self) -> Option<&ApiError> {
        self.core()?.api()
    }

    fn headers(&self) -> Option<&Block> {
        let api = self.api()?;
        Some(self.headers.get_or_init(|| Block::new(api.headers())))
    }

    /// The one-line text and the message, with options in Go's spelling.
    #[cfg(unix)]
    pub(crate) unsafe fn in_go(&self, lengths: [*mut usize; 2]) -> [Option<*const c_char>; 2] {
        let [display, message] = lengths;
        let one_line = || Some(self.display_in(Spelling::Go));
        // SAFETY: the caller's promise.
        unsafe {
            [
                self.texts.lend(TEXTS + GO_DISPLAY, display, one_line),
                self.texts.lend(TEXTS + GO_MESSAGE, message, || {
                    self.message_in(Spelling::Go)
                }),
            ]
        }
    }

    fn display_in(&self, spelling: Spelling) -> String {
        match self.core() {
            Some(core) => ErrorRecord::new(core, spelling).spelt(self.display.clone()),
            None => self.display.clone(),
        }
    }

    fn message_in(&self, spelling: Spelling) -> Option<String> {
        match self.core() {
            Some(core) => Some(ErrorRecord::new(core, spelling).message()?.into_owned()),
            None => self.message.clone(),
        }
    }

    /// The text of the innermost cause, such as the error of a token refresher.
    fn cause(&self) -> Option<String> {
        let mut source = self.core()?.source()?;
        while let Some(deeper) = source.source() {
            source = deeper;
        }
        Some(source.to_string())
    }
}

export! {
    /// Returns what went wrong: the code that the function returned, a REQTRAIL_ERROR_*.
    fn reqtrail_error_kind(error: &reqtrail_error) -> reqtrail_code { Some(error.code) }

    /// Returns one line with all that support needs: what failed, status, code, every request ID, the number of
    /// attempts and the call ID. Control characters in server text are escaped.
    fn reqtrail_error_display(error: &reqtrail_error) -> text[TEXTS + DISPLAY] { Some(error.display_in(Spelling::C)) }

    /// Returns the message: for an API error the server's own text, NULL if it has none.
    fn reqtrail_error_message(error: &reqtrail_error) -> text[TEXTS + MESSAGE] { error.message_in(Spelling::C) }

    /// Returns the number of the API's error code, a REQTRAIL_NOVAVMS_* or a REQTRAIL_OPENSTACK_*; 0 for a code that
    /// this release does not know, and for other dialects.
    fn reqtrail_error_code_number(error: &reqtrail_error) -> i32 {
        let api = error.api()?;
        let novavms = api.novavms_code().map(|code| code.number());
        Some(number(novavms.or_else(|| api.openstack_fault().map(|fault| fault.number()))?))
    }

    /// Returns the text of the error's cause, such as the error of the program's token refresher; NULL if there is
    /// none. It may repeat values of a body.
    fn reqtrail_error_cause(error: &reqtrail_error) -> text[TEXTS + CAUSE] { error.cause() }

    /// Returns the request ID of the last attempt, or of the action that failed; NULL if there is none. The trail has
    /// those of all attempts.
    fn reqtrail_error_request_id(error: &reqtrail_error) -> text[TEXTS + REQUEST_ID] {
        match error.core() {
            Some(core) => core.request_id().map(RequestId::as_str),
            None => error.action_id.as_deref(),
        }
    }

    /// Returns whether any attempt's request may have reached the server; for an action that failed, any attempt of all
    /// its calls.
    fn reqtrail_error_may_have_been_sent(error: &reqtrail_error) -> bool { Some(error.may_have_been_sent()) }

    /// Returns the header fields of an API error's response as an array; NULL for other errors.
    fn reqtrail_error_headers(error: &reqtrail_error, count: out? usize) -> *const reqtrail_header {
        let rows = error.headers()?.rows();
        put(count, rows.len());
        Some(rows.as_ptr())
    }

    /// Returns the value of the first header field with a name, whose case is ignored; NULL if there is none.
    fn reqtrail_error_header(error: &reqtrail_error, name: text, length: out? usize) -> *const c_char {
        let row = error.headers()?.find(name)?;
        put(length, row.value_length);
        Some(row.value)
    }

    /// Returns the first 64 KiB of the body of an API error's response, decoded; NULL for other errors.
    fn reqtrail_error_body(error: &reqtrail_error, length: out? usize) -> *const u8 {
        Some(lend(error.api()?.body(), length))
    }

    /// Returns the first 64 KiB of the body of an API error's response as UTF-8 text, decoded by the charset of its
    /// Content-Type or else as UTF-8, with replacement characters for what cannot be decoded; NULL for other errors.
    fn reqtrail_error_text(error: &reqtrail_error) -> text[TEXTS + TEXT] { Some(error.api()?.text().into_owned()) }

    /// Returns the body of an API error's response as the text of a JSON value, for the program's own parser. Unpaired
    /// surrogates are replaced in it. NULL if the body is not JSON or longer than the 64 KiB that are kept, and for
    /// other errors.
    fn reqtrail_error_json(error: &reqtrail_error) -> text[TEXTS + JSON] { Some(error.api()?.json_text()?.into_owned()) }

    /// Sets *limit to the rate limit that an API error's response reported. Returns false, with all fields negative, if
    /// it reported none.
    fn reqtrail_error_rate_limit(error: &reqtrail_error, limit: out? reqtrail_rate_limit) -> bool {
        put(limit, reqtrail_rate_limit::of(error.api()?.rate_limit()?));
        Some(true)
    }

    /// Returns the trail of the call that failed, which is borrowed from the error; NULL for an error that is not of a
    /// call, such as REQTRAIL_ERROR_CONFIG.
    fn reqtrail_error_trail(error: &reqtrail_error) -> *const reqtrail_trail {
        error.trail.as_ref().map(std::ptr::from_ref)
    }

    /// Returns how many trails the error has: 1 for a call; for an operation, one for each call that it made.
    fn reqtrail_error_trail_count(error: &reqtrail_error) -> usize { Some(error.trails.len()) }

    /// Returns the trail at an index, from 0, which is borrowed from the error; NULL beyond the last.
    fn reqtrail_error_trail_at(error: &reqtrail_error, index: usize) -> *const reqtrail_trail {
        error.trails.get(index).map(std::ptr::from_ref)
    }

    /// Frees an error and all that was borrowed from it. NULL is allowed.
    fn reqtrail_error_free(error: *mut reqtrail_error) { free(error); }
}
