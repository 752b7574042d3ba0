//! `/auth/login` and `/auth/refresh`.
//!
//! A browser (`client_type` "web") gets its refresh token as a cookie, any other client in the body.
//! A refresh does not change the refresh token. The vendor's text on that was not available.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{Api, ApiRequest};
use crate::accounts;
use crate::auth::unauthorized;
use crate::clock::rfc3339_seconds;
use crate::fields::Fields;
use crate::reply::{ApiError, Reply};

const CLIENT_TYPES: [&str; 3] = ["web", "mobile", "api"];
const COOKIE_NAME: &str = "refresh_token";

pub(super) fn login(api: &mut Api, request: &ApiRequest) -> Result<Reply, ApiError> {
    let fields = Fields::from_body(&request.body, "validation_error")?;
    let email = fields.text("email", 256)?;
    let password = fields.text("password", 256)?;
    let client_type = fields
        .one_of("client_type", &CLIENT_TYPES)?
        .unwrap_or("web");
    let remember = fields.boolean("remember_me")?.unwrap_or(false);
    api.auth.count_login(email, request.now)?;

    let user = api
        .store
        .users
        .iter()
        .find(|user| user.email.eq_ignore_ascii_case(email));
    let Some(user) = user.filter(|_| password == accounts::PASSWORD) else {
        let message = "The e-mail address or the password is wrong";
        return Err(unauthorized("invalid_credentials", message));
    };
    if !user.enabled {
        let message = "An administrator has disabled this account";
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "account_disabled",
            message,
        ));
    }
    let refresh_token = api.auth.open_session(&user.id, remember, request.now);
    let access = api.auth.issue(&user.id, request.now);
    let mut body = json!({
        "access_token": access.token,
        "expires_at": rfc3339_seconds(access.expires),
        "user": {
            "id": user.id,
            "email": user.email,
            "display_name": user.display_name,
            "role": user.role,
            "org_id": "0b8f6a52-3c1d-4e7a-9f20-5d64c81e7a93",
        },
    });
    if client_type != "web" {
        body["refresh_token"] = json!(refresh_token);
        return Ok(Reply::ok(&body));
    }
    let mut reply = Reply::ok(&body);
    let cookie = format!("{COOKIE_NAME}={refresh_token}; Path=/api/v1/auth; HttpOnly");
    // The token is base64, so this cannot fail.
    reply
        .headers
        .extend(HeaderValue::try_from(cookie).map(|cookie| (SET_COOKIE, cookie)));
    Ok(reply)
}

pub(super) fn refresh(api: &mut Api, request: &ApiRequest) -> Result<Reply, ApiError> {
    let body: &[u8] = if request.body.is_empty() {
        b"{}"
    } else {
        &request.body
    };
    let fields = Fields::from_body(body, "validation_error")?;
    fields.one_of("client_type", &CLIENT_TYPES)?;
    let Some(token) = fields
        .optional("refresh_token")?
        .or_else(|| cookie(request))
    else {
        return Err(unauthorized("auth_required", "Send the refresh token"));
    };
    let Some(user) = api.auth.session_user(token, request.now).map(str::to_owned) else {
        return Err(unauthorized(
            "invalid_token",
            "The session has ended, log in again",
        ));
    };
    let access = api.auth.issue(&user, request.now);
    let expires_at = rfc3339_seconds(access.expires);
    Ok(Reply::ok(
        &json!({ "access_token": access.token, "expires_at": expires_at }),
    ))
}

fn cookie(request: &ApiRequest) -> Option<&str> {
    let cookies = request.head.headers.get(COOKIE)?.to_str().ok()?;
    cookies
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}
