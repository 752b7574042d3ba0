//! Shared by the tests of the command: journals that are built line by line, and runs of the command on them.
#![allow(dead_code, missing_docs, reason = "each test uses a part of it")]

pub(crate) mod journal;
pub(crate) mod run;
