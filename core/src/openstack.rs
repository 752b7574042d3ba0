//! OpenStack: which request failed, why, and what happened to work that was accepted with a 202.
//!
//! A 202 only says that a server action was accepted. [`Compute::follow`] follows it to its end and reports the result,
//! with the request ID that an operator needs; [`Compute::explain`] tells the story of a server.
//!
//! [`Resources::follow`] does the same for work that other services accepted: on volumes, snapshots and images.
//!
//! [`Connection::explain`] tells the story of anything over the services of a cloud: why a server, a volume or an image failed,
//! and which request IDs to give to the operator.
//!
//! An [`Operation`] is the same as a value: what to do and how, independent of the client that does it.
//!
//! # Signing in
//! [`Cloud`] is what a program knows about a cloud: read from `clouds.yaml` and `OS_*` variables like openstacksdk, or
//! made in code. [`Cloud::connect`] signs in at Keystone and returns a [`Connection`], whose
//! [`compute`](Connection::compute) begins a client: its endpoint comes from the catalog, and its token is replaced by
//! signing in again, before it expires or after a 401. [`client`](Connection::client) begins one of any other service,
//! such as `volume` or `network`.
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

mod accepted;
mod compute;
mod identity;
mod image;
mod operation;
mod resources;
mod story;
mod volume;

pub use crate::dialect::openstack::Fault;
pub use accepted::codes::Verdict;
pub use accepted::get::{Fetched, Get};
pub use accepted::resource::Resource;
pub use compute::{
    ActionError, ActionEvent, ActionOutcome, ActionPage, ActionRef, ActionReport, Compute, Explain,
    ExplainError, Follow, ListActions, OperationAttached, OperationOptions, Progress, Server,
    ServerAction, ServerByName, ServerFault, ServerHistory,
};
pub use identity::{
    Auth, Catalog, Cloud, Connection, Domain, Keystone, Project, Receipt, Scope, ServiceEndpoint,
    ServiceOptions, Session, User,
};
pub use image::task::ImageTask;
pub use operation::{
    Operation, OperationClient, OperationError, OperationFailure, OperationKind, OperationOutput,
    OperationReport, OperationResult,
};
pub use resources::{FollowResource, ResourceRef, Resources};
pub use story::{Explanation, ResourceStory, Story};
pub use volume::message::UserMessage;
