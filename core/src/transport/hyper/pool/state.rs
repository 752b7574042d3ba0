//! The state that a pool's lock guards, and the choices that are made under it.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::waiter::Waiter;
use super::{Grant, Pool};
use crate::transport::hyper::dial::DialState;
use crate::transport::hyper::http1::Http1;
use crate::transport::hyper::pool::http2::{Http2, Stream};

/// The connections, and the calls that wait for one.
#[derive(Debug, Default)]
#[expect(
    clippy::vec_box,
    reason = "connections move between owners, and a box moves as a pointer"
)]
pub(super) struct State {
    /// The idle ones, the last used at the end.
    pub(super) idle: Vec<Box<Http1>>,
    pub(super) shared: Vec<Shared>,
    pub(super) waiters: Waiters,
    pub(super) dials: Vec<Arc<DialState>>,
    /// The protocol of the last connection; unknown before the first.
    pub(super) protocol: Option<Protocol>,
    /// The last connection that refused requests: how many it had served by then, and its ID.
    pub(super) lifetime: Option<(usize, u64)>,
}

/// An HTTP/2 connection.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) conn: Http2,
    /// Streams that count against its limit.
    pub(super) open: usize,
    /// How often a stream of it was taken.
    pub(super) taken: usize,
    /// When the last of its streams ended.
    pub(super) rested: Instant,
}

impl Shared {
    /// Returns whether it is worth waiting for a stream of it, if connections serve this many requests.
    pub(super) fn is_awaited(&self, lifetime: usize) -> bool {
        self.taken < lifetime && self.conn.is_usable() && !self.conn.is_silent()
    }
}

/// The protocol of a server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// The calls that wait for a connection: those whose request was refused most often first, otherwise in order of
/// arrival.
#[derive(Debug, Default)]
pub(super) struct Waiters(VecDeque<Arc<Waiter>>);

impl Waiters {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, waiter: Arc<Waiter>) {
        let goes_first = |known: &Arc<Waiter>| known.resends >= waiter.resends;
        let at = self.0.iter().rposition(goes_first).map_or(0, |at| at + 1);
        self.0.insert(at, waiter);
    }

    /// Returns whether a waiting call was refused more often.
    pub(super) fn go_before(&self, resends: u32) -> bool {
        self.0.front().is_some_and(|first| first.resends > resends)
    }

    pub(super) fn pop(&mut self) -> Option<Arc<Waiter>> {
        self.0.pop_front()
    }

    pub(super) fn remove(&mut self, waiter: &Arc<Waiter>) {
        if let Some(at) = self.0.iter().position(|known| Arc::ptr_eq(known, waiter)) {
            self.0.remove(at);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Waiter>> {
        self.0.iter()
    }
}

impl State {
    /// Takes a connection that can be used now. Those that were idle for too long are put into `stale`.
    #[expect(
        clippy::vec_box,
        reason = "connections move between owners, and a box moves as a pointer"
    )]
    pub(super) fn find(
        &mut self,
        pool: &Weak<Pool>,
        idle_timeout: Duration,
        stale: &mut Vec<Box<Http1>>,
    ) -> Option<Grant> {
        let lifetime = self.lifetime();
        for shared in &mut self.shared {
            if shared.conn.is_trusted()
                && shared.taken < lifetime
                && shared.conn.is_usable()
                && shared.open < shared.conn.limit()
            {
                shared.open += 1;
                shared.taken += 1;
                return Some(Grant::Http2(Stream::new(shared.conn.clone(), pool.clone())));
            }
        }
        // The last used one is at the end: if that was idle for too long, all were.
        while let Some(conn) = self.idle.pop() {
            if conn.rested.elapsed() < idle_timeout && conn.is_alive() {
                return Some(Grant::Http1(conn));
            }
            stale.push(conn);
        }
        None
    }

    /// After how many requests a connection is left alone.
    pub(super) fn lifetime(&self) -> usize {
        self.lifetime.map_or(usize::MAX, |(served, _)| served)
    }

    /// A connection whose next stream is worth waiting for.
    pub(super) fn awaited(&self) -> Option<&Shared> {
        let lifetime = self.lifetime();
        self.shared.iter().find(|s| s.is_awaited(lifetime))
    }

    /// Notes as many new dials as the waiting calls need.
    pub(super) fn begin_dials(&mut self) -> Vec<Arc<DialState>> {
        let new: Vec<_> = (0..self.dials_wanted())
            .map(|_| Arc::<DialState>::default())
            .collect();
        self.dials.extend_from_slice(&new);
        new
    }

    pub(super) fn dials_wanted(&self) -> usize {
        let waiters = self.waiters.len();
        match self.protocol {
            _ if waiters == 0 => 0,
            Some(Protocol::Http1) => waiters.saturating_sub(self.dials.len()),
            // They wait for a stream of an existing connection.
            _ if self.awaited().is_some() => 0,
            // Until the server's protocol is known, and if one connection serves all, one is made for all.
            _ => usize::from(self.dials.is_empty()),
        }
    }
}
