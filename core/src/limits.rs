//! The bounds that keep one response from exhausting the client.

use http::HeaderMap;

/// How much of a response is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most bytes of a 2xx body, after decoding.
    pub(crate) body_bytes: u64,
    /// The most redirect hops of one call.
    pub(crate) redirects: u32,
}

/// The most bytes of an error body that are read, so that its code can be found.
pub(crate) const ERROR_BODY_READ: u64 = 1024 * 1024;

/// The most bytes of an error body that are kept.
pub(crate) const ERROR_BODY_KEPT: usize = 64 * 1024;

/// The most bytes of header names and values.
pub(crate) const HEADER_BYTES: usize = 64 * 1024;

/// The most header fields.
pub(crate) const HEADER_FIELDS: usize = 256;

/// The most header fields that a request may set, and the most default headers of a client. No server accepts as many.
pub(crate) const GIVEN_FIELDS: usize = 8192;

/// Returns the text for a response whose header block the HTTP library or a mock refuses. They read more than these
/// limits.
pub(crate) fn headers_unread(peer: &str) -> String {
    format!(
        "the response of {peer} has a header block that is too large; the limits are {HEADER_FIELDS} header fields and \
         {HEADER_BYTES} bytes"
    )
}

/// Checks the size of a header block; the error says what is too large.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(), String> {
    let fields = headers.len();
    if fields > HEADER_FIELDS {
        return Err(format!(
            "the response has {fields} header fields; the limit is {HEADER_FIELDS}"
        ));
    }
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > HEADER_BYTES {
        return Err(format!(
            "the response's header block has {bytes} bytes; the limit is {HEADER_BYTES}"
        ));
    }
    Ok(())
}
