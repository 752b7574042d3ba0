//! Checks trails against their JSON Schema.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use super::view::PlayedCall;
use crate::failure::Failure;

/// The compiled schema of a trail.
pub(crate) struct Schema(Validator);

impl Schema {
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        jsonschema::validator_for(&strict(schema))
            .map(Self)
            .map_err(|error| format!("the trail's schema is not usable: {error}"))
    }

    pub(super) fn check(&self, played: &PlayedCall<'_>, out: &mut Vec<Failure>) {
        let Some(trail) = played.trail else { return };
        for error in self.0.iter_errors(trail) {
            let place = error.instance_path().to_string().replace('/', ".");
            let path = format!("{}{place}", played.trail_path());
            out.push(Failure::new(path, format!("violates the schema: {error}")));
        }
    }
}

/// Returns the schema for the trails of this release, which have every field and no other. The published schema also accepts
/// unknown fields, and trails of earlier releases, which lack newer fields.
fn strict(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(strict).collect(),
        Value::Object(members) => {
            let mut out: serde_json::Map<_, _> = members
                .iter()
                .map(|(key, value)| (key.clone(), strict(value)))
                .collect();
            if let Some(properties) = members.get("properties").and_then(Value::as_object) {
                let all = properties.keys().map(String::as_str).collect();
                out.insert("required".to_owned(), all);
                out.insert("additionalProperties".to_owned(), false.into());
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").finish_non_exhaustive()
    }
}
