//! What responses and errors have in common, in the shape in which the TypeScript half takes it.

use reqtrail::http::HeaderMap;

/// Names and values in turn; a byte of a value is a character, as `Headers` wants it.
pub(crate) fn header_pairs(headers: &HeaderMap) -> Vec<String> {
    let mut out = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        out.push(name.as_str().to_owned());
        out.push(value.as_bytes().iter().map(|&b| char::from(b)).collect());
    }
    out
}
