//! Sign-ins that were answered by something else than a token, in words that name what to change.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::codes::ErrorKind;
use crate::error::{ApiError, Error};

/// What Keystone sends when one way of proof is not enough: it stands for those that were accepted.
const RECEIPT: &str = "openstack-auth-receipt";

/// What stands where Keystone should.
pub(super) const A_WEB_PAGE: &str = "a web page: auth_url is the address of a dashboard or of a proxy; expected \
                                     Keystone's, such as https://keystone.example:5000/v3";

/// Adds to the error of a sign-in what its answer tells of the configuration.
pub(super) fn explained(error: Error) -> Error {
    match (error.kind(), error.api()) {
        (ErrorKind::Api, Some(api)) if api.headers().contains_key(RECEIPT) => {
            let text = more_factors(api);
            error.with_explanation(text)
        }
        // A gateway's page says that Keystone is down, and nothing of auth_url.
        (ErrorKind::Api, Some(api))
            if api.status().as_u16() < 500 && is_web_page(api.headers(), api.body()) =>
        {
            error.with_explanation(format!("the sign-in was answered by {A_WEB_PAGE}"))
        }
        (ErrorKind::Redirect, _) => {
            let text = format!(
                "{}; is auth_url Keystone's, with its scheme? A dashboard answers so, too",
                error.message()
            );
            error.with_explanation(text)
        }
        _ => error,
    }
}

/// Whether an answer is HTML.
pub(super) fn is_web_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let is_html = media_type.is_some_and(|text| {
        let text = text.trim_start().to_ascii_lowercase();
        text.starts_with("text/html") || text.starts_with("application/xhtml")
    });
    let start = body.trim_ascii_start();
    let begins = |tag: &[u8]| {
        start
            .get(..tag.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(tag))
    };
    is_html || begins(b"<!doctype html") || begins(b"<html")
}

fn more_factors(api: &ApiError) -> String {
    let body: Value = serde_json::from_slice(api.body()).unwrap_or_default();
    let ways: Vec<String> = list(&body["required_auth_methods"])
        .map(|methods| list(methods).filter_map(Value::as_str).collect::<Vec<_>>())
        .filter(|methods| !methods.is_empty())
        .map(|methods| methods.join(" and "))
        .collect();
    let wants = if ways.is_empty() {
        "more than one way of proof".to_owned()
    } else {
        ways.join(", or ")
    };
    format!(
        "multi-factor sign-in: Keystone accepted the proof, answered with an Openstack-Auth-Receipt, and wants {wants}; \
         reqtrail signs in by one way only: use an application credential, or a token that was made otherwise"
    )
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
