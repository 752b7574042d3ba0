//! The block storage service's messages to users about requests that failed after their 202.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::openstack::accepted::lenient;
use crate::openstack::accepted::time::{Stamp, stamp};
use crate::redact::one_line;

/// A message to users about a request that failed
/// (<https://docs.openstack.org/api-ref/block-storage/v3/#messages>), from microversion 3.3.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct UserMessage {
    /// The message's UUID.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The subject, as a code: `VOLUME_VOLUME_001_003` names the resource, the work and the failure.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub event_id: Option<String>,
    /// The text for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_message: String,
    /// The severity: `ERROR`.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub message_level: Option<String>,
    /// When it was written: UTC, though the API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub created_at: Option<String>,
    /// Until when it can be read.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub guaranteed_until: Option<String>,
    /// The local ID of the request that failed.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub request_id: Option<String>,
    /// The kind of resource that it is about, as in `VOLUME`.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub resource_type: Option<String>,
    /// The UUID of that resource.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub resource_uuid: Option<String>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl UserMessage {
    /// Whether it reports a failure; a message without a level does.
    pub(in crate::openstack) fn is_error(&self) -> bool {
        let level = self.message_level.as_deref();
        level.is_none_or(|level| level.eq_ignore_ascii_case("error"))
    }

    /// When it was written.
    pub(in crate::openstack) fn created(&self) -> Option<Stamp> {
        self.created_at.as_deref().and_then(stamp)
    }
}

impl fmt::Display for UserMessage {
    /// The text and its code, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(self.user_message.trim()))?;
        match &self.event_id {
            Some(event) => write!(f, " ({})", one_line(event)),
            None => Ok(()),
        }
    }
}
