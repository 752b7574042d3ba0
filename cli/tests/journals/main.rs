//! `find`, `list`, `tail` and `status` on journals as programs leave them.

#[path = "../common/mod.rs"]
mod common;

mod faults;
mod find;
mod list;
mod real;
mod status;
mod story;
mod tail;
