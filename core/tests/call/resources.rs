//! Following volumes, snapshots and images, over a scripted Cinder and a scripted Glance on a paused clock.

use std::sync::{Arc, Mutex};

use http::Method;
use reqtrail::openstack::{
    ActionError, ActionReport, FollowResource, ResourceRef, Resources, Verdict,
};
use reqtrail::{CancelReason, CancelToken, Client, ErrorKind, Response};
use serde_json::{Value, json};

use crate::support::*;

mod faults;
mod images;
mod messages;
mod requests;
mod volumes;

const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
const SNAPSHOT: &str = "ce07f42b-e024-4dac-a9e6-f5268c31d82c";
const REQUEST: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";
const ANOTHER: &str = "req-279d6cf0-bee9-419f-9e86-bc14d831ec4c";

const GONE: &str = r#"{"itemNotFound": {"code": 404, "message": "Volume could not be found."}}"#;

/// What the API shows from a time on: status and size of the resource, `None` for a 404.
type Scene = (u64, Option<(&'static str, u64)>);

/// A block storage API: what it shows, which messages it has from when on, and which microversion is its newest.
#[derive(Clone)]
struct Cinder {
    scenes: Vec<Scene>,
    messages: Vec<(u64, Value)>,
    newest: f32,
}

impl Cinder {
    fn new(scenes: &[Scene]) -> Self {
        Self {
            scenes: scenes.to_vec(),
            messages: Vec::new(),
            newest: 3.71,
        }
    }

    fn message(mut self, from_ms: u64, message: Value) -> Self {
        self.messages.push((from_ms, message));
        self
    }

    fn up_to(mut self, version: f32) -> Self {
        self.newest = version;
        self
    }

    fn start(self) -> ScriptedTransport {
        ScriptedTransport::answering(move |n, sent| self.answer(n, sent))
    }

    fn answer(&self, n: usize, sent: &Logged) -> Exchange {
        let path = sent.url.path();
        if path.ends_with("/messages") {
            return self.list(n, sent);
        }
        let one = path
            .rsplit('/')
            .nth(1)
            .unwrap_or_default()
            .trim_end_matches('s');
        if sent.method == Method::POST && !path.ends_with("/action") {
            let (name, id) = match path.rsplit('/').next() {
                Some("snapshots") => ("snapshot", SNAPSHOT),
                _ => ("volume", VOLUME),
            };
            let body = json!({ name: { "id": id, "status": "creating", "size": 1 } });
            return accepted(&body.to_string());
        }
        if sent.method != Method::GET {
            return accepted("");
        }
        let now = self
            .scenes
            .iter()
            .rev()
            .find(|(from, _)| sent.at >= ms(*from));
        match now.expect("a scene from the start").1 {
            None => answer(404, n, GONE),
            Some((status, size)) => {
                let id = path.rsplit('/').next();
                let body =
                    json!({ one: { "id": id, "name": "data", "status": status, "size": size } });
                answer(200, n, &body.to_string())
            }
        }
    }

    fn list(&self, n: usize, sent: &Logged) -> Exchange {
        let version = sent.header("openstack-api-version");
        let version = version.and_then(|text| text.strip_prefix("volume "));
        let version: f32 = version
            .and_then(|text| text.parse().ok())
            .expect("a version");
        if version > self.newest {
            let body = r#"{"computeFault": {"code": 406, "message": "Version 3.5 is not supported by the API."}}"#;
            return answer(406, n, body);
        }
        let filters: Vec<(String, String)> = match version >= 3.5 {
            true => sent.url.query_pairs().into_owned().collect(),
            false => Vec::new(),
        };
        let there = self
            .messages
            .iter()
            .filter(|(from, _)| sent.at >= ms(*from));
        let fits = |message: &&Value| filters.iter().all(|(name, value)| message[name] == **value);
        let rows: Vec<&Value> = there.map(|(_, message)| message).filter(fits).collect();
        answer(200, n, &json!({ "messages": rows }).to_string())
    }
}

/// The 202 of the request that is followed.
fn accepted(body: &str) -> Exchange {
    reply(202)
        .header("x-openstack-request-id", REQUEST)
        .body(body.to_owned())
}

fn answer(status: u16, n: usize, body: &str) -> Exchange {
    let id = format!("req-00000000-0000-4000-8000-{n:012}");
    reply(status)
        .header("x-openstack-request-id", id)
        .body(body.to_owned())
}

fn message(request: &str, text: &str) -> Value {
    json!({
        "id": format!("c36bc49f-{}", text.len()), "event_id": "VOLUME_VOLUME_001_003", "user_message": text,
        "message_level": "ERROR", "created_at": "2026-11-21T21:00:00.400000",
        "guaranteed_until": "2026-12-21T21:00:00.000000", "request_id": request, "resource_type": "VOLUME",
        "resource_uuid": VOLUME,
    })
}

fn client(wire: &ScriptedTransport) -> Client {
    Client::openstack("https://cloud.example/v3/0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a")
        .token("gAAAAA-secret")
        .jitter_seed(7)
        .max_attempts(1)
        .build_with(wire.clone())
        .expect("a client")
}

fn follow(wire: &ScriptedTransport, what: impl Into<ResourceRef>) -> FollowResource<Client> {
    Resources::new(client(wire)).follow(what)
}

async fn post(wire: &ScriptedTransport, path: &str, body: Value) -> Response {
    let request = client(wire).post(path.replace("{id}", VOLUME)).json(&body);
    request.send().await.expect("a 202")
}

fn failed(ended: Result<ActionReport, ActionError>) -> ActionError {
    let error = ended.expect_err("a failure");
    assert!(matches!(error, ActionError::Failed(_)), "{error}");
    assert_eq!(error.report().verdict, Verdict::Failed);
    assert_schema(&error.report().to_json());
    error
}

/// Checks a report against the schema that every language shares.
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
