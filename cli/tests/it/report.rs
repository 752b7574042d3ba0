//! `report`.

use std::process::Command;

use reqtrail::Trail;
use serde_json::Value;

use crate::common::journal::{Attempt, Call, Folder, Open, call_id};
use crate::program::{golden, on_screen, reqtrail, stderr, stdout};

const REFUSED: &str = "req_01M8C2S290AAAAAAAAAAAAAAA3";

/// A journal with two calls that failed, and one whose process was killed.
fn folder() -> Folder {
    let folder = Folder::new();
    let mut shop = folder.process("shop", "web-1", 4242, "2026-11-26T13:00:00Z");
    shop.call(&refused());
    shop.call(
        &Call::new(
            2,
            "DELETE",
            "/servers/{server_id}",
            "2026-11-26T14:05:30.000Z",
        )
        .attempt(Attempt::status(409).id("req-3f0c9f0e-6f0c-4a52-9a25-1de1f4b5a001"))
        .openstack("compute")
        .fails("api", "not_retryable"),
    );
    shop.call(
        &Call::new(3, "GET", "/events", "2026-11-26T14:06:00.000Z").fails("connect", "cancelled"),
    );
    shop.fill_slot(
        0,
        &Open::new(9, "POST", "/orders", "2026-11-26T14:07:00.000000Z"),
    );
    folder
}

fn refused() -> Call {
    Call::new(1, "POST", "/cameras", "2026-11-26T14:05:00.000Z")
        .attempt(
            Attempt::status(503)
                .id("req_01M8C2S1A2AAAAAAAAAAAAAAA2")
                .code("service_unavailable"),
        )
        .attempt(Attempt::status(503).id(REFUSED).code("service_unavailable"))
        .fails("api", "unsafe_to_retry")
}

fn report(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = reqtrail(&["report"]);
    command
        .args(arguments)
        .env("REQTRAIL_JOURNAL", folder.path());
    command
}

#[test]
fn the_report_is_the_report_of_the_trail() {
    let folder = folder();
    let trail = Trail::from_json(&refused().trail().to_string()).expect("a trail");
    for arguments in [
        &[REFUSED][..],
        &["--text", REFUSED],
        &["--utc", "req_01M8C2S29"],
    ] {
        let output = report(&folder, arguments).output().expect("an end");
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(0), String::new())
        );
        assert_eq!(stdout(&output), trail.report());
        let (screen, code) = on_screen(report(&folder, arguments).env("TERM", "xterm"), 60);
        assert_eq!(
            (screen, code),
            (trail.report(), Some(0)),
            "a report has no colours"
        );
    }
}

#[test]
fn json_is_the_unchanged_trail_of_the_journal() {
    let output = report(&folder(), &["--json", REFUSED])
        .output()
        .expect("an end");
    assert_eq!(stdout(&output), format!("{}\n", refused().trail()));
}

#[test]
fn curl_repeats_the_last_request() {
    let folder = folder();
    let output = report(&folder, &["--curl", REFUSED])
        .output()
        .expect("an end");
    assert_eq!(output.status.code(), Some(0));
    golden(
        "report-curl",
        &format!("{}---\n{}", stdout(&output), stderr(&output)),
    );
    // The lines on standard error are shell comments, so that they can be pasted too.
    assert!(stderr(&output).lines().all(|line| line.starts_with("# ")));
    let (screen, _) = on_screen(
        report(&folder, &["--curl", &call_id(2)]).env("TERM", "xterm"),
        80,
    );
    golden("report-curl-openstack-terminal", &screen);
}

#[test]
fn a_call_without_an_end_has_a_report() {
    let folder = folder();
    let id = call_id(9);
    let output = report(&folder, &[&id]).output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    golden("report-unknown", &stdout(&output));
    let output = report(&folder, &["--json", &id]).output().expect("an end");
    let line: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(
        (&line["schema"], &line["state"], &line["opened"]["path"]),
        (
            &"reqtrail.find/1".into(),
            &"unknown".into(),
            &"/orders".into()
        )
    );
}

#[test]
fn an_error_says_why_there_is_no_report() {
    let folder = folder();
    let id = call_id(9);
    let unsent = call_id(3);
    for (arguments, exit, expected) in [
        (
            &["--curl", &id][..],
            2,
            "the URL of POST /orders is not known",
        ),
        (
            &["--curl", &unsent],
            2,
            "sent no request, so there is none to repeat",
        ),
        (&["req_01M8C2S"], 0, ""),
        (&["req_01M9"], 5, "no call with the ID `req_01M9`"),
        (&["req_"], 5, "at least its first 6 characters"),
        (&["--curl", "--json", REFUSED], 2, "cannot be used with"),
        (&["--text", "--json", REFUSED], 2, "cannot be used with"),
        (&["--text", "--curl", REFUSED], 2, "cannot be used with"),
        (&[], 2, "required arguments were not provided"),
    ] {
        let output = report(&folder, arguments).output().expect("an end");
        assert_eq!(
            output.status.code(),
            Some(exit),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output).is_empty(), exit != 0);
    }
}

#[test]
fn an_id_of_several_calls_is_a_usage_error_that_lists_them() {
    let folder = Folder::new();
    let mut shop = folder.process("shop", "web-1", 4242, "2026-11-26T13:00:00Z");
    for number in [1, 2] {
        shop.call(
            &Call::new(number, "GET", "/cameras", "2026-11-26T14:05:00.000Z")
                .attempt(Attempt::status(500).id(&format!("req_01M8C2S290AAAAAAAAAAAAAAA{number}")))
                .fails("api", "attempts_exhausted"),
        );
    }
    let output = report(&folder, &["req_01M8C2S29"])
        .output()
        .expect("an end");
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(2), String::new())
    );
    for number in [1, 2] {
        let (call, errors) = (call_id(number), stderr(&output));
        let line = errors.lines().find(|line| line.contains(&call));
        let request = format!("request req_01M8C2S290AAAAAAAAAAAAAAA{number}");
        // Both IDs: the one that matched, and the one that only this call has.
        assert!(
            line.is_some_and(|line| line.ends_with(&request)),
            "{errors}"
        );
    }
}
