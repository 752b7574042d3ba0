//! Following and explaining server actions, over a scripted compute API on a paused clock.

use std::sync::{Arc, Mutex};

use http::Method;
use reqtrail::openstack::{ActionError, ActionReport, Compute, Verdict};
use reqtrail::{CancelReason, CancelToken, Category, Client, ErrorKind};
use serde_json::{Value, json};

use crate::support::*;

mod follow;
mod names;
mod operations;
mod reads;
mod story;

const SERVER: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";
const ACTION: &str = "req-ea1b0dfc-3186-42a9-84ff-c4f4fb130fae";
const BEGAN: &str = "2026-11-21T21:21:29.982786";

type ComputeApi = Compute<Client>;

fn server(status: &str, task: Option<&str>) -> Value {
    json!({ "id": SERVER, "status": status, "OS-EXT-STS:task_state": task })
}

fn action(kind: &str, message: Option<&str>, events: &[(&str, Option<&str>)]) -> Value {
    let events: Vec<Value> = events
        .iter()
        .map(|(event, result)| json!({ "event": event, "result": result, "start_time": BEGAN }))
        .collect();
    json!({
        "action": kind, "request_id": ACTION, "start_time": BEGAN, "message": message, "events": events,
    })
}

/// What the API shows from a time on. `None` is a 404.
#[derive(Clone)]
struct Scene {
    from_ms: u64,
    server: Option<Value>,
    action: Option<Value>,
}

fn scene(from_ms: u64, server: Option<Value>, action: Option<Value>) -> Scene {
    Scene {
        from_ms,
        server,
        action,
    }
}

/// A compute API that plays scenes; `newest` is the newest action of its list.
fn api(scenes: Vec<Scene>, newest: &'static str) -> ScriptedTransport {
    ScriptedTransport::answering(move |n, sent| {
        let now = scenes
            .iter()
            .rev()
            .find(|scene| sent.at >= ms(scene.from_ms))
            .expect("a scene from the start");
        let path = sent.url.path();
        let body = if sent.method == Method::POST {
            return answer(202, n, "");
        } else if path.ends_with("/servers") {
            Some(json!({ "servers": [{ "id": SERVER, "name": "web-1" }] }))
        } else if path.ends_with("/os-instance-actions") {
            let listed = json!({ "action": "resize", "request_id": newest });
            Some(json!({ "instanceActions": [listed] }))
        } else if path.contains("/os-instance-actions/") {
            now.action.as_ref().map(|a| json!({ "instanceAction": a }))
        } else {
            now.server.as_ref().map(|s| json!({ "server": s }))
        };
        match body {
            Some(body) => answer(200, n, &body.to_string()),
            None => answer(
                404,
                n,
                r#"{"itemNotFound": {"code": 404, "message": "gone"}}"#,
            ),
        }
    })
}

fn answer(status: u16, n: usize, body: &str) -> Exchange {
    let id = format!("req-00000000-0000-4000-8000-{n:012}");
    reply(status)
        .header("x-openstack-request-id", id)
        .body(body.to_owned())
}

fn compute(wire: &ScriptedTransport) -> ComputeApi {
    let client = Client::openstack("https://nova.example/v2.1")
        .token("gAAAAA-secret")
        .jitter_seed(7)
        .max_attempts(1)
        .build_with(wire.clone())
        .expect("a client");
    Compute::new(client)
}

async fn follow(wire: &ScriptedTransport) -> Result<ActionReport, ActionError> {
    compute(wire).follow(SERVER, ACTION).send().await
}

/// Checks a report or a story against the schema that every language shares.
fn assert_schema(json: &str) {
    let schema = include_str!("../../../schema/openstack.schema.json");
    let schema = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value: Value = serde_json::from_str(json).expect("JSON");
    let errors: Vec<String> = (validator.iter_errors(&value))
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {value:#}");
}
