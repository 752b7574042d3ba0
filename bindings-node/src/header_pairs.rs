//! The headers of responses and errors, in the shape that the TypeScript half takes.

use reqtrail::http::HeaderMap;

/// Returns names and values in turn. Each byte of a value becomes a character, as `Headers` expects.
pub(crate) fn header_pairs(headers: &HeaderMap) -> Vec<String> {
    let mut out = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        out.push(name.as_str().to_owned());
        out.push(value.as_bytes().iter().map(|&b| char::from(b)).collect());
    }
    out
}
