//! The adapter of the asynchronous client over a reqwest client that it brings.

use std::time::Duration;

use reqtrail_adapter_rust::{failure, reqwest_builder, serve_async};

/// reqwest does not look at an idle connection before it uses it. In this time it sees that a server has closed one.
const PAUSE: Duration = Duration::from_millis(5);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest brings no provider of TLS with the features that are on here. This is the first one, so that it is taken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    serve_async(PAUSE, |builder, input| {
        let wire = reqwest_builder(input).map_err(|trouble| trouble.result())?;
        builder.reqwest(wire).map_err(|error| failure(&error))
    })
}
