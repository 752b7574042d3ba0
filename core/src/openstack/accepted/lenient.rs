//! Reads rows of services that fill in more or less than their API reference says: a null or a value of another type counts as
//! absent, so that one odd row does not hide the others.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a text; anything else is an empty one.
pub(in crate::openstack) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(optional(from)?.unwrap_or_default())
}

/// Reads a value; `None` for anything else.
pub(in crate::openstack) fn optional<'de, D: Deserializer<'de>, V: DeserializeOwned>(
    from: D,
) -> Result<Option<V>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

/// Reads a list without the rows that are not of this type; an empty one for null.
///
/// # Errors
/// Those of a value that is not a list.
pub(in crate::openstack) fn rows<'de, D: Deserializer<'de>, V: DeserializeOwned>(
    from: D,
) -> Result<Vec<V>, D::Error> {
    Ok(optional_rows(from)?.unwrap_or_default())
}

/// Reads a list without the rows that are not of this type.
///
/// # Errors
/// Those of a value that is neither a list nor null.
pub(in crate::openstack) fn optional_rows<'de, D: Deserializer<'de>, V: DeserializeOwned>(
    from: D,
) -> Result<Option<Vec<V>>, D::Error> {
    let rows: Option<Vec<Value>> = Option::deserialize(from)?;
    Ok(rows.map(|rows| {
        let rows = rows.into_iter();
        rows.filter_map(|row| serde_json::from_value(row).ok())
            .collect()
    }))
}

/// A link of a list, as in `{"rel": "next", "href": …}`.
#[derive(Deserialize)]
pub(in crate::openstack) struct Link {
    #[serde(default, deserialize_with = "text")]
    rel: String,
    #[serde(default, deserialize_with = "optional")]
    pub(in crate::openstack) href: Option<String>,
}

impl Link {
    /// Whether it leads to the next page.
    pub(in crate::openstack) fn is_next(&self) -> bool {
        self.rel == "next"
    }
}
