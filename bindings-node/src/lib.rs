//! The native half of the Node package `reqtrail`: it converts, starts, cancels and maps. Everything that a call does is
//! the core's; everything that a program touches is in the TypeScript half.

#![expect(
    unreachable_pub,
    missing_debug_implementations,
    clippy::too_many_arguments,
    reason = "the macros of napi want `pub`, JavaScript alone has these types, and an object costs a look-up for each field"
)]

mod client;
mod cloud;
mod command;
mod config;
mod failure;
mod inbox;
mod items;
mod loop_handle;
mod openstack;
mod parts;
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
