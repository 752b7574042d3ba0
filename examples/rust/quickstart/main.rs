//! The main job: make calls, meet an incident, and give support what it asks for.
//!
//! Without arguments it starts a small NovaVMS in this process and plays an incident on it. With `REQTRAIL_BASE_URL` and
//! `REQTRAIL_TOKEN` it lists the cameras of a real one.

mod short_log;

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use reqtrail::{Client, JournalSync};
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    short_log::start();
    match std::env::var("REQTRAIL_BASE_URL") {
        Ok(base_url) => real_api(&base_url).await,
        Err(_) => incident().await,
    }
}

/// Lists the cameras of a real NovaVMS.
async fn real_api(base_url: &str) -> Result<()> {
    let token = std::env::var("REQTRAIL_TOKEN")
        .map_err(|_| "REQTRAIL_BASE_URL is set, but REQTRAIL_TOKEN is not; set it to an API key")?;
    let client = Client::novavms(base_url).token(token).build()?;
    let response = client.get("/cameras").query("limit", 5).send().await?;
    println!("{}", response.json::<Value>()?);
    println!("\n{}", response.trail());
    Ok(())
}

/// Plays an incident on a small NovaVMS.
async fn incident() -> Result<()> {
    let sandbox = Sandbox::start(SandboxOptions::default())?;
    let name = format!("reqtrail-quickstart-{}", std::process::id());
    let journal = std::env::temp_dir().join(name);
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .user_agent("quickstart/1.0")
        .journal(&journal)
        // Each call writes its record itself, so that the command finds it at once.
        .journal_sync(JournalSync::Always)
        .build()?;

    println!("1. A read meets a rate limit and a server error. The call repeats it:\n");
    fail_twice(&sandbox, "GET", "/cameras");
    let cameras = client.get("/cameras").query("limit", 1).send().await?;
    let body: Value = cameras.json()?;
    let id = body["data"][0]["id"].as_str().unwrap_or_default();

    println!("\n2. A write meets the same. After the 500 it may have acted, so the call fails:\n");
    fail_twice(&sandbox, "POST", "/cameras/{id}/trigger");
    let outcome = client
        .post("/cameras/{id}/trigger")
        .param("id", id)
        .json(&json!({ "reason": "quickstart" }))
        .send()
        .await;
    let Err(error) = outcome else {
        return Err("the call succeeded; expected the incident".into());
    };
    println!("\nerror: {error}");
    if let Some(hint) = error.api().and_then(|api| api.hint()) {
        println!("hint: {hint}");
    }

    println!("\n3. The error has the trail of the call. This is the report for support:\n");
    if let Some(trail) = error.trail() {
        print!("{trail}");
    }

    let trails = [cameras.trail()].into_iter().chain(error.trail());
    let attempts: Vec<_> = trails.flat_map(|trail| trail.attempts()).collect();
    let logged = sandbox.requests();
    let same = logged.iter().zip(&attempts).filter(|(request, attempt)| {
        request.request_id.as_deref() == attempt.request_id().map(|id| id.as_str())
    });
    println!(
        "\n4. The server logged {} requests, the trails have {} attempts: {} IDs are the same.",
        logged.len(),
        attempts.len(),
        same.count()
    );

    println!("\n5. Later, even after the program has ended, its journal has the call:\n");
    reqtrail(&journal, &["list", "--failed"])?;
    std::fs::remove_dir_all(&journal)?;
    Ok(())
}

/// Makes the next two requests of this kind fail: with a 429, then with a 500.
fn fail_twice(sandbox: &Sandbox, method: &str, path: &str) {
    let rate_limited = Incident::rate_limited(Duration::from_secs(1));
    sandbox.inject(rate_limited.on(method, path));
    sandbox.inject(Incident::internal_error().on(method, path));
}

/// Runs the command `reqtrail` on a journal, as a shell does.
fn reqtrail(journal: &Path, words: &[&str]) -> Result<()> {
    println!("$ reqtrail {}", words.join(" "));
    let mut arguments: Vec<OsString> = ["reqtrail", "--journal"].map(Into::into).to_vec();
    arguments.push(journal.into());
    arguments.extend(words.iter().map(Into::into));
    match reqtrail_cli::run(arguments, &mut reqtrail_cli::Environment::of_process()) {
        0 => Ok(()),
        code => Err(format!("reqtrail {}: exit code {code}", words.join(" ")).into()),
    }
}
