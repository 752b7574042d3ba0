//! OpenStack's compute API: which request failed, why, and what became of what was accepted with a 202.
//!
//! A 202 says that a server action was accepted, and no more. [`Compute::follow`] follows it to its end and says what
//! became of it, with the request ID that an operator needs; [`Compute::explain`] tells the story of a server.

mod action;
mod compute;
mod explain;
mod follow;
mod report;
mod server;
mod time;
mod verdict;

pub use crate::dialect::openstack::Fault;
pub use action::{ActionEvent, ServerAction};
pub use compute::{ActionPage, Compute, Fetched, Get, ListActions};
pub use explain::{Explain, ServerStory, ToldAction};
pub use follow::{ActionRef, Follow, Progress};
pub use report::{ActionError, ActionReport};
pub use server::{Server, ServerFault};
pub use verdict::Verdict;
