//! OpenStack Nova: local and global request IDs, faults named by their root element, microversions.
//!
//! Sources: the compute API guide on faults (<https://docs.openstack.org/api-guide/compute/faults.html>), on
//! microversions (<https://docs.openstack.org/api-guide/compute/microversions.html>), and what Nova 32 answers.

mod faults;
mod markup;

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

#[cfg(feature = "testing")]
use super::Shape;
use super::{
    CodeEntry, CorrelationHeader, CredentialHeader, Decode, Decoded, Meaning, RetryRule, Seen,
    Spec, VersionHeader, code_text, id_text, text,
};
use crate::codes::Category;
use crate::lenient_json::Value;

pub(crate) use faults::CODES;
pub use faults::Fault;
pub(crate) use markup::plain;

/// The dialect's name.
pub(crate) const NAME: &str = "openstack";

/// The header of request IDs: the local one in a response, the global one in a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The header of microversions, which the server repeats in its answer.
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");

/// The service that a client calls unless it says otherwise.
const COMPUTE: &str = "compute";

/// The service that signs in.
pub(crate) const IDENTITY: &str = "identity";

/// The dialect's data, for Nova.
pub(crate) fn spec() -> Spec {
    of_service(COMPUTE)
}

/// The dialect's data, for a service of this type.
pub(crate) fn of_service(service: &str) -> Spec {
    Spec {
        name: NAME.into(),
        service: Some(service.into()),
        // Old servers send the second alone; today's send both with one value, at every microversion.
        request_id_headers: vec![REQUEST_ID, HeaderName::from_static("x-compute-request-id")],
        credential: CredentialHeader {
            header: HeaderName::from_static("x-auth-token"),
            prefix: String::new(),
        },
        correlation: Some(CorrelationHeader {
            header: REQUEST_ID,
            prefix: "req-",
            check: check_global_id,
        }),
        version: Some(VersionHeader {
            header: API_VERSION,
            service: COMPUTE,
        }),
        // With `*/*` Nova's middleware writes its errors as HTML.
        headers: vec![(
            http::header::ACCEPT,
            HeaderValue::from_static("application/json"),
        )],
        idempotency_header: HeaderName::from_static("idempotency-key"),
        rate_limit: None,
        decoder: Box::new(Openstack {
            signs_in: service == IDENTITY,
        }),
    }
}

/// Checks a global request ID. Nova takes any lower-case `req-` and 8-4-4-4-12 hex digits, and drops everything else
/// without a word.
fn check_global_id(id: &str) -> Result<(), String> {
    let groups = id.strip_prefix("req-").map(|uuid| uuid.split('-'));
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let fits = groups.is_some_and(|groups| {
        groups.clone().map(str::len).eq([8, 4, 4, 4, 12]) && groups.clone().all(is_hex)
    });
    if fits {
        return Ok(());
    }
    Err(format!(
        "the global request ID `{}` would be dropped by the server; expected `req-` and a UUID in lower case, as in \
         req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
        id.escape_debug()
    ))
}

/// The version that a response names: `compute 2.90`, perhaps in a list with other services.
pub(crate) fn answered_version(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(API_VERSION)?.to_str().ok()?;
    text.split(',')
        .find_map(|entry| entry.trim().strip_prefix("compute "))
        .map(str::trim)
}

#[derive(Default)]
struct Openstack {
    /// It reads the answers to sign-ins.
    signs_in: bool,
}

impl Decode for Openstack {
    fn decode(&self, body: &Value, _status: u16) -> Decoded {
        // API-SIG's list of errors (<https://specs.openstack.org/openstack/api-sig/guidelines/errors.html>).
        if let Some(first) = body.pointer("/errors/0") {
            let code = code_text(first.get("code"));
            return Decoded {
                raw_code: code.clone(),
                code,
                message: words(first.get("detail")),
                title: text(first.get("title")),
                request_id: id_text(first.get("request_id")),
                details: None,
            };
        }
        let has_message = |fault: &Value| fault.get("message").and_then(Value::as_str).is_some();
        // A middleware's own words; what it calls a code is the status.
        if has_message(body) {
            return titled(body);
        }
        if let Some(error @ Value::Object(_)) = body.get("error") {
            return titled(error);
        }
        let mut faults = body.members().iter();
        let root = faults.find(|(name, fault)| !name.is_empty() && has_message(fault));
        // A name of which characters are lost names nothing.
        let code = |name: &String| Some(name.clone()).filter(|name| !name.contains('\u{fffd}'));
        root.map(|(name, fault)| Decoded {
            code: code(name),
            raw_code: code(name),
            message: words(fault.get("message")),
            details: text(fault.get("details")),
            ..Decoded::default()
        })
        .unwrap_or_default()
    }

    fn classify(&self, seen: &Seen<'_>) -> Option<Meaning> {
        if self.signs_in && seen.status == 404 && seen.message.is_some_and(names_a_credential) {
            return Some(Meaning {
                category: Some(Category::Authentication),
                retry: None,
                hint: None,
                documentation_url: None,
            });
        }
        let row = seen.code.and_then(row);
        let over_quota = seen.status == 403 && seen.message.is_some_and(names_a_quota);
        if row.is_none() && !over_quota {
            return None;
        }
        let category = if over_quota {
            Some(Category::Quota)
        } else {
            row.filter(|row| row.status == seen.status)
                .map(|row| row.category)
        };
        // Block storage answers a used-up quota so: repeating at once would never end.
        let is_final = row.is_some_and(|row| row.code == Fault::OverLimit.as_str())
            && seen.status == 413
            && seen.retry_after.is_some_and(|wait| wait.is_zero());
        Some(Meaning {
            category,
            retry: is_final.then_some(RetryRule::Never),
            hint: row.map(|row| row.fix.into()),
            documentation_url: row.and_then(|row| row.documentation_url).map(Into::into),
        })
    }

    #[cfg(feature = "testing")]
    fn shape(&self) -> Shape<'_> {
        if self.signs_in {
            Shape::Titled
        } else {
            Shape::Fault
        }
    }

    #[cfg(feature = "testing")]
    fn status_of(&self, code: &str) -> Option<u16> {
        row(code).map(|row| row.status)
    }
}

/// The parts of a body that has a heading in the place of a code.
fn titled(body: &Value) -> Decoded {
    Decoded {
        message: words(body.get("message")),
        title: text(body.get("title")),
        ..Decoded::default()
    }
}

/// A message in plain words; none where markup is all there is.
fn words(message: Option<&Value>) -> Option<String> {
    let message = message?.as_str()?;
    match plain(message) {
        Cow::Borrowed(same) => Some(same.to_owned()),
        Cow::Owned(words) => Some(words).filter(|words| !words.is_empty()),
    }
}

/// Keystone answers with a 404 to a token or an application credential that has ended or was deleted, in words that differ
/// by the kind of token. An address that does not exist is named otherwise.
fn names_a_credential(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["token", "application credential"]
        .iter()
        .any(|word| message.contains(word))
}

/// Nova has no code for a used-up quota: it says so in words, at 403.
fn names_a_quota(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    // Without the word: "Maximum number of metadata items exceeds 128".
    let is_named = message.contains("quota") || message.contains("maximum number of ");
    is_named && message.contains("exceed")
}

fn row(code: &str) -> Option<&'static CodeEntry> {
    CODES.codes.iter().find(|row| row.code == code)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn decode(body: &serde_json::Value) -> Decoded {
        let body = Value::parse(&body.to_string(), false).expect("JSON");
        Openstack::default().decode(&body, 400)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn seen<'a>(code: Option<&'a str>, status: u16, message: Option<&'a str>) -> Seen<'a> {
        Seen {
            code,
            message,
            status,
            retry_after: None,
        }
    }

    fn category(code: Option<&str>, status: u16, message: &str) -> Option<Category> {
        Openstack::default()
            .classify(&seen(code, status, Some(message)))
            .and_then(|meaning| meaning.category)
    }

    #[test]
    fn the_root_is_the_code() {
        let decoded = decode(&json!({"itemNotFound": {"code": 404, "message": "m"}}));
        assert_eq!(decoded.code, some("itemNotFound"));
        assert_eq!(decoded.raw_code, some("itemNotFound"));
        assert_eq!(decoded.message, some("m"));
        let unknown = json!({"brandNew": {"code": 418, "message": "m", "details": "trace"}});
        let decoded = decode(&unknown);
        assert_eq!(
            (decoded.code, decoded.details),
            (some("brandNew"), some("trace"))
        );
    }

    #[test]
    fn bodies_without_a_code_keep_their_title() {
        let middleware = json!({"error": {"code": 401, "title": "Unauthorized", "message": "m"}});
        let rootless = json!({"message": "m", "code": "401 Unauthorized", "title": "Unauthorized"});
        for body in [middleware, rootless] {
            let decoded = decode(&body);
            assert_eq!(decoded.code, None, "{body}");
            assert_eq!(
                (decoded.message, decoded.title),
                (some("m"), some("Unauthorized")),
                "{body}"
            );
        }
    }

    #[test]
    fn a_list_of_errors_gives_the_first() {
        let body = json!({"errors": [
            {"code": "placement.duplicate_name", "title": "Conflict", "detail": "d", "request_id": "req-1"},
            {"code": "other"},
        ]});
        assert_eq!(
            decode(&body),
            Decoded {
                code: some("placement.duplicate_name"),
                raw_code: some("placement.duplicate_name"),
                message: some("d"),
                title: some("Conflict"),
                details: None,
                request_id: some("req-1"),
            }
        );
    }

    #[test]
    fn wrong_types_give_nothing() {
        for body in [
            json!(null),
            json!([]),
            json!("x"),
            json!({}),
            json!({"errors": []}),
            json!({"errors": "x"}),
            json!({"computeFault": "x"}),
            json!({"computeFault": {"message": 7}}),
            json!({"": {"message": "m"}}),
        ] {
            assert_eq!(decode(&body), Decoded::default(), "{body}");
        }
    }

    #[test]
    fn messages_have_no_markup() {
        let found = "The resource could not be found.<br /><br />\n\n\n";
        for (body, message) in [
            (
                json!({"message": found, "code": "404 Not Found", "title": "Not Found"}),
                Some("The resource could not be found."),
            ),
            (
                json!({"error": {"message": found}}),
                Some("The resource could not be found."),
            ),
            (
                json!({"itemNotFound": {"message": found}}),
                Some("The resource could not be found."),
            ),
            (
                json!({"errors": [{"detail": found}]}),
                Some("The resource could not be found."),
            ),
            (json!({"message": "<br /><br />\n"}), None),
            (
                json!({"computeFault": {"message": "<class 'X'>"}}),
                Some("<class 'X'>"),
            ),
        ] {
            let decoded = decode(&body);
            assert_eq!(decoded.message.as_deref(), message, "{body}");
        }
    }

    #[test]
    fn a_credential_that_has_ended_is_no_missing_thing() {
        let category = |signs_in, status, message| {
            let dialect = Openstack { signs_in };
            let meaning = dialect.classify(&seen(None, status, Some(message)));
            meaning.and_then(|meaning| meaning.category)
        };
        for ended in [
            "Could not find token: gAAAA.",
            "Could not find Application Credential: c1f3.",
            "Failed to validate token",
            "Could not recognize Fernet token",
        ] {
            assert_eq!(category(true, 404, ended), Some(Category::Authentication));
            assert_eq!(category(false, 404, ended), None);
            assert_eq!(category(true, 400, ended), None);
        }
        assert_eq!(
            category(true, 404, "The resource could not be found."),
            None
        );
    }

    #[test]
    fn a_quota_is_named_in_words_at_403() {
        let quota = "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances";
        let policy = "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed.";
        assert_eq!(
            category(Some("forbidden"), 403, quota),
            Some(Category::Quota)
        );
        assert_eq!(category(None, 403, quota), Some(Category::Quota));
        let unnamed = "Maximum number of metadata items exceeds 128";
        assert_eq!(
            category(Some("forbidden"), 403, unnamed),
            Some(Category::Quota)
        );
        assert_eq!(
            category(Some("forbidden"), 403, policy),
            Some(Category::Permission)
        );
        // At another status the word alone says nothing.
        assert_eq!(
            category(Some("badRequest"), 400, quota),
            Some(Category::Invalid)
        );
        assert_eq!(category(None, 403, "quota class"), None);
    }

    #[test]
    fn over_limit_is_a_quota_at_413_and_a_rate_at_429() {
        assert_eq!(category(Some("overLimit"), 413, ""), Some(Category::Quota));
        assert_eq!(category(Some("overLimit"), 429, ""), None);
        let rule = |status, retry_after| {
            let seen = Seen {
                retry_after,
                ..seen(Some("overLimit"), status, None)
            };
            Openstack::default()
                .classify(&seen)
                .and_then(|meaning| meaning.retry)
        };
        assert_eq!(rule(413, Some(Duration::ZERO)), Some(RetryRule::Never));
        assert_eq!(rule(413, Some(Duration::from_secs(1))), None);
        assert_eq!(rule(413, None), None);
        assert_eq!(rule(429, Some(Duration::ZERO)), None);
    }

    #[test]
    fn one_fault_serves_several_statuses() {
        assert_eq!(
            category(Some("computeFault"), 500, ""),
            Some(Category::Server)
        );
        assert_eq!(category(Some("computeFault"), 410, ""), None);
    }

    #[test]
    fn global_ids_are_what_nova_takes() {
        for good in [
            "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
            "req-00000000-0000-1000-8000-000000000000",
        ] {
            assert_eq!(check_global_id(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
            "req-3DCCB8C4-08fe-4706-a91d-e843b8fe9ed2",
            "REQ-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
            "req-3dccb8c408fe4706a91de843b8fe9ed2",
            "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2-",
            "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2a",
            "req-3dccb8c-408fe-4706-a91d-e843b8fe9ed2",
            "req-3dccb8g4-08fe-4706-a91d-e843b8fe9ed2",
        ] {
            assert!(check_global_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_are_checked() {
        let spec = spec();
        for (given, sent) in [("2.90", "compute 2.90"), ("latest", "compute latest")] {
            let (_, value) = spec.version(given).expect("a version");
            assert_eq!(value, sent);
        }
        for bad in [
            "",
            "2",
            "2.",
            ".1",
            "2.9x",
            "compute 2.90",
            "2.1\r\n",
            "Latest",
        ] {
            let error = spec.version(bad).expect_err(bad);
            assert!(error.contains("expected a version"), "{error}");
        }
    }
}
