//! What a JSON reader complains of, without the values that it quotes.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::BoxError;

/// Why a body is not JSON of the wanted shape. serde's own text quotes values of the body, which may be secrets, and error
/// chains are printed into logs.
#[derive(Debug)]
pub(crate) struct JsonError {
    text: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for JsonError {}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::of(&error)
    }
}

impl JsonError {
    fn of(error: &serde_json::Error) -> Self {
        let full = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = full.strip_suffix(&place).unwrap_or(&full);
        // A reader's complaint about the syntax quotes nothing.
        let reason = match error.is_data() {
            true => without_value(reason),
            false => reason.to_owned(),
        };
        let text = match error.line() {
            0 => reason,
            _ => reason + &place,
        };
        Self { text }
    }
}

/// The complaints that serde's derived code makes, and where their text goes on after the value.
const COMPLAINTS: [(&str, &str); 5] = [
    ("invalid type", ", expected "),
    ("invalid value", ", expected "),
    ("invalid length", ", expected "),
    ("unknown variant", ", expected "),
    ("unknown field", ", expected "),
];

/// What is left of a complaint without the value that it quotes. What a type wrote by itself may hold anything.
fn without_value(reason: &str) -> String {
    let is_of = |what: &str| {
        let rest = reason.strip_prefix(what);
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    for (what, rest) in COMPLAINTS {
        if is_of(what) {
            return match reason.rsplit_once(rest) {
                Some((_, wanted)) => format!("{what}{rest}{wanted}"),
                None => what.to_owned(),
            };
        }
    }
    // These name what the type declares.
    if ["missing field", "duplicate field"]
        .iter()
        .any(|what| is_of(what))
    {
        return reason.to_owned();
    }
    "the type refused a value".to_owned()
}

/// A cause without values of a body, where a JSON reader quotes them: as it is if nothing in its chain does.
pub(crate) fn without_values(error: BoxError) -> Arc<dyn StdError + Send + Sync> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(&*error);
    while let Some(cause) = next {
        if let Some(json) = cause.downcast_ref::<serde_json::Error>() {
            return Arc::new(JsonError::of(json));
        }
        // An I/O error's source is that of what it wraps.
        let wrapped = cause
            .downcast_ref::<std::io::Error>()
            .and_then(|e| e.get_ref());
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is never read")]
    struct Wanted {
        id: u32,
        kind: Option<Kind>,
        own: Option<Own>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Dome,
        Bullet,
    }

    #[derive(Debug)]
    struct Own;

    impl<'de> Deserialize<'de> for Own {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let text = String::deserialize(from)?;
            Err(serde::de::Error::custom(format!("`{text}` is bad")))
        }
    }

    #[test]
    fn complaints_lose_the_value_and_keep_what_was_wanted() {
        for (body, shown) in [
            (
                r#"{"id":"s3cr3t, expected s3cr3t"}"#,
                "invalid type, expected u32 at line 1 column 31",
            ),
            (r#"{"id":-1234567}"#, "invalid value, expected u32"),
            (
                r#"{"id":1,"s3cr3t":1}"#,
                "unknown field, expected one of `id`",
            ),
            (
                r#"{"id":1,"kind":"s3cr3t"}"#,
                "unknown variant, expected `dome` or `bullet`",
            ),
            (
                r#"{"id":1,"own":"s3cr3t"}"#,
                "the type refused a value at line",
            ),
            (r#"{"kind":null}"#, "missing field `id`"),
            (r#"{"id":1,"id":2}"#, "duplicate field `id`"),
            ("{s3cr3t", "key must be a string at line 1 column 2"),
        ] {
            let error = serde_json::from_str::<Wanted>(body).expect_err(body);
            let error = JsonError::from(error);
            let text = format!("{error} {error:?} {error:#?}");
            assert!(error.to_string().starts_with(shown), "{error}");
            for secret in ["s3cr3t", "1234567"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
}
