//! A session that a program has with the sandbox: recorded against it, and played without it.
//!
//! What it returns holds nothing that differs between the two: no times, and no secrets.

use std::time::Duration;

use reqtrail::{Client, ClientBuilder, Error, Response, Trail, blocking};
use reqtrail_sandbox::{Incident, Sandbox, accounts};
use serde_json::{Value, json};

/// A camera that does not exist, which the program asks for with its own key.
pub(crate) const SECRET_PARAM: &str = "s3cr3t-camera";
pub(crate) const SECRET_QUERY: &str = "s3cr3t-signature";

/// What the sandbox has in store for the session.
pub(crate) fn prepare(sandbox: &Sandbox) {
    for incident in [
        Incident::maintenance(2).on("GET", "/events"),
        Incident::rate_limited(Duration::from_secs(30)).on("GET", "/users"),
        Incident::cut_body().on("GET", "/gateways"),
        Incident::lose_answer().on("POST", "/cameras"),
        Incident::stall().on("GET", "/cameras/{id}/snapshot"),
        Incident::bad_gateway().on("GET", "/version"),
    ] {
        sandbox.inject(incident);
    }
}

/// The options of the session's client.
pub(crate) fn options(builder: ClientBuilder) -> ClientBuilder {
    builder
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(2))
        .jitter_seed(7)
}

/// Makes the session's calls with a client, and says what came of each. Both kinds of clients make the same.
macro_rules! session {
    ($client:ident $(, $wait:tt)?) => {{
        let mut said = Vec::new();
        let listed = $client.get("/cameras").query("limit", 2).send()$(.$wait)?;
        let first = listed.as_ref().ok().and_then(|response| {
            let body: Value = response.json().ok()?;
            Some(body.pointer("/data/0/id")?.as_str()?.to_owned())
        });
        said.push(outcome(listed));
        let first = first.unwrap_or_default();
        let camera = $client.get("/cameras/{id}").param("id", &first);
        said.push(outcome(camera.send()$(.$wait)?));
        said.push(outcome($client.get("/events").send()$(.$wait)?));
        let login = $client.post("/auth/login").json(&json!({
            "email": accounts::EMAIL, "password": accounts::PASSWORD, "client_type": "api",
        }));
        said.push(outcome(login.send()$(.$wait)?));
        let users = $client.get("/users").max_attempts(1);
        said.push(outcome(users.send()$(.$wait)?));
        said.push(outcome($client.get("/gateways").send()$(.$wait)?));
        let created = $client.post("/cameras").json(&new_camera());
        said.push(outcome(created.send()$(.$wait)?));
        let secret = $client
            .get("/cameras/{id}")
            .secret_param("id", SECRET_PARAM)
            .query("signature", SECRET_QUERY);
        said.push(outcome(secret.send()$(.$wait)?));
        let snapshot = $client
            .get("/cameras/{id}/snapshot")
            .param("id", &first)
            .attempt_timeout(Duration::from_millis(300))
            .max_attempts(1);
        said.push(outcome(snapshot.send()$(.$wait)?));
        let version = $client.get("/version").max_attempts(1);
        said.push(outcome(version.send()$(.$wait)?));
        said
    }};
}

pub(crate) async fn run(client: &Client) -> Vec<Value> {
    session!(client, await)
}

pub(crate) fn run_blocking(client: &blocking::Client) -> Vec<Value> {
    session!(client)
}

/// A camera with a new serial number in each run.
fn new_camera() -> Value {
    let random = std::array::from_fn(|_| fastrand::u8(..));
    let serial = uuid::Builder::from_random_bytes(random).into_uuid();
    json!({"name": "Quay", "serial": serial.to_string()})
}

/// What a caller sees of a call, without what differs between two runs, and without what is secret.
pub(crate) fn outcome(result: Result<Response, Error>) -> Value {
    match &result {
        Ok(response) => json!({
            "status": response.status().as_u16(),
            "request_id": response.request_id().map(ToString::to_string),
            "is_empty": response.bytes().is_empty(),
            "rate_limit": response.rate_limit().and_then(|limit| limit.remaining),
            "trail": story(response.trail()),
        }),
        Err(error) => json!({
            "kind": error.kind().as_str(),
            "status": error.status().map(|status| status.as_u16()),
            "code": error.code(),
            "category": error.category().map(|category| category.as_str().to_owned()),
            "request_id": error.request_id().map(ToString::to_string),
            "retry_after_s": error.retry_after().map(|wait| wait.as_secs()),
            "may_have_been_sent": error.may_have_been_sent(),
            "trail": error.trail().map(story),
        }),
    }
}

/// A trail without drawn IDs, measured times and the origin.
pub(crate) fn story(trail: &Trail) -> Value {
    let mut story: Value = serde_json::from_str(&trail.to_json()).expect("JSON");
    let origin = story["origin"].as_str().expect("an origin").to_owned();
    let drawn = [
        "call_id",
        "trace_id",
        "correlation_id",
        "started_at",
        "elapsed_ms",
        "origin",
    ];
    let fields = story.as_object_mut().expect("an object");
    fields.retain(|name, _| !drawn.contains(&&**name));
    let notes = fields["notes"].as_array_mut().expect("notes");
    notes.retain(|note| note != "scripted");
    for attempt in fields["attempts"].as_array_mut().expect("attempts") {
        let attempt = attempt.as_object_mut().expect("an object");
        // A reason names the peer, as the address does.
        let drawn = [
            "span_id",
            "started_ms",
            "elapsed_ms",
            "failure_reason",
            "remote_address",
        ];
        attempt.retain(|name, _| !drawn.contains(&&**name));
        let url = attempt["url"].as_str().expect("a URL");
        attempt["url"] = url.strip_prefix(&origin).unwrap_or(url).into();
    }
    story
}
