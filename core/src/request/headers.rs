//! Headers that a caller gives, checked before anything is sent.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::dialect::Dialect;
use crate::limits;
use crate::redact::{self, Secret};

/// Headers that frame the message or belong to the connection: the HTTP library alone can get them right.
const REFUSED: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header as it was given.
#[derive(Clone, Debug)]
pub(crate) struct GivenHeader {
    pub(crate) name: String,
    pub(crate) value: Secret,
    /// The caller says that its value is a secret, whatever its name.
    pub(crate) secret: bool,
}

impl GivenHeader {
    /// What of it must not be shown.
    pub(crate) fn secrets(&self, dialect: &Dialect) -> Vec<Secret> {
        // A header that cannot be sent has a value all the same.
        let name = HeaderName::from_bytes(self.name.trim().as_bytes())
            .unwrap_or(HeaderName::from_static("authorization"));
        if !self.secret && !is_secret(&name, dialect) {
            return Vec::new();
        }
        let credential = &dialect.0.credential;
        let prefix = (name == credential.header).then_some(&*credential.prefix);
        redact::of_header(&name, self.value.expose().as_bytes(), prefix)
    }
}

/// Whether a header's value is a credential, by its name alone.
pub(crate) fn is_secret(name: &HeaderName, dialect: &Dialect) -> bool {
    *name == dialect.0.credential.header || redact::is_secret_header(name)
}

/// Checks a header; the error names the header and what is wrong, and never repeats the value.
pub(crate) fn check(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_name(name))?;
    if REFUSED.contains(&parsed.as_str()) {
        return Err(format!(
            "the header `{parsed}` is set by the client itself and cannot be given"
        ));
    }
    let value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("the value of the header `{parsed}` holds a line break, a NUL or another control character"))?;
    Ok((parsed, value))
}

/// Says what is wrong about a name. It is repeated up to the fault alone: what follows may be the value.
fn bad_name(name: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    match name.find(|c| !is_token(c)) {
        Some(at) => format!(
            "the header name that begins `{}` holds {:?}; expected a name such as X-Region, without its value",
            &name[..at],
            name[at..].chars().next().unwrap_or_default()
        ),
        None => "a header name is empty or too long; expected one such as X-Region".to_owned(),
    }
}

/// Checks how many header fields are given: the map that they go into panics beyond some twenty thousand.
pub(crate) fn check_count(fields: usize) -> Result<(), String> {
    if fields <= limits::GIVEN_FIELDS {
        return Ok(());
    }
    Err(format!(
        "{fields} header fields are given; expected at most {}",
        limits::GIVEN_FIELDS
    ))
}

/// Checks the correlation IDs that a caller gives: one that the server drops would break the trace without a word.
pub(crate) fn check_correlation(dialect: &Dialect, given: &HeaderMap) -> Result<(), String> {
    let Some(correlation) = &dialect.0.correlation else {
        return Ok(());
    };
    let values = given.get_all(&correlation.header);
    if values.iter().nth(1).is_some() {
        return Err(format!(
            "the header `{}` is given more than once; expected one correlation ID",
            correlation.header
        ));
    }
    values
        .iter()
        .try_for_each(|value| (correlation.check)(&String::from_utf8_lossy(value.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn injections_are_refused_without_repeating_them() {
        for value in ["a\r\nX-Evil: 1", "a\nb", "a\0b"] {
            let error = check("X-A", value).expect_err("a bad value");
            assert!(error.contains("x-a") && !error.contains("evil"), "{error}");
        }
        for name in ["X A", "", "X:A", "X\r\nB"] {
            assert!(check(name, "v").is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_value_within_a_name_is_not_repeated() {
        let error = check("X-Key: s3cr3t", "v").expect_err("a bad name");
        assert!(
            error.contains("X-Key") && !error.contains("s3cr3t"),
            "{error}"
        );
    }

    #[test]
    fn framing_is_not_the_callers() {
        for name in ["Content-Length", "transfer-encoding", "Host", "Connection"] {
            assert!(
                check(name, "1").is_err_and(|e| e.contains("cannot be given")),
                "{name}"
            );
        }
    }

    #[test]
    fn text_beyond_ascii_is_sent_as_it_is() {
        let (_, value) = check("X-A", "é").expect("a good header");
        assert_eq!(value.as_bytes(), "é".as_bytes());
    }
}
