//! Plays conformance scenarios with one adapter per language and checks the results.
//!
//! A scenario is a scripted server, the calls to make and their expected results. The server logs
//! every request that it gets. The checks compare the trails that the adapter reports with that log,
//! so that every scenario finds an attempt that is missing, doubled, swapped or made up.

mod adapter;
mod check;
pub mod equal;
mod failure;
mod report;
mod run;
mod scenario;
mod scripted;
mod server;
pub mod suite;

pub use adapter::{Adapter, ProcessAdapter};
pub use failure::Failure;
pub use run::{Backend, Runner, Verdict};
pub use scenario::{Scenario, ScenarioError};
