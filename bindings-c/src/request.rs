//! Requests

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use reqtrail::bytes::Bytes;
use reqtrail::{CancelToken, RequestBuilder, Secret, blocking};

use crate::cancel::reqtrail_cancel_token;
use crate::error::reqtrail_error;
use crate::export::{Settable, free, hand_over};
use crate::fault::{DeferredError, Fault};
use crate::text::{bytes, owned};

/// A request: a method, a target and the options of one call. It may be used for any number of calls, also at the same
/// time, as long as nothing sets an option meanwhile.
pub struct reqtrail_request(Arc<Draft>);

/// What a request consists of.
#[derive(Clone, Default)]
pub(crate) struct Draft {
    method: String,
    target: String,
    is_link: bool,
    params: Vec<(String, String)>,
    secret_params: Vec<(String, Secret)>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    secret_headers: Vec<(String, Secret)>,
    body: Option<Bytes>,
    json: Option<Bytes>,
    idempotent: Option<bool>,
    idempotency_key: Option<String>,
    correlation_id: Option<String>,
    microversion: Option<String>,
    if_none_match: Option<String>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    max_attempts: Option<u32>,
    cancel: Option<CancelToken>,
    fault: Option<DeferredError>,
}

impl Settable for reqtrail_request {
    fn keep(&mut self, kept: DeferredError) {
        self.draft().fault.get_or_insert(kept);
    }
}

impl reqtrail_request {
    fn draft(&mut self) -> &mut Draft {
        Arc::make_mut(&mut self.0)
    }

    /// The request as it is now, for a call that outlives the handle.
    pub(crate) fn share(&self) -> Result<Arc<Draft>, Fault> {
        match &self.0.fault {
            Some(kept) => Err(kept.fault_of(&self.0.shown())),
            None => Ok(Arc::clone(&self.0)),
        }
    }
}

impl Draft {
    /// Method and template, for errors; a link or a URL may hold anything.
    fn shown(&self) -> String {
        let method = self.method.escape_debug();
        let path = self.target.split('?').next().unwrap_or_default();
        if self.is_link || path.contains("//") {
            return format!("{method} of a URL");
        }
        format!("{method} {}", path.escape_debug())
    }

    /// The token that the program gave.
    pub(crate) fn cancel(&self) -> Option<&CancelToken> {
        self.cancel.as_ref()
    }

    pub(crate) fn over_blocking(
        &self,
        client: &blocking::Client,
    ) -> RequestBuilder<blocking::Client> {
        let builder = if self.is_link {
            client.request_link(&self.method, &self.target)
        } else {
            client.request(&self.method, &self.target)
        };
        self.fill(builder)
    }

    fn fill<C>(&self, mut builder: RequestBuilder<C>) -> RequestBuilder<C> {
        for (name, value) in &self.params {
            builder = builder.param(name, value);
        }
        for (name, value) in &self.secret_params {
            builder = builder.secret_param(name, value.clone());
        }
        for (name, value) in &self.query {
            builder = builder.query(name, value);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        for (name, value) in &self.secret_headers {
            builder = builder.secret_header(name, value.clone());
        }
        if let Some(json) = &self.json {
            builder = builder.json_bytes(json.clone());
        }
        if let Some(body) = &self.body {
            builder = builder.body(body.clone());
        }
        if let Some(idempotent) = self.idempotent {
            builder = builder.idempotent(idempotent);
        }
        if let Some(key) = &self.idempotency_key {
            builder = builder.idempotency_key(key);
        }
        if let Some(id) = &self.correlation_id {
            builder = builder.correlation_id(id);
        }
        if let Some(version) = &self.microversion {
            builder = builder.microversion(version);
        }
        if let Some(tag) = &self.if_none_match {
            builder = builder.if_none_match(tag);
        }
        if let Some(time) = self.timeout {
            builder = builder.timeout(time);
        }
        if let Some(time) = self.attempt_timeout {
            builder = builder.attempt_timeout(time);
        }
        if let Some(time) = self.connect_timeout {
            builder = builder.connect_timeout(time);
        }
        if let Some(attempts) = self.max_attempts {
            builder = builder.max_attempts(attempts);
        }
        if let Some(token) = &self.cancel {
            builder = builder.cancel_token(token);
        }
        builder
    }
}

export! {
    /// Makes a request. `path` is a template such as "/cameras/{id}"; trails show it as it is, so values belong into
    /// `reqtrail_request_param` and `reqtrail_request_query`. Method and path are checked by the call.
    ///
    /// The caller frees *request. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_request_new(
        method: *const c_char,
        method_length: usize,
        path: *const c_char,
        path_length: usize,
        request: *mut *mut reqtrail_request,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [request] reports [error] {
        let draft = Draft {
            method: owned(method, method_length, "method")?,
            target: owned(path, path_length, "path")?,
            ..Draft::default()
        };
        hand_over(request, reqtrail_request(Arc::new(draft)));
        Ok(())
    }

    /// Makes a request to a link that the API gave out, such as a "next" URL: absolute, or from the root. It is used as
    /// it is, and has to be on the client's own origin.
    ///
    /// The caller frees *request. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_request_new_link(
        method: *const c_char,
        method_length: usize,
        link: *const c_char,
        link_length: usize,
        request: *mut *mut reqtrail_request,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [request] reports [error] {
        let draft = Draft {
            method: owned(method, method_length, "method")?,
            target: owned(link, link_length, "link")?,
            is_link: true,
            ..Draft::default()
        };
        hand_over(request, reqtrail_request(Arc::new(draft)));
        Ok(())
    }

    /// Makes a copy of a request, which the caller frees.
    fn reqtrail_request_clone(request: *const reqtrail_request) -> *mut reqtrail_request [request] {
        Some(Box::into_raw(Box::new(reqtrail_request(Arc::clone(&request.0)))))
    }

    /// Frees a request; calls under way keep what they need. NULL is allowed.
    fn reqtrail_request_free(request: *mut reqtrail_request) [] { free(request); }

    /// Gives the value of a "{name}" of the path; it is percent-encoded whole.
    fn reqtrail_request_param(
        request: *mut reqtrail_request,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [request] {
        let pair = (owned(name, name_length, "name")?, owned(value, value_length, "value")?);
        request.draft().params.push(pair);
        Ok(())
    }

    /// Gives a value that stays "{name}" in trails, logs and errors.
    fn reqtrail_request_secret_param(
        request: *mut reqtrail_request,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [request] {
        let value = Secret::from(owned(value, value_length, "value")?);
        request.draft().secret_params.push((owned(name, name_length, "name")?, value));
        Ok(())
    }

    /// Adds a query parameter. Trails redact its value unless the client shows it.
    fn reqtrail_request_query(
        request: *mut reqtrail_request,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [request] {
        let pair = (owned(name, name_length, "name")?, owned(value, value_length, "value")?);
        request.draft().query.push(pair);
        Ok(())
    }

    /// Adds a header; it replaces a default header of the client of the same name.
    fn reqtrail_request_header(
        request: *mut reqtrail_request,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [request] {
        let pair = (owned(name, name_length, "name")?, owned(value, value_length, "value")?);
        request.draft().headers.push(pair);
        Ok(())
    }

    /// Adds a header whose value is a secret: it is redacted wherever the server repeats it, as the values of
    /// Authorization, Cookie and headers whose names say so are by themselves.
    fn reqtrail_request_secret_header(
        request: *mut reqtrail_request,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [request] {
        let value = Secret::from(owned(value, value_length, "value")?);
        request.draft().secret_headers.push((owned(name, name_length, "name")?, value));
        Ok(())
    }

    /// Sets the body to JSON that is already written, and Content-Type to application/json unless a header says
    /// otherwise. It is sent as it is, and not checked.
    fn reqtrail_request_json(
        request: *mut reqtrail_request,
        json: *const c_char,
        json_length: usize,
    ) sets [request] {
        let json = Bytes::from(owned(json, json_length, "json")?);
        let draft = request.draft();
        (draft.json, draft.body) = (Some(json), None);
        Ok(())
    }

    /// Sets the body. The bytes are copied.
    fn reqtrail_request_body(
        request: *mut reqtrail_request,
        body: *const u8,
        body_length: usize,
    ) sets [request] {
        let body = Bytes::copy_from_slice(bytes(body, body_length, "body")?);
        let draft = request.draft();
        (draft.json, draft.body) = (None, Some(body));
        Ok(())
    }

    /// Says whether the request may be sent twice, in place of what its method says.
    fn reqtrail_request_idempotent(request: *mut reqtrail_request, idempotent: bool) sets [request] {
        request.draft().idempotent = Some(idempotent);
        Ok(())
    }

    /// Sends an Idempotency-Key, the same on every attempt. A request with a key is safe to repeat.
    fn reqtrail_request_idempotency_key(
        request: *mut reqtrail_request,
        key: *const c_char,
        key_length: usize,
    ) sets [request] {
        request.draft().idempotency_key = Some(owned(key, key_length, "key")?);
        Ok(())
    }

    /// Sends this correlation ID in the place of the call's own; for OpenStack the global request ID, "req-" and a UUID.
    fn reqtrail_request_correlation_id(
        request: *mut reqtrail_request,
        id: *const c_char,
        id_length: usize,
    ) sets [request] {
        request.draft().correlation_id = Some(owned(id, id_length, "id")?);
        Ok(())
    }

    /// Asks for a version of the API, such as "2.90" or "latest", in the place of the client's.
    fn reqtrail_request_microversion(
        request: *mut reqtrail_request,
        version: *const c_char,
        version_length: usize,
    ) sets [request] {
        request.draft().microversion = Some(owned(version, version_length, "version")?);
        Ok(())
    }

    /// Asks for the response only if it is not the one with this entity tag, which is sent as it is: the ETag header of an
    /// earlier response, quotes included. Where it is still current, the call succeeds with a 304 without a body, and
    /// `reqtrail_response_not_modified` is true. Without this a 304 is REQTRAIL_ERROR_API.
    fn reqtrail_request_if_none_match(
        request: *mut reqtrail_request,
        tag: *const c_char,
        tag_length: usize,
    ) sets [request] {
        request.draft().if_none_match = Some(owned(tag, tag_length, "tag")?);
        Ok(())
    }

    /// Sets the time of the whole call. A time above the client's attempt timeout lifts that for this call too.
    fn reqtrail_request_timeout_ms(request: *mut reqtrail_request, timeout: u64) sets [request] {
        request.draft().timeout = Some(Duration::from_millis(timeout));
        Ok(())
    }

    /// Sets the time of one attempt, its body included.
    fn reqtrail_request_attempt_timeout_ms(request: *mut reqtrail_request, timeout: u64) sets [request] {
        request.draft().attempt_timeout = Some(Duration::from_millis(timeout));
        Ok(())
    }

    /// Sets the time to connect.
    fn reqtrail_request_connect_timeout_ms(request: *mut reqtrail_request, timeout: u64) sets [request] {
        request.draft().connect_timeout = Some(Duration::from_millis(timeout));
        Ok(())
    }

    /// Sets how many attempts the call makes at most; 1 turns retrying off.
    fn reqtrail_request_max_attempts(request: *mut reqtrail_request, attempts: u32) sets [request] {
        request.draft().max_attempts = Some(attempts);
        Ok(())
    }

    /// Lets a token cancel the calls of this request; NULL takes it away again. The token may be freed at once.
    fn reqtrail_request_cancel_token(
        request: *mut reqtrail_request,
        token: *const reqtrail_cancel_token,
    ) sets [request] {
        request.draft().cancel = token.as_ref().map(|token| token.0.clone());
        Ok(())
    }
}
