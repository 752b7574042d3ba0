//! A small NovaVMS API on loopback, for reqtrail's quickstart, examples and tests.
//!
//! [`Sandbox::start`] serves cameras, events, users, gateways and logins under `/api/v1`, with the
//! request IDs, rate limits and error bodies that the vendor documents. [`Sandbox::inject`] queues
//! [`Incident`]s (a 503, a cut connection, an HTML page from a proxy, …) for the next matching
//! requests, and [`Sandbox::requests`] returns the server's own log, so that a test can compare what
//! the server saw with what a trail says.
//!
//! ```
//! use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};
//!
//! # fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::start(SandboxOptions::default())?;
//! sandbox.inject(Incident::internal_error().on("GET", "/events").times(2));
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert!(sandbox.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Where the vendor's pages leave something open, this crate makes a choice and marks it as one. It
//! is not evidence of what the real service does.

pub mod accounts;
mod api;
mod auth;
mod bucket;
mod clock;
mod control;
mod fields;
mod fixtures;
mod front;
pub mod help;
mod incident;
mod log;
mod paging;
mod reply;
mod request_id;
mod sandbox;
mod server;
mod store;

pub use bucket::{RateLimit, RateLimitError};
pub use clock::{Clock, ClockHand};
pub use incident::{Incident, IncidentError};
pub use log::LoggedRequest;
pub use sandbox::{Sandbox, SandboxOptions};
