//! The adapter of the asynchronous client.

use std::time::Duration;

use reqtrail_adapter_rust::{failure, serve_async, with_network_options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve_async(Duration::ZERO, |builder, input| {
        let builder = with_network_options(builder, input).map_err(|error| error.result())?;
        let client = builder.build();
        client.map_err(|error| failure(&error))
    })
}
