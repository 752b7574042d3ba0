//! The progress of a followed action.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::action::ServerAction;
use super::server::Server;
use crate::openstack::accepted::resource::Resource;

/// The result of a poll, for a progress bar or a log.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The server; `None` if there is none.
    pub server: Option<&'a Server>,
    /// The action's record with its steps; `None` if there is none, or not yet.
    pub action: Option<&'a ServerAction>,
    /// The volume, snapshot or image; `None` if there is none, or if a server's action is followed.
    pub resource: Option<&'a Resource>,
    /// How long the action has been followed.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

impl Progress<'_> {
    /// All fields as JSON, the same in every language: `server`, `action`, `resource` and `elapsed_ms`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn milliseconds<S: Serializer>(time: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
