//! Adapters, which make the calls of a scenario: a program per language, or a fixture of a test.

mod process;

use std::fmt;
use std::time::Duration;

use serde_json::Value;

pub use process::ProcessAdapter;

/// Makes the calls of a scenario and returns their results.
pub trait Adapter: fmt::Debug {
    /// Returns the name to print.
    fn name(&self) -> &str;

    /// Returns whether the adapter has this capability, which a scenario needs.
    fn has(&self, need: &str) -> bool;

    /// Starts the adapter, so that a scenario's time does not include the start.
    fn prepare(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Plays one job, `{"id","base_url","client","calls"}`, and returns `{"id","results"}`. It must
    /// return within about the time limit.
    fn play(&mut self, job: &Value, limit: Duration) -> Result<Value, String>;
}
