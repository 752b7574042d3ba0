//! A custom dialect described by types, for programs in Rust.

use http::HeaderName;

use super::{CustomAuth, CustomCode, CustomDialect, CustomRateLimit};
use crate::codes::Category;
use crate::dialect::{Dialect, DialectError, RetryRule};
use crate::rate_limit::ResetUnit;

/// Describes an API by types. Made by [`CustomDialect::builder`].
///
/// # Examples
/// ```
/// use reqtrail::http::HeaderName;
/// use reqtrail::{Category, Client, CustomCode, CustomDialect, RetryRule};
///
/// let acme = CustomDialect::builder("acme")
///     .request_id_header(HeaderName::from_static("x-acme-request"))
///     .credential(HeaderName::from_static("x-api-key"), "")
///     .error_code("/error/code")
///     .error_message("/error/detail")
///     .code(
///         "TOO_FAST",
///         CustomCode::new()
///             .category(Category::RateLimited)
///             .retry(RetryRule::Always)
///             .hint("ask less often")
///             .documentation_url("https://acme.example/errors"),
///     )
///     .build()?;
/// let client = Client::builder("https://acme.example").dialect(acme).build()?;
/// # Ok::<(), reqtrail::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
#[derive(Clone, Debug)]
pub struct CustomDialectBuilder {
    data: CustomDialect,
    /// Whether a header was named; the first replaces the default.
    names_ids: bool,
}

impl CustomDialect {
    /// Begins the description of an API. By default the dialect reads `X-Request-Id`, sends `Authorization: Bearer`,
    /// and knows no codes.
    pub fn builder(name: impl Into<String>) -> CustomDialectBuilder {
        CustomDialectBuilder {
            data: Self::new(name),
            names_ids: false,
        }
    }
}

impl CustomDialectBuilder {
    fn with(mut self, change: impl FnOnce(&mut CustomDialect)) -> Self {
        change(&mut self.data);
        self
    }

    /// Names a response header that may carry the request ID. Those that are named first take precedence.
    pub fn request_id_header(mut self, header: HeaderName) -> Self {
        if !std::mem::replace(&mut self.names_ids, true) {
            self.data.request_id_headers.clear();
        }
        self.with(|data| data.request_id_headers.push(header.as_str().to_owned()))
    }

    /// Sets how the credential is sent: `header: prefix + token`, with the prefix's own space.
    pub fn credential(self, header: HeaderName, prefix: impl Into<String>) -> Self {
        self.with(|data| {
            data.auth = CustomAuth {
                header: header.as_str().to_owned(),
                prefix: prefix.into(),
            };
        })
    }

    /// Sets the JSON pointer (RFC 6901) to the code in an error body: a string or an integer.
    pub fn error_code(self, pointer: impl Into<String>) -> Self {
        self.with(|data| data.error.code = Some(pointer.into()))
    }

    /// Sets the JSON pointer to the text for people in an error body.
    pub fn error_message(self, pointer: impl Into<String>) -> Self {
        self.with(|data| data.error.message = Some(pointer.into()))
    }

    /// Sets the JSON pointer to the request ID in an error body.
    pub fn error_request_id(self, pointer: impl Into<String>) -> Self {
        self.with(|data| data.error.request_id = Some(pointer.into()))
    }

    /// Describes a code, which matches exactly.
    pub fn code(self, code: impl Into<String>, known: CustomCode) -> Self {
        self.with(|data| {
            data.codes.insert(code.into(), known);
        })
    }

    /// Names a request header that carries the call ID, the same on every attempt.
    pub fn correlation_header(self, header: HeaderName) -> Self {
        self.with(|data| data.correlation_header = Some(header.as_str().to_owned()))
    }

    /// Names the request header of an idempotency key, `Idempotency-Key` by default.
    pub fn idempotency_header(self, header: HeaderName) -> Self {
        self.with(|data| data.idempotency_header = Some(header.as_str().to_owned()))
    }

    /// Names the response headers of a rate limit: the limit, the remaining requests, and the reset, with its unit.
    pub fn rate_limit_headers(
        self,
        limit: HeaderName,
        remaining: HeaderName,
        reset: HeaderName,
        reset_is: ResetUnit,
    ) -> Self {
        self.with(|data| {
            data.rate_limit_headers = Some(CustomRateLimit {
                limit: limit.as_str().to_owned(),
                remaining: remaining.as_str().to_owned(),
                reset: reset.as_str().to_owned(),
                reset_is,
            });
        })
    }

    /// Makes the dialect.
    ///
    /// # Errors
    /// Names the part that is not valid, such as a pointer without its slash, and what would be.
    pub fn build(self) -> Result<Dialect, DialectError> {
        Dialect::custom(self.data)
    }

    /// Returns the description as data, for its JSON form.
    #[must_use]
    pub fn into_data(self) -> CustomDialect {
        self.data
    }
}

impl CustomCode {
    /// Makes the description of a code about which nothing is known: the status decides.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what the code means.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category = Some(category.as_str().to_owned());
        self
    }

    /// Sets whether a request that got the code may be repeated.
    #[must_use]
    pub fn retry(mut self, rule: RetryRule) -> Self {
        self.retry = Some(rule);
        self
    }

    /// Sets how to fix the cause of the code.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the URL, http or https, of the page that explains the code.
    #[must_use]
    pub fn documentation_url(mut self, url: impl Into<String>) -> Self {
        self.documentation_url = Some(url.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_json_describe_the_same() {
        let header = HeaderName::from_static;
        let built = CustomDialect::builder("acme")
            .request_id_header(header("x-first"))
            .request_id_header(header("x-second"))
            .credential(header("x-api-key"), "Key ")
            .error_code("/error/code")
            .error_message("/error/detail")
            .error_request_id("/meta/rid")
            .code(
                "TOO_FAST",
                CustomCode::new()
                    .category(Category::RateLimited)
                    .retry(RetryRule::Always)
                    .hint("slower")
                    .documentation_url("https://acme.example/errors#too-fast"),
            )
            .correlation_header(header("x-correlation"))
            .idempotency_header(header("x-key"))
            .rate_limit_headers(
                header("x-limit"),
                header("x-left"),
                header("x-reset"),
                ResetUnit::Delta,
            );
        let written = CustomDialect::from_json(
            r#"{
                "name": "acme",
                "request_id_headers": ["x-first", "x-second"],
                "auth": { "header": "x-api-key", "prefix": "Key " },
                "error": { "code": "/error/code", "message": "/error/detail", "request_id": "/meta/rid" },
                "codes": {
                    "TOO_FAST": {
                        "category": "rate_limited",
                        "retry": "always",
                        "hint": "slower",
                        "documentation_url": "https://acme.example/errors#too-fast"
                    }
                },
                "correlation_header": "x-correlation",
                "idempotency_header": "x-key",
                "rate_limit_headers": { "limit": "x-limit", "remaining": "x-left", "reset": "x-reset", "reset_is": "delta" }
            }"#,
        );
        let json = |data: &CustomDialect| serde_json::to_string(data).expect("JSON");
        let data = built.clone().into_data();
        assert_eq!(json(&data), json(&written.expect("a dialect")));
        assert_eq!(built.build().expect("a dialect").name(), "acme");
    }

    #[test]
    fn what_is_left_out_is_usual() {
        let built = CustomDialect::builder("acme").into_data();
        let json = |data: &CustomDialect| serde_json::to_string(data).expect("JSON");
        assert_eq!(json(&built), json(&CustomDialect::new("acme")));
        let wrong = CustomDialect::builder("acme")
            .error_code("error.code")
            .build();
        let text = wrong.expect_err("no pointer").to_string();
        assert!(text.contains("/error/code"), "{text}");
    }
}
