//! Requests

mod values;

use reqtrail::bytes::Bytes;
use reqtrail::host::{Job, Value};
use reqtrail::{Attached, CancelToken, Request};

use crate::cancel::reqtrail_cancel_token;
use crate::export::Settable;
use crate::fault::Fault;
use crate::memory::free;
use crate::usage::Usage;

/// A request: a method, a target and the options of one call. It may be used for any number of calls, also at the same
/// time, as long as nothing sets an option meanwhile.
#[derive(Clone)]
pub struct reqtrail_request {
    /// `Some` except while an option is being set.
    request: Option<Request>,
    /// The program's own token.
    cancel: Option<CancelToken>,
    fault: Option<Usage>,
}

impl Settable for reqtrail_request {
    fn keep(&mut self, kept: Usage) {
        self.fault.get_or_insert(kept);
    }
}

impl reqtrail_request {
    fn new(request: Request) -> Self {
        Self {
            request: Some(request),
            cancel: None,
            fault: None,
        }
    }

    fn set(&mut self, set: impl FnOnce(Request) -> Request) {
        self.request = self.request.take().map(set);
    }

    /// Sets a value option by its number.
    pub(crate) fn option(&mut self, id: u16, value: Value) -> Result<(), Fault> {
        // A setter that panicked has taken it.
        let request = self.request.as_mut().ok_or(Fault::Panicked)?;
        Ok(request.set(id, value)?)
    }

    /// A call of the request as it is now. `cancel` replaces the program's own token.
    pub(crate) fn job(&self, cancel: Option<&CancelToken>) -> Result<Job, Fault> {
        // A setter that panicked has taken it.
        let request = self.request.as_ref().ok_or(Fault::Panicked)?;
        if let Some(kept) = &self.fault {
            return Err(kept.of(&request.title()).into());
        }
        let attached = match cancel.or(self.cancel.as_ref()) {
            Some(token) => Attached::new().cancel_token(token),
            None => Attached::new(),
        };
        Ok(Job::Call(request.clone(), attached))
    }

    /// A token for one call. The program's own token, which other calls may share, cancels it too.
    pub(crate) fn own_token(&self) -> CancelToken {
        let token = self.cancel.as_ref();
        token.map_or_else(CancelToken::new, CancelToken::child)
    }
}

export! {
    /// Makes a request. `path` is a template such as "/cameras/{id}". Trails show it unchanged, so values belong in
    /// `reqtrail_request_param` and `reqtrail_request_query`. The call checks method and path.
    ///
    /// The caller frees *request. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_request_new(method: text, path: text) makes request: reqtrail_request {
        reqtrail_request::new(Request::new(method, path))
    }

    /// Makes a request to a link that the API returned, such as a "next" URL: absolute, or relative to the root. It is
    /// used unchanged, and must be on the client's own origin.
    ///
    /// The caller frees *request. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_request_new_link(method: text, link: text) makes request: reqtrail_request {
        reqtrail_request::new(Request::link(method, link))
    }

    /// Makes a copy of a request, which the caller frees.
    fn reqtrail_request_clone(request: &reqtrail_request) -> *mut reqtrail_request {
        Some(Box::into_raw(Box::new(request.clone())))
    }

    /// Frees a request; calls under way keep what they need. NULL is allowed.
    fn reqtrail_request_free(request: *mut reqtrail_request) { free(request); }

    /// Sets the value of a "{name}" in the path; all of it is percent-encoded.
    fn reqtrail_request_param(request: &mut reqtrail_request, name: text, value: text) sets {
        request.set(|r| r.param(name, value));
    }

    /// Sets a value that stays "{name}" in trails, logs and errors.
    fn reqtrail_request_secret_param(request: &mut reqtrail_request, name: text, value: text) sets {
        request.set(|r| r.secret_param(name, value));
    }

    /// Adds a query parameter. Trails redact its value unless the client shows it.
    fn reqtrail_request_query(request: &mut reqtrail_request, name: text, value: text) sets {
        request.set(|r| r.query(name, value));
    }

    /// Adds a header. It replaces a header of the client with the same name.
    fn reqtrail_request_header(request: &mut reqtrail_request, name: text, value: text) sets {
        request.set(|r| r.header(name, value));
    }

    /// Adds a header whose value is a secret: it is redacted wherever the server repeats it. The values of
    /// Authorization, Cookie and headers whose names indicate a secret are always redacted.
    fn reqtrail_request_secret_header(request: &mut reqtrail_request, name: text, value: text) sets {
        request.set(|r| r.secret_header(name, value));
    }

    /// Sets the body to a JSON text, and Content-Type to application/json unless a header says otherwise. The text is
    /// sent unchanged and not checked.
    fn reqtrail_request_json(request: &mut reqtrail_request, json: text) sets {
        let json = Bytes::copy_from_slice(json.as_bytes());
        request.set(|r| r.json_bytes(json));
    }

    /// Sets the body. The bytes are copied.
    fn reqtrail_request_body(request: &mut reqtrail_request, body: bytes) sets {
        let body = Bytes::copy_from_slice(body);
        request.set(|r| r.body(body));
    }

    /// Sets a token that cancels the calls of this request; NULL removes it. The token may be freed at once.
    fn reqtrail_request_cancel_token(request: &mut reqtrail_request, token: *const reqtrail_cancel_token) sets {
        request.cancel = token.as_ref().map(|token| token.0.clone());
    }
}
