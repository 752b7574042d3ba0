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
        jsonschema::validator_for(schema)
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

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").finish_non_exhaustive()
    }
}
