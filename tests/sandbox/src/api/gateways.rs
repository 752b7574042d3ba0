//! `/gateways`.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::ApiRequest;
use crate::auth::Caller;
use crate::clock::rfc3339_seconds;
use crate::fields::Fields;
use crate::reply::{ApiError, Reply};
use crate::store::{Gateway, Store, new_uuid};

const ACTIVE_CODES: usize = 5;
const CODE_LIFETIME: Duration = Duration::from_secs(600);

/// Lists all gateways: this list has no pages.
pub(super) fn list(store: &Store, caller: &Caller) -> Result<Reply, ApiError> {
    let gateways = store
        .gateways
        .iter()
        .filter(|gateway| caller.sees(&gateway.site_id));
    let data: Vec<&Gateway> = gateways.collect();
    Ok(Reply::ok(&json!({ "data": data, "total": data.len() })))
}

/// Issues a code for a new gateway. At most five codes are active at once.
pub(super) fn pairing_code(store: &mut Store, request: &ApiRequest) -> Result<Reply, ApiError> {
    let fields = Fields::from_body(&request.body, "validation_error")?;
    fields.text("name", 100)?;
    fields.required("site_id")?;
    let site_id = fields.uuid("site_id")?.unwrap_or_default();
    if !store.has_site(site_id) {
        return Err(fields.invalid("site_id", "is not a site of this organisation"));
    }
    store.pairing_codes.retain(|ends| *ends > request.now);
    if store.pairing_codes.len() >= ACTIVE_CODES {
        // A quota, not a rate: there is no time to wait, because a code has to be redeemed or expire first.
        return Err(ApiError::rate_limited(
            "Five pairing codes are already active",
            None,
        ));
    }
    let expires = request.now + CODE_LIFETIME;
    store.pairing_codes.push(expires);
    let body = json!({
        "id": new_uuid(),
        "pairing_code": pairing_text(),
        "expires_at": rfc3339_seconds(expires),
        "status": "registered",
    });
    Ok(Reply::json(StatusCode::CREATED, &body))
}

/// Returns six characters that are easy to read aloud.
fn pairing_text() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    (0..6)
        .map(|_| char::from(LETTERS[fastrand::usize(..LETTERS.len())]))
        .collect()
}
