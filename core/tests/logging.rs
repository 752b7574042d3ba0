//! What `tracing` subscribers get: the fields that support needs, and never a secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use reqtrail::Client;
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is written.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("the lock").clone()).expect("text")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn events_name_what_support_needs_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

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

    let text: String = log
        .text()
        .lines()
        .filter(|line| line.contains("reqtrail"))
        .collect::<Vec<_>>()
        .join("\n");
    let trail = error.trail().expect("a trail");
    for id in trail.request_ids() {
        assert!(text.contains(id.as_str()), "{id} in {text}");
    }
    for part in [
        trail.call_id().as_str(),
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
