//! Creates a volume that fits nowhere, and explains what failed, why, and which ID to give to the operator.
//!
//! `make demo-openstack` runs it against a real Cinder on loopback. To run it against your own cloud, set the `OS_*` variables or
//! `OS_CLOUD`, and give it a size in GiB that is too big: `cargo run --bin openstack_volume -- SIZE`.

use std::error::Error;

use reqtrail::openstack::{Cloud, Resources, ServiceOptions};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args()
        .nth(1)
        .ok_or("usage: openstack_volume SIZE")?;
    let size: u32 = size.parse()?;

    // Reads clouds.yaml or OS_*, signs in at Keystone, and finds Cinder in its catalog under any of its types.
    let connection = Cloud::from_env()?.connect().await?;
    let client = connection.client("volume", &ServiceOptions::new()).await?;
    let client = client.build()?;

    let accepted = client
        .post("/volumes")
        .json(&json!({ "volume": { "name": "trail", "size": size } }))
        .send()
        .await?;
    println!("volume: HTTP {}, which means accepted", accepted.status());
    let report = match Resources::new(client.clone())
        .follow(&accepted)
        .send()
        .await
    {
        Ok(report) => {
            println!("{report}");
            report
        }
        // What, volume, reason and request ID, in one line; `failed.report()` has the rest.
        Err(failed) => {
            println!("{failed}\n");
            failed.report().clone()
        }
    };

    // Whoever comes later has only the volume's name or ID, and asks with one call.
    let volume = &report.resource_id;
    let story = connection
        .explain(format!("volume/{volume}"))
        .send()
        .await?;
    println!("{story}");

    let deletion = client
        .delete("/volumes/{id}")
        .param("id", volume)
        .send()
        .await?;
    let gone = Resources::new(client).follow(&deletion).send().await?;
    println!("delete: {} ({})", gone.verdict, gone.evidence);
    Ok(())
}
