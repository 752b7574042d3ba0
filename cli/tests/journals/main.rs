//! `find`, `list`, `tail` and `status` on journals.

#[path = "../common/mod.rs"]
mod common;

mod faults;
mod find;
mod list;
mod real;
mod sample;
mod status;
mod tail;
