//! The compute API of a real Nova, and sign-in by a real Keystone.

mod faces;
mod factors;
mod faults;
mod graph;
mod names;
mod renewal;
mod rows;
mod sign_in;
mod support;
mod versions;
