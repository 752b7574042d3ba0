//! The client's credential, and the one refresh that serves all calls that met the same 401.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_channel::oneshot;
use futures_util::FutureExt as _;
use futures_util::future::Shared;
use http::HeaderValue;

use crate::error::BoxError;
use crate::redact::Secret;
use crate::transport::Transport;

/// The work of a refresher.
pub(crate) type RefreshFuture = Pin<Box<dyn Future<Output = Result<Secret, BoxError>> + Send>>;

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
    generation: u64,
    pending: Option<Wait>,
}

/// A token as a call uses it; later tokens have higher generations.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    token: Secret,
    generation: u64,
    refreshable: bool,
}

/// The refresher gave no token.
#[derive(Clone)]
pub(crate) struct RefreshFailed(Arc<dyn std::error::Error + Send + Sync>);

impl Credentials {
    pub(crate) fn new(token: Option<Secret>, refresher: Option<Refresher>) -> Self {
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
    pub(crate) fn set(&self, token: Secret) {
        lock(&self.state).put(token, self.refresher.is_some());
    }

    /// The credential that needs no waiting: the current token, or none for a client without any.
    pub(crate) fn ready(&self) -> Option<Option<Lease>> {
        let current = lock(&self.state).current.clone();
        (current.is_some() || self.refresher.is_none()).then_some(current)
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
                Ok(result) => return result,
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
    fn put(&mut self, token: Secret, refreshable: bool) -> Lease {
        self.generation += 1;
        let lease = Lease {
            token,
            generation: self.generation,
            refreshable,
        };
        self.current = Some(lease.clone());
        lease
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
        Ok(Ok(token)) => check(&token).map(|()| token).map_err(RefreshFailed::new),
        Ok(Err(error)) => Err(RefreshFailed(error.into())),
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

/// A panic under the lock leaves a state that is still whole: each change is a single assignment.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lease {
    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    pub(crate) fn is_refreshable(&self) -> bool {
        self.refreshable
    }

    /// The header's value; marked sensitive, so that HTTP/2 does not index it.
    pub(crate) fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::try_from(format!("{prefix}{}", self.token.expose())).ok()?;
        value.set_sensitive(true);
        Some(value)
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
                &lock(&self.state).current.as_ref().map(|lease| &lease.token),
            )
            .field("refresher", &self.refresher.is_some())
            .finish()
    }
}
