//! A followed resource that is not a server: a volume, a snapshot or an image, as its service shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::redact::one_line;

/// A volume, a snapshot or an image, as its service shows it
/// (<https://docs.openstack.org/api-ref/block-storage/v3/>, <https://docs.openstack.org/api-ref/image/v2/>).
#[derive(Clone, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Resource {
    /// Its UUID.
    pub id: String,
    /// The name that its owner gave it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub name: Option<String>,
    /// Its state: `available`, `extending`, `error`, `active`, …
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// Its size: GiB of a volume or a snapshot, bytes of an image.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub size: Option<u64>,
    /// When it was created: UTC, though the block storage API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub created_at: Option<String>,
    /// When it last changed: UTC, though the block storage API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub updated_at: Option<String>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The locations of an image's data: URLs that may contain a store's password.
const LOCATIONS: [&str; 2] = ["locations", "direct_url"];

impl std::fmt::Debug for Resource {
    // The other fields may hold anything.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resource")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Resource {
    /// The resource for a report, which leaves the machine.
    pub(in crate::openstack) fn for_report(mut self) -> Self {
        for name in LOCATIONS {
            if let Some(place) = self.other.get_mut(name).filter(|place| !place.is_null()) {
                *place = crate::redact::REDACTED.into();
            }
        }
        self
    }

    /// Its state in words: the service may not show one.
    pub(in crate::openstack) fn state(&self) -> &str {
        match self.status.as_str() {
            "" => "in a state that the service does not show",
            status => status,
        }
    }

    /// Checks that a service answered with the resource that was asked for: no other one proves anything.
    ///
    /// # Errors
    /// `decode`, with both IDs.
    pub(in crate::openstack) fn check_id(&self, id: &str) -> Result<(), Error> {
        if self.id.eq_ignore_ascii_case(id) {
            return Ok(());
        }
        let (came, asked) = (one_line(&self.id), one_line(id));
        let text = format!("the service answered with the resource `{came}`; expected `{asked}`");
        Err(Error::new(ErrorKind::Decode, text))
    }

    /// A field that is a text.
    pub(in crate::openstack) fn text(&self, name: &str) -> Option<&str> {
        let text = self.other.get(name)?.as_str()?;
        Some(text).filter(|text| !text.is_empty())
    }
}

/// The function that is called after every poll, with its result and the time since the first one.
pub(in crate::openstack) type Tell = Box<dyn FnMut(Option<&Resource>, std::time::Duration) + Send>;
