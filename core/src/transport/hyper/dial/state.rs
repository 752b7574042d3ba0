//! The phase and the peer of a dial, readable while it runs and after it was dropped.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::transport::Phase;

/// The state of one dial.
#[derive(Debug, Default)]
pub(crate) struct DialState {
    phase: AtomicU8,
    peer: Mutex<Option<Arc<str>>>,
}

impl DialState {
    /// Returns the phase of the dial: [`Phase::Connecting`], `Resolving`, `Proxy` or `Tls`.
    pub(crate) fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.phase.load(Ordering::Acquire)) % Phase::ALL.len()]
    }

    /// Returns the peer of the dial, as in `192.0.2.7:443`, `api.example:443` or `proxy proxy.example:3128`.
    pub(crate) fn peer(&self) -> Option<Arc<str>> {
        self.peer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn enter(&self, phase: Phase, peer: Arc<str>) {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer);
        self.phase.store(phase as u8, Ordering::Release);
    }
}
