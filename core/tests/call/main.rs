//! The attempt loop over a scripted transport, on a paused clock.

#[path = "../support/mod.rs"]
mod support;

mod backoff;
mod budget;
mod callers_secrets;
mod cancels;
mod config;
mod credentials;
mod drops;
mod error_bodies;
#[cfg(feature = "openstack")]
mod error_records;
mod failures;
mod input;
mod journal;
mod json;
mod observers;
#[cfg(feature = "openstack")]
mod openstack;
mod random;
mod reasons;
mod recorder;
mod redirects;
mod refresh;
mod refresher_errors;
mod request_ids;
mod resends;
#[cfg(feature = "openstack")]
mod resources;
mod retries;
mod retry_after;
mod safety;
mod seam;
mod secrets;
#[cfg(feature = "openstack")]
mod server_actions;
#[cfg(feature = "openstack")]
mod sign_in;
#[cfg(feature = "openstack")]
mod sign_in_factors;
#[cfg(feature = "openstack")]
mod stories;
mod success_bodies;
mod timeouts;
mod tracing_headers;
mod user_code;
