//! Headers that a caller gives, checked before anything is sent.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::dialect::Dialect;

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

/// Checks a header; the error names the header and what is wrong, and never repeats the value.
pub(crate) fn check(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("`{}` is no HTTP header name", name.escape_debug()))?;
    if REFUSED.contains(&parsed.as_str()) {
        return Err(format!(
            "the header `{parsed}` is set by the client itself and cannot be given"
        ));
    }
    let value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| format!("the value of the header `{parsed}` holds a line break, a NUL or another control character"))?;
    Ok((parsed, value))
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
