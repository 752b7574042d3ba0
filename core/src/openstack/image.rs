//! Images: what became of an import, and of an image's data.

pub(super) mod follow;
pub(super) mod reads;
pub(super) mod task;
mod verdict;
