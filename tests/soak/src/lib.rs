//! The soak: very many concurrent calls against a server that misbehaves at random, and the promise checked on each.
//!
//! The server logs every request that it read whole; an observer collects every trail. Each logged request has to be
//! in exactly one trail, once, in order, and each attempt that a trail calls sent has to be in the log.
//! What goes wrong is drawn from a seed. Nothing leaves the loopback interface.

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
