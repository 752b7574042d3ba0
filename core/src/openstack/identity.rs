//! The identity API: choosing a cloud, signing in to it, and locating its services.

mod auth;
mod catalog;
mod cloud;
mod clouds_yaml;
mod config_source;
mod differing;
mod discovery;
mod fields;
mod keystone;
#[cfg(feature = "unstable-host")]
mod option_names;
mod proving;
mod receipt;
mod refused;
mod service;
mod session;
mod template;
mod yaml;

pub use auth::{Auth, Domain, Project, Scope, User};
pub use catalog::{Catalog, ServiceEndpoint};
pub use cloud::Cloud;
pub use cloud::connection::Connection;
pub(super) use cloud::connection::by_service::{Located, version_document};
pub use keystone::Keystone;
pub use receipt::Receipt;
pub use service::ServiceOptions;
pub use session::Session;
