//! What became of what a service accepted with a 202: what following has in common, whatever is followed.

pub(super) mod call_group;
pub(super) mod codes;
pub(super) mod follow_loop;
pub(super) mod get;
pub(super) mod resource;
pub(super) mod time;
