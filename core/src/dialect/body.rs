//! The body of an error response, before a dialect reads it.

#[cfg(feature = "openstack")]
use std::borrow::Cow;

use http::HeaderMap;

use crate::charset::{self, Charset};
use crate::lenient_json::Value;

/// The body of an error response, and what its headers say about it.
pub(crate) struct ErrorBody<'a> {
    #[cfg(feature = "openstack")]
    headers: &'a HeaderMap,
    pub(crate) charset: Charset,
    bytes: &'a [u8],
}

impl<'a> ErrorBody<'a> {
    pub(crate) fn new(headers: &'a HeaderMap, bytes: &'a [u8]) -> Self {
        let charset = Charset::from_headers(headers);
        Self {
            #[cfg(feature = "openstack")]
            headers,
            charset,
            bytes,
        }
    }

    /// The body as JSON. JSON is UTF-8 whatever the charset says (RFC 8259 §8.1); anything else is decoded by the
    /// charset, with replacement characters if that fails too.
    pub(super) fn json(&self) -> Option<Value> {
        let as_utf_8 = || {
            let text = std::str::from_utf8(charset::without_mark(self.bytes)).ok()?;
            Value::parse(text, false)
        };
        let by_charset = || {
            let lossy = self.charset.decode_lossy(self.bytes);
            Value::parse(&lossy.text, lossy.is_replaced)
        };
        if self.charset.is_ascii_compatible() {
            as_utf_8().or_else(by_charset)
        } else {
            by_charset().or_else(as_utf_8)
        }
    }

    /// The body as text, whatever bytes it holds.
    #[cfg(feature = "openstack")]
    pub(super) fn text(&self) -> Cow<'_, str> {
        self.charset.decode_lossy(self.bytes).text
    }

    /// Whether the headers say that it is HTML.
    #[cfg(feature = "openstack")]
    pub(super) fn is_html(&self) -> bool {
        let media_type = self
            .headers
            .get(http::header::CONTENT_TYPE)
            .map(http::HeaderValue::as_bytes);
        let media_type = media_type.and_then(|all| all.split(|byte| *byte == b';').next());
        let is =
            |html: &[u8]| media_type.is_some_and(|it| it.trim_ascii().eq_ignore_ascii_case(html));
        is(b"text/html") || is(b"application/xhtml+xml")
    }
}
