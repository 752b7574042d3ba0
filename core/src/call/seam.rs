//! Who panicked: this library, or a transport of the program's own.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, Ordering};

use super::guard::{PANICKED, TRANSPORT_PANICKED};
use crate::transport::{DefaultTransport, Transport};

/// Notes while a transport of the program's own is at work. The library's own ones cost nothing here.
#[derive(Debug, Default)]
pub(super) struct Seam(AtomicBool);

impl Seam {
    /// Does work of the transport.
    pub(super) fn enter<T: Transport, O>(&self, work: impl FnOnce() -> O) -> O {
        if is_built_in::<T>() {
            return work();
        }
        self.0.store(true, Ordering::Relaxed);
        let output = work();
        self.0.store(false, Ordering::Relaxed);
        output
    }

    /// Says what panicked.
    pub(super) fn panicked(&self) -> &'static str {
        match self.0.load(Ordering::Relaxed) {
            true => TRANSPORT_PANICKED,
            false => PANICKED,
        }
    }
}

fn is_built_in<T: Transport>() -> bool {
    let own = TypeId::of::<T>();
    #[cfg(feature = "reqwest")]
    if own == TypeId::of::<crate::transport::reqwest::ReqwestTransport>() {
        return true;
    }
    own == TypeId::of::<DefaultTransport>()
}
