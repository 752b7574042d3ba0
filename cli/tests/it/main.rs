//! The command as its users run it: the binary, in a pipe and in a pseudo-terminal.

#![cfg(target_os = "linux")]

mod codes;
mod conventions;
mod help;
mod program;
#[cfg(feature = "sandbox")]
mod sandbox;
