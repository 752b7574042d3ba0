//! The main job: make calls, live through an incident, and hand support what it asks for.
//!
//! Without arguments it starts a little NovaVMS in this process. With `REQTRAIL_BASE_URL` and `REQTRAIL_TOKEN` it
//! lists the cameras of a real one. `RUST_LOG=reqtrail=trace` shows more.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use reqtrail::Client;
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "reqtrail=debug".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .compact()
        .with_ansi(std::io::stdout().is_terminal())
        .init();

    match std::env::var("REQTRAIL_BASE_URL") {
        Ok(base_url) => real_api(&base_url).await,
        Err(_) => incident().await,
    }
}

/// Lists the cameras of a real NovaVMS.
async fn real_api(base_url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("REQTRAIL_TOKEN")
        .map_err(|_| "REQTRAIL_BASE_URL is set, but REQTRAIL_TOKEN is not; set it to an API key")?;
    let client = Client::novavms(base_url).token(token).build()?;
    let response = client.get("/cameras").query("limit", 5).send().await?;
    println!("{}", response.json::<Value>()?);
    println!("\n{}", response.trail());
    Ok(())
}

/// Plays an incident on a little NovaVMS.
async fn incident() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(SandboxOptions::default())?;
    let name = format!("reqtrail-quickstart-{}", std::process::id());
    let journal = std::env::temp_dir().join(name);
    let client = Client::novavms(sandbox.base_url())
        .token(sandbox.token())
        .user_agent("quickstart/1.0")
        .journal(&journal)
        // However slow the machine is, so that the demo finds its call at its end.
        .journal_sync(reqtrail::JournalSync::Always)
        .build()?;

    println!("== A call that works");
    let cameras = client.get("/cameras").query("limit", 1).send().await?;
    let body: Value = cameras.json()?;
    let id = body["data"][0]["id"].as_str().unwrap_or_default();
    if let Some(request_id) = cameras.request_id() {
        println!("camera {id}, request ID {request_id}\n");
    }

    println!(
        "== The API limits the rate, then fails, then works: the call waits, tries again, and succeeds"
    );
    sandbox.inject(Incident::rate_limited(Duration::from_secs(1)).on("GET", "/events"));
    sandbox.inject(Incident::internal_error().on("GET", "/events"));
    let events = client
        .get("/events")
        .query("camera_id", id)
        .query("limit", 10)
        .send()
        .await?;
    println!("\n{}", events.trail());

    println!("== A call that fails for good: the error alone is enough for support");
    let trigger = |incident: Incident| incident.on("POST", "/cameras/{id}/trigger");
    sandbox.inject(trigger(Incident::rate_limited(Duration::from_secs(1))));
    sandbox.inject(trigger(Incident::internal_error()));
    let outcome = client
        .post("/cameras/{id}/trigger")
        .param("id", id)
        .json(&json!({ "reason": "quickstart" }))
        .send()
        .await;
    let Err(error) = outcome else {
        return Err("the sandbox was told to fail".into());
    };
    println!("\nerror: {error}\n");
    if let Some(hint) = error.api().and_then(|api| api.hint()) {
        println!("hint: {hint}\n");
    }
    if let Some(trail) = error.trail() {
        println!("The support report:\n\n{trail}");
    }

    println!("== The promise: the trails list exactly the requests that the server logged");
    let trails = [cameras.trail(), events.trail()]
        .into_iter()
        .chain(error.trail());
    let attempts: Vec<_> = trails.flat_map(|trail| trail.attempts()).collect();
    let log = sandbox.requests();
    for (request, attempt) in log.iter().zip(&attempts) {
        let logged = request.request_id.as_deref().unwrap_or("-");
        let listed = attempt.request_id().map_or("-", |id| id.as_str());
        let verdict = if logged == listed {
            "listed"
        } else {
            "MISSING"
        };
        println!("{verdict}  {logged}  {} {}", request.method, request.path);
    }
    println!(
        "{} requests logged, {} attempts listed\n",
        log.len(),
        attempts.len()
    );

    println!(
        "== Afterwards: whoever has the journal finds the call, also when the program is gone"
    );
    reqtrail(&journal, &["list", "--failed"])?;
    let id = error.request_id().map_or("-", |id| id.as_str());
    reqtrail(&journal, &["find", id])?;
    std::fs::remove_dir_all(&journal)?;
    Ok(())
}

/// Runs the command `reqtrail` on a journal, as a shell would.
fn reqtrail(journal: &Path, words: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    println!("$ reqtrail {}", words.join(" "));
    let mut arguments: Vec<OsString> = ["reqtrail", "--journal"].map(Into::into).to_vec();
    arguments.push(journal.into());
    arguments.extend(words.iter().map(Into::into));
    match reqtrail_cli::run(arguments, &mut reqtrail_cli::Environment::of_process()) {
        0 => Ok(()),
        code => Err(format!("reqtrail {}: exit code {code}", words.join(" ")).into()),
    }
}
