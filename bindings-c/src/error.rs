//! Errors

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use reqtrail::host::{ErrorRecord, Spelling};
use reqtrail::{ApiError, Error, RequestId, Trail};

use crate::codes::{CODES_NAMES, reqtrail_code};
use crate::headers::{Block, reqtrail_header};
use crate::memory::{free, put};
use crate::numbers::{milliseconds, number, numbered};
use crate::rate_limit::reqtrail_rate_limit;
use crate::text::{Texts, lend, text};
use crate::trail::reqtrail_trail;

/// Why a function failed. All threads may read it at the same time; what it gives is borrowed from it and lives until it
/// is freed.
pub struct reqtrail_error {
    code: reqtrail_code,
    /// One line that is enough for support.
    pub(crate) display: String,
    /// In words, where there is no error of the core.
    message: Option<String>,
    /// The error of the call that failed.
    core: Option<Box<Error>>,
    /// The request ID of an action, which no error of the core has.
    action_id: Option<String>,
    trail: Option<reqtrail_trail>,
    trails: Vec<reqtrail_trail>,
    headers: OnceLock<Block>,
    texts: Texts<14>,
}

numbered! { usize:
    DISPLAY MESSAGE CODE RAW_CODE TITLE DETAILS HINT REQUEST_ID MICROVERSION CAUSE TEXT JSON GO_DISPLAY GO_MESSAGE
}

fn name(code: reqtrail_code) -> &'static str {
    let found = CODES_NAMES.iter().find(|(own, _)| *own == code);
    found
        .and_then(|(_, name): &(i32, &CStr)| name.to_str().ok())
        .unwrap_or("internal")
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

    pub(crate) fn of_call(code: reqtrail_code, error: Box<Error>) -> Self {
        let trail = error.trail().cloned().map(reqtrail_trail::new);
        let trails = error.trail().cloned().map(reqtrail_trail::new);
        Self {
            display: error.to_string(),
            message: None,
            trail,
            trails: trails.into_iter().collect(),
            core: Some(error),
            ..Self::plain(code, String::new())
        }
    }

    /// Adds the request ID of an action.
    pub(crate) fn of_action(self, action_id: Option<String>) -> Self {
        Self { action_id, ..self }
    }

    pub(crate) fn with(self, display: String, trails: Vec<Trail>) -> Self {
        Self {
            display,
            trails: trails.into_iter().map(reqtrail_trail::new).collect(),
            ..self
        }
    }

    pub(crate) fn code(&self) -> reqtrail_code {
        self.code
    }

    /// What this is as the cause of another error.
    pub(crate) fn as_cause(&self) -> Box<dyn std::error::Error + Send + Sync> {
        match self.core() {
            Some(core) => Box::new(core.clone()),
            None => self.display.clone().into(),
        }
    }

    fn core(&self) -> Option<&Error> {
        self.core.as_deref()
    }

    fn api(&self) -> Option<&ApiError> {
        self.core()?.api()
    }

    fn headers(&self) -> Option<&Block> {
        let api = self.api()?;
        Some(self.headers.get_or_init(|| Block::new(api.headers())))
    }

    /// The one line, and the message, as Go spells options.
    #[cfg(unix)]
    pub(crate) unsafe fn in_go(&self, lengths: [*mut usize; 2]) -> [Option<*const c_char>; 2] {
        let [display, message] = lengths;
        // SAFETY: the caller's promise.
        unsafe {
            [
                self.display_in(Spelling::Go, GO_DISPLAY, display),
                self.message_in(Spelling::Go, GO_MESSAGE, message),
            ]
        }
    }

    unsafe fn display_in(
        &self,
        spelling: Spelling,
        slot: usize,
        length: *mut usize,
    ) -> Option<*const c_char> {
        let display = || match self.core() {
            Some(core) => Some(ErrorRecord::new(core, spelling).spelt(self.display.clone())),
            None => Some(self.display.clone()),
        };
        // SAFETY: the caller's promise.
        unsafe { self.texts.give(slot, length, display) }
    }

    unsafe fn message_in(
        &self,
        spelling: Spelling,
        slot: usize,
        length: *mut usize,
    ) -> Option<*const c_char> {
        let message = || match (self.core(), self.api()) {
            (_, Some(api)) => api.message().map(str::to_owned),
            (Some(core), None) => Some(ErrorRecord::new(core, spelling).message().into_owned()),
            (None, None) => self.message.clone(),
        };
        // SAFETY: the caller's promise.
        unsafe { self.texts.give(slot, length, message) }
    }

    /// The text of the error behind the error, such as what a token refresher said.
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
    fn reqtrail_error_kind(error: *const reqtrail_error) -> reqtrail_code [error] { Some(error.code) }

    /// Returns one line that is enough for support: what failed, status, code, every request ID, the number of attempts
    /// and the call ID. Control characters of server text are escaped.
    fn reqtrail_error_display(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.display_in(Spelling::C, DISPLAY, length)
    }

    /// Returns what went wrong in words: the server's own text for an API error, NULL if it has none.
    fn reqtrail_error_message(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.message_in(Spelling::C, MESSAGE, length)
    }

    /// Returns what the API error of the last attempt means, a REQTRAIL_CATEGORY_*; 0 if it is none.
    fn reqtrail_error_category(error: *const reqtrail_error) -> i32 [error] {
        Some(number(error.core()?.category()?.number()))
    }

    /// Returns the API's error code of the last attempt in its canonical spelling; NULL if it has none.
    fn reqtrail_error_code(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(CODE, length, || error.core()?.code())
    }

    /// Returns the number of the API's error code, a REQTRAIL_NOVAVMS_* or a REQTRAIL_OPENSTACK_*; 0 for a code that this
    /// release does not know, and for other dialects.
    fn reqtrail_error_code_number(error: *const reqtrail_error) -> i32 [error] {
        let api = error.api()?;
        let novavms = api.novavms_code().map(|code| code.number());
        Some(number(novavms.or_else(|| api.openstack_fault().map(|fault| fault.number()))?))
    }

    /// Returns the API's error code as the server wrote it; NULL if it has none.
    fn reqtrail_error_raw_code(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(RAW_CODE, length, || error.api()?.raw_code())
    }

    /// Returns the heading of the server's text, where the API writes one; else NULL.
    fn reqtrail_error_title(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(TITLE, length, || error.api()?.title())
    }

    /// Returns what the server says to operators, a stack trace for one; else NULL. It is not meant for end users.
    fn reqtrail_error_details(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(DETAILS, length, || error.api()?.details())
    }

    /// Returns how to fix what the code complains of, where the dialect knows; else NULL.
    fn reqtrail_error_hint(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(HINT, length, || error.api()?.hint())
    }

    /// Returns what is behind the error, such as what the program's token refresher said; NULL if nothing is. It may
    /// repeat values of a body.
    fn reqtrail_error_cause(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(CAUSE, length, || error.cause())
    }

    /// Returns the status of the last attempt; 0 if no response arrived.
    fn reqtrail_error_status(error: *const reqtrail_error) -> i32 [error] {
        Some(i32::from(error.core()?.status()?.as_u16()))
    }

    /// Returns the request ID of the last attempt, or of the action that failed; NULL if there is none. The trail has
    /// those of all attempts.
    fn reqtrail_error_request_id(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(REQUEST_ID, length, || match error.core() {
            Some(core) => core.request_id().map(RequestId::as_str),
            None => error.action_id.as_deref(),
        })
    }

    /// Returns the wait that the server asked for in its last answer, in milliseconds; negative if it did not.
    fn reqtrail_error_retry_after_ms(error: *const reqtrail_error) -> f64 [error] {
        Some(milliseconds(error.core()?.retry_after()?))
    }

    /// Returns whether any attempt's request may have reached the server.
    fn reqtrail_error_may_have_been_sent(error: *const reqtrail_error) -> bool [error] {
        Some(error.core()?.may_have_been_sent())
    }

    /// Returns the header fields of an API error's answer as an array; NULL for other errors.
    fn reqtrail_error_headers(error: *const reqtrail_error, count: *mut usize)
    -> *const reqtrail_header [error] length [count] {
        let rows = error.headers()?.rows();
        put(count, rows.len());
        Some(rows.as_ptr())
    }

    /// Returns the value of the first header field of a name, in any case; NULL if there is none.
    fn reqtrail_error_header(
        error: *const reqtrail_error,
        name: *const c_char,
        name_length: usize,
        length: *mut usize,
    ) -> *const c_char [error] length [length] {
        let row = error.headers()?.find(text(name, name_length, "name").ok()?)?;
        put(length, row.value_length);
        Some(row.value)
    }

    /// Returns the first 64 KiB of the body of an API error's answer, decoded; NULL for other errors.
    fn reqtrail_error_body(error: *const reqtrail_error, length: *mut usize)
    -> *const u8 [error] length [length] {
        Some(lend(error.api()?.body(), length))
    }

    /// Returns the first 64 KiB of the body of an API error's answer as UTF-8 text, decoded by the charset of its
    /// Content-Type, else as UTF-8 with replacement characters for what cannot be decoded; NULL for other errors.
    fn reqtrail_error_text(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(TEXT, length, || Some(error.api()?.text().into_owned()))
    }

    /// Returns the body of an API error's answer as the text of a JSON value, for a parser of the program's own. Halves of
    /// surrogate pairs are replaced in it. NULL if the body is not JSON or longer than the 64 KiB that are kept, and for
    /// other errors.
    fn reqtrail_error_json(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(JSON, length, || Some(error.api()?.json_text()?.into_owned()))
    }

    /// Gives the rate limit that an API error's answer reported; false, and all of it negative, if it reported none.
    fn reqtrail_error_rate_limit(error: *const reqtrail_error, limit: *mut reqtrail_rate_limit)
    -> bool [error] length [limit] {
        put(limit, reqtrail_rate_limit::of(error.api()?.rate_limit()?));
        Some(true)
    }

    /// Returns the version of the API that an API error was answered with; NULL where the API has none.
    fn reqtrail_error_microversion(error: *const reqtrail_error, length: *mut usize)
    -> *const c_char [error] length [length] {
        error.texts.give(MICROVERSION, length, || error.api()?.microversion())
    }

    /// Returns the trail of the call that failed, which is the error's own; NULL for an error that is not of a call, such
    /// as REQTRAIL_ERROR_CONFIG.
    fn reqtrail_error_trail(error: *const reqtrail_error) -> *const reqtrail_trail [error] {
        error.trail.as_ref().map(std::ptr::from_ref)
    }

    /// Returns how many trails the error rests on: 1 for a call, and all calls that were made for an operation.
    fn reqtrail_error_trail_count(error: *const reqtrail_error) -> usize [error] { Some(error.trails.len()) }

    /// Returns one of them, from 0, which is the error's own; NULL beyond the last.
    fn reqtrail_error_trail_at(error: *const reqtrail_error, index: usize) -> *const reqtrail_trail [error] {
        error.trails.get(index).map(std::ptr::from_ref)
    }

    /// Frees an error and all that was borrowed from it. NULL is allowed.
    fn reqtrail_error_free(error: *mut reqtrail_error) [] { free(error); }
}
