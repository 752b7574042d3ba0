//! Credentials, and the functions that return one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderValue;

use crate::error::BoxError;
use crate::redact::Secret;

/// A credential, and when it expires, if that is known.
///
/// A client with a refresher gets the next token before this one expires: 60 seconds ahead, or, if that is shorter, a
/// tenth of the time that was left when it was first used.
///
/// # Examples
/// ```
/// use std::time::{Duration, SystemTime};
/// use reqtrail::Token;
///
/// let token = Token::new("gAAAAAB…").expires_at(SystemTime::now() + Duration::from_secs(3600));
/// assert!(!format!("{token:?}").contains("gAAAAAB"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Token {
    pub(super) secret: Secret,
    pub(super) expires_at: Option<SystemTime>,
}

impl Token {
    /// Wraps a credential that is valid until the server refuses it.
    #[must_use]
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            expires_at: None,
        }
    }

    /// Sets when it expires, by this machine's clock.
    #[must_use]
    pub fn expires_at(mut self, end: SystemTime) -> Self {
        self.expires_at = Some(end);
        self
    }

    /// The credential itself.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl From<Secret> for Token {
    fn from(secret: Secret) -> Self {
        Self::new(secret)
    }
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The work of a refresher.
pub(crate) type RefreshFuture = Pin<Box<dyn Future<Output = Result<Token, BoxError>> + Send>>;

/// Begins a refresh on the thread and in the task of the call that needs the token, which it must not hold up. The
/// function that it returns makes the token, in a separate task.
pub(crate) type Refresher = Arc<dyn Fn() -> Refresh + Send + Sync>;

/// One refresh that has not started its work.
pub(crate) type Refresh = Box<dyn FnOnce() -> RefreshFuture + Send>;

/// Checks whether a token is valid in a header. The error does not repeat it.
pub(crate) fn check(token: &Secret) -> Result<(), &'static str> {
    match HeaderValue::from_str(token.expose()) {
        Ok(_) if !token.expose().is_empty() => Ok(()),
        _ => Err(UNSENDABLE),
    }
}

const UNSENDABLE: &str =
    "the token is empty or holds a line break or another control character; expected visible text";

impl Token {
    /// Checks whether it is valid in a header. The error does not repeat it.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        check(&self.secret)
    }

    /// The header's value; marked sensitive, so that HTTP/2 does not index it. `prefix` is the dialect's.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, &'static str> {
        self.check()?;
        let text = format!("{prefix}{}", self.secret.expose());
        let mut value = HeaderValue::try_from(text).map_err(|_| UNSENDABLE)?;
        value.set_sensitive(true);
        Ok(value)
    }
}
