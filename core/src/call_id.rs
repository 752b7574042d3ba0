//! The ID of a call.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The ID of one call: a random UUID (version 4), made before the first attempt.
///
/// Its text is the canonical form, 36 characters in lower case, the same in trails, logs and every language.
///
/// # Examples
/// ```
/// use reqtrail::CallId;
///
/// let id: CallId = "6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f".parse()?;
/// assert_eq!(id.to_string(), "6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f");
/// # Ok::<(), reqtrail::InvalidCallId>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallId(Uuid);

/// The error of a text that is not a call ID.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the text is not a call ID; expected a UUID such as 6f2c1a9e-4b57-4c3d-9e52-0a1b2c3d4e5f")]
#[non_exhaustive]
pub struct InvalidCallId;

impl CallId {
    pub(crate) const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// Makes the ID of these 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the 16 bytes, for stores that have a type for UUIDs.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CallId {
    type Err = InvalidCallId;

    fn from_str(text: &str) -> Result<Self, InvalidCallId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidCallId)
    }
}

impl Serialize for CallId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CallId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
