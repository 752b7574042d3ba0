//! Tests of the binary in pipes and in a pseudo-terminal.

#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod codes;
mod conventions;
mod explain;
mod follow;
mod help;
mod journals;
mod program;
mod report;
#[cfg(feature = "sandbox")]
mod sandbox;
mod scripted_cloud;
