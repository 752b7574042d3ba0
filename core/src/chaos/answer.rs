//! The answers that are injected.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, Response};
use serde_json::Value;

use super::grammar::{Answer, Fault};
use crate::dialect::{Dialect, ErrorBody, ErrorContext, RetryRule};
use crate::json::object;

/// Marks an answer as injected.
const MARK: HeaderName = HeaderName::from_static("reqtrail-chaos");

/// Makes answers in the API's form.
#[derive(Debug)]
pub(super) struct Answers {
    dialect: Dialect,
}

impl Answers {
    /// Makes the answers of a dialect.
    ///
    /// # Errors
    /// Names a code that no error of the dialect can carry.
    pub(super) fn new(dialect: &Dialect, faults: &[(f64, Fault)]) -> Result<Self, String> {
        for (_, fault) in faults {
            if let Fault::Status(answer) = fault
                && let Some(code) = &answer.code
                && body(dialect, answer).is_none()
            {
                return Err(format!(
                    "has the code `{code}` at {}, which an error of the dialect `{}` cannot carry; leave it out",
                    answer.status.as_u16(),
                    dialect.name()
                ));
            }
        }
        Ok(Self {
            dialect: dialect.clone(),
        })
    }

    /// Returns whether an answer guarantees that the server has not acted on the request: a 4xx, or a code that the
    /// dialect always repeats.
    pub(super) fn is_refusal(&self, answer: &Answer) -> bool {
        let seen = ErrorContext {
            code: answer.code.as_deref(),
            message: None,
            status: answer.status.as_u16(),
            retry_after: None,
        };
        let rule = || self.dialect.0.decoder.classify(&seen)?.retry;
        answer.status.is_client_error() || rule() == Some(RetryRule::Always)
    }

    /// Makes an answer to a request. `real` are the headers of the server's answer that it replaces: the request's ID in
    /// the server's log is kept.
    pub(super) fn make(
        &self,
        answer: &Answer,
        method: &Method,
        real: &HeaderMap,
    ) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(MARK, HeaderValue::from_static("injected"));
        if let Some(wait) = &answer.retry_after {
            headers.insert(RETRY_AFTER, wait.clone());
        }
        for name in &self.dialect.0.request_id_headers {
            for value in real.get_all(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        if let Some(body) = body(&self.dialect, answer) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if method != Method::HEAD {
                *response.body_mut() = body;
            }
        }
        response
    }
}

/// The body of an error with a code, in the first shape of errors in which the dialect finds the code.
fn body(dialect: &Dialect, answer: &Answer) -> Option<Bytes> {
    let code = answer.code.as_deref()?;
    let status = answer.status.as_u16();
    let message = "chaos: the client injected this answer";
    // A member for the code, and one for the message.
    let both = |name, code: Value| object(&mut [(name, code), ("message", message.into())]);
    let shapes = [
        object(&mut [(code, both("code", status.into()))]),
        both("error", code.into()),
        object(&mut [("error", both("code", code.into()))]),
        both("code", code.into()),
    ];
    let headers = HeaderMap::new();
    shapes.into_iter().find_map(|shape| {
        let body = Bytes::from(shape.to_string());
        let read = dialect.0.decode(&ErrorBody::new(&headers, &body), status);
        (read.raw_code.as_deref() == Some(code)).then_some(body)
    })
}
