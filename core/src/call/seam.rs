//! Determines who panicked: this library, or the program's own transport.

use std::any::{Any, TypeId};
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::transport::{BuiltInTransport, OwnTransport, Sleep, Transport};

/// The reason of an attempt that a bug ended.
pub(crate) const PANICKED: &str = "reqtrail panicked; please report this";

/// The reason of an attempt that a panic of the program's own transport ended.
const TRANSPORT_PANICKED: &str = "the client's transport panicked; it is the program's own";

/// Notes while code of a transport other than the built-in one runs. The built-in one costs nothing here.
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
        // A panic while the transport's values are dropped still counts as the transport's.
        self.0.store(before, Ordering::Relaxed);
        output
    }

    /// Drives a timer of the transport.
    pub(super) async fn timer<T: Transport>(&self, mut timer: Pin<&mut Sleep>) {
        poll_fn(|cx| self.enter::<T, _>(|| timer.as_mut().poll(cx))).await;
    }

    /// Returns what panicked in a call over this transport.
    pub(super) fn panicked<T: Transport>(&self, transport: &T) -> &'static str {
        match self.0.load(Ordering::Relaxed) && !is_ours(transport) {
            true => TRANSPORT_PANICKED,
            false => PANICKED,
        }
    }
}

/// Whether a transport that is not the built-in one still belongs to this library.
fn is_ours<T: Transport>(transport: &T) -> bool {
    let transport = (transport as &dyn Any).downcast_ref::<OwnTransport>();
    transport.is_some_and(OwnTransport::is_ours)
}

fn is_built_in<T: Transport>() -> bool {
    TypeId::of::<T>() == TypeId::of::<BuiltInTransport>()
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::sync::Arc;
    use std::time::Instant;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::client::Client;
    use crate::codes::ErrorKind;
    use crate::transport::{AnyTransport, Reply, TransportError, WireRequest};

    /// Panics in each exchange.
    struct Broken;

    impl Transport for Broken {
        type Body = <BuiltInTransport as Transport>::Body;

        fn now(&self) -> Instant {
            Instant::now()
        }

        fn sleep_until(&self, _: Instant) -> Sleep {
            Sleep::new(std::future::pending())
        }

        async fn exchange(&self, _: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
            panic!("a bug")
        }

        fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
    }

    #[test]
    fn a_panic_is_blamed_on_whose_transport_it_was() {
        let cases = [
            (OwnTransport::new(Broken), TRANSPORT_PANICKED),
            (OwnTransport::ours(Broken), PANICKED),
        ];
        for (transport, blamed) in cases {
            let options = Client::builder("http://127.0.0.1:1").into_options();
            let shared = options.check_without_wire().expect("options");
            let client = Client::new(shared, AnyTransport::Own(Arc::new(transport)));
            let ended = client.get("/x").send().now_or_never();
            let error = ended.expect("an end").expect_err("a panic");
            assert_eq!(error.kind(), ErrorKind::Internal);
            assert!(error.to_string().contains(blamed), "{error}");
            let trail = error.trail().expect("a trail");
            assert_eq!(trail.attempts()[0].failure_reason(), Some(blamed));
        }
    }
}
