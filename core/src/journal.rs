//! The journal: calls on disk, where they outlive the process and the command `reqtrail` finds them.

mod client;
pub(crate) mod files;
mod opened;
pub(crate) mod switch;

pub(crate) use client::{ClientJournal, OpenCall};
