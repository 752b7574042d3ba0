//! Reads the fields of a JSON body or a query. Errors name the first field that is wrong.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::reply::ApiError;

/// The fields of a request.
///
/// The vendor spells one error in two ways: `validation_failed`, and on some pages `validation_error`;
/// each endpoint here uses the spelling of its page.
#[derive(Debug)]
pub(crate) struct Fields {
    values: Map<String, Value>,
    error: &'static str,
}

impl Fields {
    /// Reads a JSON object.
    pub(crate) fn from_body(body: &[u8], error: &'static str) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self { values, error }),
            Ok(_) => Err(invalid(error, "body", "must be a JSON object")),
            Err(_) => Err(invalid(error, "body", "is not valid JSON")),
        }
    }

    /// Reads a query. If a name is repeated, the last value counts.
    pub(crate) fn from_query(query: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let values =
            pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
        Self {
            values: values.collect(),
            error: "validation_failed",
        }
    }

    /// Makes the error for a field.
    pub(crate) fn invalid(&self, field: &str, why: &str) -> ApiError {
        invalid(self.error, field, why)
    }

    /// Returns a field's text, or `None` if it is absent or null.
    pub(crate) fn optional(&self, field: &str) -> Result<Option<&str>, ApiError> {
        match self.values.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(field, "must be a string")),
        }
    }

    /// Returns a field's text.
    pub(crate) fn required(&self, field: &str) -> Result<&str, ApiError> {
        self.optional(field)?
            .ok_or_else(|| self.invalid(field, "is required"))
    }

    /// Returns a text of 1 to `longest` characters.
    pub(crate) fn text(&self, field: &str, longest: usize) -> Result<&str, ApiError> {
        let text = self.required(field)?;
        if text.trim().is_empty() || text.chars().count() > longest {
            return Err(self.invalid(field, &format!("must have 1 to {longest} characters")));
        }
        Ok(text)
    }

    /// Returns a text that is one of `known`, or `None` if it is absent.
    pub(crate) fn one_of(&self, field: &str, known: &[&str]) -> Result<Option<&str>, ApiError> {
        match self.optional(field)? {
            Some(text) if !known.contains(&text) => {
                Err(self.invalid(field, &format!("must be one of {}", known.join(", "))))
            }
            text => Ok(text),
        }
    }

    /// Returns a UUID's text, or `None` if it is absent.
    pub(crate) fn uuid(&self, field: &str) -> Result<Option<&str>, ApiError> {
        match self.optional(field)? {
            Some(text) if !is_uuid(text) => Err(self.invalid(field, "must be a UUID")),
            text => Ok(text),
        }
    }

    /// Returns a boolean, which a query spells `true` or `false`.
    pub(crate) fn boolean(&self, field: &str) -> Result<Option<bool>, ApiError> {
        match self.values.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(Value::String(text)) if text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if text == "false" => Ok(Some(false)),
            Some(_) => Err(self.invalid(field, "must be true or false")),
        }
    }
}

fn invalid(error: &str, field: &str, why: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, error, format!("{field}: {why}"))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_must_be_an_object() {
        let message = |body: &[u8]| format!("{:?}", Fields::from_body(body, "validation_failed"));
        assert!(message(b"[1]").contains("must be a JSON object"));
        assert!(message(b"{").contains("is not valid JSON"));
        assert!(message(b"").contains("is not valid JSON"));
    }

    #[test]
    fn queries_are_decoded() {
        let fields = Fields::from_query(Some("status=online&starred=true&q=a%20b&q=c+d"));
        assert_eq!(fields.optional("q"), Ok(Some("c d")));
        assert_eq!(fields.boolean("starred"), Ok(Some(true)));
        assert_eq!(fields.one_of("status", &["online"]), Ok(Some("online")));
        assert!(fields.one_of("status", &["offline"]).is_err());
        assert!(fields.boolean("status").is_err());
    }

    #[test]
    fn uuids_are_recognised() {
        assert!(is_uuid("6f2c3a1e-9b0d-4c5e-8f7a-0123456789ab"));
        assert!(!is_uuid("6f2c3a1e-9b0d-4c5e-8f7a-0123456789a"));
        assert!(!is_uuid("6f2c3a1e09b0d-4c5e-8f7a-0123456789ab"));
    }
}
