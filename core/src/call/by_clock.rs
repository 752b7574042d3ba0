//! Calls that use a virtual clock, which has to know when they wait for it. All others cost nothing here.

#[cfg(feature = "blocking")]
use std::future::{Future, poll_fn};
#[cfg(feature = "blocking")]
use std::pin::pin;
use std::task::{Context, Poll};

#[cfg(feature = "testing")]
use super::serving;
#[cfg(feature = "blocking")]
use crate::transport::AnyTransport;
use crate::transport::{OwnTransport, Transport};
#[cfg(feature = "testing")]
use crate::virtual_clock::Watch;

/// Polls a call, or several as one.
pub(crate) struct ByClock {
    #[cfg(feature = "testing")]
    watch: Option<Watch>,
}

impl ByClock {
    /// Begins to watch the calls of this transport.
    pub(crate) fn of<T: Transport>(transport: &T) -> Self {
        Self::of_own((transport as &dyn std::any::Any).downcast_ref())
    }

    /// Begins to watch the calls of a client's transport.
    #[cfg(feature = "blocking")]
    pub(crate) fn of_any(transport: &AnyTransport) -> Self {
        match transport {
            AnyTransport::BuiltIn(_) => Self::of_own(None),
            AnyTransport::Own(own) => Self::of_own(Some(own)),
        }
    }

    /// Begins to watch the calls of a transport whose time may be virtual.
    #[cfg_attr(not(feature = "testing"), expect(unused_variables))]
    pub(crate) fn of_own(transport: Option<&OwnTransport>) -> Self {
        Self {
            #[cfg(feature = "testing")]
            watch: transport
                .and_then(OwnTransport::virtual_clock)
                .map(|clock| clock.watch(serving::is_any())),
        }
    }

    /// Polls the call.
    pub(crate) fn poll<O>(
        &self,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        #[cfg(feature = "testing")]
        if let Some(watch) = &self.watch {
            return watch.poll(cx, work);
        }
        work(cx)
    }

    /// Whether there is anything to watch.
    #[cfg(feature = "blocking")]
    pub(crate) fn is_virtual(&self) -> bool {
        #[cfg(feature = "testing")]
        return self.watch.is_some();
        #[cfg(not(feature = "testing"))]
        false
    }

    /// Watches a future until it ends.
    #[cfg(feature = "blocking")]
    pub(crate) async fn around<W: Future>(self, work: W) -> W::Output {
        let mut work = pin!(work);
        poll_fn(|cx| self.poll(cx, |cx| work.as_mut().poll(cx))).await
    }
}
