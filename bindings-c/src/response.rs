//! Responses

use std::ffi::c_char;
use std::sync::OnceLock;

use reqtrail::{RequestId, Response};

use crate::headers::{Block, reqtrail_header};
use crate::memory::{free, put};
use crate::numbers::numbered;
use crate::rate_limit::reqtrail_rate_limit;
use crate::text::{Texts, lend};
use crate::trail::reqtrail_trail;

/// A 2xx response with its whole body, or the 304 of a request with `reqtrail_request_if_none_match`. All threads may
/// read it at the same time; what its functions return is borrowed from it and lives until it is freed.
pub struct reqtrail_response {
    response: Response,
    trail: OnceLock<reqtrail_trail>,
    headers: OnceLock<Block>,
    texts: Texts<4>,
}

numbered! { usize:
    REQUEST_ID MICROVERSION TEXT JSON
}

impl reqtrail_response {
    pub(crate) fn new(response: Response) -> Self {
        Self {
            response,
            trail: OnceLock::new(),
            headers: OnceLock::new(),
            texts: Texts::default(),
        }
    }

    pub(crate) fn response(&self) -> &Response {
        &self.response
    }

    pub(crate) fn headers(&self) -> &Block {
        self.headers
            .get_or_init(|| Block::new(self.response.headers()))
    }
}

export! {
    /// Returns the status: 200 to 299, or 304 if `reqtrail_response_not_modified` is true.
    fn reqtrail_response_status(response: &reqtrail_response) -> i32 {
        Some(i32::from(response.response.status().as_u16()))
    }

    /// Returns whether the entity tag that the request named with `reqtrail_request_if_none_match` is still current: a
    /// 304, which has no body.
    fn reqtrail_response_not_modified(response: &reqtrail_response) -> bool { Some(response.response.not_modified()) }

    /// Returns the server's ID of the request that succeeded; NULL if the server sent none.
    fn reqtrail_response_request_id(response: &reqtrail_response) -> text[REQUEST_ID] {
        response.response.request_id().map(RequestId::as_str)
    }

    /// Returns the body, decoded, and its length; never NULL, and not followed by a NUL.
    fn reqtrail_response_body(response: &reqtrail_response, length: out? usize) -> *const u8 {
        Some(lend(response.response.bytes(), length))
    }

    /// Sets *text to the body as UTF-8 text, decoded by the charset of its Content-Type: a label of the WHATWG Encoding
    /// Standard, or UTF-8 if there is no label or an unknown one. A byte-order mark is removed. `length` may be NULL.
    ///
    /// Errors: REQTRAIL_ERROR_DECODE with the trail if the body contains bytes that are not valid in the charset.
    fn reqtrail_response_text(response: &reqtrail_response, text: out *const c_char, length: out? usize) fails {
        let body = response.response.text()?;
        let given = response.texts.lend(TEXT, length, || Some(body.as_bytes()));
        put(text, given.unwrap_or(std::ptr::null()));
    }

    /// Sets *json to the body as the text of a JSON value, for the program's own parser: UTF-8 whatever the charset
    /// says, without a byte-order mark. `length` may be NULL.
    ///
    /// Errors: REQTRAIL_ERROR_DECODE with the trail if the body is not JSON.
    fn reqtrail_response_json(response: &reqtrail_response, json: out *const c_char, length: out? usize) fails {
        response.response.json::<serde_json::Value>()?;
        let body = response.response.json_text()?;
        let given = response.texts.lend(JSON, length, || Some(body));
        put(json, given.unwrap_or(std::ptr::null()));
    }

    /// Returns the header fields as an array, in the server's order, except that fields with the same name are grouped.
    /// If the body was decoded, Content-Encoding and Content-Length are removed.
    fn reqtrail_response_headers(response: &reqtrail_response, count: out? usize) -> *const reqtrail_header {
        let rows = response.headers().rows();
        put(count, rows.len());
        Some(rows.as_ptr())
    }

    /// Returns the value of the first header field with a name, whose case is ignored; NULL if there is none.
    fn reqtrail_response_header(response: &reqtrail_response, name: text, length: out? usize) -> *const c_char {
        let row = response.headers().find(name)?;
        put(length, row.value_length);
        Some(row.value)
    }

    /// Returns the version of the API that the server answered with, such as "2.90"; NULL if the API has no versions.
    fn reqtrail_response_microversion(response: &reqtrail_response) -> text[MICROVERSION] {
        response.response.microversion()
    }

    /// Sets *limit to the rate limit that the response reported. Returns false, with all fields negative, if it
    /// reported none.
    fn reqtrail_response_rate_limit(response: &reqtrail_response, limit: out? reqtrail_rate_limit) -> bool {
        put(limit, reqtrail_rate_limit::of(response.response.rate_limit()?));
        Some(true)
    }

    /// Returns the call's trail, which is borrowed from the response.
    fn reqtrail_response_trail(response: &reqtrail_response) -> *const reqtrail_trail {
        let trail = || reqtrail_trail::new(response.response.trail().clone());
        Some(std::ptr::from_ref(response.trail.get_or_init(trail)))
    }

    /// Frees a response and all that was borrowed from it. NULL is allowed.
    fn reqtrail_response_free(response: *mut reqtrail_response) { free(response); }
}
