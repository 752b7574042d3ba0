//! Boots a server, resizes it to a flavor that fits nowhere, and shows what failed, why, and which ID to give to the operator.
//!
//! `make demo-openstack` runs it against a real Nova on loopback. To run it against your own cloud, set the `OS_*` variables
//! or `OS_CLOUD`, and run it with an image, a small flavor and one that is too big:
//! `cargo run --bin openstack_follow -- IMAGE FLAVOR BIG_FLAVOR`.

use std::error::Error;

use reqtrail::openstack::{Cloud, Compute};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [image, flavor, big_flavor] = args.as_slice() else {
        return Err("usage: openstack_follow IMAGE FLAVOR BIG_FLAVOR".into());
    };

    // Reads clouds.yaml or OS_*, signs in at Keystone, and finds the compute endpoint in its catalog.
    let connection = Cloud::from_env()?.connect().await?;
    let client = connection.compute()?.build()?;
    let compute = Compute::new(client.clone());

    let boot = client
        .post("/servers")
        .microversion("2.37")
        .json(&json!({ "server": {
            "name": "trail", "imageRef": image, "flavorRef": flavor, "networks": "none",
        }}))
        .send()
        .await?;
    let id = boot.json::<Value>()?["server"]["id"]
        .as_str()
        .ok_or("the response has no server ID")?
        .to_owned();
    let booted = compute.follow(&*id, &boot).send().await?;
    println!("create: {} ({})\n", booted.verdict, booted.evidence);

    let resize = client
        .post("/servers/{id}/action")
        .param("id", &id)
        .json(&json!({ "resize": { "flavorRef": big_flavor } }))
        .send()
        .await?;
    println!("resize: HTTP {}, which means accepted\n", resize.status());
    let outcome = compute
        .follow(&*id, &resize)
        .on_progress(|now| {
            let server = now.server.map_or("gone", |server| server.status.as_str());
            let task = now.server.and_then(|server| server.task_state.as_deref());
            println!(
                "  {:4.1} s  {server} {}",
                now.elapsed.as_secs_f64(),
                task.unwrap_or("-")
            );
        })
        .send()
        .await;
    match outcome {
        Ok(report) => println!("\n{report}"),
        // Action, server, reason and request ID, in one line; `failed.report()` has the rest.
        Err(failed) => println!("\n{failed}\n"),
    }

    // Whoever comes later has only the server's name or ID, and asks with one call.
    println!("{}", connection.explain(&id).send().await?);
    client
        .delete("/servers/{id}")
        .param("id", &id)
        .send()
        .await?;
    Ok(())
}
