//! Volumes and snapshots: the results of work that the block storage API accepted with a 202.

pub(super) mod follow;
pub(super) mod message;
pub(super) mod messages;
pub(super) mod reads;
mod verdict;
