//! The soak: very many concurrent calls against a server that misbehaves at random, and a check of every trail.
//!
//! The server logs every request that it has read whole, and an observer collects every trail. Each logged request has to
//! be in exactly one trail, once and in order, and each attempt that a trail calls sent has to be in the log.
//! A seed determines the faults. All traffic stays on the loopback interface.

mod canceller;
mod checks;
mod client;
mod conduct;
mod draw;
mod ledger;
mod machine;
mod options;
mod planned_call;
mod report;
mod run;
mod server;

pub use options::{Face, Options, USAGE};
pub use report::Report;
pub use run::run;
