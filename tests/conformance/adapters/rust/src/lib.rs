//! Shared by the Rust adapters: reads a scenario, builds the client and its requests, and writes the results.
//!
//! The protocol is in `docs/conformance.md`. An adapter uses only what an application can use.

mod asynchronous;
mod client;
mod input;
mod options;
mod output;
mod request;
mod values;

pub use asynchronous::serve_async;
#[cfg(feature = "reqwest")]
pub use client::reqwest_builder;
pub use client::{builder, with_network_options};
pub use input::{Input, Parse, Request};
pub use output::{check_recorder, failure, result};
pub use request::fill;
pub use values::OptionError;

use std::io::{BufRead, Write};

use reqtrail::testing::{Mock, Unmet};

/// Reads a scenario per line and writes its results, until the input ends.
///
/// # Errors
/// At the first line that is not a scenario, or the first result that cannot be written.
pub fn serve(
    mut play: impl FnMut(Input, Option<&Mock>) -> Vec<serde_json::Value>,
) -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let input: Input = serde_json::from_str(&line)?;
        let id = input.id.clone();
        let mock = input.mock()?;
        let results = play(input, mock.as_ref());
        let mut answer = serde_json::json!({ "id": id, "results": results });
        if let Some(mock) = mock {
            answer["requests"] = serde_json::to_value(mock.requests())?;
            let unmet = mock.check().err();
            answer["problems"] = unmet.iter().flat_map(Unmet::problems).cloned().collect();
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
