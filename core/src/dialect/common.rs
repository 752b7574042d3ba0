//! An API that no dialect describes: the shapes of errors that most APIs use.
//!
//! Among them are problem details (RFC 9457), the errors of OAuth (RFC 6749 §5.2), and `{"error": {"code", "message"}}`.

#[cfg(feature = "testing")]
use super::Shape;
use super::{Decode, Decoded, ErrorContext, Meaning, code_text, text};
use crate::lenient_json::Value;

/// The name that trails show.
pub(super) const NAME: &str = "custom";

/// Where a message may be, in order of precedence.
const MESSAGES: [&str; 5] = [
    "/error/message",
    "/message",
    "/detail",
    "/title",
    "/error_description",
];

/// The decoder of a client without a dialect.
pub(super) struct Common;

impl Decode for Common {
    fn decode(&self, body: &Value, status: u16) -> Decoded {
        let code = code(body, status);
        let mut messages = MESSAGES.into_iter().filter_map(|at| text(body.pointer(at)));
        Decoded {
            raw_code: code.clone(),
            code,
            message: messages.find(|message| !message.trim().is_empty()),
            ..Decoded::default()
        }
    }

    fn classify(&self, _seen: &ErrorContext<'_>) -> Option<Meaning> {
        None
    }

    #[cfg(feature = "testing")]
    fn shape(&self) -> Shape<'_> {
        Shape::Nested
    }

    #[cfg(feature = "testing")]
    fn status_of(&self, _code: &str) -> Option<u16> {
        None
    }
}

/// The first code of a response. An integer that repeats the status does not count.
fn code(body: &Value, status: u16) -> Option<String> {
    let repeats_status = |value: &Value| value.as_integer() == Some(&*status.to_string());
    let telling = |value: Option<&Value>| code_text(value.filter(|value| !repeats_status(value)));
    let beside_message = || {
        body.get("message")?.as_str()?;
        telling(body.get("error")).filter(|code| !code.contains(char::is_whitespace))
    };
    telling(body.pointer("/error/code"))
        .or_else(|| telling(body.get("code")))
        .or_else(beside_message)
        .or_else(|| problem_type(body))
}

/// The type of a problem, unless it is the generic one that says no more than the status.
fn problem_type(body: &Value) -> Option<String> {
    let text = body.get("type")?.as_whole_str()?;
    (!text.is_empty() && text != "about:blank").then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code and message of a 404.
    fn parts(body: &str) -> (Option<String>, Option<String>) {
        let body = Value::parse(body, false).expect("JSON");
        let decoded = Common.decode(&body, 404);
        assert_eq!(decoded.code, decoded.raw_code);
        (decoded.code, decoded.message)
    }

    #[test]
    fn the_usual_shapes_are_read() {
        for (body, code, message) in [
            (
                r#"{"error":{"code":"gone","message":"m"}}"#,
                Some("gone"),
                Some("m"),
            ),
            (
                r#"{"error":{"code":17,"message":"m"}}"#,
                Some("17"),
                Some("m"),
            ),
            (r#"{"error":{"code":404,"message":"m"}}"#, None, Some("m")),
            (
                r#"{"error":{"code":null},"code":"c","message":"m"}"#,
                Some("c"),
                Some("m"),
            ),
            (
                r#"{"code":404,"error":"gone","message":"m"}"#,
                Some("gone"),
                Some("m"),
            ),
            (
                r#"{"code":"gone","detail":"d","title":"t"}"#,
                Some("gone"),
                Some("d"),
            ),
            (r#"{"error":"gone","message":"m"}"#, Some("gone"), Some("m")),
            (r#"{"error":404,"message":"m"}"#, None, Some("m")),
            (r#"{"error":"Not Found","message":"m"}"#, None, Some("m")),
            (r#"{"error":"gone"}"#, None, None),
            (r#"{"error":"gone","message":7}"#, None, None),
            (
                r#"{"error":"invalid_grant","error_description":"d"}"#,
                None,
                Some("d"),
            ),
            (
                r#"{"type":"https://api.example/gone","title":"t","status":404,"detail":"d"}"#,
                Some("https://api.example/gone"),
                Some("d"),
            ),
            (
                r#"{"type":"about:blank","title":"t","status":404}"#,
                None,
                Some("t"),
            ),
            (r#"{"type":404}"#, None, None),
            (r#"{"message":" ","detail":"d"}"#, None, Some("d")),
            (r#"["gone"]"#, None, None),
            (r#""gone""#, None, None),
        ] {
            let (found_code, found_message) = parts(body);
            assert_eq!(found_code.as_deref(), code, "{body}");
            assert_eq!(found_message.as_deref(), message, "{body}");
        }
    }
}
