//! What reqtrail knows about one API: header names, how the credential is sent, how errors look and what their codes
//! mean.
//!
//! A dialect is data plus a decoder. NovaVMS and OpenStack are built in; [`CustomDialect`] describes any other API as
//! data.

mod body;
mod common;
pub(crate) mod custom;
pub mod novavms;
#[cfg(feature = "openstack")]
pub(crate) mod openstack;
#[cfg(feature = "testing")]
mod shape;
mod table;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::codes::Category;
use crate::lenient_json::Value;
use crate::rate_limit::RateLimitHeaders;

pub(crate) use body::ErrorBody;
pub(crate) use custom::{CustomDialect, DialectError};
#[cfg(feature = "testing")]
pub(crate) use shape::{MadeIds, Shape};
pub use table::{CodeEntry, DialectCodes};

/// The knowledge of one API, cheap to clone.
///
/// # Examples
/// ```
/// use reqtrail::Dialect;
///
/// assert_eq!(Dialect::novavms().name(), "novavms");
/// ```
#[derive(Clone)]
pub struct Dialect(pub(crate) Arc<Spec>);

/// The data of a dialect.
pub(crate) struct Spec {
    pub(crate) name: Arc<str>,
    /// The called service, if one sign-in serves several.
    pub(crate) service: Option<Arc<str>>,
    /// In order of precedence.
    pub(crate) request_id_headers: Vec<HeaderName>,
    pub(crate) credential: CredentialHeader,
    pub(crate) correlation: Option<CorrelationHeader>,
    pub(crate) version: Option<VersionHeader>,
    /// The headers of every request, unless the client or the caller sets others.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) idempotency_header: HeaderName,
    pub(crate) rate_limit: Option<RateLimitHeaders>,
    pub(crate) decoder: Box<dyn Decode>,
}

/// How the credential is sent: `header: prefix + token`.
#[derive(Clone, Debug)]
pub(crate) struct CredentialHeader {
    pub(crate) header: HeaderName,
    pub(crate) prefix: String,
}

/// The header that carries the call ID, the same on every attempt: `header: prefix + call ID`.
#[derive(Clone, Debug)]
pub(crate) struct CorrelationHeader {
    pub(crate) header: HeaderName,
    pub(crate) prefix: &'static str,
    /// Checks an ID that the caller sets instead of the call's own.
    pub(crate) check: fn(&str) -> Result<(), String>,
}

/// The header that asks for a version of the API: `header: service version`.
#[derive(Clone, Debug)]
pub(crate) struct VersionHeader {
    pub(crate) header: HeaderName,
    pub(crate) service: Cow<'static, str>,
    /// A header that older servers read instead, which holds only the version.
    pub(crate) older: Option<HeaderName>,
}

/// Reads an API's error bodies and knows its codes.
pub(crate) trait Decode: Send + Sync {
    /// Picks the parts of the body of an error response.
    fn decode(&self, body: &Value, status: u16) -> Decoded;

    /// Picks the parts of the body of an error response that is not JSON; by default there are none.
    fn decode_text(&self, _body: &ErrorBody<'_>) -> Decoded {
        Decoded::default()
    }

    /// Returns what an error response means; `None` leaves both category and retry rule to the status.
    fn classify(&self, seen: &ErrorContext<'_>) -> Option<Meaning>;

    /// The form of the API's error responses, for making one.
    #[cfg(feature = "testing")]
    fn shape(&self) -> Shape<'_>;

    /// The status that a code comes with: the first, if it has several; `None` for a code that is not known.
    #[cfg(feature = "testing")]
    fn status_of(&self, code: &str) -> Option<u16>;
}

/// The parts of an error body that a dialect found.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Decoded {
    /// The canonical code: the server's text, except that known spellings of one code become the same.
    pub(crate) code: Option<String>,
    /// The code as the server wrote it.
    pub(crate) raw_code: Option<String>,
    pub(crate) message: Option<String>,
    /// The heading of a message, if the API writes one.
    pub(crate) title: Option<String>,
    /// What is meant for operators and not for end users, such as a stack trace.
    pub(crate) details: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// An error response as far as it was understood.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "openstack"),
    expect(dead_code, reason = "only OpenStack's answers are judged by all of it")
)]
pub(crate) struct ErrorContext<'a> {
    /// The canonical code.
    pub(crate) code: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
}

/// What a dialect knows about an error response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) category: Option<Category>,
    pub(crate) retry: Option<RetryRule>,
    pub(crate) hint: Option<Cow<'static, str>>,
    pub(crate) documentation_url: Option<Cow<'static, str>>,
}

/// Whether a request that got a certain code may be repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryRule {
    /// Always, as after a 429: the server refused the request.
    Always,
    /// If repeating is safe, as after a 503.
    IfSafe,
    /// Never.
    Never,
}

impl Dialect {
    /// The NovaVMS video management API.
    #[must_use]
    pub fn novavms() -> Self {
        Self(Arc::new(novavms::spec()))
    }

    /// An API described as data.
    ///
    /// # Errors
    /// Names the field that is not valid and what would be.
    pub fn custom(data: CustomDialect) -> Result<Self, DialectError> {
        custom::spec(data).map(|spec| Self(Arc::new(spec)))
    }

    /// OpenStack: the compute API (Nova), unless the client's option
    /// [`service`](crate::ClientBuilder::service) names another service.
    #[cfg(feature = "openstack")]
    #[must_use]
    pub fn openstack() -> Self {
        Self(Arc::new(openstack::spec()))
    }

    /// The same dialect for another service of the cloud; the error says what is wrong with the option `service`.
    pub(crate) fn of_service(&self, service: &str) -> Result<Self, String> {
        #[cfg(feature = "openstack")]
        if self.name() == openstack::NAME {
            openstack::services::check(service)?;
            return Ok(Self(Arc::new(openstack::of_service(service))));
        }
        Err(format!(
            "service is `{}`, and the dialect is `{}`; expected the dialect openstack, or no service",
            service.escape_debug(),
            self.name()
        ))
    }

    /// The dialect of an API that no other dialect describes: the shapes of errors that most APIs use.
    pub(crate) fn unknown() -> Result<Self, DialectError> {
        let spec = custom::spec(CustomDialect::new(common::NAME))?;
        Ok(Self(Arc::new(Spec {
            decoder: Box::new(common::Common),
            ..spec
        })))
    }

    /// Returns the built-in dialect of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            novavms::NAME => Some(Self::novavms()),
            #[cfg(feature = "openstack")]
            openstack::NAME => Some(Self::openstack()),
            _ => None,
        }
    }

    /// Returns the name, as trails show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

/// A built-in dialect by its name.
impl FromStr for Dialect {
    type Err = DialectError;

    fn from_str(name: &str) -> Result<Self, DialectError> {
        Self::named(name).ok_or_else(|| {
            DialectError(format!(
                "`{}` is not built in; expected novavms, openstack, or the description of another API",
                name.escape_debug()
            ))
        })
    }
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dialect").field(&self.name()).finish()
    }
}

impl CorrelationHeader {
    /// An ID that may be any text; whether it is valid in a header is checked with all headers.
    pub(crate) fn opaque(header: HeaderName) -> Self {
        Self {
            header,
            prefix: "",
            check: |_| Ok(()),
        }
    }
}

impl VersionHeader {
    /// Adds the headers that ask for a version such as `2.90` or `latest`; the error says what is wrong.
    fn set(&self, version: &str, headers: &mut HeaderMap) -> Result<(), String> {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let numbers = version.split_once('.');
        if version != "latest" && !numbers.is_some_and(|(a, b)| is_number(a) && is_number(b)) {
            return Err(format!(
                "microversion is `{}`; expected a version such as 2.90, or latest",
                version.escape_debug()
            ));
        }
        let named = format!("{} {version}", self.service);
        let named = HeaderValue::try_from(named).map_err(|e| e.to_string())?;
        if let Some(older) = &self.older {
            let alone = HeaderValue::from_str(version).map_err(|e| e.to_string())?;
            headers.insert(older.clone(), alone);
        }
        headers.insert(self.header.clone(), named);
        Ok(())
    }
}

impl Spec {
    /// Adds the headers that ask for a version.
    pub(crate) fn set_version(&self, version: &str, headers: &mut HeaderMap) -> Result<(), String> {
        if let Some(header) = &self.version {
            return header.set(version, headers);
        }
        Err(match &self.service {
            Some(service) => format!(
                "microversion is `{}`, and the service `{service}` has no microversions; leave it out",
                version.escape_debug()
            ),
            None => format!(
                "microversion: the dialect `{}` has none; leave it out",
                self.name
            ),
        })
    }

    /// Decodes the body of an error response; a body of no known shape yields nothing.
    #[inline(never)]
    pub(crate) fn decode(&self, body: &ErrorBody<'_>, status: u16) -> Decoded {
        match body.json() {
            Some(value) => self.decoder.decode(&value, status),
            None => self.decoder.decode_text(body),
        }
    }
}

/// A code as text: strings unchanged, integers in decimal. Any other type is not a code, and neither is a string with
/// lost characters.
pub(crate) fn code_text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_whole_str().or_else(|| value?.as_integer())?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The text of a string; `None` for any other type.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

/// An ID: a string without lost characters.
pub(crate) fn id_text(value: Option<&Value>) -> Option<String> {
    value?.as_whole_str().map(str::to_owned)
}

/// The category of a status that comes without a known code.
pub(crate) fn category_of_status(status: u16) -> Category {
    match status {
        401 => Category::Authentication,
        403 => Category::Permission,
        404 | 410 => Category::NotFound,
        409 | 412 => Category::Conflict,
        429 => Category::RateLimited,
        408 | 502..=504 => Category::Unavailable,
        400..=499 => Category::Invalid,
        500..=599 => Category::Server,
        _ => Category::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_categories() {
        for (status, category) in [
            (401, Category::Authentication),
            (403, Category::Permission),
            (404, Category::NotFound),
            (410, Category::NotFound),
            (409, Category::Conflict),
            (412, Category::Conflict),
            (429, Category::RateLimited),
            (408, Category::Unavailable),
            (502, Category::Unavailable),
            (503, Category::Unavailable),
            (504, Category::Unavailable),
            (400, Category::Invalid),
            (418, Category::Invalid),
            (500, Category::Server),
            (501, Category::Server),
            (599, Category::Server),
            (304, Category::Unknown),
            (600, Category::Unknown),
        ] {
            assert_eq!(category_of_status(status), category, "{status}");
        }
    }

    #[test]
    fn a_code_is_a_text_or_an_integer() {
        let digits = "9".repeat(40);
        for (json, code) in [
            ("\"x\"", Some("x")),
            ("\"\"", None),
            ("7", Some("7")),
            ("-7", Some("-7")),
            (&*digits, Some(&*digits)),
            ("7.0", None),
            ("7e2", None),
            ("null", None),
            ("[\"x\"]", None),
            ("\"a\\ud800\"", None),
        ] {
            let value = Value::parse(json, false);
            assert_eq!(code_text(value.as_ref()).as_deref(), code, "{json}");
        }
    }

    #[test]
    fn an_answer_in_another_charset_is_read() {
        let novavms = Dialect::novavms();
        let decoded = |label: &str, body: &[u8]| {
            let mut headers = HeaderMap::new();
            let media_type = format!("application/json; charset={label}");
            let value = HeaderValue::try_from(media_type).expect("a header value");
            headers.insert(http::header::CONTENT_TYPE, value);
            let decoded = novavms.0.decode(&ErrorBody::new(&headers, body), 404);
            (decoded.code, decoded.message)
        };
        let some = |text: &str| Some(text.to_owned());
        let text = "{\"error\":\"not_found\",\"message\":\"café\"}";
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin_1: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let whole = (some("not_found"), some("café"));
        assert_eq!(decoded("utf-8", text.as_bytes()), whole);
        // UTF-8 under a wrong label, as frameworks with an old default write it.
        assert_eq!(decoded("latin1", text.as_bytes()), whole);
        assert_eq!(decoded("latin1", &latin_1), whole);
        assert_eq!(decoded("utf-16le", &utf_16), whole);
        assert_eq!(decoded("utf-16", text.as_bytes()), whole);
        assert_eq!(
            decoded("iso-2022-jp", b"{\"error\":\"\x1b$BF|\x1b(B\"}").0,
            some("日")
        );
        let lossy = (some("not_found"), some("caf\u{fffd}"));
        assert_eq!(decoded("utf-8", &latin_1), lossy);
        let bad = (None, some("m"));
        let body = b"{\"error\":\"a\xff\",\"message\":\"m\"}";
        assert_eq!(decoded("utf-8", body), bad);
        let body = b"{\"error\":\"a\\ud800\",\"message\":\"m\",\"request_id\":\"\\udc00\"}";
        assert_eq!(decoded("utf-8", body), bad);
    }

    #[test]
    fn built_in_dialects_have_names() {
        assert_eq!(format!("{:?}", Dialect::novavms()), "Dialect(\"novavms\")");
        let name = |name| Dialect::named(name).map(|dialect| dialect.name().to_owned());
        assert_eq!(name("novavms").as_deref(), Some("novavms"));
        #[cfg(feature = "openstack")]
        assert_eq!(name("openstack").as_deref(), Some("openstack"));
        assert_eq!(name("custom"), None);
    }

    #[test]
    fn a_body_nested_too_deep_gives_nothing() {
        let body = "[".repeat(100_000);
        let headers = HeaderMap::new();
        let decoded = Dialect::novavms()
            .0
            .decode(&ErrorBody::new(&headers, body.as_bytes()), 404);
        assert_eq!(decoded, Decoded::default());
    }
}
