//! The runner must fail when it should: it accepts an adapter that reports correctly, rejects the same one with a
//! fault, and scenarios that must fail do so for their reason.

mod accepts;
mod command;
mod fixture;
mod must_fail;
mod rejects;

use std::path::PathBuf;

use reqtrail_conformance::{Adapter, Runner, Scenario, Verdict};
use serde_json::Value;

/// A folder of the conformance tree.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn runner() -> Runner {
    let schema = folder("../../../schema/trail.schema.json");
    let schema = std::fs::read_to_string(schema).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    Runner::new(&schema).expect("a runner")
}

/// What failed, one difference per line; none if it passed.
fn failures(scenario: &Value, adapter: &mut dyn Adapter) -> Vec<String> {
    let scenario = Scenario::parse(&scenario.to_string()).expect("a scenario");
    match runner().play(scenario, adapter) {
        Verdict::Passed => Vec::new(),
        Verdict::Skipped(why) => panic!("skipped: {why}"),
        Verdict::Failed { failures, .. } => failures.iter().map(ToString::to_string).collect(),
    }
}
