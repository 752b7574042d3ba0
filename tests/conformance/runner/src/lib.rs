//! Plays conformance scenarios against one adapter per language and judges what came out.
//!
//! A scenario is a scripted server, the calls to make and what must come of them. The server logs
//! every request that it saw; the judge holds the trails that the adapter reports against that log,
//! so that an attempt that is missing, doubled, swapped or made up is found in every scenario.

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
pub use run::{Runner, Verdict, Way};
pub use scenario::{Scenario, ScenarioError};
