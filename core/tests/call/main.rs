//! The attempt loop over a scripted transport, on a paused clock.

#[path = "../support/mod.rs"]
mod support;

mod backoff;
mod budget;
mod cancels;
mod drops;
mod failures;
mod redirects;
mod refresh;
mod retries;
mod retry_after;
mod safety;
mod timeouts;
