//! The client's credential, and the one refresh that serves all calls that met the same 401.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use futures_channel::oneshot;
use futures_util::FutureExt as _;
use futures_util::future::Shared;
use http::HeaderValue;

use crate::error::{BoxError, without_values};
use crate::redact::Secret;
use crate::transport::Transport;

/// How long before its end a token is replaced, unless its whole time is short.
const MARGIN: Duration = Duration::from_secs(60);

/// The part of its time that is a token's margin where that is shorter than [`MARGIN`].
const MARGIN_PART: u32 = 10;

/// A credential, and until when it holds where that is known.
///
/// A client with a refresher asks for the next token before this one ends: 60 seconds ahead, or a tenth of the time
/// that was left when it was first used if that is shorter.
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
    secret: Secret,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// Wraps a credential that holds until the server refuses it.
    #[must_use]
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            expires_at: None,
        }
    }

    /// Sets until when it holds, by the clock of this machine.
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

/// Makes a token when it is asked.
pub(crate) type Refresher = Box<dyn Fn() -> RefreshFuture + Send + Sync>;

/// The wait for a refresh under way; cancelled if its task was dropped.
type Wait = Shared<oneshot::Receiver<Result<Lease, RefreshFailed>>>;

/// What the client sends as its credential.
pub(crate) struct Credentials {
    refresher: Option<Arc<Refresher>>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    current: Option<Lease>,
    /// From when on the current token is to be replaced.
    due: Due,
    generation: u64,
    pending: Option<Wait>,
}

/// When a token is to be replaced although nobody refused it.
#[derive(Clone, Copy, Default)]
enum Due {
    /// To be settled by the clock of the first call that looks.
    #[default]
    Open,
    /// Not before a 401.
    Never,
    At(SystemTime),
}

/// A token as a call uses it; later tokens have higher generations.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    token: Token,
    generation: u64,
    refreshable: bool,
    /// Made by the first call that sends it.
    header: Arc<OnceLock<Option<HeaderValue>>>,
}

/// The credential that a client had when a call began, also if it had none. Calls wait for a thread, and the token may
/// be replaced meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Begun(Option<Lease>);

/// What a call finds when it begins.
pub(crate) enum Ready {
    /// The token to send; none for a client that has neither token nor refresher.
    Now(Option<Lease>),
    /// The token ends soon, or has ended: the refresher is to be asked first.
    Due(Lease),
    /// The refresher is to be asked, and there is nothing else.
    Missing,
}

/// The refresher gave no token.
#[derive(Clone)]
pub(crate) struct RefreshFailed(Arc<dyn std::error::Error + Send + Sync>);

impl Credentials {
    pub(crate) fn new(token: Option<Token>, refresher: Option<Refresher>) -> Self {
        let credentials = Self {
            refresher: refresher.map(Arc::new),
            state: Arc::default(),
        };
        if let Some(token) = token {
            credentials.set(token);
        }
        credentials
    }

    /// Puts a new token in the place of the old.
    pub(crate) fn set(&self, token: Token) {
        lock(&self.state).put(token, self.refresher.is_some());
    }

    /// The token that the client has now.
    pub(crate) fn current(&self) -> Option<Lease> {
        lock(&self.state).current.clone()
    }

    /// What a call that begins now sends first.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.current())
    }

    /// Whether that can be sent; `now` is asked only where a token has an end.
    pub(crate) fn ready(&self, Begun(lease): Begun, now: impl FnOnce() -> SystemTime) -> Ready {
        let Some(lease) = lease else {
            return match self.refresher {
                Some(_) => Ready::Missing,
                None => Ready::Now(None),
            };
        };
        if self.refresher.is_some() {
            let mut state = lock(&self.state);
            let due = if state.generation == lease.generation {
                state.is_due(now)
            } else {
                lease.token.expires_at.is_some() && !lease.holds_at(now())
            };
            if due {
                return Ready::Due(lease);
            }
        }
        Ready::Now(Some(lease))
    }

    /// Lets a token that still holds serve on after its refresh failed: the next try comes when half of what is left
    /// is over, so that a service in trouble is not asked by every call.
    pub(crate) fn put_off(&self, kept: &Lease, now: SystemTime) {
        let mut state = lock(&self.state);
        if state.generation == kept.generation
            && let Some(end) = kept.token.expires_at
        {
            let left = end.duration_since(now).unwrap_or_default();
            state.due = Due::At(now + left / 2);
        }
    }

    /// A token that is newer than `refused`: one that is there already, or the next of the refresher.
    ///
    /// Whoever waits may go away; the refresh goes on.
    pub(crate) async fn newer_than<T: Transport>(
        &self,
        refused: Option<&Lease>,
        transport: &T,
    ) -> Result<Lease, RefreshFailed> {
        let known = refused.map_or(0, |lease| lease.generation);
        loop {
            let (wait, own) = match self.newer_or_wait(known, transport)? {
                Ok(newer) => return Ok(newer),
                Err(wait) => wait,
            };
            match wait.await {
                Ok(result) => {
                    lock(&self.state).settle(|| transport.wall_clock());
                    return result;
                }
                // The runtime of the call that began it has ended, and the work with it.
                Err(_) if !own => {}
                Err(_) => return Err(RefreshFailed::new("the token refresh was abandoned")),
            }
        }
    }

    /// The newer token, or the wait for one and whether it was begun here.
    fn newer_or_wait<T: Transport>(
        &self,
        known: u64,
        transport: &T,
    ) -> Result<Result<Lease, (Wait, bool)>, RefreshFailed> {
        let mut state = lock(&self.state);
        if let Some(newer) = state.current.as_ref().filter(|l| l.generation > known) {
            return Ok(Ok(newer.clone()));
        }
        let pending = state.pending.as_ref();
        if let Some(pending) = pending.filter(|wait| wait.peek().is_none()) {
            return Ok(Err((pending.clone(), false)));
        }
        let Some(refresher) = &self.refresher else {
            return Err(RefreshFailed::new("the client has no token refresher"));
        };
        // The work is polled by the spawned task alone: what it opens must not hang on the runtime of a caller that
        // goes away.
        let (done, wait) = oneshot::channel();
        let work = refresh(
            Arc::clone(refresher),
            Arc::downgrade(&self.state),
            state.generation,
        );
        let wait = wait.shared();
        state.pending = Some(wait.clone());
        drop(state);
        transport.spawn(Box::pin(async move {
            let _ = done.send(work.await);
        }));
        Ok(Err((wait, true)))
    }
}

impl State {
    fn put(&mut self, token: Token, refreshable: bool) -> Lease {
        self.generation += 1;
        self.due = Due::Open;
        let lease = Lease {
            token,
            generation: self.generation,
            refreshable,
            header: Arc::default(),
        };
        self.current = Some(lease.clone());
        lease
    }

    /// Whether the token is to be replaced ahead of time.
    fn is_due(&mut self, now: impl FnOnce() -> SystemTime) -> bool {
        match self.current.as_ref().and_then(|l| l.token.expires_at) {
            None => false,
            Some(_) => {
                let now = now();
                self.settle(|| now);
                matches!(self.due, Due::At(due) if due <= now)
            }
        }
    }

    /// Settles the open date of a token that is seen for the first time.
    fn settle(&mut self, now: impl FnOnce() -> SystemTime) {
        let end = self.current.as_ref().and_then(|l| l.token.expires_at);
        if let (Due::Open, Some(end)) = (self.due, end) {
            self.due = match end.duration_since(now()) {
                Ok(left) if !left.is_zero() => Due::At(end - MARGIN.min(left / MARGIN_PART)),
                // New, and over already: a clock is wrong. Asking again would never end; a 401 settles it.
                _ => Due::Never,
            };
        }
    }
}

/// Asks the refresher once and keeps what it gives.
async fn refresh(
    refresher: Arc<Refresher>,
    state: Weak<Mutex<State>>,
    known: u64,
) -> Result<Lease, RefreshFailed> {
    let asked = AssertUnwindSafe(async { refresher().await })
        .catch_unwind()
        .await;
    let result = match asked {
        Ok(Ok(token)) => check(&token.secret)
            .map(|()| token)
            .map_err(RefreshFailed::new),
        Ok(Err(error)) => Err(RefreshFailed(without_values(error))),
        Err(_) => {
            tracing::error!(target: "reqtrail", "the token refresher panicked; the call goes on");
            Err(RefreshFailed::new("the token refresher panicked"))
        }
    };
    let state = state
        .upgrade()
        .ok_or_else(|| RefreshFailed::new("the client is gone"))?;
    let mut state = lock(&state);
    state.pending = None;
    let token = result?;
    // A token that was set meanwhile is newer than what was asked for before.
    match &state.current {
        Some(newer) if newer.generation > known => Ok(newer.clone()),
        _ => Ok(state.put(token, true)),
    }
}

/// Says whether a token can stand in a header, without repeating it.
pub(crate) fn check(token: &Secret) -> Result<(), &'static str> {
    match HeaderValue::from_str(token.expose()) {
        Ok(_) if !token.expose().is_empty() => Ok(()),
        _ => Err(
            "the token is empty or holds a line break or another control character; expected visible text",
        ),
    }
}

impl Token {
    /// Says whether it can stand in a header, without repeating it.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        check(&self.secret)
    }
}

/// A panic under the lock leaves a state that is still whole: each change is a single assignment.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lease {
    pub(crate) fn secret(&self) -> &Secret {
        &self.token.secret
    }

    /// Whether the token has not ended yet.
    pub(crate) fn holds_at(&self, now: SystemTime) -> bool {
        self.token.expires_at.is_none_or(|end| now < end)
    }

    pub(crate) fn is_refreshable(&self) -> bool {
        self.refreshable
    }

    /// The header's value; marked sensitive, so that HTTP/2 does not index it. `prefix` is the dialect's, which a client
    /// has one of.
    pub(crate) fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let make = || {
            let text = format!("{prefix}{}", self.secret().expose());
            let mut value = HeaderValue::try_from(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        self.header.get_or_init(make).clone()
    }
}

impl RefreshFailed {
    fn new(message: &'static str) -> Self {
        Self(BoxError::from(message).into())
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

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field(
                "token",
                &lock(&self.state).current.as_ref().map(Lease::secret),
            )
            .field("refresher", &self.refresher.is_some())
            .finish()
    }
}
