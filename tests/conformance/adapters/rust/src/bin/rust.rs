//! The adapter of the asynchronous client.

use std::time::Duration;

use reqtrail_adapter_rust::{failure, serve_async, with_wire};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve_async(Duration::ZERO, |builder, input| {
        let client = with_wire(builder, input).build();
        client.map_err(|error| failure(&error))
    })
}
