//! The native half of the Node package `reqtrail`: it converts, starts, cancels and maps. The core makes the calls;
//! programs touch only the TypeScript half.

#![expect(
    unreachable_pub,
    missing_debug_implementations,
    clippy::too_many_arguments,
    reason = "napi's macros require `pub`, only JavaScript has these types, and an object costs a look-up per field"
)]

mod client;
mod cloud;
mod command;
mod config;
mod failure;
mod header_pairs;
mod items;
mod loop_handle;
mod mailbox;
mod openstack;
mod reading;
mod recorder;
mod request;
mod testing;
mod values;

/// The version of the core, which the TypeScript half compares with its own.
#[napi_derive::napi]
pub fn version() -> &'static str {
    reqtrail::VERSION
}
