//! The control endpoint.

use serde_json::{Value, json};

use crate::support::{Answer, Client, start};

fn control(client: &Client, method: &str, name: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    client
        .send(method, &format!("/__sandbox/{name}"), &[], &body)
        .expect("an answer")
}

#[test]
fn incidents_are_injected_counted_and_removed() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let one = json!({ "name": "internal_error", "on": "GET /events" });
    assert_eq!(
        control(&client, "POST", "incidents", &one).accepted(201),
        json!({ "pending": 1 })
    );
    let several = json!(["rate_limited:retry_after=0", { "name": "stall", "times": 3 }]);
    let answer = control(&client, "POST", "incidents", &several);
    assert_eq!(answer.accepted(201), json!({ "pending": 5 }));
    client.get("/events").refused(500, "internal_error");
    client.get("/events").refused(429, "rate_limited");
    let answer = control(&client, "GET", "incidents", &Value::Null);
    assert_eq!(answer.accepted(200), json!({ "pending": 3 }));
    assert_eq!(
        control(&client, "DELETE", "incidents", &Value::Null).status,
        204
    );
    client.get("/events").accepted(200);
}

#[test]
fn the_log_is_read_and_emptied() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    let id = client
        .get("/events?limit=1")
        .header("x-request-id")
        .map(str::to_owned);
    let log = control(&client, "GET", "requests", &Value::Null).accepted(200);
    let entry = &log["requests"][0];
    assert_eq!(log["requests"].as_array().map(Vec::len), Some(1));
    assert_eq!(entry["request_id"].as_str(), id.as_deref());
    assert_eq!(
        (&entry["method"], &entry["status"]),
        (&json!("GET"), &json!(200))
    );
    assert_eq!(
        (&entry["path"], &entry["query"]),
        (&json!("/api/v1/events"), &json!("limit=1"))
    );
    assert_eq!(
        (&entry["traceparent"], &entry["incident"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        entry["time"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    assert_eq!(
        control(&client, "DELETE", "requests", &Value::Null).status,
        204
    );
    assert!(sandbox.requests().is_empty());
}

#[test]
fn an_invalid_request_is_refused_and_changes_nothing() {
    let sandbox = start();
    let client = Client::of(&sandbox);
    for body in [
        json!({}),
        json!("stal"),
        json!(["stall", "stal"]),
        json!({ "name": 7 }),
    ] {
        let refused = control(&client, "POST", "incidents", &body);
        assert_eq!(refused.status, 400, "{body}");
        assert!(!refused.field("error").is_empty());
    }
    assert_eq!(sandbox.pending_incidents(), 0);
    assert_eq!(
        control(&client, "PUT", "incidents", &Value::Null).status,
        405
    );
    assert_eq!(control(&client, "GET", "nothing", &Value::Null).status, 404);
    assert!(sandbox.requests().is_empty());
}
