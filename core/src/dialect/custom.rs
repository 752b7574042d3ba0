//! Custom dialects: APIs described as data.

mod builder;

use std::collections::BTreeMap;

use http::HeaderName;
use serde::{Deserialize, Serialize};

#[cfg(feature = "testing")]
use super::Shape;
use super::{
    CorrelationHeader, CredentialHeader, Decode, Decoded, ErrorContext, Meaning, RetryRule, Spec,
    code_text, id_text, text,
};
use crate::codes::Category;
use crate::lenient_json::Value;
use crate::rate_limit::{RateLimitHeaders, ResetUnit};
use crate::target;

pub use builder::CustomDialectBuilder;

/// The description of an API that reqtrail has no built-in dialect for.
///
/// Fields left out of the JSON form have the values of [`CustomDialect::new`]; unknown fields are refused.
///
/// # Examples
/// ```
/// use reqtrail::{CustomDialect, Dialect};
///
/// let data = CustomDialect::from_json(
///     r#"{
///         "name": "acme",
///         "request_id_headers": ["X-Acme-Request"],
///         "auth": { "header": "X-Api-Key", "prefix": "" },
///         "error": { "code": "/error/code", "message": "/error/detail", "request_id": "/meta/rid" },
///         "codes": { "TOO_FAST": { "category": "rate_limited", "retry": "always" } },
///         "correlation_header": "X-Acme-Correlation"
///     }"#,
/// )?;
/// assert_eq!(Dialect::custom(data)?.name(), "acme");
/// # Ok::<(), reqtrail::DialectError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomDialect {
    /// The name that trails show.
    pub name: String,
    /// The response headers that may carry the request ID, in order of precedence.
    #[serde(default = "default_request_id_headers")]
    pub request_id_headers: Vec<String>,
    /// How the credential is sent.
    #[serde(default)]
    pub auth: CustomAuth,
    /// Where the parts of an error body are.
    #[serde(default)]
    pub error: ErrorPointers,
    /// What is known about the API's codes. They match exactly.
    #[serde(default)]
    pub codes: BTreeMap<String, CustomCode>,
    /// A request header that carries the call ID, the same on every attempt.
    #[serde(default)]
    pub correlation_header: Option<String>,
    /// The request header of an idempotency key.
    #[serde(default)]
    pub idempotency_header: Option<String>,
    /// The response headers of a rate limit.
    #[serde(default)]
    pub rate_limit_headers: Option<CustomRateLimit>,
}

/// How a custom dialect sends the credential: `header: prefix + token`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomAuth {
    /// The header's name.
    pub header: String,
    /// The text before the token, including its space.
    #[serde(default)]
    pub prefix: String,
}

impl Default for CustomAuth {
    fn default() -> Self {
        Self {
            header: "Authorization".to_owned(),
            prefix: "Bearer ".to_owned(),
        }
    }
}

/// JSON pointers (RFC 6901) into an error body.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErrorPointers {
    /// The error code: a string or an integer.
    #[serde(default)]
    pub code: Option<String>,
    /// The text for people.
    #[serde(default)]
    pub message: Option<String>,
    /// The request ID.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// What is known about one code. The status decides what is left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomCode {
    /// The meaning: the name of a [`Category`].
    #[serde(default)]
    pub category: Option<String>,
    /// Whether a request that got it may be repeated: `always`, as after a 429; `if_safe`, as after a 503; or `never`.
    #[serde(default)]
    pub retry: Option<RetryRule>,
    /// How to fix the cause of the code.
    #[serde(default)]
    pub hint: Option<String>,
    /// The URL, http or https, of the page that explains the code.
    #[serde(default)]
    pub documentation_url: Option<String>,
}

/// The response headers of a rate limit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomRateLimit {
    /// The header of the limit.
    pub limit: String,
    /// The header of the remaining requests.
    pub remaining: String,
    /// The header of the reset.
    pub reset: String,
    /// What the reset counts from: `epoch`, seconds since 1970, or `delta`, seconds from now.
    pub reset_is: ResetUnit,
}

/// The error of a custom dialect's data. The message names the field, what was passed and what is accepted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("dialect: {0}")]
pub struct DialectError(pub(super) String);

impl DialectError {
    /// What is wrong, without the name of the option.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

fn default_request_id_headers() -> Vec<String> {
    vec!["X-Request-Id".to_owned()]
}

impl CustomDialect {
    /// A dialect that reads `X-Request-Id`, sends `Authorization: Bearer`, and knows no codes.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            request_id_headers: default_request_id_headers(),
            auth: CustomAuth::default(),
            error: ErrorPointers::default(),
            codes: BTreeMap::new(),
            correlation_header: None,
            idempotency_header: None,
            rate_limit_headers: None,
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// Names the field that is unknown or has the wrong type.
    pub fn from_json(json: &str) -> Result<Self, DialectError> {
        if !json.trim_start().starts_with('{') {
            let problem =
                "the description is not a JSON object; expected one such as `{\"name\": \"acme\"}`";
            return Err(DialectError(problem.to_owned()));
        }
        serde_json::from_str(json).map_err(|e| DialectError(e.to_string()))
    }
}

/// Checks the data and makes it a dialect.
pub(crate) fn spec(data: CustomDialect) -> Result<Spec, DialectError> {
    if data.name.is_empty() || data.name.chars().any(char::is_control) {
        return Err(DialectError(
            "`name` is empty or holds control characters; expected a short name such as `acme`"
                .to_owned(),
        ));
    }
    if matches!(data.name.as_str(), "novavms" | "openstack") {
        return Err(DialectError(format!(
            "`name` is `{}`, which is the name of a built-in dialect",
            data.name
        )));
    }
    let request_id_headers = data
        .request_id_headers
        .iter()
        .map(|name| header("request_id_headers", name))
        .collect::<Result<_, _>>()?;
    if data.auth.prefix.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return Err(DialectError(
            "`auth.prefix` holds a control character".to_owned(),
        ));
    }
    let rate_limit = data
        .rate_limit_headers
        .map(|names| {
            Ok(RateLimitHeaders {
                limit: header("rate_limit_headers.limit", &names.limit)?,
                remaining: header("rate_limit_headers.remaining", &names.remaining)?,
                reset: header("rate_limit_headers.reset", &names.reset)?,
                reset_is: names.reset_is,
            })
        })
        .transpose()?;
    let idempotency = data
        .idempotency_header
        .as_deref()
        .unwrap_or("idempotency-key");
    Ok(Spec {
        name: data.name.into(),
        service: None,
        request_id_headers,
        credential: CredentialHeader {
            header: header("auth.header", &data.auth.header)?,
            prefix: data.auth.prefix,
        },
        correlation: data
            .correlation_header
            .map(|name| header("correlation_header", &name))
            .transpose()?
            .map(CorrelationHeader::opaque),
        version: None,
        headers: Vec::new(),
        idempotency_header: header("idempotency_header", idempotency)?,
        rate_limit,
        decoder: Box::new(Pointers {
            code: pointer("error.code", data.error.code)?,
            message: pointer("error.message", data.error.message)?,
            request_id: pointer("error.request_id", data.error.request_id)?,
            codes: data
                .codes
                .into_iter()
                .map(|(code, known)| Ok((code.clone(), meaning(&code, &known)?)))
                .collect::<Result<_, _>>()?,
        }),
    })
}

fn header(field: &str, name: &str) -> Result<HeaderName, DialectError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        DialectError(format!(
            "`{field}` is `{}`, which is not an HTTP header name",
            name.escape_debug()
        ))
    })
}

fn pointer(field: &str, pointer: Option<String>) -> Result<Option<String>, DialectError> {
    match pointer {
        Some(text) if !text.is_empty() && !text.starts_with('/') => Err(DialectError(format!(
            "`{field}` is `{}`; expected a JSON pointer such as /error/code",
            text.escape_debug()
        ))),
        other => Ok(other),
    }
}

fn meaning(code: &str, known: &CustomCode) -> Result<Meaning, DialectError> {
    let category = known
        .category
        .as_deref()
        .map(|name| {
            Category::from_name(name).ok_or_else(|| {
                let names: Vec<&str> = Category::ALL.iter().map(|c| c.as_str()).collect();
                DialectError(format!(
                    "`codes.{}.category` is `{}`; expected one of {}",
                    code.escape_debug(),
                    name.escape_debug(),
                    names.join(", ")
                ))
            })
        })
        .transpose()?;
    if let Some(page) = &known.documentation_url {
        target::check_page(page).map_err(|wrong| {
            let code = code.escape_debug();
            DialectError(format!("`codes.{code}.documentation_url` {wrong}"))
        })?;
    }
    Ok(Meaning {
        category,
        retry: known.retry,
        hint: known.hint.clone().map(Into::into),
        documentation_url: known.documentation_url.clone().map(Into::into),
    })
}

struct Pointers {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    codes: BTreeMap<String, Meaning>,
}

impl Decode for Pointers {
    fn decode(&self, body: &Value, _status: u16) -> Decoded {
        let at = |pointer: &Option<String>| pointer.as_deref().and_then(|p| body.pointer(p));
        let code = code_text(at(&self.code));
        Decoded {
            raw_code: code.clone(),
            code,
            message: text(at(&self.message)),
            request_id: id_text(at(&self.request_id)),
            ..Decoded::default()
        }
    }

    fn classify(&self, seen: &ErrorContext<'_>) -> Option<Meaning> {
        self.codes.get(seen.code?).cloned()
    }

    #[cfg(feature = "testing")]
    fn shape(&self) -> Shape<'_> {
        Shape::Pointers {
            code: self.code.as_deref(),
            message: self.message.as_deref(),
            request_id: self.request_id.as_deref(),
        }
    }

    #[cfg(feature = "testing")]
    fn status_of(&self, code: &str) -> Option<u16> {
        let category = self.codes.get(code)?.category?;
        super::shape::status_of_category(category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(data: &str) -> Result<Spec, DialectError> {
        CustomDialect::from_json(data).and_then(spec)
    }

    #[test]
    fn parts_are_found_by_pointer() {
        let spec = pointers(r#"{"name": "acme", "error": {"code": "/e/0", "message": "/m", "request_id": "/a~1b"}}"#).expect("a dialect");
        let body = Value::parse(r#"{"e": [17], "m": "text", "a/b": "r-1"}"#, false);
        let decoded = spec.decoder.decode(&body.expect("JSON"), 400);
        assert_eq!(decoded.code.as_deref(), Some("17"));
        assert_eq!(decoded.raw_code, decoded.code);
        assert_eq!(decoded.message.as_deref(), Some("text"));
        assert_eq!(decoded.request_id.as_deref(), Some("r-1"));
    }

    #[test]
    fn what_is_left_out_is_usual() {
        let spec = pointers(r#"{"name": "acme"}"#).expect("a dialect");
        assert_eq!(spec.request_id_headers, ["x-request-id"]);
        assert_eq!(spec.credential.header, "authorization");
        assert_eq!(spec.credential.prefix, "Bearer ");
        assert_eq!(spec.idempotency_header, "idempotency-key");
        assert!(spec.correlation.is_none() && spec.rate_limit.is_none());
    }

    #[test]
    fn codes_match_exactly_at_any_status() {
        let spec = pointers(r#"{"name": "acme", "codes": {"TOO_FAST": {"category": "rate_limited", "retry": "always"}}}"#).expect("a dialect");
        let seen = |code| {
            spec.decoder.classify(&ErrorContext {
                code: Some(code),
                message: None,
                status: 400,
                retry_after: None,
            })
        };
        assert_eq!(
            seen("TOO_FAST").and_then(|m| m.retry),
            Some(RetryRule::Always)
        );
        assert_eq!(seen("too_fast"), None);
    }

    #[test]
    fn mistakes_are_named() {
        for (data, said) in [
            (r#"{"name": ""}"#, "`name`"),
            (r#"{"name": "novavms"}"#, "built-in"),
            (r#"{"name": "a", "colour": 1}"#, "colour"),
            (r#"{"name": "a", "request_id_headers": ["X Y"]}"#, "X Y"),
            (
                r#"{"name": "a", "error": {"code": "error.code"}}"#,
                "/error/code",
            ),
            (
                r#"{"name": "a", "codes": {"X": {"category": "oops"}}}"#,
                "rate_limited",
            ),
            (
                r#"{"name": "a", "codes": {"X": {"retry": "maybe"}}}"#,
                "if_safe",
            ),
            (
                r#"{"name": "a", "codes": {"X": {"documentation_url": "ftp://a.example"}}}"#,
                "`codes.X.documentation_url` is `ftp://a.example`; expected an http or https URL",
            ),
            (
                r#"{"name": "a", "auth": {"header": "A", "prefix": "x\n"}}"#,
                "auth.prefix",
            ),
        ] {
            let error = match pointers(data) {
                Ok(_) => panic!("{data} was accepted"),
                Err(error) => error.to_string(),
            };
            assert!(error.contains(said), "{data}: {error}");
        }
    }
}
