//! A program with 32 calls in flight that prints the result of each call, until it is killed.
//!
//! `victim BASE_URL TOKEN POLICY`, with the journal of `REQTRAIL_JOURNAL`. A line has the call's ID, and whether the journal has
//! to have the call.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use reqtrail::blocking::Client;
use reqtrail::{JournalPolicy, JournalSync, Outcome, Trail};
use serde_json::json;

const IN_FLIGHT: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().ok_or("usage: victim BASE_URL TOKEN POLICY");
    let (base_url, token, policy) = (word()?, word()?, word()?);
    let keeps_all = policy == "all";
    let client = reqtrail::Client::novavms(base_url)
        .token(token)
        .base_delay(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
        .journal_policy(match keeps_all {
            true => JournalPolicy::All,
            false => JournalPolicy::Notable,
        })
        // By default, a write of over 50 ms passes the records to a thread, which may happen on a slow machine.
        .journal_sync(JournalSync::Always)
        .build_blocking()?;
    let cameras: serde_json::Value = client.get("/cameras").send()?.json()?;
    let camera = cameras["data"][0]["id"].as_str().unwrap_or_default();
    std::thread::scope(|scope| {
        for _ in 0..IN_FLIGHT {
            scope.spawn(|| {
                loop {
                    let trail = call(&client, camera);
                    let is_kept =
                        keeps_all || trail.outcome() != Outcome::Ok || trail.attempts().len() > 1;
                    let line = format!("{} {is_kept}\n", trail.call_id());
                    // One write, so that lines stay whole. It fails only if the reader has killed this process.
                    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    Ok(())
}

/// Makes a random call, safe or unsafe, that succeeds or fails.
fn call(client: &Client, camera: &str) -> Trail {
    let request = match fastrand::u8(..8) {
        0 | 1 => client.get("/cameras"),
        2 => client.get("/cameras/{id}").param("id", "nobody"),
        3 => client.get("/events"),
        4 => client.post("/cameras").json(&json!({})),
        5 => client
            .patch("/cameras/{id}")
            .param("id", camera)
            .json(&json!({ "name": "Gate" })),
        _ => client
            .post("/cameras/{id}/trigger")
            .param("id", camera)
            .json(&json!({ "reason": "proof" })),
    };
    match request.send() {
        Ok(response) => response.trail().clone(),
        Err(error) => match error.trail() {
            Some(trail) => trail.clone(),
            None => unreachable!("every call has a trail: {error}"),
        },
    }
}
