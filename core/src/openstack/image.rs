//! Images: what became of an import, and of an image's data.

pub(super) mod follow;
mod reads;
pub(super) mod task;
mod verdict;
