//! Scenarios that must fail, each for its reason.

use std::collections::BTreeSet;

use reqtrail_conformance::{Scenario, Verdict, suite};

use super::fixture::FixtureAdapter;
use super::{folder, runner};

/// A part of the expected failure, by file.
const MENTIONED: &[(&str, &str)] = &[
    (
        "attempts-too-few-expected",
        "trail.attempts: expected an array of 0",
    ),
    (
        "attempts-too-many-expected",
        "trail.attempts: expected an array of 2",
    ),
    ("canary-leaked", "a secret leaked"),
    (
        "display-without-part",
        "error.display: expected a text with \"req_absent\"",
    ),
    (
        "elapsed-too-short",
        "calls[0].elapsed_ms: expected a number from 600000",
    ),
    ("error-code-other", "error.code: expected \"conflict\""),
    (
        "error-expected-of-a-success",
        "expected an error, got status 200",
    ),
    ("format-unknown", "format: expected 1, got 2"),
    (
        "global-id-other",
        "want.headers.x-openstack-request-id: expected \"req-d7bc29d0",
    ),
    (
        "microversion-not-wanted",
        "want.headers.openstack-api-version: expected null",
    ),
    (
        "ok-expected-of-an-error",
        "expected success, got the error \"api\"",
    ),
    (
        "operator-has-other",
        "ok.json.data: expected an array that holds [3]",
    ),
    ("operator-len-other", "ok.json.data: expected a length of 3"),
    (
        "operator-range-other",
        "ok.status: expected a number from 300 to 400",
    ),
    (
        "operator-re-other",
        "ok.request_id: expected a string that matches /^other/",
    ),
    (
        "operator-same-other",
        "ok.request_id: expected the same as ok.status",
    ),
    ("operator-with-a-key", "unknown key `or`"),
    (
        "request-beyond-times",
        "request 2: no exchange wanted GET /events",
    ),
    ("request-id-other", "attempts[0].request_id: expected"),
    ("request-not-matched", "no exchange wanted GET /events"),
    ("request-unwanted", "no exchange wanted GET /events"),
    (
        "connections-other",
        "calls[0].connections: expected 2, got 1",
    ),
    ("server-saw-other", "calls[0].server_saw: expected 2, got 1"),
    ("status-other", "ok.status: expected 201, got 200"),
    (
        "unknown-fault",
        "server.exchanges[0].reply.fault: unknown `explode`",
    ),
    ("unknown-key-call", "unknown key `tiems`"),
    ("unknown-key-client", "unknown key `tiems`"),
    (
        "unknown-key-dialect",
        "client.dialect.auth.tiems: unknown key `tiems`",
    ),
    ("unknown-key-exchange", "unknown key `tiems`"),
    ("unknown-key-expect", "unknown key `tiems`"),
    (
        "unknown-key-match",
        "server.exchanges[0].match.tiems: unknown key `tiems`",
    ),
    ("unknown-key-reply", "unknown key `tiems`"),
    ("unknown-key-request", "unknown key `tiems`"),
    (
        "unknown-key-retry-budget",
        "client.retry_budget.tiems: unknown key `tiems`",
    ),
    ("unknown-key-server", "unknown key `tiems`"),
    ("unknown-key-top", "unknown key `tiems`"),
    ("unknown-key-want", "unknown key `tiems`"),
    (
        "unknown-operator-expect",
        "calls[0].expect.ok.status: unknown operator `$near`",
    ),
    ("unknown-operator-reply", "unknown key `http_time`"),
    (
        "unknown-operator-want",
        "server.exchanges[0].want.headers.accept: unknown operator `$near`",
    ),
    (
        "want-header-absent",
        "want.headers.authorization: expected null",
    ),
    (
        "want-header-missing",
        "want.headers.x-missing: expected any value but null, got nothing",
    ),
    (
        "want-header-other",
        "want.headers.authorization: expected \"Bearer s3cr3t-other\"",
    ),
    (
        "want-json-other",
        "want.json.name: expected \"Lobby\", got \"Hall\"",
    ),
    ("want-json-with-more", "want.json.extra: expected nothing"),
    ("want-method-other", "want.method: expected \"POST\""),
    ("want-target-other", "want.target: expected \"/alerts\""),
    ("want-text-other", "want.text: expected \"a\", got \"b\""),
];

#[test]
fn each_scenario_fails_for_its_reason() {
    for file in suite::files(&folder("../must_fail")).expect("a folder") {
        let stem = file.file_stem().expect("a name").to_string_lossy();
        let (_, mention) = MENTIONED
            .iter()
            .find(|(name, _)| *name == stem)
            .unwrap_or_else(|| panic!("{stem} is not in the table"));
        let message = match Scenario::load(&file) {
            Err(error) => error.to_string(),
            Ok(scenario) => match runner().play(scenario, &mut FixtureAdapter::new()) {
                Verdict::Failed { failures, .. } => {
                    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
                    failures.join("\n")
                }
                other => panic!("{stem} did not fail: {other:?}"),
            },
        };
        assert!(message.contains(mention), "{stem}: {message}");
    }
}

#[test]
fn every_row_of_the_table_has_its_file() {
    let files = suite::files(&folder("../must_fail")).expect("a folder");
    let files: BTreeSet<_> = files
        .iter()
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    let table: BTreeSet<_> = MENTIONED
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(files, table);
}

#[test]
fn every_scenario_of_the_project_can_be_parsed() {
    for file in suite::files(&folder("../scenarios")).expect("a folder") {
        if let Err(error) = Scenario::load(&file) {
            panic!("{}: {error}", file.display());
        }
    }
}
