//! The same calls without async, and a refresher that makes new tokens.

use reqtrail::{Client, Secret};
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions, accounts};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(SandboxOptions::default())?;

    // A login has its own rate limit, which a retry does not lift, so it makes only one attempt.
    let login = Client::novavms(sandbox.base_url()).build_blocking()?;
    let client = Client::novavms(sandbox.base_url())
        .token_refresher_blocking(move || {
            let answer = login
                .post("/auth/login")
                .json(&json!({ "email": accounts::EMAIL, "password": accounts::PASSWORD, "client_type": "mobile" }))
                .max_attempts(1)
                .send()?;
            let body: Value = answer.json()?;
            let token = body["access_token"].as_str().ok_or("the login gave no access_token")?;
            Ok(Secret::from(token))
        })
        .build_blocking()?;

    client.get("/cameras").send()?;
    sandbox.inject(Incident::expire_tokens());
    // The server refuses the old token. The call logs in again and continues, and its trail shows both requests.
    let cameras = client.get("/cameras").query("limit", 3).send()?;
    println!("{}", cameras.trail());
    Ok(())
}
