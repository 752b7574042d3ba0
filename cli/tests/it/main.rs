//! Tests of the binary in pipes and in a pseudo-terminal.

#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod cloud;
mod codes;
mod conventions;
mod help;
mod journals;
mod program;
mod report;
#[cfg(feature = "sandbox")]
mod sandbox;
