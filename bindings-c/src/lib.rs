//! The C face of reqtrail. `cargo run -p xtask -- codegen` generates `include/reqtrail.h` from this crate.
//!
//! Every exported function is in an `export!` block, which checks for NULL, catches panics and sets the out-parameters.
//! The header is printed from those blocks. The modules are in the order of the header's sections.

#![expect(
    non_camel_case_types,
    unreachable_pub,
    reason = "names and reach are those of the C header"
)]

#[macro_use]
mod export;
mod ended;
mod fault;
mod headers;
mod hooks;
mod inbox;
mod lock;
mod memory;
mod numbers;
mod operation_spec;
mod text;
mod uncancelled;
mod usage;

mod codes;

mod version;

mod log;

mod options;

mod refresh;

mod client;

mod request;

mod call;

mod queue;

mod rate_limit;

mod response;

mod error;

mod trail;

mod attempt;

mod trail_reading;

mod recorder;

mod cancel;

mod cloud;

mod operation;

mod report;

mod script;

#[cfg(unix)]
mod go;

#[cfg(test)]
mod tests;
