//! Tests of the sandbox over real connections.

mod auth;
mod cameras;
mod control;
mod errors;
mod events;
mod incidents;
mod lifecycle;
mod limits;
mod people;
mod program;
mod support;
