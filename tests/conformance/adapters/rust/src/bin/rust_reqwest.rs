//! The adapter of the asynchronous client with its own reqwest client.

use std::time::Duration;

use reqtrail_adapter_rust::{failure, reqwest_builder, serve_async};

/// Time for reqwest to notice that a server has closed an idle connection: it does not check one before it uses it.
const PAUSE: Duration = Duration::from_millis(5);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With these features reqwest has no TLS provider. The first one that is installed is used, so this cannot fail.
    let _ = rustls::crypto::ring::default_provider().install_default();
    serve_async(PAUSE, |builder, input| {
        let wire = reqwest_builder(input).map_err(|error| error.result())?;
        builder.reqwest(wire).map_err(|error| failure(&error))
    })
}
