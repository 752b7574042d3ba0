//! The errors of JSON readers without the values that they quote.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::{BoxError, Error};

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
    /// The reason only, for an error whose own text names the place.
    pub(crate) fn without_place(error: &serde_json::Error) -> Self {
        Self {
            text: Self::reason(error),
        }
    }

    fn of(error: &serde_json::Error) -> Self {
        let reason = Self::reason(error);
        let text = match error.line() {
            0 => reason,
            line => format!("{reason} at line {line} column {}", error.column()),
        };
        Self { text }
    }

    /// Returns what is wrong, without the place and without values.
    fn reason(error: &serde_json::Error) -> String {
        let full = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = full.strip_suffix(&place).unwrap_or(&full);
        // A syntax error quotes nothing.
        match error.is_data() {
            true => without_value(reason),
            false => reason.to_owned(),
        }
    }
}

/// The errors of serde's derived code that quote a value of the body.
const COMPLAINTS: [&str; 5] = [
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "unknown field",
];

/// The text that follows the value in an error.
const REST: &str = ", expected ";

/// Returns an error's text without the value that it quotes. A type's own text may hold anything.
fn without_value(reason: &str) -> String {
    let is_of = |what: &str| {
        let rest = reason.strip_prefix(what);
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    if let Some(what) = COMPLAINTS.into_iter().find(|what| is_of(what)) {
        let wanted = reason.rsplit_once(REST).map(|(_, wanted)| wanted);
        return match wanted.filter(|wanted| !what.starts_with("unknown") || is_list(reason, wanted))
        {
            Some(wanted) => format!("{what}{REST}{wanted}"),
            None => what.to_owned(),
        };
    }
    // These name the type's own fields.
    if ["missing field", "duplicate field"]
        .iter()
        .any(|what| is_of(what))
    {
        return reason.to_owned();
    }
    "the type refused a value".to_owned()
}

/// Returns whether the end of an error about an unknown name is serde's list of the known ones. If there are none, serde
/// says so instead, and `, expected ` is a part of the name.
fn is_list(reason: &str, wanted: &str) -> bool {
    let has_none = [", there are no fields", ", there are no variants"]
        .iter()
        .any(|none| reason.ends_with(none));
    !has_none && (wanted.starts_with("one of ") || wanted.starts_with('`'))
}

/// A cause of any type, shared.
pub(crate) type SharedError = Arc<dyn StdError + Send + Sync>;

/// Returns a cause without the values of a body that a JSON reader quotes; unchanged if nothing in its chain quotes
/// any.
pub(crate) fn without_values(error: BoxError) -> SharedError {
    without_values_below(error, |_, _| None)
}

/// Does the same, and keeps an error of this library that wraps the reader's, with the text around it. `keep` copies a
/// further type of error with a clean cause.
pub(crate) fn without_values_below(
    error: BoxError,
    keep: impl Fn(&(dyn StdError + 'static), &Complaint) -> Option<SharedError>,
) -> SharedError {
    let Some(complaint) = links(&*error).find_map(Complaint::of) else {
        return error.into();
    };
    let mut around = Vec::new();
    for link in links(&*error) {
        let kept = match link.downcast_ref::<Error>() {
            Some(own) => {
                let mut own = own.clone();
                own.0.source = Some(complaint.clean());
                Some(Arc::new(own) as SharedError)
            }
            None => keep(link, &complaint),
        };
        if let Some(kept) = kept {
            let put_around = |cause, text| Arc::new(Words { text, cause }) as SharedError;
            return around.into_iter().rev().fold(kept, put_around);
        }
        if link.is::<serde_json::Error>() {
            break;
        }
        around.push(complaint.taken_out_of(&link.to_string()));
    }
    complaint.clean()
}

/// An error and the causes behind it, the outermost first.
pub(crate) fn links<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn StdError + 'static) = *link;
        // An I/O error's source is that of what it wraps.
        let io = link.downcast_ref::<std::io::Error>();
        match io.and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => link.source(),
        }
    })
}

/// The text of a JSON reader's error, with and without the values that it quotes.
pub(crate) struct Complaint {
    quoting: String,
    clean: Arc<JsonError>,
}

impl Complaint {
    fn of(link: &(dyn StdError + 'static)) -> Option<Self> {
        let json = link.downcast_ref::<serde_json::Error>()?;
        Some(Self {
            quoting: json.to_string(),
            clean: Arc::new(JsonError::of(json)),
        })
    }

    /// The cause without values.
    pub(crate) fn clean(&self) -> SharedError {
        Arc::clone(&self.clean) as SharedError
    }

    /// Removes the values from a text that may repeat the reader's.
    pub(crate) fn taken_out_of(&self, text: &str) -> String {
        text.replace(&self.quoting, &self.clean.text)
    }
}

/// The text of an error around a cause, if its own type could not be kept.
#[derive(Debug)]
struct Words {
    text: String,
    cause: SharedError,
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Words {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
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
        none: Option<Empty>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Empty {}

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
            // A name that reads like the end of a complaint.
            (
                r#"{"id":1,"none":{"x, expected s3cr3t":1}}"#,
                "unknown field at line",
            ),
            (
                r#"{"id":1,"none":{"x, expected one of `s3cr3t":1}}"#,
                "unknown field at line",
            ),
            (
                r#"{"id":1,"kind":"x, expected `s3cr3t"}"#,
                "unknown variant, expected `dome` or `bullet`",
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
