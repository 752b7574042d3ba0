//! Explains sign-ins that were answered by something other than a token, and names what to change.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::receipt::Receipt;
use crate::codes::ErrorKind;
use crate::error::Error;

/// What answered instead of Keystone.
pub(super) const A_WEB_PAGE: &str = "a web page: auth_url is the address of a dashboard or of a proxy; expected \
                                     Keystone's, such as https://keystone.example:5000/v3";

/// Adds to the error of a sign-in what its response says about the configuration.
pub(super) fn explained(error: Error) -> Error {
    if let Some(receipt) = Receipt::of(&error) {
        return error.with_explanation(more_factors(&receipt));
    }
    match (error.kind(), error.api()) {
        // A gateway's page says that Keystone is down, and nothing about auth_url.
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

/// Whether a response is HTML.
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

/// Supported methods, by Keystone's names.
const SUPPORTED: [&str; 4] = ["password", "totp", "token", "application_credential"];

fn more_factors(receipt: &Receipt) -> String {
    let joined = |ways: &[String]| ways.join(" and ");
    let accepted = match receipt.accepted() {
        [] => "the proof".to_owned(),
        ways => joined(ways),
    };
    let missing: Vec<String> = receipt.missing().iter().map(|ways| joined(ways)).collect();
    let wants = match &*missing {
        [] => "more than one factor".to_owned(),
        missing => format!("{} as well", missing.join(", or ")),
    };
    let can_be_given = |ways: &&Vec<String>| ways.iter().all(|way| SUPPORTED.contains(&&**way));
    let advice = match receipt.missing().iter().find(can_be_given) {
        Some(ways) => {
            let all: Vec<_> = receipt
                .accepted()
                .iter()
                .chain(ways)
                .map(auth_method)
                .collect();
            format!(
                "set auth_type to v3multifactor and auth_methods to {}",
                all.join(",")
            )
        }
        None if missing.is_empty() => {
            "set auth_type to v3multifactor and auth_methods to the methods of the user".to_owned()
        }
        None => format!("reqtrail supports only {}", SUPPORTED.join(", ")),
    };
    format!(
        "multi-factor sign-in: Keystone accepted {accepted}, answered with an Openstack-Auth-Receipt, and wants {wants}; \
         {advice}, or use an application credential, or a token from another client"
    )
}

/// The name in configurations of one of Keystone's methods.
fn auth_method(name: &String) -> String {
    match &**name {
        "application_credential" => "v3applicationcredential".to_owned(),
        name => format!("v3{name}"),
    }
}
