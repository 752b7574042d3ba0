//! The adapter of the asynchronous client over a reqwest client that it brings.

use reqtrail_adapter_rust::{config, failure, reqwest_builder, serve_async};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // reqwest brings no provider of TLS with the features that are on here. This is the first one, so that it is taken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    serve_async(|builder, input| {
        let wire = reqwest_builder(input).map_err(|message| config(&message))?;
        builder.reqwest(wire).map_err(|error| failure(&error))
    })
}
