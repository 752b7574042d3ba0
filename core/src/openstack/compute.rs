//! The compute API: servers, their actions, and the results of work that was accepted with a 202.

mod action;
mod action_ref;
mod by_name;
pub(super) mod explain;
mod follow;
pub(super) mod lookup;
pub(super) mod options;
mod progress;
mod reads;
mod report;
mod server;
mod verdict;

pub use action::{ActionEvent, ServerAction};
pub use action_ref::ActionRef;
pub use by_name::ServerByName;
pub use explain::{ActionOutcome, Explain, ExplainError, ServerHistory};
pub use follow::Follow;
pub use options::{OperationAttached, OperationOptions};
pub use progress::Progress;
pub use reads::{ActionPage, Compute, ListActions};
pub use report::{ActionError, ActionReport};
pub use server::{Server, ServerFault};
