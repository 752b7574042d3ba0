//! NovaVMS: `X-Request-Id`, flat error strings, `Retry-After`, `X-RateLimit-*`.
//!
//! # Calls whose 429 a wait does not lift
//! The manual trigger of a camera (`POST /cameras/{id}/trigger`) is limited per camera, pairing codes
//! (`POST /gateways/generate-pairing-code`) by how many are unredeemed, and logins (`POST /auth/login`) per e-mail
//! address. Such a 429 is retried like any other unless the request turns retrying off:
//!
//! ```no_run
//! # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
//! let code = client
//!     .post("/gateways/generate-pairing-code")
//!     .json(&serde_json::json!({ "name": "Lobby", "site_id": "7" }))
//!     .max_attempts(1)
//!     .send()
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod codes;

use http::HeaderName;

#[cfg(feature = "testing")]
use super::Shape;
use super::{
    CodeEntry, CredentialHeader, Decode, Decoded, ErrorContext, Meaning, Spec, code_text, id_text,
    text,
};
use crate::lenient_json::Value;
use crate::rate_limit::{RateLimitHeaders, ResetUnit};

pub(crate) use codes::CODES;
pub use codes::ErrorCode;

/// The dialect's name.
pub(crate) const NAME: &str = "novavms";

/// The dialect's data.
pub(crate) fn spec() -> Spec {
    Spec {
        name: NAME.into(),
        service: None,
        request_id_headers: vec![HeaderName::from_static("x-request-id")],
        credential: CredentialHeader {
            header: http::header::AUTHORIZATION,
            prefix: "Bearer ".to_owned(),
        },
        correlation: None,
        version: None,
        headers: Vec::new(),
        idempotency_header: HeaderName::from_static("idempotency-key"),
        rate_limit: Some(RateLimitHeaders {
            limit: HeaderName::from_static("x-ratelimit-limit"),
            remaining: HeaderName::from_static("x-ratelimit-remaining"),
            reset: HeaderName::from_static("x-ratelimit-reset"),
            reset_is: ResetUnit::Epoch,
        }),
        decoder: Box::new(Novavms),
    }
}

struct Novavms;

impl Decode for Novavms {
    /// Reads `{"error": "code", "message", "request_id"}` and the nested `{"error": {"code", "message"}}`, both of
    /// which the vendor's pages show.
    fn decode(&self, body: &Value, _status: u16) -> Decoded {
        let error = body.get("error");
        let nested = |name| error?.get(name);
        let raw_code = code_text(error).or_else(|| code_text(nested("code")));
        Decoded {
            code: raw_code.as_deref().map(canonical),
            raw_code,
            message: text(body.get("message")).or_else(|| text(nested("message"))),
            request_id: id_text(body.get("request_id")).or_else(|| id_text(nested("request_id"))),
            ..Decoded::default()
        }
    }

    fn classify(&self, seen: &ErrorContext<'_>) -> Option<Meaning> {
        let row = row(seen.code?)?;
        let known_pair = row.status == seen.status;
        Some(Meaning {
            category: known_pair.then_some(row.category),
            retry: row.retry.filter(|_| known_pair),
            hint: Some(row.fix.into()),
            documentation_url: row.documentation_url.map(Into::into),
        })
    }

    #[cfg(feature = "testing")]
    fn shape(&self) -> Shape<'_> {
        Shape::Flat
    }

    #[cfg(feature = "testing")]
    fn status_of(&self, code: &str) -> Option<u16> {
        row(&canonical(code)).map(|row| row.status)
    }
}

/// The one spelling of a code that the vendor's pages write in several ways; an unknown code keeps its text.
fn canonical(raw: &str) -> String {
    let known = CODES.find(raw).map_or(raw, |entry| entry.code);
    known.to_owned()
}

fn row(code: &str) -> Option<&'static CodeEntry> {
    CODES.codes.iter().find(|row| row.code == code)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::codes::Category;
    use crate::dialect::RetryRule;

    fn decode(body: &serde_json::Value) -> Decoded {
        let body = Value::parse(&body.to_string(), false).expect("JSON");
        Novavms.decode(&body, 400)
    }

    fn parts(body: serde_json::Value) -> (Option<String>, Option<String>, Option<String>) {
        let decoded = decode(&body);
        (decoded.code, decoded.message, decoded.request_id)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn every_documented_shape() {
        let flat = json!({"error": "not_found", "message": "m", "request_id": "req_1"});
        assert_eq!(parts(flat), (some("not_found"), some("m"), some("req_1")));
        let nested = json!({"error": {"code": "RATE_LIMITED", "message": "m"}});
        assert_eq!(parts(nested), (some("rate_limited"), some("m"), None));
        assert_eq!(
            parts(json!({"error": "rate_limited"})),
            (some("rate_limited"), None, None)
        );
        assert_eq!(
            parts(json!({"error": "validation_error"})).0,
            some("validation_failed")
        );
        assert_eq!(
            parts(json!({"error": "Validation"})).0,
            some("validation_failed")
        );
    }

    #[test]
    fn wrong_types_give_nothing() {
        for body in [
            json!(null),
            json!([]),
            json!("x"),
            json!({"error": [], "message": 7, "request_id": 7}),
            json!({"error": {"code": 1.5}}),
        ] {
            assert_eq!(decode(&body), Decoded::default(), "{body}");
        }
        assert_eq!(parts(json!({"error": 42})).0, some("42"));
    }

    #[test]
    fn an_unknown_code_keeps_its_text() {
        let decoded = decode(&json!({"error": "IMPERSONATION_BLOCKED"}));
        assert_eq!(decoded.code, some("IMPERSONATION_BLOCKED"));
        assert_eq!(
            ErrorCode::from_canonical("IMPERSONATION_BLOCKED"),
            ErrorCode::Unknown("IMPERSONATION_BLOCKED".to_owned())
        );
    }

    #[test]
    fn final_pairs_and_unknown_pairs() {
        let meaning = |code, status| {
            Novavms.classify(&ErrorContext {
                code: Some(code),
                message: None,
                status,
                retry_after: None,
            })
        };
        let rule = |code, status| meaning(code, status).and_then(|m| m.retry);
        assert_eq!(rule("webhook_delivery_failed", 502), Some(RetryRule::Never));
        assert_eq!(rule("invalid_credentials", 401), Some(RetryRule::Never));
        assert_eq!(rule("service_unavailable", 503), None);
        assert_eq!(
            meaning("account_disabled", 403).and_then(|m| m.category),
            Some(Category::Permission)
        );
        // A known code at a status it is not documented for: the status decides.
        assert_eq!(meaning("rate_limited", 503).and_then(|m| m.category), None);
        assert_eq!(meaning("brand_new", 400), None);
    }
}
