//! The JSON form of what is read: a value with the name of its schema.

use serde::Serialize;

#[derive(Serialize)]
struct Document<'a, V> {
    schema: &'static str,
    #[serde(flatten)]
    value: &'a V,
}

/// Writes a value as JSON with the name of its schema in front.
pub(in crate::openstack) fn to_json<V: Serialize>(schema: &'static str, value: &V) -> String {
    serde_json::to_string(&Document { schema, value }).unwrap_or_default()
}
