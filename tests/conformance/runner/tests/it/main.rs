//! Tests that the runner fails when it should: it accepts an adapter that reports correctly, rejects the same one with a
//! fault, and scenarios that must fail do so for the right reason.

mod accepts;
mod command;
mod fixture;
mod must_fail;
mod rejects;

use std::path::PathBuf;

use reqtrail_conformance::{Adapter, Runner, Scenario, Verdict};
use serde_json::Value;

/// Returns a folder, relative to this crate.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn runner() -> Runner {
    let schema = folder("../../../schema/trail.schema.json");
    let schema = std::fs::read_to_string(schema).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    Runner::new(&schema).expect("a runner")
}

/// Returns the differences; none if the scenario passed.
fn failures(scenario: &Value, adapter: &mut dyn Adapter) -> Vec<String> {
    let scenario = Scenario::parse(&scenario.to_string()).expect("a scenario");
    match runner().play(scenario, adapter) {
        Verdict::Passed => Vec::new(),
        Verdict::Skipped(why) => panic!("skipped: {why}"),
        Verdict::Failed { failures, .. } => failures.iter().map(ToString::to_string).collect(),
    }
}
