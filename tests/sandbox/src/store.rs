//! The organisation's data, in memory.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

/// The data that the API shows and changes.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) sites: Vec<Site>,
    pub(crate) gateways: Vec<Gateway>,
    pub(crate) cameras: Vec<Camera>,
    /// Oldest first; the API shows them newest first.
    pub(crate) events: Vec<Event>,
    pub(crate) users: Vec<User>,
    /// When each unredeemed code expires.
    pub(crate) pairing_codes: Vec<Duration>,
    /// When each camera was last triggered by hand.
    pub(crate) triggered: HashMap<String, Duration>,
}

/// A site with cameras.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) name: &'static str,
}

/// The device at a site to which its cameras connect.
#[derive(Debug, Serialize)]
pub(crate) struct Gateway {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) site_id: String,
    pub(crate) status: &'static str,
    pub(crate) version: &'static str,
    pub(crate) local_ip: String,
    pub(crate) last_heartbeat_at: String,
}

/// A camera as lists show it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Camera {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) site_id: String,
    pub(crate) gateway_id: Option<String>,
    pub(crate) connection_mode: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) status: &'static str,
    pub(crate) active_tier: &'static str,
}

/// Something that a camera saw, as lists show it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) camera_id: String,
    pub(crate) camera_name: String,
    pub(crate) camera_deleted: bool,
    pub(crate) trigger_type: &'static str,
    pub(crate) triggered_at: String,
    pub(crate) summary: Option<&'static str>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) ai_status: &'static str,
    pub(crate) acknowledged: bool,
    pub(crate) starred: bool,
    pub(crate) snapshot_url: String,
    #[serde(skip)]
    pub(crate) site_id: String,
    /// Whether the event is deleted. It is then hidden and keeps its position, like the vendor's soft delete.
    #[serde(skip)]
    pub(crate) deleted: bool,
}

/// A person of the organisation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: &'static str,
    pub(crate) display_name: &'static str,
    pub(crate) role: Role,
    pub(crate) enabled: bool,
    pub(crate) created_at: String,
}

/// What a caller may do. Each role includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Viewer,
    Operator,
    Admin,
    Owner,
}

impl Store {
    /// Returns the camera with this ID.
    pub(crate) fn camera(&self, id: &str) -> Option<&Camera> {
        self.cameras.iter().find(|camera| camera.id == id)
    }

    /// Returns whether a site has this ID.
    pub(crate) fn has_site(&self, id: &str) -> bool {
        self.sites.iter().any(|site| site.id == id)
    }

    /// Returns the position of an event that is not deleted.
    pub(crate) fn event_index(&self, id: &str) -> Option<usize> {
        self.events
            .iter()
            .position(|event| event.id == id && !event.deleted)
    }
}

impl Event {
    /// Returns the event with the fields that only its own page shows.
    pub(crate) fn to_detail(&self, previous: Option<&str>, next: Option<&str>) -> Value {
        let mut detail = json!(self);
        detail["narrative"] = match self.summary {
            Some(summary) => json!(format!("{summary} at {}.", self.camera_name)),
            None => Value::Null,
        };
        detail["clip_url"] = json!(format!("https://media.example/clips/{}.mp4", self.id));
        detail["previous_event_id"] = json!(previous);
        detail["next_event_id"] = json!(next);
        detail
    }
}

/// Makes a random UUID.
pub(crate) fn new_uuid() -> String {
    uuid_from(fastrand::u128(..))
}

/// Formats 128 bits as a version 4 UUID.
pub(crate) fn uuid_from(bits: u128) -> String {
    const VERSION: u128 = 0xF << 76;
    const VARIANT: u128 = 0x3 << 62;
    let bits = bits & !VERSION & !VARIANT | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_carry_their_version_and_variant() {
        assert_eq!(uuid_from(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_from(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
