//! Incidents from the view of a client.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use reqtrail_sandbox::{Incident, Sandbox};
use serde_json::json;

use crate::support::{Answer, Client, camera_with, new_camera, start};

/// Waits until the log shows a number of requests.
fn wait_for_requests(sandbox: &Sandbox, count: usize) {
    let start = Instant::now();
    while sandbox.requests().len() < count {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the request did not arrive"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn incidents_happen_in_order_and_then_end() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    sandbox.inject(Incident::service_unavailable().times(2));
    sandbox.inject(Incident::rate_limited(Duration::from_millis(1_200)));
    sandbox.inject(Incident::status(418, "teapot").on("GET", "/users"));
    client.get("/events").refused(503, "service_unavailable");
    client.get("/cameras").refused(503, "service_unavailable");
    client.get("/users").refused(429, "rate_limited");
    client.get("/events").accepted(200);
    client.get("/users").refused(418, "teapot");
    client.get("/users").accepted(200);
    let log = sandbox.requests();
    let met: Vec<Option<&str>> = log
        .iter()
        .map(|request| request.incident.as_deref())
        .collect();
    let expected = [
        Some("service_unavailable"),
        Some("service_unavailable"),
        Some("rate_limited"),
        None,
        Some("status"),
        None,
    ];
    assert_eq!(met, expected);
}

#[test]
fn a_retry_after_is_in_whole_seconds() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    for (given, expected) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2)] {
        sandbox.inject(Incident::rate_limited(Duration::from_millis(given)));
        assert_eq!(
            client.get("/events").number("retry-after"),
            Some(expected),
            "{given}"
        );
    }
    sandbox.inject(Incident::internal_error());
    assert_eq!(client.get("/events").header("retry-after"), None);
}

#[test]
fn a_maintenance_window_ends_when_it_is_used_up() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    sandbox.inject(Incident::maintenance(3));
    for _ in 0..3 {
        client.get("/events").refused(503, "service_unavailable");
        assert_eq!(client.get("/health").status, 200);
    }
    client.get("/events").accepted(200);
}

#[test]
fn the_nested_shape_has_its_id_in_the_header_only() {
    let sandbox = start();
    sandbox.inject(Incident::rate_limited(Duration::from_secs(1)).nested());
    let answer = Client::of(&sandbox).get("/events");
    assert_eq!(answer.status, 429);
    assert_eq!(answer.json()["error"]["code"], "RATE_LIMITED");
    assert!(answer.json().get("request_id").is_none());
    assert!(answer.header("x-request-id").is_some());
    assert_eq!(answer.number("retry-after"), Some(1));
}

#[test]
fn the_response_of_a_proxy_has_no_headers_of_the_api() {
    let sandbox = start();
    sandbox.inject(Incident::bad_gateway());
    let answer = Client::of(&sandbox).get("/events");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (502, Some("text/html"))
    );
    assert!(answer.text.starts_with("<html>"));
    assert_eq!(answer.header("x-request-id"), None);
    assert_eq!(answer.header("x-ratelimit-limit"), None);
    let log = sandbox.requests();
    assert_eq!(
        (log[0].status, log[0].request_id.as_deref()),
        (Some(502), None)
    );
}

#[test]
fn a_request_on_a_closed_connection_has_no_effect() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let body = new_camera(&client, "Roof").to_string();
    sandbox.inject(Incident::close());
    let raw = client.send_raw("POST", "/api/v1/cameras", &[], &body);
    assert_eq!(raw.expect("an orderly end"), "");
    client.call("POST", "/cameras", &body).accepted(201);
    let log = sandbox.requests();
    assert_eq!(
        (log[1].status, log[1].incident.as_deref()),
        (None, Some("close"))
    );
    assert!(log[1].request_id.is_some());
}

#[test]
fn a_request_with_a_lost_response_has_taken_effect() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let body = new_camera(&client, "Roof").to_string();
    sandbox.inject(Incident::lose_answer());
    let raw = client.send_raw("POST", "/api/v1/cameras", &[], &body);
    assert_eq!(raw.expect("an orderly end"), "");
    client
        .call("POST", "/cameras", &body)
        .refused(409, "conflict");
    assert_eq!(sandbox.requests()[1].status, None);
}

#[test]
fn a_cut_body_ends_after_its_first_half() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    for target in ["/api/v1/events?limit=100", "/api/v1/events?limit=1"] {
        sandbox.inject(Incident::cut_body());
        let raw = client
            .send_raw("GET", target, &[], "")
            .expect("an orderly end");
        let answer = Answer::parse(&raw).expect("a whole head");
        let announced = answer.number("content-length").expect("a length");
        assert_eq!(
            (answer.status, answer.text.len() as u64),
            (200, announced / 2)
        );
        assert!(answer.header("x-request-id").is_some());
    }
    assert_eq!(sandbox.requests()[0].status, Some(200));
}

#[test]
fn a_slow_response_comes_late() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let delay = Duration::from_millis(60);
    sandbox.inject(Incident::slow(delay));
    let start = Instant::now();
    client.get("/events").accepted(200);
    assert!(start.elapsed() >= delay);
}

#[test]
fn a_stall_holds_only_its_request() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    sandbox.inject(Incident::stall());
    let mut stalled = client
        .open("GET", "/api/v1/events", &[], "")
        .expect("a connection");
    wait_for_requests(&sandbox, 1);
    client.get("/events").accepted(200);
    stalled
        .set_read_timeout(Some(Duration::from_millis(30)))
        .expect("a socket option");
    let error = stalled.read(&mut [0]).expect_err("no byte");
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    assert_eq!(sandbox.requests()[0].status, None);
}

#[test]
fn incidents_can_be_removed() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    sandbox.inject(Incident::internal_error().times(9));
    client.get("/events").refused(500, "internal_error");
    assert_eq!(sandbox.pending_incidents(), 8);
    sandbox.clear_incidents();
    client.get("/events").accepted(200);
}

#[test]
fn a_failing_trigger_triggers_nothing() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let camera = camera_with(&client, "online");
    sandbox.inject(Incident::internal_error().on("POST", "/cameras/{id}/trigger"));
    let path = format!("/cameras/{camera}/trigger");
    client.post(&path, json!({})).refused(500, "internal_error");
    client.post(&path, json!({})).accepted(202);
}

#[test]
#[should_panic(expected = "200 is not the status of an error")]
fn a_success_is_not_an_incident() {
    let _ = Incident::status(200, "fine");
}
