//! The journal: what calls leave on the disk, so that it is found after the process is gone.

#[allow(dead_code, reason = "nothing writes a journal yet")]
pub(crate) mod files;
