//! Who panicked: this library, or a transport of the program's own.

use std::any::TypeId;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::transport::{BuiltInTransport, Sleep, Transport};

/// The reason of an attempt that a bug ended.
pub(crate) const PANICKED: &str = "reqtrail panicked; please report this";

/// The reason of an attempt that a transport of the program's own ended.
const TRANSPORT_PANICKED: &str = "the client's transport panicked; it is the program's own";

/// Notes while a transport of the program's own is at work. The built-in one costs nothing here.
#[derive(Debug, Default)]
pub(super) struct Seam(AtomicBool);

impl Seam {
    /// Does work of the transport.
    pub(super) fn enter<T: Transport, O>(&self, work: impl FnOnce() -> O) -> O {
        if is_built_in::<T>() {
            return work();
        }
        let before = self.0.swap(true, Ordering::Relaxed);
        let output = work();
        // Where a panic drops what belongs to the transport, it stays the transport's.
        self.0.store(before, Ordering::Relaxed);
        output
    }

    /// Drives a timer of the transport.
    pub(super) async fn timer<T: Transport>(&self, mut timer: Pin<&mut Sleep>) {
        poll_fn(|cx| self.enter::<T, _>(|| timer.as_mut().poll(cx))).await;
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
    TypeId::of::<T>() == TypeId::of::<BuiltInTransport>()
}
