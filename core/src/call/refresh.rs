//! The results of a refresher, and how long its failure is remembered.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use super::serving::{self, Clients};
use super::token::{Refresh, Refresher, Token, check};
use crate::codes::{Category, ErrorKind};
use crate::error::{BoxError, Complaint, Error, SharedError, links, without_values_below};
use crate::redact::{Redactor, one_line};

/// How long the first failure is remembered. It doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest time that a failure is remembered.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest reason that an error repeats, in characters: the request ID behind it has to fit into a line.
const SHOWN: usize = 150;

/// A refresher's error, with its kind. Bindings make it from an error of this library in their own
/// language. A refresher in Rust returns the [`Error`] itself.
#[derive(Debug)]
pub struct RefreshError {
    kind: ErrorKind,
    category: Option<Category>,
    message: String,
    request_id: Option<String>,
    source: Option<SharedError>,
}

impl RefreshError {
    /// Makes an error of a kind and, for an API's error response, of a category.
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
        let source: BoxError = source.into();
        self.source = Some(source.into());
        self
    }

    /// A copy whose cause, a JSON reader's error, quotes no values.
    fn with_clean_source(
        link: &(dyn std::error::Error + 'static),
        complaint: &Complaint,
    ) -> Option<SharedError> {
        let own: &Self = link.downcast_ref()?;
        Some(Arc::new(Self {
            kind: own.kind,
            category: own.category,
            message: complaint.taken_out_of(&own.message),
            request_id: own.request_id.clone(),
            source: Some(complaint.clean()),
        }))
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

/// The error of a refresher that returned no token.
#[derive(Clone)]
pub(crate) struct RefreshFailed(Arc<Reason>);

/// The reason. It is read from the refresher's error at once, so that no call runs code of the error's type.
struct Reason {
    cause: SharedError,
    kind: ErrorKind,
    category: Option<Category>,
    /// The refresher's text, and that of the refresher's call if that failed.
    words: String,
    /// The request ID of the refresher's own call.
    request_id: Option<String>,
    /// The error of the refresher's own call, and the full text of it and its causes.
    own: Option<(Error, String)>,
    /// The full text of the cause and its causes.
    shown: String,
}

impl RefreshFailed {
    pub(super) fn new(message: &'static str) -> Self {
        Self::caused_by(BoxError::from(message).into())
    }

    /// Reads a refresher's error, whose code may panic.
    fn of(error: BoxError) -> Self {
        let read = || {
            let cause = without_values_below(error, RefreshError::with_clean_source);
            Self::caused_by(cause)
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
            tracing::error!(target: "reqtrail", "the token refresher's error panicked when it was printed; the call goes on");
            Self::new("the token refresher's error cannot be printed: its own code panicked")
        })
    }

    fn caused_by(cause: SharedError) -> Self {
        let all = shown(&*cause);
        let mut words = Words::default();
        let chain = Arc::clone(&cause);
        for link in links(&*chain) {
            if let Some(error) = link.downcast_ref::<Error>() {
                let status = error.status().filter(|_| error.is_api());
                let status = status.map(|status| status.as_u16());
                let what = match (status, error.code()) {
                    (Some(status), Some(code)) => format!("{status} {code}"),
                    (Some(status), None) => status.to_string(),
                    _ => error.kind().to_string(),
                };
                let message = error.message();
                words.add(message, &format!("{what}: {message}"));
                return Self(Arc::new(Reason {
                    kind: error.kind(),
                    category: error.category(),
                    words: words.0,
                    request_id: error.request_id().map(|id| id.as_str().to_owned()),
                    own: Some((error.clone(), shown(error))),
                    shown: all,
                    cause,
                }));
            }
            if let Some(error) = link.downcast_ref::<RefreshError>() {
                words.add(&error.message, &error.message);
                return Self(Arc::new(Reason {
                    kind: error.kind,
                    category: error.category,
                    words: words.0,
                    request_id: error.request_id.clone(),
                    own: None,
                    shown: all,
                    cause,
                }));
            }
            let text = link.to_string();
            words.add(&text, &text);
        }
        Self(Arc::new(Reason {
            kind: ErrorKind::Api,
            category: Some(Category::Authentication),
            words: words.0,
            request_id: None,
            own: None,
            shown: all,
            cause,
        }))
    }

    /// The kind and category of a call that has no credential because of this failure: those of the refresher's own
    /// call, if that failed.
    pub(super) fn kind(&self) -> (ErrorKind, Option<Category>) {
        (self.0.kind, self.0.category)
    }

    /// The reason in one line, with the request ID of the refresher's own call.
    pub(super) fn reason(&self) -> String {
        let text = shortened(&self.0.words);
        match self.0.request_id.as_deref().map(one_line) {
            Some(id) if !text.contains(&*id) => format!("{text} (request ID {id})"),
            _ => text,
        }
    }

    /// The failure without a call's secrets. If the refresher's error or one of its causes repeats a secret, only its
    /// text, its kind and its request ID are kept, and the error of the refresher's call if that repeats none.
    pub(super) fn without_secrets(self, redactor: &Redactor) -> Self {
        let is_clean = |text: &str| matches!(redactor.text(text), Cow::Borrowed(_));
        let failed = &*self.0;
        if is_clean(&failed.shown) && is_clean(&failed.words) {
            return self;
        }
        let own = failed.own.as_ref().filter(|(_, shown)| is_clean(shown));
        let words = redactor.text(&failed.words).into_owned();
        let id = failed.request_id.as_deref();
        let id = id.map(|id| redactor.text(id).into_owned());
        let mut cause = RefreshError::new(failed.kind, failed.category, words.clone())
            .with_request_id(id.clone());
        cause.source = own.map(|(own, _)| Arc::new(own.clone()) as SharedError);
        Self(Arc::new(Reason {
            cause: Arc::new(cause),
            kind: failed.kind,
            category: failed.category,
            words,
            request_id: id,
            own: own.cloned(),
            shown: String::new(),
        }))
    }
}

/// Everything that a program can print of an error and its causes.
fn shown(error: &(dyn std::error::Error + 'static)) -> String {
    let mut shown = String::new();
    for link in links(error) {
        let _ = writeln!(shown, "{link}\n{link:?}\n{link:#?}");
    }
    shown
}

/// The text of a chain of errors. The text of a cause that its error already repeats is left out.
#[derive(Default)]
struct Words(String);

impl Words {
    fn add(&mut self, said: &str, text: &str) {
        if self.0.is_empty() {
            self.0.push_str(text);
        } else if said.is_empty() || !self.0.contains(said) {
            self.0.push_str(": ");
            self.0.push_str(text);
        }
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
        fmt::Debug::fmt(&self.0.cause, f)
    }
}

impl fmt::Display for RefreshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token refresh failed")
    }
}

impl std::error::Error for RefreshFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0.cause)
    }
}

/// Begins a refresh for the call that runs here.
pub(super) fn begin(refresher: &Refresher) -> Result<Refresh, RefreshFailed> {
    catch_unwind(AssertUnwindSafe(|| refresher())).map_err(|_| panicked())
}

/// Makes a token. `clients` are the clients that wait for it.
pub(super) async fn ask(refresh: Refresh, clients: Clients) -> Result<Token, RefreshFailed> {
    let work = AssertUnwindSafe(async { refresh().await }).catch_unwind();
    let asked = serving::carried(clients, work).await;
    match asked {
        Ok(Ok(token)) => check(token.secret())
            .map(|()| token)
            .map_err(RefreshFailed::new),
        Ok(Err(error)) => Err(RefreshFailed::of(error)),
        Err(_) => Err(panicked()),
    }
}

fn panicked() -> RefreshFailed {
    tracing::error!(target: "reqtrail", "the token refresher panicked; the call goes on");
    RefreshFailed::new("the token refresher panicked")
}

/// A remembered failure, so that calls do not multiply the load of an outage of the token's issuer.
pub(super) struct Failure {
    /// The number of the refresh that failed.
    number: u64,
    pub(super) error: RefreshFailed,
    pause: Duration,
    until: Instant,
    /// Whether its time was confirmed by the transport's own clock.
    settled: bool,
}

impl Failure {
    /// Remembers a failure after those `before` it. `at` is its time, as far as it is known without the transport's clock.
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

    /// Whether it still counts for a call that waited for the refresh numbered `waited`, or for none.
    pub(super) fn counts(&mut self, waited: Option<u64>, now: Instant) -> bool {
        if waited == Some(self.number) && !self.settled {
            self.settled = true;
            self.until = now + self.pause;
        }
        now < self.until
    }
}
