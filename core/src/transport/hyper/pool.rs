//! The connections of a client: idle ones, shared ones, those being made, and the calls that wait for one.
//!
//! A client talks to one origin, so a pool has connections to one place. One lock guards everything; nothing is
//! dialled, closed or woken under it.

mod connect;
#[cfg(feature = "http2")]
pub(super) mod http2;
mod keeper;
#[cfg(not(feature = "http2"))]
pub(super) mod no_http2;
mod state;
#[cfg(feature = "http2")]
mod streams;
mod waiter;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::dial::{DialState, Dialer};
use super::http1::Http1;

use super::classify;
use super::spawn::{Background, Spawner};
use crate::transport::{Failure, Phase, SentMark, TransportError};
use connect::{Connected, DialEnd, connect};
#[cfg(feature = "http2")]
use http2::Pings;
use http2::Stream;
use keeper::Keeper;
#[cfg(not(feature = "http2"))]
pub(super) use no_http2 as http2;
use state::{Protocol, Shared, State};
use waiter::Waiter;

/// A connection that was idle for less than this is used without checking its socket.
///
/// A check is a system call. A loop that makes one call after the other saves it, and only such a loop: a close that is
/// younger than this would still be on its way from any server that is not on the same machine, and a check would not
/// see it.
const RECENT_USE: Duration = Duration::from_micros(250);

/// The connections of one client in one process.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) dialer: Arc<Dialer>,
    options: PoolOptions,
    state: Mutex<State>,
    keeper: Keeper,
    /// The background runtime that maintains the connections of callers without a runtime.
    background: Option<Weak<dyn Background>>,
    own: Weak<Pool>,
    /// The process that it belongs to. The child of a fork must not touch it, since its locks may never be released
    /// there.
    generation: u32,
}

/// A client's options for its connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolOptions {
    pub(super) max_idle: usize,
    pub(super) idle_timeout: Duration,
    #[cfg(feature = "http2")]
    pub(super) pings: Pings,
}

/// What a request is sent on.
#[derive(Debug)]
pub(super) enum Grant {
    Http1(Box<Http1>),
    Http2(Stream),
    Failed(TransportError),
}

impl Pool {
    pub(super) fn new(
        dialer: Arc<Dialer>,
        options: PoolOptions,
        background: Option<Weak<dyn Background>>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|own| {
            let protocol = (!dialer.may_be_http2()).then_some(Protocol::Http1);
            Self {
                dialer,
                options,
                state: Mutex::new(State {
                    protocol,
                    ..State::default()
                }),
                keeper: Keeper::default(),
                background,
                own: own.clone(),
                generation: crate::fork::generation(),
            }
        })
    }

    /// Returns whether this process made it.
    pub(super) fn is_own(&self) -> bool {
        self.generation == crate::fork::generation()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an available connection, or waits for the first one.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        spawner: &Spawner,
        sent: &SentMark,
        resends: u32,
    ) -> Result<Grant, TransportError> {
        loop {
            let (grant, was_resting) = match self.take(spawner, sent, resends) {
                Acquired::Now(grant) => (grant, true),
                Acquired::Later(waiter) => (waiter::wait(self, waiter, sent).await, false),
            };
            let mut conn = match grant {
                Grant::Failed(error) => return Err(error),
                Grant::Http1(conn) => conn,
                stream @ Grant::Http2(_) => return Ok(stream),
            };
            let lent = spawner.lend(&conn.socket);
            // Without this check a request would go to a connection that the server has closed.
            let rested = conn.rested.elapsed() > RECENT_USE;
            if lent.is_ok() && (!rested || conn.look()) {
                return Ok(Grant::Http1(conn));
            }
            if !was_resting && !conn.is_reused() {
                let what = format!(
                    "{} closed the connection before a request was sent",
                    conn.peer
                );
                return Err(match lent {
                    Err(error) => classify::io_error(Failure::Broken, &what, error),
                    Ok(()) => TransportError::new(Failure::Broken, what),
                });
            }
        }
    }

    fn take(self: &Arc<Self>, spawner: &Spawner, sent: &SentMark, resends: u32) -> Acquired {
        let mut state = self.state();
        let mut stale = Vec::new();
        let is_first = !state.waiters.go_before(resends);
        let found = match is_first {
            true => state.find(&self.own, self.options.idle_timeout, &mut stale),
            false => None,
        };
        let taken = match found {
            Some(grant) => Acquired::Now(grant),
            None => {
                let waiter = Waiter::new(spawner.clone(), sent.clone(), resends);
                let waiter = Arc::new(waiter);
                state.waiters.push(Arc::clone(&waiter));
                Acquired::Later(waiter)
            }
        };
        let dials = state.begin_dials();
        drop(state);
        // Closing sockets takes time, and others wait for the pool.
        drop(stale);
        self.dial(dials, spawner);
        taken
    }

    /// Makes connections. They belong to no caller: one that gives up does not end them.
    fn dial(self: &Arc<Self>, dials: Vec<Arc<DialState>>, spawner: &Spawner) {
        for dial in dials {
            match spawner.handle() {
                Ok(runtime) => {
                    let end = DialEnd {
                        pool: self.own.clone(),
                        spawner: spawner.clone(),
                        dial: Some(dial),
                    };
                    runtime.spawn(connect(Arc::clone(self), end));
                }
                Err(error) => self.dialled(spawner, &dial, Err(error)),
            }
        }
    }

    /// Handles the end of a dial: serves the waiting calls.
    fn dialled(
        self: &Arc<Self>,
        spawner: &Spawner,
        dial: &Arc<DialState>,
        result: Result<Connected, TransportError>,
    ) {
        let mut state = self.state();
        state.dials.retain(|known| !Arc::ptr_eq(known, dial));
        match result {
            Ok(Connected::Http1(conn)) => {
                state.protocol = Some(Protocol::Http1);
                // Directly to a waiting call: if the server has already closed it, an attempt has to report that.
                let waiter = state.waiters.pop();
                drop(state);
                match waiter {
                    Some(waiter) => self.hand(&waiter, Grant::Http1(conn)),
                    None => self.put(conn),
                }
            }
            Ok(Connected::Http2(conn)) => {
                state.protocol = Some(Protocol::Http2);
                state.shared.push(Shared {
                    conn,
                    open: 0,
                    taken: 0,
                    rested: Instant::now(),
                });
                // All waiting calls now wait for a stream of this connection.
                for waiter in state.waiters.iter() {
                    waiter.sent.set_phase(Phase::Stream);
                }
                drop(state);
            }
            Err(error) => {
                // If each waiter has its own dial, only those without a remaining dial fail.
                let left = match state.protocol {
                    Some(Protocol::Http1) => state.dials.len(),
                    _ => 0,
                };
                let mut failed = Vec::new();
                while state.waiters.len() > left {
                    failed.extend(state.waiters.pop());
                }
                drop(state);
                for waiter in failed {
                    self.hand(&waiter, Grant::Failed(error.copy()));
                }
            }
        }
        self.serve(Some(spawner));
    }

    /// Serves the waiting calls with available connections, and dials for the rest.
    fn serve(self: &Arc<Self>, spawner: Option<&Spawner>) {
        let mut stale = Vec::new();
        loop {
            let mut state = self.state();
            let grant = match state.waiters.len() {
                0 => None,
                _ => state.find(&self.own, self.options.idle_timeout, &mut stale),
            };
            let Some(grant) = grant else {
                let first = state.waiters.iter().next();
                let spawner = spawner
                    .cloned()
                    .or_else(|| first.map(|w| w.spawner.clone()));
                let dials = match &spawner {
                    Some(_) => state.begin_dials(),
                    None => Vec::new(),
                };
                drop(state);
                drop(stale);
                if let Some(spawner) = spawner {
                    self.dial(dials, &spawner);
                }
                return;
            };
            let waiter = state.waiters.pop();
            drop(state);
            match waiter {
                Some(waiter) => self.hand(&waiter, grant),
                None => self.take_back(grant),
            }
        }
    }

    /// Passes a grant to a waiter, and takes it back if the waiter is gone.
    fn hand(self: &Arc<Self>, waiter: &Arc<Waiter>, grant: Grant) {
        if let Some(grant) = waiter.give(grant) {
            self.take_back(grant);
        }
    }

    /// Takes back an unused grant.
    fn take_back(self: &Arc<Self>, grant: Grant) {
        match grant {
            Grant::Http1(conn) => self.put(conn),
            // A stream returns itself when it is dropped.
            Grant::Http2(_) | Grant::Failed(_) => {}
        }
    }

    /// Handles a waiter that has given up.
    fn waiter_gave_up(self: &Arc<Self>, waiter: &Arc<Waiter>) {
        self.state().waiters.remove(waiter);
        if let Some(grant) = waiter.leave() {
            self.take_back(grant);
        }
    }

    /// Takes back a connection whose exchange has ended.
    pub(super) fn put(self: &Arc<Self>, mut conn: Box<Http1>) {
        if !self.is_own() {
            return;
        }
        #[cfg(feature = "blocking")]
        let is_watched = !conn.socket.is_lent_to_thread();
        #[cfg(not(feature = "blocking"))]
        let is_watched = true;
        let watcher = is_watched.then(|| self.keeper.waker());
        if !conn.come_to_rest(watcher.as_ref()) {
            return;
        }
        let mut state = self.state();
        // Not through the idle ones: the idle timeout may be so short that none is ever found there.
        if let Some(waiter) = state.waiters.pop() {
            drop(state);
            self.hand(&waiter, Grant::Http1(conn));
            return;
        }
        if state.idle.len() >= self.options.max_idle {
            return;
        }
        state.idle.push(conn);
        drop(state);
        self.keeper.begin(self);
    }

    /// The phase of the calls that wait for a connection.
    fn phase(&self) -> (Phase, Option<Arc<str>>) {
        let state = self.state();
        if let Some(shared) = state.awaited() {
            return (Phase::Stream, Some(Arc::clone(shared.conn.peer())));
        }
        match state.dials.first() {
            Some(dial) => (dial.phase(), dial.peer()),
            None => (Phase::Connecting, None),
        }
    }

    /// Polls idle connections that were woken, and closes those that have been idle for too long.
    ///
    /// Returns when the next one will be; `None` if none is idle.
    fn tend(&self, waker: &Waker) -> Option<Instant> {
        let mut closed = Vec::new();
        let mut state = self.state();
        let now = Instant::now();
        let timeout = self.options.idle_timeout;
        let mut at = 0;
        while at < state.idle.len() {
            let conn = &mut state.idle[at];
            if now.duration_since(conn.rested) < timeout && conn.tend(waker) {
                at += 1;
            } else {
                closed.push(state.idle.remove(at));
            }
        }
        let rests = |s: &Shared| s.open == 0 && now.duration_since(s.rested) >= timeout;
        let ended: Vec<Shared> = state.shared.extract_if(.., |s| rests(s)).collect();
        let first = state.idle.first().map(|conn| conn.rested);
        let shared = state
            .shared
            .iter()
            .filter(|s| s.open == 0)
            .map(|s| s.rested);
        let next = shared
            .chain(first)
            .min()
            .and_then(|rested| rested.checked_add(timeout));
        drop(state);
        drop((closed, ended));
        next
    }
}

enum Acquired {
    Now(Grant),
    Later(Arc<Waiter>),
}
