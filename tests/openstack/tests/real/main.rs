//! Tests with the APIs of real services, and with sign-in at a real Keystone.

mod catalog;
mod face_stories;
mod faces;
mod factors;
mod faults;
mod graph;
mod images;
mod logs;
mod names;
mod refusals;
mod renewal;
mod resources;
mod rows;
mod services;
mod sign_in;
mod stories;
mod storms;
mod support;
mod versions;
mod volumes;
