//! What plays a scenario's calls: a program per language, or a stand-in of a test.

mod process;

use std::fmt;
use std::time::Duration;

use serde_json::Value;

pub use process::ProcessAdapter;

/// Makes the calls of a scenario and hands back their results.
pub trait Adapter: fmt::Debug {
    /// The name to print.
    fn name(&self) -> &str;

    /// Whether it can play a scenario that needs this.
    fn has(&self, need: &str) -> bool;

    /// Gets ready, so that starting up takes no time from a scenario.
    fn prepare(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Plays one job, `{"id","base_url","client","calls"}`, and answers `{"id","results"}`. It must
    /// come back within about the time limit.
    fn play(&mut self, job: &Value, limit: Duration) -> Result<Value, String>;
}
