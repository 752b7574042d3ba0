//! What `tracing` subscribers get: the fields that support needs, and no secrets.

#[path = "support/log.rs"]
mod log;

use log::Log;
use reqtrail::Client;
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};

#[tokio::test]
async fn events_name_what_support_needs_and_no_secret() {
    let log = Log::default();
    let guard = log.begin();

    let sandbox = Sandbox::start(SandboxOptions::default()).expect("the sandbox starts");
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .base_delay(std::time::Duration::from_millis(1))
        .build()
        .expect("a client");
    sandbox.inject(Incident::internal_error().on("GET", "/cameras/{id}"));
    let error = client
        .get("/cameras/{id}")
        .secret_param("id", "s3cr3t-id")
        .query("sig", "s3cr3t-query")
        .header("X-Private", "s3cr3t-header")
        .send()
        .await
        .expect_err("no such camera");
    drop(guard);

    let text = log.lines().join("\n");
    let trail = error.trail().expect("a trail");
    for id in trail.request_ids() {
        assert!(text.contains(id.as_str()), "{id} in {text}");
    }
    // Each line names the call once, in one form.
    let call_id = format!("call_id={}", trail.call_id());
    for line in log.lines().iter().filter(|line| !line.contains("sandbox")) {
        assert_eq!(line.matches("call_id=").count(), 1, "{line}");
        assert_eq!(line.matches(&call_id).count(), 1, "{line}");
    }
    for part in [
        trail.call_id().to_string().as_str(),
        "/cameras/{id}",
        "internal_error",
        "not_found",
        "attempt=2",
        "status=404",
        "call failed",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for secret in [sandbox.token(), "s3cr3t"] {
        assert!(!text.contains(secret), "{secret} in {text}");
        assert!(
            !format!("{error:?} {error} {}", trail.to_json()).contains(secret),
            "{secret} in the error"
        );
    }
}
