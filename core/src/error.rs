//! The error of a call, with its trail.

mod of_trail;
pub(crate) mod quoted;
mod without_values;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::charset;
use crate::codes::{Category, ErrorKind, Sent};
use crate::dialect::custom::DialectError;
use crate::dialect::novavms;
#[cfg(feature = "openstack")]
use crate::dialect::openstack::services::answered_version;
use crate::json;
use crate::lenient_json;
use crate::rate_limit::RateLimit;
use crate::redact::one_line;
use crate::request_id::RequestId;
use crate::surface::api_error::api_error_fields;
use crate::surface::error::error_fields;
use crate::surface::{self, record_methods};
use crate::trail::{Attempt, Trail};

pub(crate) use without_values::{
    Complaint, JsonError, SharedError, links, without_values, without_values_below,
};

/// A cause of any type.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// The longest server message, and the longest path, that an error's display repeats, in characters.
const SHOWN: usize = 300;

/// The error of a call that returned no response, or of a client that could not be built.
///
/// Its `Display` is one line that is enough for support: what failed, status, code, every request ID, the number of
/// attempts and the call ID. `status`, `code`, `category`, `request_id` and `retry_after` describe the last attempt.
///
/// # Examples
/// ```
/// use reqtrail::{Client, ErrorKind};
///
/// let error = Client::builder("ftp://api.example").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(error.to_string().contains("expected http or https"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    api: Option<ApiError>,
    trail: Option<Trail>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// Whether the message repeats the source's text, wholly or in part.
    quotes_source: bool,
    /// What the error means if no attempt says it: for a call without attempts, or for a successful response that is not
    /// what was asked for.
    category: Option<Category>,
    /// What reqtrail says instead of the server's message.
    explanation: Option<String>,
}

error_fields! { record_methods Error }

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            api: None,
            trail: None,
            source: None,
            quotes_source: false,
            category: None,
            explanation: None,
        }))
    }

    /// The client cannot be built.
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    pub(crate) fn with_api(mut self, api: Option<ApiError>) -> Self {
        self.0.api = api;
        self
    }

    /// Replaces the server's message by a text that says more. `api` keeps the original.
    #[cfg(feature = "openstack")]
    pub(crate) fn with_explanation(mut self, text: String) -> Self {
        self.0.explanation = Some(text);
        self
    }

    pub(crate) fn with_trail(mut self, trail: Trail) -> Self {
        self.0.trail = Some(trail);
        self
    }

    pub(crate) fn with_category(mut self, category: Option<Category>) -> Self {
        self.0.category = category;
        self
    }

    pub(crate) fn with_source(mut self, source: Option<BoxError>) -> Self {
        self.0.source = source.map(Arc::from);
        self
    }

    /// Adds a cause that the message quotes. The chain of sources then begins with what the message does not say.
    pub(crate) fn with_quoted_source(mut self, source: Option<BoxError>) -> Self {
        self.0.quotes_source = true;
        self.with_source(source)
    }

    /// Adds a parser's error as the cause, without values of the body.
    fn caused_by_parser(mut self, cause: BoxError) -> Self {
        self.0.source = Some(without_values(cause));
        self
    }

    /// The API's error response, if the server answered with a final status outside 2xx.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_ref()
    }

    fn words(&self) -> &str {
        if let Some(text) = &self.0.explanation {
            return text;
        }
        match &self.0.api {
            Some(api) => api.message().unwrap_or(&self.0.message),
            None => &self.0.message,
        }
    }

    fn wrong_option(&self) -> Option<&'static str> {
        match self.kind() {
            ErrorKind::Config | ErrorKind::InvalidRequest => surface::option_of(self.message()),
            _ => None,
        }
    }

    /// The request IDs of all attempts, in order.
    #[must_use]
    pub fn request_ids(&self) -> Vec<&RequestId> {
        self.trail().map(Trail::request_ids).unwrap_or_default()
    }

    /// The call's trail; `None` if there was no call: for a client that could not be built, or a trail that could not be
    /// read.
    #[must_use]
    pub fn trail(&self) -> Option<&Trail> {
        self.0.trail.as_ref()
    }

    /// The body of the API's error response as text; `None` for other errors. See [`ApiError::text`].
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        self.api().map(ApiError::text)
    }

    /// The body of the API's error response as JSON; `None` for other errors, and for a body that is not JSON of the
    /// wanted shape. See [`ApiError::json`].
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        self.api()?.json()
    }

    /// Returns whether the server answered with a final status outside 2xx.
    #[must_use]
    pub fn is_api(&self) -> bool {
        self.kind() == ErrorKind::Api
    }

    /// Returns whether the attempt's or the call's time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns whether no connection could be made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Returns whether the caller cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    fn attempts(&self) -> &[Attempt] {
        self.trail().map(Trail::attempts).unwrap_or_default()
    }

    fn last(&self) -> Option<&Attempt> {
        self.trail().and_then(Trail::last)
    }

    /// The last attempt, if it caused the error, so that its status and code are the error's.
    fn described(&self) -> Option<&Attempt> {
        self.last().filter(|_| self.0.category.is_none())
    }
}

/// The description of a dialect is not valid, so no client can be built with it.
impl From<DialectError> for Error {
    fn from(error: DialectError) -> Self {
        Self::config(error.to_string())
    }
}

/// A value is not valid for an option, so the client cannot be built.
#[cfg(feature = "unstable-host")]
impl From<surface::OptionError> for Error {
    fn from(error: surface::OptionError) -> Self {
        Self::config(error.to_string())
    }
}

fn shortened(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => write!(f, "{}…", &text[..end]),
        None => f.write_str(text),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(trail) = self.trail() else {
            return write!(f, "{}: {}", self.kind(), one_line(&self.0.message));
        };
        write!(f, "{} ", trail.method())?;
        shortened(f, &one_line(trail.path()))?;
        f.write_str(": ")?;
        match (self.kind(), self.status()) {
            (ErrorKind::Api, Some(status)) => f.write_str(status.as_str())?,
            (kind, _) => write!(f, "{kind}")?,
        }
        // The failure of the last attempt does not describe a call that ended between two attempts.
        let failed = self
            .last()
            .filter(|last| last.failure() == Some(self.kind()));
        let failure_code = failed.and_then(Attempt::failure_code);
        if let Some(code) = self.code().or(failure_code) {
            write!(f, " {}", one_line(code))?;
        }
        let message = one_line(self.message());
        if !message.is_empty() {
            f.write_str(": ")?;
            shortened(f, &message)?;
        }
        let ids: Vec<&str> = trail
            .request_ids()
            .into_iter()
            .map(RequestId::as_str)
            .collect();
        match ids.as_slice() {
            [] => f.write_str(" (no request ID")?,
            [id] => write!(f, " (request ID {id}")?,
            ids => write!(f, " (request IDs {}", ids.join(", "))?,
        }
        let count = trail.attempts().len();
        let plural = if count == 1 { "" } else { "s" };
        write!(
            f,
            "; {count} attempt{plural}, {}; call {})",
            trail.stopped(),
            trail.call_id()
        )
    }
}

/// `{:?}` is what a `main` that returns the error prints: its line, and the support report below it. `{:#?}` shows all
/// its fields.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            write!(f, "{self}")?;
            return match self.trail() {
                Some(trail) => write!(f, "\n\n{}", trail.report()),
                None => Ok(()),
            };
        }
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &self.message())
            .field("api", &self.api())
            .field("trail", &self.trail())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    /// The cause. Causes that the error's own text quotes are skipped, so that a printed chain says nothing twice.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        match self.0.quotes_source {
            true => quoted::not_yet(&self.0.message, source),
            false => Some(source),
        }
    }
}

/// An API's error response: one with a final status outside 2xx. The client's credentials are removed from all its
/// text.
#[derive(Clone)]
pub struct ApiError(pub(crate) Box<ApiFields>);

/// The parts of an API's error response.
#[derive(Clone)]
pub(crate) struct ApiFields {
    pub(crate) dialect: Arc<str>,
    #[cfg(feature = "openstack")]
    pub(crate) service: Option<Arc<str>>,
    pub(crate) status: StatusCode,
    pub(crate) code: Option<String>,
    pub(crate) raw_code: Option<String>,
    pub(crate) category: Category,
    pub(crate) message: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) details: Option<String>,
    pub(crate) hint: Option<Cow<'static, str>>,
    pub(crate) documentation_url: Option<Cow<'static, str>>,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body's text, if it is not the body as UTF-8.
    pub(crate) text: Option<Box<str>>,
}

impl fmt::Debug for ApiError {
    // Headers and body come from the server and may hold anything, so they are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status())
            .field("code", &self.code())
            .field("category", &self.category())
            .field("message", &self.message())
            .field("rate_limit", &self.rate_limit())
            .field("body_bytes", &self.body().len())
            .finish_non_exhaustive()
    }
}

api_error_fields! { record_methods ApiError }

impl ApiError {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The code in its canonical spelling; an unknown code as the server wrote it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The code as a NovaVMS code; `None` for other dialects and for responses without a code.
    #[must_use]
    pub fn novavms_code(&self) -> Option<novavms::ErrorCode> {
        let code = self.code().filter(|_| &*self.0.dialect == novavms::NAME)?;
        Some(novavms::ErrorCode::from_canonical(code))
    }

    /// The code as an OpenStack fault; `None` for other dialects and for responses without a code.
    #[cfg(feature = "openstack")]
    #[must_use]
    pub fn openstack_fault(&self) -> Option<crate::dialect::openstack::Fault> {
        let code = self
            .code()
            .filter(|_| &*self.0.dialect == crate::dialect::openstack::NAME)?;
        Some(crate::dialect::openstack::Fault::from_canonical(code))
    }

    /// What the response means.
    #[must_use]
    pub fn category(&self) -> Category {
        self.0.category
    }

    /// The server's message for people.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The first 64 KiB of the response's body as text: by the charset of its `Content-Type`, or else as UTF-8, with
    /// replacement characters for what cannot be decoded.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0.text {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(charset::without_mark(&self.0.body)),
        }
    }

    /// The response's body as JSON; `None` if it is not JSON, not of the wanted shape, or longer than the 64 KiB that
    /// are kept. It does not return another error, since one is being handled already.
    ///
    /// # Examples
    /// ```
    /// # fn example(error: &reqtrail::Error) -> Option<()> {
    /// let body: serde_json::Value = error.api()?.json()?;
    /// println!("{}", body["errors"][0]);
    /// # Some(())
    /// # }
    /// ```
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        json::read(self.json_text()?.as_bytes()).ok()
    }

    /// The response's body as JSON that every reader accepts, with replacement characters for halves of surrogate pairs;
    /// `None` if it is not JSON.
    #[must_use]
    pub fn json_text(&self) -> Option<Cow<'_, str>> {
        // JSON is UTF-8 whatever the charset says.
        let text = match std::str::from_utf8(charset::without_mark(&self.0.body)) {
            Ok(text) if json::is_json(text) => Cow::Borrowed(text),
            _ => self.text(),
        };
        let text = match lenient_json::whole_pairs(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(whole) => Cow::Owned(whole),
        };
        json::is_json(&text).then_some(text)
    }
}
