//! The network over hyper's connections.

pub(crate) mod dial;
pub(crate) mod socket;
