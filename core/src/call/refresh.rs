//! What a refresher gives, and for how long its failure is remembered.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use super::credential::{Refresh, Refresher, Token, check};
use super::serving::{self, Clients};
use crate::codes::{Category, ErrorKind};
use crate::error::{BoxError, Error, without_values};
use crate::redact::one_line;
use crate::request_id::RequestId;

/// For how long the first failure is remembered; each further one is for twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// For how long a failure is remembered at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest reason that an error repeats, in characters: the request ID behind it has to fit into a line.
const SHOWN: usize = 150;

/// A refresher's error that says which kind of error it is: what bindings make of an error of this library in their own
/// language. A refresher in Rust returns the [`Error`] itself.
#[derive(Debug)]
pub struct RefreshError {
    kind: ErrorKind,
    category: Option<Category>,
    message: String,
    request_id: Option<String>,
    source: Option<BoxError>,
}

impl RefreshError {
    /// Makes an error of a kind and, for an answer of the API, of a category.
    #[must_use]
    pub fn new(kind: ErrorKind, category: Option<Category>, message: impl Into<String>) -> Self {
        Self {
            kind,
            category,
            message: message.into(),
            request_id: None,
            source: None,
        }
    }

    /// Adds the request ID of the refresher's own call.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<impl Into<String>>) -> Self {
        self.request_id = id.map(Into::into);
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RefreshError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// The refresher gave no token.
#[derive(Clone)]
pub(crate) struct RefreshFailed(Arc<dyn std::error::Error + Send + Sync>);

impl RefreshFailed {
    pub(super) fn new(message: &'static str) -> Self {
        Self(BoxError::from(message).into())
    }

    /// What the failure is for a call that has no credential: of the kind of the refresher's own call, if that is what
    /// failed.
    pub(super) fn kind(&self) -> (ErrorKind, Option<Category>) {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&*self.0);
        while let Some(cause) = next {
            if let Some(error) = cause.downcast_ref::<Error>() {
                return (error.kind(), error.category());
            }
            if let Some(error) = cause.downcast_ref::<RefreshError>() {
                return (error.kind, error.category);
            }
            next = cause.source();
        }
        (ErrorKind::Api, Some(Category::Authentication))
    }

    /// The reason in one line, with the request ID of the refresher's own call.
    pub(super) fn reason(&self) -> String {
        let with_id = |text: &str, id: Option<&str>| match id {
            Some(id) => format!("{} (request ID {})", shortened(text), one_line(id)),
            None => shortened(text),
        };
        if let Some(error) = self.0.downcast_ref::<RefreshError>() {
            return with_id(&error.message, error.request_id.as_deref());
        }
        let Some(error) = self.0.downcast_ref::<Error>() else {
            return shortened(&self.0.to_string());
        };
        let status = error.status().filter(|_| error.is_api());
        let what = match (status, error.code()) {
            (Some(status), Some(code)) => format!("{status} {code}"),
            (Some(status), None) => status.to_string(),
            _ => error.kind().to_string(),
        };
        let id = error.request_id().map(RequestId::as_str);
        with_id(&format!("{what}: {}", error.message()), id)
    }
}

fn shortened(text: &str) -> String {
    let text = one_line(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

impl fmt::Debug for RefreshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for RefreshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token refresh failed: {}", self.0)
    }
}

impl std::error::Error for RefreshFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

/// Begins a refresh for the call that runs here.
pub(super) fn begin(refresher: &Refresher) -> Result<Refresh, RefreshFailed> {
    catch_unwind(AssertUnwindSafe(refresher)).map_err(|_| panicked())
}

/// Makes a token. `clients` are those that wait for it.
pub(super) async fn ask(refresh: Refresh, clients: Clients) -> Result<Token, RefreshFailed> {
    let work = AssertUnwindSafe(async { refresh().await }).catch_unwind();
    let asked = serving::carried(clients, work).await;
    match asked {
        Ok(Ok(token)) => check(token.secret())
            .map(|()| token)
            .map_err(RefreshFailed::new),
        Ok(Err(error)) => Err(RefreshFailed(without_values(error))),
        Err(_) => Err(panicked()),
    }
}

fn panicked() -> RefreshFailed {
    tracing::error!(target: "reqtrail", "the token refresher panicked; the call goes on");
    RefreshFailed::new("the token refresher panicked")
}

/// A failure that is remembered, so that an outage of the token's giver is not multiplied by the calls.
pub(super) struct Failure {
    /// Of the refresh that failed.
    number: u64,
    pub(super) error: RefreshFailed,
    pause: Duration,
    until: Instant,
    /// Somebody who waited has looked at the transport's own clock.
    settled: bool,
}

impl Failure {
    /// Remembers a failure after those `before` it. `at` is when it came as far as can be told without the transport's clock.
    pub(super) fn new(
        number: u64,
        error: RefreshFailed,
        before: Option<&Self>,
        at: Instant,
    ) -> Self {
        let pause = before.map_or(FIRST_PAUSE, |before| (before.pause * 2).min(LONGEST_PAUSE));
        Self {
            number,
            error,
            pause,
            until: at + pause,
            settled: false,
        }
    }

    /// Whether it still counts for a call that waited for the refresh `waited`, if for any.
    pub(super) fn counts(&mut self, waited: Option<u64>, now: Instant) -> bool {
        if waited == Some(self.number) && !self.settled {
            self.settled = true;
            self.until = now + self.pause;
        }
        now < self.until
    }
}
