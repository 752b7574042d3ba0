//! Images: the results of imports, and the arrival of an image's data.

pub(super) mod follow;
pub(super) mod reads;
pub(super) mod task;
mod verdict;
