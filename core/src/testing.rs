//! Tests of programs that use this library: a server that is a script, on a clock that is not real.

#[allow(dead_code, reason = "the mock that uses it is made in a later step")]
mod encode;
#[allow(dead_code, reason = "the mock that uses it is made in a later step")]
mod render;
#[cfg(feature = "unstable-host")]
pub mod script;
#[cfg(not(feature = "unstable-host"))]
#[allow(
    dead_code,
    unused_imports,
    reason = "the conformance runner's half of it is not there"
)]
pub(crate) mod script;

pub use script::{Script, ScriptError};
