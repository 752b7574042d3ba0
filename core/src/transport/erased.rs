//! The transport of a client: the built-in one without indirection, or a program's own in a box.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

use super::{BuiltInTransport, Reply, Sleep, Transport, TransportError, WireRequest};
#[cfg(feature = "testing")]
use crate::virtual_clock::VirtualClock;

/// The transport of a client. A call branches on it once.
#[derive(Clone, Debug)]
pub(crate) enum AnyTransport {
    BuiltIn(Arc<BuiltInTransport>),
    Own(Arc<OwnTransport>),
}

/// Wraps a built-in transport in a program's own.
pub(crate) type Wrap = Arc<dyn Fn(BuiltInTransport) -> Arc<OwnTransport> + Send + Sync>;

impl AnyTransport {
    /// Wraps the built-in transport in the program's own, if there is one.
    pub(crate) fn wrapped(transport: BuiltInTransport, wrap: Option<&Wrap>) -> Self {
        match wrap {
            None => Self::BuiltIn(Arc::new(transport)),
            Some(wrap) => Self::Own(wrap(transport)),
        }
    }

    /// The monotonic clock.
    #[cfg(feature = "openstack")]
    pub(crate) fn now(&self) -> Instant {
        match self {
            Self::BuiltIn(transport) => Transport::now(&**transport),
            Self::Own(transport) => Transport::now(&**transport),
        }
    }

    /// The same clock, without keeping the transport alive.
    pub(crate) fn clock(&self) -> Arc<dyn Fn() -> Instant + Send + Sync> {
        let Self::Own(transport) = self else {
            return Arc::new(Instant::now);
        };
        let transport = Arc::downgrade(transport);
        Arc::new(move || match transport.upgrade() {
            Some(transport) => Transport::now(&*transport),
            None => Instant::now(),
        })
    }

    /// Waits until `at` by the monotonic clock.
    #[cfg(feature = "openstack")]
    pub(crate) fn sleep_until(&self, at: Instant) -> Sleep {
        match self {
            Self::BuiltIn(transport) => Transport::sleep_until(&**transport, at),
            Self::Own(transport) => Transport::sleep_until(&**transport, at),
        }
    }
}

/// A transport of any type instead of the built-in one. Most are a program's own.
pub(crate) struct OwnTransport {
    transport: Box<dyn Erased>,
    is_ours: bool,
    /// The clock of its calls, if that is virtual.
    #[cfg(feature = "testing")]
    clock: Option<VirtualClock>,
}

impl OwnTransport {
    pub(crate) fn new(transport: impl Transport) -> Self {
        Self {
            transport: Box::new(transport),
            is_ours: false,
            #[cfg(feature = "testing")]
            clock: None,
        }
    }

    /// Wraps a transport that is a part of this library.
    #[cfg(any(test, feature = "reqwest", feature = "testing"))]
    pub(crate) fn ours(transport: impl Transport) -> Self {
        Self {
            is_ours: true,
            ..Self::new(transport)
        }
    }

    /// Wraps a transport of this library that uses a virtual clock.
    #[cfg(feature = "testing")]
    pub(crate) fn virtual_time(transport: impl Transport, clock: VirtualClock) -> Self {
        Self {
            clock: Some(clock),
            ..Self::ours(transport)
        }
    }

    /// The clock of its calls, if that is virtual.
    #[cfg(feature = "testing")]
    pub(crate) fn virtual_clock(&self) -> Option<&VirtualClock> {
        self.clock.as_ref()
    }

    /// Wraps a transport of this library around one that may be the program's.
    #[cfg(feature = "testing")]
    pub(crate) fn whose(transport: impl Transport, is_ours: bool) -> Self {
        Self {
            is_ours,
            ..Self::new(transport)
        }
    }

    /// Wraps a layer that this library puts around it. Panics still count as those of the wrapped transport's owner.
    #[cfg(feature = "testing")]
    pub(crate) fn layered(&self, transport: impl Transport) -> Self {
        Self {
            is_ours: self.is_ours,
            clock: self.clock.clone(),
            ..Self::new(transport)
        }
    }

    /// Whether the transport is a part of this library, so that its panics are bugs of this library.
    pub(crate) fn is_ours(&self) -> bool {
        self.is_ours
    }
}

impl fmt::Debug for OwnTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnTransport").finish_non_exhaustive()
    }
}

/// The body of any response.
pub(crate) type AnyBody = UnsyncBoxBody<Bytes, TransportError>;

/// The future of any exchange.
type AnyExchange<'a> =
    Pin<Box<dyn Future<Output = Result<Reply<AnyBody>, TransportError>> + Send + 'a>>;

/// A transport without its associated types.
trait Erased: Send + Sync {
    fn now(&self) -> Instant;
    fn wall_clock(&self) -> SystemTime;
    fn sleep_until(&self, at: Instant) -> Sleep;
    fn exchange(&self, request: WireRequest) -> AnyExchange<'_>;
    fn ready(&self) -> Result<(), TransportError>;
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
}

impl<T: Transport> Erased for T {
    fn now(&self) -> Instant {
        Transport::now(self)
    }

    fn wall_clock(&self) -> SystemTime {
        Transport::wall_clock(self)
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Transport::sleep_until(self, at)
    }

    fn exchange(&self, request: WireRequest) -> AnyExchange<'_> {
        Box::pin(async move {
            let reply = Transport::exchange(self, request).await?;
            Ok(reply.map_body(|body| body.boxed_unsync()))
        })
    }

    fn ready(&self) -> Result<(), TransportError> {
        Transport::ready(self)
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        Transport::spawn(self, task);
    }
}

impl Transport for OwnTransport {
    type Body = AnyBody;

    fn now(&self) -> Instant {
        self.transport.now()
    }

    fn wall_clock(&self) -> SystemTime {
        self.transport.wall_clock()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        self.transport.sleep_until(at)
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<AnyBody>, TransportError> {
        self.transport.exchange(request).await
    }

    fn ready(&self) -> Result<(), TransportError> {
        self.transport.ready()
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.transport.spawn(task);
    }
}
