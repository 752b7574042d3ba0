//! What the HTTP/2 connections of a pool report to it.

use std::sync::Arc;
use std::time::Instant;

use super::Pool;
use super::http2;
use super::state::Shared;

impl Pool {
    /// Streams of a connection have ended.
    pub(super) fn stream_ended(self: &Arc<Self>, conn: &Arc<http2::Shared>, count: usize) {
        let mut state = self.state();
        let at = state
            .shared
            .iter()
            .position(|s| Arc::ptr_eq(&s.conn.shared, conn));
        let mut closed = None;
        if let Some(at) = at {
            let lifetime = state.lifetime();
            let shared = &mut state.shared[at];
            shared.open = shared.open.saturating_sub(count);
            shared.rested = Instant::now();
            let rests = shared.open == 0;
            let goes_on = rests && shared.is_awaited(usize::MAX);
            let is_past = shared.taken >= lifetime;
            if rests && (self.options.max_idle == 0 || !goes_on) {
                closed = Some(state.shared.swap_remove(at));
            }
            if goes_on && is_past {
                // It has served as many, and does not end.
                state.lifetime = None;
            }
        }
        let waits = state.waiters.len() > 0;
        drop(state);
        drop(closed);
        if waits {
            self.serve(None);
        }
        self.keeper.begin(self);
    }

    /// A connection's request was refused since the connection ends; it had served so many before it.
    ///
    /// Servers end their connections after some number of requests, and the one that is reached in the middle of a burst
    /// costs all requests above it a second try. So the next connection is left alone after as many, and another one is
    /// made, until it turns out that it goes on.
    pub(super) fn refused(&self, conn: &http2::Shared, served: usize) {
        let mut state = self.state();
        let least = match state.lifetime {
            Some((least, id)) if id == conn.id => least.min(served),
            _ => served,
        };
        state.lifetime = Some((least.max(1), conn.id));
    }

    /// A connection takes more streams than before, or none any more.
    pub(super) fn look_for_work(self: &Arc<Self>) {
        self.serve(None);
    }

    /// A connection is gone.
    pub(super) fn connection_ended(self: &Arc<Self>, conn: &Arc<http2::Shared>) {
        let mut state = self.state();
        let gone = state
            .shared
            .extract_if(.., |s| Arc::ptr_eq(&s.conn.shared, conn));
        let gone: Vec<Shared> = gone.collect();
        drop(state);
        drop(gone);
        self.serve(None);
    }
}
