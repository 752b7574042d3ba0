//! OpenStack's compute API: which request failed, why, and what became of what was accepted with a 202.

pub use crate::dialect::openstack::Fault;
