//! Credentials, logins and refreshed tokens.

use std::time::{Duration, UNIX_EPOCH};

use reqtrail_sandbox::accounts::{DISABLED_EMAIL, EMAIL, PASSWORD};
use reqtrail_sandbox::{Clock, Incident, Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::support::{Answer, Client, start};

fn login(client: &Client, email: &str, password: &str, client_type: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "client_type": client_type });
    client.post("/auth/login", body)
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().expect(field).to_owned()
}

#[test]
fn a_missing_and_a_wrong_credential_have_different_errors() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    client.get("/events").refused(401, "auth_required");
    client
        .with_token("sk_test_wrong")
        .get("/events")
        .refused(401, "invalid_token");
    client
        .with_token("a.b.c")
        .get("/events")
        .refused(401, "invalid_token");
    let basic = client.send(
        "GET",
        "/api/v1/events",
        &[("Authorization", "Basic eDp5")],
        "",
    );
    basic.expect("an answer").refused(401, "auth_required");
}

#[test]
fn a_login_returns_a_token_with_the_users_role() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    let body = login(&client, EMAIL, PASSWORD, "mobile").accepted(200);
    assert_eq!(
        (&body["user"]["email"], &body["user"]["role"]),
        (&json!(EMAIL), &json!("operator"))
    );
    assert_eq!(text(&body, "access_token").split('.').count(), 3);
    let user = client.with_token(&text(&body, "access_token"));
    user.get("/events").accepted(200);
    user.get("/users").refused(403, "forbidden");
}

#[test]
fn a_refused_login_says_why() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    login(&client, EMAIL, "wrong", "api").refused(401, "invalid_credentials");
    login(&client, "nobody@harbour.example", PASSWORD, "api").refused(401, "invalid_credentials");
    login(&client, DISABLED_EMAIL, PASSWORD, "api").refused(403, "account_disabled");
    login(&client, EMAIL, "", "api").refused(400, "validation_error");
    login(&client, EMAIL, PASSWORD, "toaster").refused(400, "validation_error");
}

#[test]
fn the_sixth_login_in_a_quarter_of_an_hour_waits() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    for _ in 0..5 {
        login(&client, EMAIL, PASSWORD, "api").accepted(200);
    }
    let refused = login(&client, EMAIL, PASSWORD, "api");
    refused.refused(429, "rate_limited");
    assert!(
        refused
            .number("retry-after")
            .is_some_and(|wait| (880..=900).contains(&wait))
    );
}

#[test]
fn an_expired_token_is_refreshed() {
    let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(1_795_294_800));
    let options = SandboxOptions::default().clock(clock);
    let sandbox = Sandbox::start(options).expect("a free port");
    let client = Client::at(sandbox.address());
    let body = login(&client, EMAIL, PASSWORD, "mobile").accepted(200);
    assert_eq!(body["expires_at"], "2026-11-21T21:15:00Z");
    let (old, refresh) = (text(&body, "access_token"), text(&body, "refresh_token"));
    hand.advance(Duration::from_secs(899));
    client.with_token(&old).get("/events").accepted(200);
    hand.advance(Duration::from_secs(1));
    client
        .with_token(&old)
        .get("/events")
        .refused(401, "invalid_token");

    let body = json!({ "refresh_token": refresh, "client_type": "mobile" });
    let new = client.post("/auth/refresh", body.clone()).accepted(200);
    assert_eq!(new["expires_at"], "2026-11-21T21:30:00Z");
    client
        .with_token(&text(&new, "access_token"))
        .get("/events")
        .accepted(200);
    hand.advance(Duration::from_secs(8 * 86_400));
    client
        .post("/auth/refresh", body)
        .refused(401, "invalid_token");
}

#[test]
fn a_browser_refreshes_by_cookie() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    let answer = login(&client, EMAIL, PASSWORD, "web");
    assert!(answer.json().get("refresh_token").is_none());
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.ends_with("; HttpOnly"));
    let cookie = cookie.split(';').next().unwrap_or_default();
    let headers = [("Cookie", cookie)];
    let refreshed = client
        .send("POST", "/api/v1/auth/refresh", &headers, "")
        .expect("an answer");
    refreshed.accepted(200);
    client
        .call("POST", "/auth/refresh", "")
        .refused(401, "auth_required");
    let wrong = json!({ "refresh_token": "rt_wrong" });
    client
        .post("/auth/refresh", wrong)
        .refused(401, "invalid_token");
}

#[test]
fn an_incident_expires_tokens_at_once_but_not_keys() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    let body = login(&client, EMAIL, PASSWORD, "mobile").accepted(200);
    let user = client.with_token(&text(&body, "access_token"));
    sandbox.inject(Incident::expire_tokens());
    user.get("/events").refused(401, "invalid_token");
    user.get("/events").refused(401, "invalid_token");
    let refresh = json!({ "refresh_token": body["refresh_token"] });
    let new = client.post("/auth/refresh", refresh).accepted(200);
    client
        .with_token(&text(&new, "access_token"))
        .get("/events")
        .accepted(200);
    sandbox.inject(Incident::expire_tokens());
    Client::of(&sandbox).get("/events").accepted(200);
    let log = sandbox.requests();
    assert_eq!(log[1].incident.as_deref(), Some("expire_tokens"));
    assert_eq!(log[1].status, Some(401));
}
