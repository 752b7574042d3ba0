//! Headers of every response, and errors that come before any resource.

use std::collections::HashSet;

use crate::support::{Answer, Client, start};

/// Asserts an ID that is `req_` and a ULID of about now, and returns it.
fn request_id(answer: &Answer) -> String {
    let id = answer.header("x-request-id").expect("an ID").to_owned();
    let ulid = id.strip_prefix("req_").expect("the prefix");
    assert_eq!(ulid.len(), 26, "{id}");
    let digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let millis = ulid[..10].chars().fold(0, |sum, digit| {
        sum * 32 + digits.find(digit).expect("a Crockford digit") as u128
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    assert!(
        now.expect("after 1970").as_millis().abs_diff(millis) < 60_000,
        "{id}"
    );
    id
}

#[test]
fn every_response_has_its_own_id_and_the_limits() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let nobody = Client::at(sandbox.address());
    let answers = [
        client.get("/events"),
        client.get("/events/7"),
        client.get("/nothing"),
        client.call("PUT", "/events", ""),
        client.call("POST", "/cameras", "{"),
        client.send("GET", "/", &[], "").expect("an answer"),
        client.send("GET", "/healthz", &[], "").expect("an answer"),
        client
            .send("HEAD", "/api/v1/events", &[], "")
            .expect("an answer"),
        nobody.get("/events"),
        nobody.get("/nothing"),
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 404, 404, 405, 400, 404, 200, 200, 401, 404]);
    let ids: Vec<String> = answers.iter().map(request_id).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), answers.len());
    for answer in &answers {
        assert_eq!(answer.number("x-ratelimit-limit"), Some(1000));
        assert!(
            answer
                .number("x-ratelimit-remaining")
                .is_some_and(|left| left <= 100)
        );
        assert!(
            answer
                .number("x-ratelimit-reset")
                .is_some_and(|reset| reset > 1_700_000_000)
        );
    }
    let log = sandbox.requests();
    let logged: Vec<&str> = log
        .iter()
        .filter_map(|request| request.request_id.as_deref())
        .collect();
    assert_eq!(logged, ids);
}

#[test]
fn unknown_paths_and_methods_are_refused_in_the_usual_shape() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    client.get("/nothing").refused(404, "not_found");
    let refused = client.call("DELETE", "/cameras", "");
    refused.refused(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), Some("GET, POST"));
}

#[test]
fn the_response_to_a_head_request_has_no_body() {
    let sandbox = start();
    let answer = Client::of(&sandbox)
        .send("HEAD", "/api/v1/events", &[], "")
        .expect("an answer");
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert!(
        answer
            .number("content-length")
            .is_some_and(|length| length > 1_000)
    );
}

#[test]
fn a_huge_body_is_refused() {
    let sandbox = start();
    let body = format!("\"{}\"", "x".repeat(1 << 20));
    let refused = Client::of(&sandbox).call("POST", "/cameras", &body);
    refused.refused(413, "validation_failed");
}

#[test]
fn the_log_has_the_attempt_of_a_request() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("traceparent", traceparent)];
    client
        .send("GET", "/api/v1/events?limit=1", &headers, "")
        .expect("an answer");
    client.get("/cameras");
    let log = sandbox.requests();
    assert_eq!((log[0].number, log[1].number), (1, 2));
    assert_eq!(
        (log[0].method.as_str(), log[0].path.as_str()),
        ("GET", "/api/v1/events")
    );
    assert_eq!(
        (log[0].query.as_deref(), log[0].status),
        (Some("limit=1"), Some(200))
    );
    assert_eq!(log[0].traceparent.as_deref(), Some(traceparent));
    assert_eq!(log[0].trace_id(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(log[0].span_id(), Some("00f067aa0ba902b7"));
    assert_eq!(log[1].traceparent, None);
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
}
