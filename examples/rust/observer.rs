//! An observer: counts what calls cost, and prints each failed call's report.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqtrail::{Client, Observer, Outcome};
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    waits_ms: AtomicU64,
}

/// Counts attempts and calls. Observers run within the call, so slow work belongs in a queue.
impl Observer for Counts {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let attempt = event.attempt;
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(wait) = attempt.wait() {
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.waits_ms.fetch_add(millis, Ordering::Relaxed);
        }
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        if trail.outcome() != Outcome::Ok {
            println!("{trail}");
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(SandboxOptions::default())?;
    let counts = Arc::new(Counts::default());
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .observer(Arc::clone(&counts))
        .build()?;

    sandbox.inject(Incident::service_unavailable().on("GET", "/events"));
    client.get("/events").send().await?;
    let missing = client
        .get("/cameras/{id}")
        .param("id", "no-such-camera")
        .send()
        .await;
    println!(
        "{} requests, {} ms of waiting",
        counts.requests.load(Ordering::Relaxed),
        counts.waits_ms.load(Ordering::Relaxed)
    );
    assert!(missing.is_err());
    Ok(())
}
