//! Rate limits, with a clock that the test moves.

use std::time::{Duration, UNIX_EPOCH};

use reqtrail_sandbox::accounts::{EMAIL, OPERATOR_KEY, PASSWORD};
use reqtrail_sandbox::{Clock, ClockHand, Incident, RateLimit, Sandbox, SandboxOptions};
use serde_json::json;

use crate::support::{Client, camera_with};

const START: u64 = 1_795_294_800;

fn limited(per_minute: u32, burst: u32) -> (Sandbox, ClockHand) {
    let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(START));
    let options = SandboxOptions::default().clock(clock);
    let options = options.rate_limit(RateLimit::new(per_minute, burst));
    (Sandbox::start(options).expect("a free port"), hand)
}

#[test]
fn the_bucket_empties_and_fills() {
    let (sandbox, hand) = limited(30, 3);
    let client = Client::of(&sandbox);
    for left in [2, 1, 0] {
        let answer = client.get("/cameras");
        answer.accepted(200);
        assert_eq!(answer.number("x-ratelimit-limit"), Some(30));
        assert_eq!(answer.number("x-ratelimit-remaining"), Some(left));
        assert_eq!(
            answer.number("x-ratelimit-reset"),
            Some(START + (3 - left) * 2)
        );
    }
    let refused = client.get("/cameras");
    refused.refused(429, "rate_limited");
    assert_eq!(refused.number("retry-after"), Some(2));
    assert_eq!(refused.number("x-ratelimit-remaining"), Some(0));
    hand.advance(Duration::from_millis(1_999));
    assert_eq!(client.get("/cameras").number("retry-after"), Some(1));
    hand.advance(Duration::from_millis(1));
    client.get("/cameras").accepted(200);
    client.get("/cameras").refused(429, "rate_limited");
}

#[test]
fn each_caller_has_a_bucket() {
    let (sandbox, _hand) = limited(60, 1);
    let nobody = Client::at(sandbox.address());
    let admin = Client::of(&sandbox);
    admin.get("/cameras").accepted(200);
    admin.get("/cameras").refused(429, "rate_limited");
    admin.with_token(OPERATOR_KEY).get("/cameras").accepted(200);
    // Unknown credentials share a bucket with requests without a credential.
    nobody.get("/cameras").refused(401, "auth_required");
    nobody
        .with_token("sk_test_wrong")
        .get("/cameras")
        .refused(429, "rate_limited");
}

#[test]
fn the_tokens_of_a_user_share_a_bucket() {
    let (sandbox, hand) = limited(60, 2);
    let nobody = Client::at(sandbox.address());
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let logins = [(); 2].map(|()| nobody.post("/auth/login", body.clone()).accepted(200));
    let [first, second] =
        logins.map(|login| nobody.with_token(login["access_token"].as_str().expect("a token")));
    first.get("/cameras").accepted(200);
    second.get("/cameras").accepted(200);
    first.get("/cameras").refused(429, "rate_limited");
    hand.advance(Duration::from_secs(1));
    second.get("/cameras").accepted(200);
}

#[test]
fn health_probes_are_exempt() {
    let (sandbox, _hand) = limited(60, 1);
    let client = Client::of(&sandbox);
    client.get("/cameras").accepted(200);
    for _ in 0..3 {
        assert_eq!(
            client.get("/health").number("x-ratelimit-remaining"),
            Some(0)
        );
        assert_eq!(
            client
                .send("GET", "/healthz", &[], "")
                .expect("an answer")
                .status,
            200
        );
    }
}

#[test]
fn a_camera_is_triggered_once_in_five_seconds() {
    let (sandbox, hand) = limited(1000, 100);
    let client = Client::of(&sandbox);
    let camera = camera_with(&client, "online");
    let trigger = || client.call("POST", &format!("/cameras/{camera}/trigger"), "");
    trigger().accepted(202);
    hand.advance(Duration::from_millis(1_500));
    let refused = trigger();
    refused.refused(429, "rate_limited");
    assert_eq!(refused.number("retry-after"), Some(4));
    hand.advance(Duration::from_millis(3_500));
    trigger().accepted(202);
    let other = camera_with(&client, "online&type=rtsp");
    assert_ne!(other, camera);
    client
        .call("POST", &format!("/cameras/{other}/trigger"), "")
        .accepted(202);
}

#[test]
fn a_request_over_the_limit_uses_up_no_incident() {
    let (sandbox, hand) = limited(60, 1);
    let client = Client::of(&sandbox);
    client.get("/cameras").accepted(200);
    sandbox.inject(Incident::internal_error());
    client.get("/cameras").refused(429, "rate_limited");
    assert_eq!(sandbox.pending_incidents(), 1);
    hand.advance(Duration::from_secs(1));
    client.get("/cameras").refused(500, "internal_error");
}
