//! The transports of a host's calls, whoever drives them.

use std::sync::Arc;

use crate::call::by_clock::ByClock;
use crate::transport::hyper::{Network, Spawner};
use crate::transport::{AnyTransport, BuiltInTransport, OwnTransport, Wrap};

/// The source of a host's transports. Each way of driving calls has its own transport.
pub(super) enum Line {
    /// The network, and the program's wrapper of its transports.
    Network(Arc<Network>, Option<Wrap>),
    /// A program's own transport.
    Own(Arc<OwnTransport>),
}

impl Line {
    /// The transport of calls that are driven by the threads that make them.
    pub(super) fn for_threads(&self, spawner: Spawner) -> AnyTransport {
        self.transport(|network| BuiltInTransport::new(network, spawner))
    }

    /// The transport of calls that the current runtime drives.
    pub(super) fn for_this_runtime(&self) -> AnyTransport {
        self.transport(|network| BuiltInTransport::new(network, Spawner::Runtime).keeping_timers())
    }

    /// Begins to watch a submitted job.
    pub(super) fn watch(&self) -> ByClock {
        match self {
            Self::Network(..) => ByClock::of_own(None),
            Self::Own(transport) => ByClock::of_own(Some(transport)),
        }
    }

    fn transport(&self, make: impl FnOnce(Arc<Network>) -> BuiltInTransport) -> AnyTransport {
        match self {
            Self::Network(network, wrap) => {
                AnyTransport::wrapped(make(Arc::clone(network)), wrap.as_ref())
            }
            Self::Own(transport) => AnyTransport::Own(Arc::clone(transport)),
        }
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network(network, _) => f.debug_tuple("Network").field(network).finish(),
            Self::Own(transport) => f.debug_tuple("Own").field(transport).finish(),
        }
    }
}
