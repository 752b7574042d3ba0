//! The reports of HTTP/2 connections to their pool.

use std::sync::Arc;
use std::time::Instant;

use super::Pool;
use super::http2;
use super::state::Shared;

impl Pool {
    /// Handles the end of streams of a connection.
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
                // It has served as many requests as its predecessor and continues, so servers of this origin set no such number.
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

    /// Handles a request that was refused because its connection is ending; the connection had served `served` before
    /// it.
    ///
    /// Servers end connections after some number of requests, and reaching that number in the middle of a burst costs
    /// all later requests a second try. So the next connection is not used beyond that number, and another one is made,
    /// until it turns out that it continues.
    pub(super) fn refused(&self, conn: &http2::Shared, served: usize) {
        let mut state = self.state();
        let least = match state.lifetime {
            Some((least, id)) if id == conn.id => least.min(served),
            _ => served,
        };
        state.lifetime = Some((least.max(1), conn.id));
    }

    /// Handles a connection that accepts more streams than before, or none any more.
    pub(super) fn look_for_work(self: &Arc<Self>) {
        self.serve(None);
    }

    /// Handles a connection that is gone.
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
