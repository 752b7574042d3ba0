//! `/users`, `/gateways` and the health probes.

use std::time::{Duration, UNIX_EPOCH};

use reqtrail_sandbox::accounts::{OPERATOR_KEY, VIEWER_KEY};
use reqtrail_sandbox::{Clock, Sandbox, SandboxOptions};
use serde_json::{Value, json};

use crate::support::{Client, start};

#[test]
fn users_are_for_admins() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let first = client.get("/users?limit=4").accepted(200);
    assert_eq!(
        (&first["total"], first["data"].as_array().map(Vec::len)),
        (&json!(5), Some(4))
    );
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = client
        .get(&format!("/users?limit=4&cursor={cursor}"))
        .accepted(200);
    assert_eq!(second["data"][0]["enabled"], false);
    assert_eq!(second["next_cursor"], Value::Null);
    client
        .with_token(VIEWER_KEY)
        .get("/users")
        .refused(403, "forbidden");
    client
        .with_token(OPERATOR_KEY)
        .get("/users")
        .refused(403, "forbidden");
    client
        .get(&format!("/events?cursor={cursor}"))
        .refused(400, "validation_failed");
}

#[test]
fn gateways_are_listed_on_one_page() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let list = client.get("/gateways").accepted(200);
    assert_eq!(list["total"], 3);
    assert!(list.get("next_cursor").is_none());
    assert_eq!(
        client.with_token(VIEWER_KEY).get("/gateways").json()["total"],
        1
    );
}

#[test]
fn pairing_codes_have_a_quota_without_a_time_to_wait() {
    let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(1_795_294_800));
    let options = SandboxOptions::default().clock(clock);
    let sandbox = Sandbox::start(options).expect("a free port");
    let client = Client::of(&sandbox);
    let site = client.get("/gateways").json()["data"][0]["site_id"].clone();
    let ask = || {
        let body = json!({ "name": "Second gateway", "site_id": site });
        client.post("/gateways/generate-pairing-code", body)
    };
    for _ in 0..5 {
        let code = ask().accepted(201);
        assert_eq!(code["pairing_code"].as_str().map(str::len), Some(6));
        assert_eq!(code["expires_at"], "2026-11-21T21:10:00Z");
        assert_eq!(code["status"], "registered");
    }
    let refused = ask();
    refused.refused(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), None);
    hand.advance(Duration::from_secs(600));
    ask().accepted(201);
}

#[test]
fn pairing_codes_have_the_other_validation_error() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let path = "/gateways/generate-pairing-code";
    let message = client
        .post(path, json!({ "name": "x" }))
        .refused(400, "validation_error");
    assert_eq!(message, "site_id: is required");
    client
        .with_token(VIEWER_KEY)
        .post(path, json!({}))
        .refused(403, "forbidden");
}

#[test]
fn health_probes_need_no_credential() {
    let sandbox = start();
    let client = Client::at(sandbox.address());
    for target in ["/healthz", "/api/v1/healthz", "/api/v1/health"] {
        let health = client.send("GET", target, &[], "").expect("an answer");
        assert_eq!(health.accepted(200)["status"], "ok");
        assert!(health.header("x-request-id").is_some());
    }
}
