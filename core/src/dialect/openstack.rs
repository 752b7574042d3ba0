//! OpenStack: request IDs, error bodies of every service, microversions.
//!
//! Sources: the compute API guide on faults (<https://docs.openstack.org/api-guide/compute/faults.html>), on
//! microversions (<https://docs.openstack.org/api-guide/compute/microversions.html>), and the answers of Nova 32.

mod asked;
mod bodies;
mod faults;
mod markup;
mod meaning;
mod page;
pub(crate) mod services;

use http::{HeaderName, HeaderValue};

#[cfg(feature = "testing")]
use super::Shape;
use super::{
    CorrelationHeader, CredentialHeader, Decode, Decoded, ErrorBody, ErrorContext, Meaning, Spec,
};
use crate::lenient_json::Value;

pub(crate) use asked::Asked;
#[cfg(feature = "unstable-host")]
pub(crate) use faults::CODES;
pub use faults::Fault;
pub(crate) use markup::plain;
use services::{COMPUTE, IDENTITY};

/// The dialect's name.
pub(crate) const NAME: &str = "openstack";

/// The header of request IDs: the local one in a response, the global one in a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// The header of microversions, which the server repeats in its answer.
pub(crate) const API_VERSION: HeaderName = HeaderName::from_static("openstack-api-version");

/// The dialect's data, for Nova.
pub(crate) fn spec() -> Spec {
    of_service(COMPUTE)
}

/// The dialect's data, for a service of this type.
pub(crate) fn of_service(service: &str) -> Spec {
    Spec {
        name: NAME.into(),
        service: Some(service.into()),
        // Old servers only send the second; today's send both with one value, at every microversion. The third is Swift's.
        request_id_headers: vec![
            REQUEST_ID,
            HeaderName::from_static("x-compute-request-id"),
            HeaderName::from_static("x-trans-id"),
        ],
        credential: CredentialHeader {
            header: HeaderName::from_static("x-auth-token"),
            prefix: String::new(),
        },
        correlation: Some(CorrelationHeader {
            header: REQUEST_ID,
            prefix: "req-",
            check: check_global_id,
        }),
        version: services::version_header(service),
        // With `*/*` Nova's middleware writes its errors as HTML.
        headers: vec![(
            http::header::ACCEPT,
            HeaderValue::from_static("application/json"),
        )],
        idempotency_header: HeaderName::from_static("idempotency-key"),
        rate_limit: None,
        decoder: Box::new(Openstack::default()),
    }
}

/// The dialect's data, for signing in.
pub(crate) fn of_sign_ins() -> Spec {
    Spec {
        decoder: Box::new(Openstack { signs_in: true }),
        ..of_service(IDENTITY)
    }
}

/// Checks a global request ID. Nova accepts `req-` and 8-4-4-4-12 hex digits in lower case, and silently drops
/// everything else.
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

#[derive(Default)]
struct Openstack {
    /// Whether it reads the responses to sign-ins.
    signs_in: bool,
}

impl Decode for Openstack {
    fn decode(&self, body: &Value, _status: u16) -> Decoded {
        bodies::decode(body)
    }

    fn decode_text(&self, body: &ErrorBody<'_>) -> Decoded {
        let text = body.text();
        // A cut JSON body is not a text.
        let is_cut = text.trim_start().starts_with(['{', '[']);
        if page::begins(&text) || body.is_html() && !is_cut {
            return page::read(&text);
        }
        Decoded::default()
    }

    fn classify(&self, seen: &ErrorContext<'_>) -> Option<Meaning> {
        meaning::of(seen, self.signs_in)
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
        meaning::row(code).map(|row| row.status)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

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
            let mut headers = HeaderMap::new();
            spec.set_version(given, &mut headers).expect("a version");
            assert_eq!(headers[API_VERSION], sent);
            assert_eq!(headers.len(), 1);
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
            let error = spec.set_version(bad, &mut HeaderMap::new()).expect_err(bad);
            assert!(error.contains("expected a version"), "{error}");
        }
    }
}
