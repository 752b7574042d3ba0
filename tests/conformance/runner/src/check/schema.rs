//! Trails against their JSON Schema.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use super::view::Played;
use crate::failure::Failure;

/// The compiled schema of a trail.
pub(crate) struct Schema(Validator);

impl Schema {
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        jsonschema::validator_for(&strict(schema))
            .map(Self)
            .map_err(|error| format!("the trail's schema is not usable: {error}"))
    }

    pub(super) fn check(&self, played: &Played<'_>, out: &mut Vec<Failure>) {
        let Some(trail) = played.trail else { return };
        for error in self.0.iter_errors(trail) {
            let place = error.instance_path().to_string().replace('/', ".");
            let path = format!("{}{place}", played.trail_path());
            out.push(Failure::new(path, format!("against the schema: {error}")));
        }
    }
}

/// The schema as it holds for this release's own trails: it has every field and no other. What is published lets readers
/// pass over fields that they do not know, and written trails lack those that came later.
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
