//! Another API, described as data, without code in reqtrail.

use reqtrail::{Client, CustomDialect, Dialect};
use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(SandboxOptions::default())?;
    let acme = CustomDialect::from_json(
        r#"{
            "name": "acme",
            "request_id_headers": ["X-Request-Id"],
            "auth": { "header": "Authorization", "prefix": "Bearer " },
            "error": { "code": "/error", "message": "/message", "request_id": "/request_id" },
            "codes": { "out_of_tea": { "category": "unavailable", "retry": "always" } }
        }"#,
    )?;
    let client = Client::builder(sandbox.base_url())
        .dialect(Dialect::custom(acme)?)
        .token(sandbox.token())
        .build()?;

    // A 418 is final for other APIs. For this one, `out_of_tea` is temporary.
    sandbox.inject(Incident::status(418, "out_of_tea").on("GET", "/cameras"));
    let cameras = client.get("/cameras").send().await?;
    println!("{}", cameras.trail());
    Ok(())
}
