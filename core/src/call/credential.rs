//! The client's credential, and the one refresh that serves all calls that wait for it.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwapOption;
use event_listener::{Event, EventListener};
use futures_util::future::select;
use http::HeaderValue;
use once_cell::race::OnceBox;

use super::refresh::{Failure, RefreshFailed, ask, begin};
use super::seam::Seam;
use super::serving;
use super::token::{Refresher, Token};
use crate::fork::ForkSafe;
use crate::redact::Secret;
use crate::transport::Transport;

/// How long before its expiry a token is replaced, unless its lifetime is short.
const MARGIN: Duration = Duration::from_secs(60);

/// The part of a token's lifetime that is its margin, if that is shorter than [`MARGIN`].
const MARGIN_PART: u32 = 10;

/// How long a refresh may take before a call that waits for it starts another.
const PATIENCE: Duration = Duration::from_secs(10);

/// The credential that the client sends.
pub(crate) struct Credentials {
    refresher: Option<Refresher>,
    held: Arc<SharedState>,
}

/// The current token, and the refreshes of this process.
struct SharedState {
    /// Read without a lock: every call reads it, and a thread of the parent may hold a lock when a child is forked.
    current: ArcSwapOption<LeaseState>,
    /// The child of a fork has none of its parent's refreshes. It keeps the token, and refreshes it itself.
    refreshes: ForkSafe<Refreshes>,
}

/// The state, and the event that notifies waiting calls of a change. The program's own code runs in clocks, in wakers and
/// when its errors are dropped, and it may use the client. None of it runs under the lock.
#[derive(Default)]
struct Refreshes {
    state: Mutex<State>,
    changed: Event,
}

#[derive(Default)]
struct State {
    /// When the current token is due to be replaced.
    due: Due,
    /// How many refreshes were begun and tokens set. A higher number is newer.
    begun: u64,
    /// The number of the refresh or setting that the current token is from.
    current_from: u64,
    /// The latest refresh under way.
    pending: Option<Pending>,
    /// The latest failure since the last token.
    failure: Option<Failure>,
}

/// A refresh under way.
struct Pending {
    number: u64,
    began: Instant,
}

/// When a token is replaced before the server refuses it.
#[derive(Clone, Copy, Default)]
enum Due {
    /// Decided by the clock of the first call that checks.
    #[default]
    Open,
    /// Not before a 401.
    Never,
    At(SystemTime),
}

/// A token as a call uses it; later tokens have higher generations.
#[derive(Clone, Debug)]
pub(crate) struct Lease(Arc<LeaseState>);

#[derive(Debug)]
struct LeaseState {
    token: Token,
    generation: u64,
    refreshable: bool,
    /// Made by the first calls that send it. None of them waits for another, which the child of a fork may not have.
    header: OnceBox<Option<HeaderValue>>,
}

/// The credential that a client had when a call began, which may be none. Calls wait for a thread, and the token may be
/// replaced meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Begun(Option<Lease>);

/// The credential that a call finds when it begins.
pub(crate) enum Ready {
    /// The token to send; `None` for a client that has neither token nor refresher.
    Now(Option<Lease>),
    /// The token expires soon, or has expired: the refresher is called first.
    Due(Lease),
    /// There is no token, and the refresher has to be called.
    Missing,
}

impl Credentials {
    pub(crate) fn new(token: Option<Token>, refresher: Option<Refresher>) -> Self {
        let credentials = Self {
            refresher,
            held: Arc::new(SharedState {
                current: ArcSwapOption::empty(),
                refreshes: ForkSafe::default(),
            }),
        };
        if let Some(token) = token {
            credentials.set(token);
        }
        credentials
    }

    /// Replaces the token.
    pub(crate) fn set(&self, token: Token) {
        let mut state = self.held.lock();
        state.begun += 1;
        state.current_from = state.begun;
        let replaced = self.held.put(&mut state, token, self.refresher.is_some());
        drop(state);
        self.held.notify();
        drop(replaced);
    }

    /// The token that the client has now.
    pub(crate) fn current(&self) -> Option<Lease> {
        self.held.current()
    }

    /// The credential of a call that begins now.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.current())
    }

    /// Whether the credential can be sent; `now` is called only if the token expires.
    pub(crate) fn ready(&self, Begun(lease): Begun, now: impl FnOnce() -> SystemTime) -> Ready {
        let Some(lease) = lease else {
            return match self.refresher {
                Some(_) => Ready::Missing,
                None => Ready::Now(None),
            };
        };
        if self.refresher.is_some() && lease.0.token.expires_at.is_some() {
            let now = now();
            let mut state = self.held.lock();
            let due = if self.held.is_current(&lease) {
                state.is_due(lease.0.token.expires_at, now)
            } else {
                !lease.holds_at(now)
            };
            if due {
                return Ready::Due(lease);
            }
        }
        Ready::Now(Some(lease))
    }

    /// Keeps a still valid token in use after its refresh failed. The next try comes after half of the remaining time,
    /// so that not every call asks a service in trouble.
    pub(crate) fn put_off(&self, kept: &Lease, now: SystemTime) {
        let mut state = self.held.lock();
        if self.held.is_current(kept)
            && let Some(end) = kept.0.token.expires_at
        {
            let left = end.duration_since(now).unwrap_or_default();
            state.due = Due::At(now + left / 2);
        }
    }

    /// Returns a token that is newer than `refused`: an existing one, or the next of the refresher.
    ///
    /// A waiting call may end early; the refresh continues.
    pub(super) async fn newer_than<T: Transport>(
        &self,
        refused: Option<&Lease>,
        transport: &T,
        seam: &Seam,
    ) -> Result<Lease, RefreshFailed> {
        let known = refused.map_or(0, |lease| lease.0.generation);
        let mut waited = Waited::default();
        loop {
            match self.step(known, &mut waited, transport, seam)? {
                Step::Newer(lease) => {
                    let end = lease.0.token.expires_at;
                    if end.is_some() {
                        let now = seam.enter::<T, _>(|| transport.wall_clock());
                        let mut state = self.held.lock();
                        if self.held.is_current(&lease) {
                            state.settle(end, now);
                        }
                    }
                    return Ok(lease);
                }
                Step::Wait(changed, patience) => {
                    let timer = pin!(seam.enter::<T, _>(|| transport.sleep_until(patience)));
                    select(changed, pin!(seam.timer::<T>(timer))).await;
                }
            }
        }
    }

    /// Returns the newer token, or what to wait for: a refresh under way, or one that begins here.
    fn step<T: Transport>(
        &self,
        known: u64,
        waited: &mut Waited,
        transport: &T,
        seam: &Seam,
    ) -> Result<Step, RefreshFailed> {
        let now = seam.enter::<T, _>(|| transport.now());
        // Declared before the lock is taken, so that it is dropped after it.
        let changed = self.held.refreshes.get().changed.listen();
        let mut state = self.held.lock();
        if let Some(newer) = self.held.current().filter(|l| l.0.generation > known) {
            return Ok(Step::Newer(newer));
        }
        let last = waited.last;
        if let Some(failure) = state.failure.as_mut()
            && failure.counts(last, now)
        {
            return Err(failure.error.clone());
        }
        if serving::is_within(self.identity()) {
            return Err(RefreshFailed::new(
                "the token refresher calls through the client that it serves; expected a separate client",
            ));
        }
        let pending = state.pending.as_ref();
        if let Some(pending) = pending.filter(|pending| now < pending.began + PATIENCE) {
            waited.last = Some(pending.number);
            return Ok(Step::Wait(changed, pending.began + PATIENCE));
        }
        let Some(refresher) = &self.refresher else {
            return Err(RefreshFailed::new("the client has no token refresher"));
        };
        // The runtime of a call that begins a refresh may end, and the work with it. If this call began it, another
        // refresh would end the same way.
        if waited.own.is_some() && waited.own == last && pending.is_none() {
            return Err(RefreshFailed::new("the token refresh was abandoned"));
        }
        state.begun += 1;
        let number = state.begun;
        *waited = Waited {
            last: Some(number),
            own: Some(number),
        };
        state.pending = Some(Pending { number, began: now });
        drop(state);
        // Only the spawned task polls the work, since what it opens must not depend on the runtime of a caller that
        // ends.
        let task = Task {
            held: Arc::downgrade(&self.held),
            number,
            began: now,
            really_began: Instant::now(),
        };
        // If a call within another client's refresher waits for this one, it serves that client, too.
        let (refresh, clients) =
            serving::within(self.identity(), || (begin(refresher), serving::served()));
        let work = async move {
            let result = match refresh {
                Ok(refresh) => ask(refresh, clients).await,
                Err(panicked) => Err(panicked),
            };
            task.ended(result);
        };
        seam.enter::<T, _>(|| transport.spawn(Box::pin(work)));
        Ok(Step::Wait(changed, now + PATIENCE))
    }

    /// Identifies the credentials of a client while they exist.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.held).addr()
    }
}

/// What a call that needs a newer token does next.
enum Step {
    Newer(Lease),
    /// Waits for a change, or until its patience ends.
    Wait(EventListener, Instant),
}

/// The refreshes that a call waited for.
#[derive(Default)]
struct Waited {
    last: Option<u64>,
    /// The last one that it began itself.
    own: Option<u64>,
}

/// A refresh at work.
struct Task {
    held: Weak<SharedState>,
    number: u64,
    /// The start, by the transport's clock.
    began: Instant,
    really_began: Instant,
}

impl Task {
    /// Keeps the refresher's result.
    fn ended(self, result: Result<Token, RefreshFailed>) {
        let Some(held) = self.held.upgrade() else {
            return;
        };
        let mut state = held.lock();
        let replaced = match &result {
            // A token that was set meanwhile, or that a later refresh returned, is newer.
            Ok(_) if state.current_from > self.number => Replaced::default(),
            Ok(token) => {
                state.current_from = self.number;
                held.put(&mut state, token.clone(), true)
            }
            // While a later refresh is at work, nothing has failed.
            Err(error) if state.is_pending(self.number) => {
                let at = self.began + self.really_began.elapsed();
                let before = state.failure.as_ref();
                let failure = Failure::new(self.number, error.clone(), before, at);
                Replaced {
                    failure: state.failure.replace(failure),
                    token: None,
                }
            }
            Err(_) => Replaced::default(),
        };
        drop(state);
        drop((replaced, result));
        // Waiting calls are notified when the task is dropped.
    }
}

impl Drop for Task {
    /// Notifies waiting calls, also if the runtime ends and drops the work.
    fn drop(&mut self) {
        if let Some(held) = self.held.upgrade() {
            let mut state = held.lock();
            if state.is_pending(self.number) {
                state.pending = None;
            }
            drop(state);
            held.notify();
        }
    }
}

impl State {
    fn is_pending(&self, number: u64) -> bool {
        let pending = self.pending.as_ref();
        pending.is_some_and(|pending| pending.number == number)
    }

    /// Whether the token is due to be replaced early.
    fn is_due(&mut self, end: Option<SystemTime>, now: SystemTime) -> bool {
        self.settle(end, now);
        matches!(self.due, Due::At(due) if due <= now)
    }

    /// Decides when a current token that expires at `end` is due, if this is the first time that it is seen.
    fn settle(&mut self, end: Option<SystemTime>, now: SystemTime) {
        if let (Due::Open, Some(end)) = (self.due, end) {
            self.due = match end.duration_since(now) {
                Ok(left) if !left.is_zero() => Due::At(end - MARGIN.min(left / MARGIN_PART)),
                // A new token that has already expired means that a clock is wrong. Refreshing again would never end; a
                // 401 decides instead.
                _ => Due::Never,
            };
        }
    }
}

/// What a change replaced. It is dropped without the lock.
#[derive(Default)]
#[must_use]
struct Replaced {
    #[expect(dead_code, reason = "kept until it can be dropped")]
    token: Option<Arc<LeaseState>>,
    #[expect(dead_code, reason = "kept until it can be dropped")]
    failure: Option<Failure>,
}

impl SharedState {
    fn current(&self) -> Option<Lease> {
        self.current.load_full().map(Lease)
    }

    /// Whether the client has no newer token. It stays so while the state is locked.
    fn is_current(&self, lease: &Lease) -> bool {
        let current = self.current.load();
        current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, &lease.0))
    }

    /// Replaces the token, and ends the failure of a refresh.
    fn put(&self, state: &mut State, token: Token, refreshable: bool) -> Replaced {
        let before = self.current.load();
        let generation = before.as_ref().map_or(0, |before| before.generation) + 1;
        state.due = Due::Open;
        let current = LeaseState {
            token,
            generation,
            refreshable,
            header: OnceBox::new(),
        };
        Replaced {
            token: self.current.swap(Some(Arc::new(current))),
            failure: state.failure.take(),
        }
    }

    fn notify(&self) {
        self.refreshes.get().changed.notify(usize::MAX);
    }

    /// Ignores poisoning: a panic under the lock leaves a consistent state, since each change is a single assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.refreshes
            .get()
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(crate) fn secret(&self) -> &Secret {
        &self.0.token.secret
    }

    /// Whether the token has not expired yet.
    pub(crate) fn holds_at(&self, now: SystemTime) -> bool {
        self.0.token.expires_at.is_none_or(|end| now < end)
    }

    pub(crate) fn is_refreshable(&self) -> bool {
        self.0.refreshable
    }

    /// The header's value. `prefix` is that of the client's only dialect.
    pub(crate) fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let make = || Box::new(self.0.token.header(prefix).ok());
        self.0.header.get_or_init(make).clone()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("token", &self.current().as_ref().map(Lease::secret))
            .field("refresher", &self.refresher.is_some())
            .finish()
    }
}
