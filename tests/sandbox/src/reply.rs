//! Responses of the API: replies, errors, and the body type that sends them whole or in part.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use serde_json::{Value, json};

/// A response without the headers that every response has.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Reply {
    /// Makes a reply with a JSON body.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Self {
            status,
            headers,
            body: Bytes::from(body.to_string()),
        }
    }

    /// Makes a 200 with a JSON body.
    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Makes a 204.
    pub(crate) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Makes the page that a reverse proxy shows when the service behind it is gone.
    pub(crate) fn proxy_page() -> Self {
        let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n\
                    <center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>\n";
        Self {
            status: StatusCode::BAD_GATEWAY,
            headers: vec![(CONTENT_TYPE, HeaderValue::from_static("text/html"))],
            body: Bytes::from_static(page.as_bytes()),
        }
    }

    /// Converts the reply to a response. A cut response announces the whole body and sends half of it.
    pub(crate) fn into_response(self, cut: bool) -> Response<ReplyBody> {
        let body = ReplyBody::new(self.body, cut);
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An error of the API: a stable string, a message for people, and values of headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: String,
    message: String,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    nested: bool,
}

impl ApiError {
    /// Makes an error in the documented flat shape.
    pub(crate) fn new(
        status: StatusCode,
        error: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error: error.into(),
            message: message.into(),
            retry_after: None,
            allow: None,
            nested: false,
        }
    }

    /// 404: the resource does not exist, or the caller may not know that it does.
    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!("No such {what}, or it belongs to another organisation");
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 405. The vendor documents no string for it; this one is a choice.
    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let message = format!("This resource allows {allow}");
        let error = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            message,
        );
        Self {
            allow: Some(allow),
            ..error
        }
    }

    /// 403: the caller is known but may not do this.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 409: the request conflicts with the current state.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 429, with a `Retry-After` if the server knows when the limit ends.
    pub(crate) fn rate_limited(message: impl Into<String>, retry_after: Option<u64>) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
        Self {
            retry_after,
            ..error
        }
    }

    /// Adds a `Retry-After` header.
    pub(crate) fn with_retry_after(self, retry_after: Option<u64>) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    /// Changes the body to the object with an upper-case code that one page of the vendor shows.
    pub(crate) fn into_nested(self) -> Self {
        Self {
            nested: true,
            ..self
        }
    }

    /// Makes the reply. Only a flat body contains the request ID.
    pub(crate) fn into_reply(self, request_id: &str) -> Reply {
        let body = if self.nested {
            json!({ "error": { "code": self.error.to_uppercase(), "message": self.message } })
        } else {
            json!({ "error": self.error, "message": self.message, "request_id": request_id })
        };
        let mut reply = Reply::json(self.status, &body);
        if let Some(seconds) = self.retry_after {
            reply
                .headers
                .push((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if let Some(allow) = self.allow {
            reply.headers.push((ALLOW, HeaderValue::from_static(allow)));
        }
        reply
    }
}

/// The error that cuts a connection: an incident asks for it, or the client is gone.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Cut {}

/// A whole body, or the first half of one before the connection is cut.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    chunk: Option<Bytes>,
    length: u64,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Whole,
    Flush,
    Break,
}

impl ReplyBody {
    fn new(bytes: Bytes, cut: bool) -> Self {
        let length = bytes.len() as u64;
        let half = if cut {
            bytes.slice(..bytes.len() / 2)
        } else {
            bytes
        };
        let end = if cut { End::Flush } else { End::Whole };
        Self {
            chunk: Some(half).filter(|half| !half.is_empty()),
            length,
            end,
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(chunk) = self.chunk.take() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            // hyper drops what it has buffered when a body fails. One pending poll lets it write the
            // head and the first half to the socket before that.
            End::Flush => {
                self.end = End::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(Cut))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.chunk.is_none() && matches!(self.end, End::Whole)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(error: ApiError) -> Value {
        serde_json::from_slice(&error.into_reply("req_1").body).expect("JSON")
    }

    #[test]
    fn both_documented_shapes_are_written() {
        let error = ApiError::rate_limited("Too fast", Some(2));
        let flat = json!({"error": "rate_limited", "message": "Too fast", "request_id": "req_1"});
        let nested = json!({"error": {"code": "RATE_LIMITED", "message": "Too fast"}});
        assert_eq!(body_of(error.clone()), flat);
        assert_eq!(body_of(error.into_nested()), nested);
    }
}
