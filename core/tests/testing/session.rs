//! A session that a program has with the sandbox: recorded against it, and played without it.
//!
//! What it returns holds nothing that differs between the two: no times, and no secrets.

use std::time::Duration;

use reqtrail::{Client, ClientBuilder, Error, Response};
use reqtrail_sandbox::{Incident, Sandbox, accounts};
use serde_json::{Value, json};

/// A camera that there is not, which the program asks for by a key of its own.
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

/// Makes the session's calls, and says what came of each.
pub(crate) async fn run(client: &Client) -> Vec<Value> {
    let mut said = Vec::new();
    let listed = client.get("/cameras").query("limit", 2).send().await;
    let first = listed.as_ref().ok().and_then(|response| {
        let body: Value = response.json().ok()?;
        Some(body.pointer("/data/0/id")?.as_str()?.to_owned())
    });
    said.push(outcome(listed));
    let first = first.unwrap_or_default();
    said.push(outcome(
        client.get("/cameras/{id}").param("id", &first).send().await,
    ));
    said.push(outcome(client.get("/events").send().await));
    let login = json!({
        "email": accounts::EMAIL, "password": accounts::PASSWORD, "client_type": "api",
    });
    said.push(outcome(
        client.post("/auth/login").json(&login).send().await,
    ));
    said.push(outcome(client.get("/users").max_attempts(1).send().await));
    said.push(outcome(client.get("/gateways").send().await));
    // Made anew in each run.
    let camera = json!({"name": "Quay", "serial": uuid::Builder::from_random_bytes(std::array::from_fn(|_| fastrand::u8(..))).into_uuid().to_string()});
    said.push(outcome(client.post("/cameras").json(&camera).send().await));
    let secret = client
        .get("/cameras/{id}")
        .secret_param("id", SECRET_PARAM)
        .query("signature", SECRET_QUERY);
    said.push(outcome(secret.send().await));
    let snapshot = client.get("/cameras/{id}/snapshot").param("id", &first);
    let patience = Duration::from_millis(300);
    said.push(outcome(
        snapshot
            .attempt_timeout(patience)
            .max_attempts(1)
            .send()
            .await,
    ));
    said.push(outcome(client.get("/version").max_attempts(1).send().await));
    said
}

/// What a caller sees of a call, without what is secret.
fn outcome(result: Result<Response, Error>) -> Value {
    let (ended, trail) = match &result {
        Ok(response) => (
            json!({
                "status": response.status().as_u16(),
                "request_id": response.request_id().map(ToString::to_string),
                "is_empty": response.bytes().is_empty(),
            }),
            Some(response.trail()),
        ),
        Err(error) => (
            json!({
                "kind": error.kind().as_str(),
                "status": error.status().map(|status| status.as_u16()),
                "code": error.code(),
                "request_id": error.request_id().map(ToString::to_string),
                "retry_after_s": error.retry_after().map(|wait| wait.as_secs()),
            }),
            error.trail(),
        ),
    };
    let attempts = trail.into_iter().flat_map(|trail| trail.attempts());
    let attempts: Vec<_> = attempts
        .map(|attempt| {
            json!([
                attempt.cause().as_str(),
                attempt.sent().as_str(),
                attempt.status().map(|status| status.as_u16()),
                attempt.failure().map(|failure| failure.as_str()),
            ])
        })
        .collect();
    json!({"ended": ended, "attempts": attempts})
}
