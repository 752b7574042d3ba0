//! The adapter of the asynchronous client.

use reqtrail_adapter_rust::{failure, serve_async, with_wire};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    serve_async(|builder, input| {
        let client = with_wire(builder, input).build();
        client.map_err(|error| failure(&error))
    })
}
