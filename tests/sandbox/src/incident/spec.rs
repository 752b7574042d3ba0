//! Parses incidents from text and from JSON, with the same names and keys.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Incident;

const NAMES: &str = "status, internal_error, service_unavailable, maintenance, rate_limited, \
                     bad_gateway, stall, close, lose_answer, cut_body, slow, expire_tokens";

/// The text or the JSON does not describe an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentError(String);

impl fmt::Display for IncidentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for IncidentError {}

/// The keys that describe an incident.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
    status: Option<u16>,
    error: Option<String>,
    /// Seconds.
    retry_after: Option<u64>,
    /// Milliseconds.
    delay_ms: Option<u64>,
    #[serde(default)]
    nested: bool,
    times: Option<u32>,
    /// Method and path, separated by a space.
    on: Option<String>,
}

impl FromStr for Incident {
    type Err = IncidentError;

    /// Parses `NAME` or `NAME:key=value,key=value`.
    ///
    /// | name | its keys |
    /// |---|---|
    /// | `status` | `status` and `error` (both required), `retry_after`, `nested` |
    /// | `internal_error`, `service_unavailable`, `maintenance` | `retry_after`, `nested` |
    /// | `rate_limited` | `retry_after` (default 1), `nested` |
    /// | `slow` | `delay_ms` (required) |
    /// | `bad_gateway`, `stall`, `close`, `lose_answer`, `cut_body`, `expire_tokens` | none |
    ///
    /// Every name also takes `times=N` and `on=METHOD /path`. `retry_after` is in seconds, `nested`
    /// is `true` or `false`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, keys) = text.split_once(':').unwrap_or((text, ""));
        let mut object = Map::from_iter([("name".to_owned(), Value::from(name))]);
        for pair in keys.split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                IncidentError(format!(
                    "{pair:?} is not of the form key=value (in {text:?})"
                ))
            })?;
            let value = match key {
                "on" | "error" | "name" => Value::from(value),
                // Numbers and booleans are spelled as in JSON. Anything else has the wrong type and is refused.
                _ => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
            };
            if object.insert(key.to_owned(), value).is_some() {
                return Err(IncidentError(format!(
                    "{key:?} is given twice (in {text:?})"
                )));
            }
        }
        from_object(Value::Object(object))
            .map_err(|error| IncidentError(format!("{error} (in {text:?})")))
    }
}

/// Parses one incident or an array of them, each an object or text.
pub(crate) fn from_json(body: &[u8]) -> Result<Vec<Incident>, IncidentError> {
    let value = serde_json::from_slice(body)
        .map_err(|error| IncidentError(format!("the body is not JSON: {error}")))?;
    let values = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    let incidents = values.into_iter().map(|value| match value {
        Value::String(text) => text.parse(),
        value => from_object(value),
    });
    incidents.collect()
}

fn from_object(value: Value) -> Result<Incident, IncidentError> {
    let spec: Spec =
        serde_json::from_value(value).map_err(|error| IncidentError(error.to_string()))?;
    spec.into_incident()
}

impl Spec {
    fn into_incident(self) -> Result<Incident, IncidentError> {
        let incident = self.base()?;
        self.refuse_foreign_keys()?;
        let incident = match self.retry_after {
            Some(seconds) => incident.retry_after(Duration::from_secs(seconds)),
            None => incident,
        };
        let incident = if self.nested {
            incident.nested()
        } else {
            incident
        };
        let incident = match self.times {
            Some(0) => return Err(IncidentError("times must be at least 1".to_owned())),
            Some(times) => incident.times(times),
            None => incident,
        };
        match self.on.as_deref().map(|on| on.split_once(' ')) {
            None => Ok(incident),
            Some(Some((method, path))) if path.starts_with('/') => Ok(incident.on(method, path)),
            Some(_) => {
                let why = "on must be a method and a path, as in \"GET /events\"";
                Err(IncidentError(why.to_owned()))
            }
        }
    }

    fn base(&self) -> Result<Incident, IncidentError> {
        let incident = match self.name.as_str() {
            "status" => {
                let status = self.status.filter(|status| (400..600).contains(status));
                let status = status.ok_or_else(|| self.needs("a status from 400 to 599"))?;
                let error = self
                    .error
                    .as_deref()
                    .ok_or_else(|| self.needs("an error string"))?;
                Incident::status(status, error)
            }
            "internal_error" => Incident::internal_error(),
            "service_unavailable" => Incident::service_unavailable(),
            "maintenance" => Incident::maintenance(1),
            "rate_limited" => Incident::rate_limited(Duration::from_secs(1)),
            "bad_gateway" => Incident::bad_gateway(),
            "stall" => Incident::stall(),
            "close" => Incident::close(),
            "lose_answer" => Incident::lose_answer(),
            "cut_body" => Incident::cut_body(),
            "slow" => {
                let delay = self.delay_ms.ok_or_else(|| self.needs("delay_ms"))?;
                Incident::slow(Duration::from_millis(delay))
            }
            "expire_tokens" => Incident::expire_tokens(),
            name => {
                return Err(IncidentError(format!(
                    "{name:?} is not an incident; expected one of {NAMES}"
                )));
            }
        };
        Ok(incident)
    }

    /// Refuses keys that have no effect: a test that sets one expects an effect.
    fn refuse_foreign_keys(&self) -> Result<(), IncidentError> {
        let fails = matches!(
            self.name.as_str(),
            "status" | "internal_error" | "service_unavailable" | "maintenance" | "rate_limited"
        );
        let status_only = self.status.is_some() || self.error.is_some();
        let foreign = (status_only && self.name != "status")
            || (self.delay_ms.is_some() && self.name != "slow")
            || ((self.retry_after.is_some() || self.nested) && !fails);
        if foreign {
            let why = format!(
                "the incident {:?} has a key that it does not use",
                self.name
            );
            return Err(IncidentError(why));
        }
        Ok(())
    }

    fn needs(&self, what: &str) -> IncidentError {
        IncidentError(format!("the incident {:?} needs {what}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_equivalent() {
        let built = Incident::status(503, "service_unavailable")
            .retry_after(Duration::from_secs(2))
            .nested()
            .on("POST", "/cameras/{id}/trigger")
            .times(3);
        let text = "status:status=503,error=service_unavailable,retry_after=2,nested=true,\
                    on=POST /cameras/{id}/trigger,times=3";
        assert_eq!(text.parse(), Ok(built.clone()));
        let json = r#"[{"name":"status","status":503,"error":"service_unavailable","retry_after":2,
            "nested":true,"on":"POST /cameras/{id}/trigger","times":3}, "stall"]"#;
        assert_eq!(
            from_json(json.as_bytes()),
            Ok(vec![built, Incident::stall()])
        );
    }

    #[test]
    fn every_name_is_known() {
        for name in NAMES.split(", ") {
            let text = match name {
                "status" => "status:status=400,error=x".to_owned(),
                "slow" => "slow:delay_ms=5".to_owned(),
                name => name.to_owned(),
            };
            let incident: Incident = text.parse().expect("a known name");
            assert_eq!(incident.effect.name(), name);
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        for (text, expected) in [
            ("stal", "\"stal\" is not an incident"),
            ("", "\"\" is not an incident"),
            (
                "status:status=200,error=x",
                "needs a status from 400 to 599",
            ),
            ("status:status=500", "needs an error string"),
            ("slow", "needs delay_ms"),
            ("slow:delay_ms=soon", "invalid type"),
            ("stall:times=0", "times must be at least 1"),
            ("stall:times=-1", "invalid value"),
            ("stall:often", "not of the form key=value"),
            ("stall:times=1,times=2", "given twice"),
            ("stall:colour=red", "unknown field"),
            ("stall:nested=true", "a key that it does not use"),
            ("internal_error:status=502", "a key that it does not use"),
            ("close:on=/events", "on must be a method and a path"),
            ("close:on=GET events", "on must be a method and a path"),
        ] {
            let error = text.parse::<Incident>().expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(from_json(b"{").is_err());
        assert!(from_json(b"7").is_err());
    }
}
