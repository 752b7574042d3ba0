//! OpenStack's compute API: which request failed, why, and what became of what was accepted with a 202.
//!
//! A 202 says that a server action was accepted, and no more. [`Compute::follow`] follows it to its end and says what
//! became of it, with the request ID that an operator needs; [`Compute::explain`] tells the story of a server.
//!
//! An [`Operation`] is the same as a value: what to do and how, apart from the client that does it.
//!
//! # Signing in
//! [`Cloud`] is what a program knows of a cloud: read from `clouds.yaml` and `OS_*` variables as openstacksdk reads
//! them, or made in code. [`Cloud::connect`] signs in at Keystone and gives a [`Connection`], whose
//! [`compute`](Connection::compute) begins a client: its endpoint is that of the catalog, and its token is replaced by
//! signing in again, before it ends or after a 401.
//!
//! ```no_run
//! # async fn example() -> Result<(), reqtrail::Error> {
//! let connection = reqtrail::openstack::Cloud::from_env()?.connect().await?;
//! let nova = connection.compute()?.microversion("2.90").build()?;
//! let servers = nova.get("/servers").send().await?;
//! println!("{:?}", servers.request_id());
//! # Ok(())
//! # }
//! ```

mod compute;
mod identity;

pub use crate::dialect::openstack::Fault;
pub use compute::{
    ActionError, ActionEvent, ActionOutcome, ActionPage, ActionRef, ActionReport, Compute, Explain,
    ExplainError, Fetched, Follow, Get, ListActions, Operation, OperationAttached, OperationClient,
    OperationError, OperationFailure, OperationKind, OperationOptions, OperationOutput,
    OperationReport, OperationResult, Progress, Server, ServerAction, ServerByName, ServerFault,
    ServerHistory, Verdict,
};
pub use identity::{
    Auth, Catalog, Cloud, Connection, Domain, Keystone, Project, Receipt, Scope, ServiceEndpoint,
    ServiceOptions, Session, User,
};
