//! The compute API: servers, their actions, and what became of what was accepted with a 202.

mod action;
mod action_ref;
mod by_name;
mod call_group;
mod codes;
mod explain;
mod follow;
mod lookup;
mod operation;
mod options;
mod progress;
mod reads;
mod report;
mod server;
mod time;
mod verdict;

pub use action::{ActionEvent, ServerAction};
pub use action_ref::ActionRef;
pub use by_name::ServerByName;
pub use codes::Verdict;
pub use explain::{ActionOutcome, Explain, ExplainError, ServerHistory};
pub use follow::Follow;
pub use operation::{
    Operation, OperationClient, OperationError, OperationFailure, OperationKind, OperationOutput,
    OperationReport, OperationResult,
};
pub use options::{OperationAttached, OperationOptions};
pub use progress::Progress;
pub use reads::{ActionPage, Compute, Fetched, Get, ListActions};
pub use report::{ActionError, ActionReport};
pub use server::{Server, ServerFault};
