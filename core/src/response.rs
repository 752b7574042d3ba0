//! A successful response, with its trail.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::charset::{self, Charset};
use crate::error::{Error, JsonError};
use crate::json;
use crate::rate_limit::RateLimit;
use crate::request_id::RequestId;
use crate::trail::Trail;

/// A 2xx response with its whole body, or a 304 to a request with
/// [`if_none_match`](crate::RequestBuilder::if_none_match).
#[derive(Clone)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) trail: Trail,
}

impl Response {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns whether the entity tag that the request sent with
    /// [`if_none_match`](crate::RequestBuilder::if_none_match) is still current: the response is a 304, which has no
    /// body.
    #[must_use]
    pub fn not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    /// The headers, without `Content-Encoding` and `Content-Length` if the body was decoded.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The version of the API that the server answered with, as in `2.90`; `None` if the API has no versions.
    #[cfg(feature = "openstack")]
    #[must_use]
    pub fn microversion(&self) -> Option<&str> {
        crate::dialect::openstack::services::answered_version(&self.headers, self.trail.service())
    }

    /// The body, decoded.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Takes the body out, decoded.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.body
    }

    /// Copies headers and body out of the buffers that they were read into, which may be many times as large. Call it to
    /// keep a response for a while, as languages with garbage collection do.
    pub fn compact(&mut self) {
        self.body = Bytes::copy_from_slice(&self.body);
        for value in self.headers.values_mut() {
            let sensitive = value.is_sensitive();
            if let Ok(mut own) = http::HeaderValue::from_bytes(value.as_bytes()) {
                own.set_sensitive(sensitive);
                *value = own;
            }
        }
    }

    /// The body as text, by the charset of its `Content-Type`: with a label of the Encoding Standard
    /// (<https://encoding.spec.whatwg.org/#names-and-labels>), or as UTF-8 without a known label. A byte-order mark is
    /// not part of the text.
    ///
    /// # Errors
    /// `decode` if the body holds bytes that the charset does not have.
    pub fn text(&self) -> Result<Cow<'_, str>, Error> {
        let charset = Charset::from_headers(&self.headers);
        if let Some(text) = charset.decode(&self.body) {
            return Ok(text);
        }
        match std::str::from_utf8(&self.body) {
            Err(e) if charset.is_utf_8() => {
                Err(self.without(format!("the body is not UTF-8 text: {e}")))
            }
            _ => Err(self.without(format!(
                "the body is not text in the charset {} that its Content-Type names",
                charset.name()
            ))),
        }
    }

    /// The body as JSON. JSON is UTF-8 whatever the charset says; a byte-order mark before it is skipped, and the last
    /// of repeated names wins.
    ///
    /// # Errors
    /// `decode` if the body is not JSON of the wanted shape; the error has the trail, with the outcome `decode`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::read(&self.body).map_err(|e| {
            let what = if e.is_data() {
                "JSON, but not of the wanted shape"
            } else {
                "not JSON"
            };
            let place = format!(
                "the body is {what} (line {}, column {})",
                e.line(),
                e.column()
            );
            self.decode_error(place, JsonError::without_place(&e))
        })
    }

    /// The body as JSON, or `None` if there is no body: after a 204, a 304 and a HEAD request.
    ///
    /// # Errors
    /// `decode` as for [`json`](Self::json), if there is a body.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
    /// // The API answers with the deleted camera, or with 204.
    /// let deleted = client.delete("/cameras/7").send().await?;
    /// let camera: Option<serde_json::Value> = deleted.json_opt()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn json_opt<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        if self.body.is_empty() {
            return Ok(None);
        }
        self.json().map(Some)
    }

    /// The body as text for your own JSON parser: UTF-8 whatever the charset says, without a byte-order mark. It is not
    /// checked whether the text is JSON.
    ///
    /// # Errors
    /// `decode` if the body is not UTF-8.
    pub fn json_text(&self) -> Result<&str, Error> {
        std::str::from_utf8(charset::without_mark(&self.body))
            .map_err(|e| self.without(format!("the body is not JSON, which is UTF-8: {e}")))
    }

    /// The server's ID of the request that succeeded.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        self.trail.request_id()
    }

    /// The rate limit that the response reported.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.rate_limit
    }

    /// The call's trail.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Makes the `decode` error of this response, for a body that your own parser refuses. It has the trail, with the
    /// outcome `decode`. `what` says what is wrong; `cause` is the parser's error, whose text may quote the body.
    ///
    /// # Examples
    /// ```
    /// # fn parse(body: &[u8]) -> Result<(), std::num::ParseIntError> { Ok(()) }
    /// fn read(response: &reqtrail::Response) -> Result<(), reqtrail::Error> {
    ///     parse(response.bytes()).map_err(|e| response.decode_error("the body is not a number", e))
    /// }
    /// ```
    #[must_use]
    pub fn decode_error(
        &self,
        what: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.trail.decode_error(what, cause)
    }

    /// The `decode` error of a response that lacks what was asked for.
    pub(crate) fn without(&self, what: impl Into<String>) -> Error {
        self.trail.decode_error_alone(what)
    }

    /// Takes the response apart.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::{Response, ResponseParts};
    ///
    /// fn keep(response: Response) {
    ///     let ResponseParts { status, body, trail, .. } = response.into_parts();
    ///     println!("{status}, {} bytes, call {}", body.len(), trail.call_id());
    /// }
    /// ```
    #[must_use]
    pub fn into_parts(self) -> ResponseParts {
        let Self {
            status,
            headers,
            body,
            rate_limit,
            trail,
        } = self;
        ResponseParts {
            status,
            headers,
            body,
            rate_limit,
            trail,
        }
    }
}

/// The parts of a [`Response`], made by [`Response::into_parts`].
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseParts {
    /// The status.
    pub status: StatusCode,
    /// The headers, as [`Response::headers`] describes them.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: Bytes,
    /// The rate limit that the response reported.
    pub rate_limit: Option<RateLimit>,
    /// The call's trail.
    pub trail: Trail,
}

impl std::fmt::Debug for ResponseParts {
    // The body and the headers may hold secrets, so they are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseParts")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("rate_limit", &self.rate_limit)
            .field("trail", &self.trail)
            .finish_non_exhaustive()
    }
}

/// Converts a response for code that takes those of the `http` crate.
///
/// Its extensions hold the [`Trail`], and the [`RateLimit`] if the response reported one. Its version is not that of the
/// connection.
///
/// # Examples
/// ```
/// use reqtrail::{Response, Trail, bytes::Bytes, http};
///
/// fn pass_on(response: Response) -> http::Response<Bytes> {
///     let response = http::Response::from(response);
///     let trail = response.extensions().get::<Trail>();
///     println!("{:?}", trail.map(Trail::call_id));
///     response
/// }
/// ```
impl From<Response> for http::Response<Bytes> {
    fn from(response: Response) -> Self {
        let mut made = Self::new(response.body);
        *made.status_mut() = response.status;
        *made.headers_mut() = response.headers;
        let extensions = made.extensions_mut();
        extensions.insert(response.trail);
        if let Some(limit) = response.rate_limit {
            extensions.insert(limit);
        }
        made
    }
}

impl std::fmt::Debug for Response {
    // The body and the headers may hold secrets, so they are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("rate_limit", &self.rate_limit)
            .field("trail", &self.trail)
            .finish_non_exhaustive()
    }
}
