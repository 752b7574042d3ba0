//! `list`: which calls, in which order.

use std::process::Stdio;

use jiff::{SignedDuration, Timestamp};

use crate::common::journal::{Attempt, Call, Folder, Open, call_id};
use crate::common::run::{command, finish, run};
use crate::story::{Story, story};

/// The numbers of the calls that are listed.
#[track_caller]
fn listed(story: &Story, arguments: &[&str]) -> Vec<u32> {
    let arguments = [&["list", "--json"], arguments].concat();
    let ran = run(story.folder.path(), &arguments);
    assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.errors);
    let number = |line: &serde_json::Value| {
        let call = match &line["trail"] {
            serde_json::Value::Null => &line["opened"]["call_id"],
            trail => &trail["call_id"],
        };
        let digits = call.as_str().and_then(|id| id.get(..8));
        u32::from_str_radix(digits.expect("an ID"), 16).expect("a number")
    };
    ran.lines("list").iter().map(number).collect()
}

#[test]
fn calls_stand_by_time_and_those_in_flight_last() {
    let story = story();
    let folder = story.folder.path();
    run(folder, &["list"]).is_golden("list", folder);
    assert_eq!(listed(&story, &[]), [40, 1, 2, 3, 22, 21, 23, 4, 5]);
}

#[test]
fn a_filter_lets_only_its_calls_through() {
    let mut story = story();
    for (arguments, calls) in [
        (&["--failed"][..], &[40, 2, 22, 21, 23, 4][..]),
        (&["--open"], &[5]),
        (&["--slow", "10s"], &[3, 5]),
        (&["--slow"], &[2, 3, 21, 5]),
        (&["--slow", "--failed"], &[2, 21]),
        (&["--code", "SERVICE_UNAVAILABLE"], &[2]),
        (&["--code", "econnrefused"], &[4]),
        (&["--status", "5xx"], &[2]),
        (&["--status", "201"], &[3]),
        (&["--path", "cameras"], &[1, 2, 3]),
        (&["--path", "/cameras"], &[1, 2, 3]),
        (&["--path", "/cameras/*"], &[2]),
        (&["--path", "*s"], &[1, 3, 21, 23, 4, 5]),
        (&["--service", "billing"], &[22, 21, 23]),
        (&["--service", "bill"], &[]),
        (&["--pid", "99"], &[40]),
        (&["--api", "openstack"], &[40]),
        (&["--api", "compute"], &[40]),
        (&["--api", "novavms", "--failed"], &[2, 22, 21, 23, 4]),
        (&["--last", "3"], &[23, 4, 5]),
        (&["-n", "2", "--failed"], &[23, 4]),
        (&["--last", "0"], &[]),
        (&["--last", "99"], &[40, 1, 2, 3, 22, 21, 23, 4, 5]),
    ] {
        assert_eq!(listed(&story, arguments), calls, "{arguments:?}");
    }
    story.checkout = None;
    assert_eq!(listed(&story, &["--open"]), [0; 0]);
    assert_eq!(listed(&story, &["--failed", "--pid", "4242"]), [2, 4, 5]);
}

#[test]
fn times_choose_the_calls_that_were_under_way() {
    let story = story();
    for (arguments, calls) in [
        (
            &["--since", "2026-11-26T14:06:02Z"][..],
            &[22, 21, 23, 4, 5][..],
        ),
        (&["--until", "2026-11-26 13:00"], &[40]),
        (
            &[
                "--since",
                "2026-11-26 14:05",
                "--until",
                "2026-11-26 14:06:01",
            ],
            &[2, 3, 21],
        ),
        // Began before, ended after.
        (&["--at", "2026-11-26T14:05:08Z", "--within", "2s"], &[3]),
        // Within a minute, where nothing else is said.
        (&["--at", "2026-11-26 14:05"], &[2, 3]),
        (
            &["--at", "2026-11-26T15:07:00+01:00", "--within", "500ms"],
            &[23],
        ),
        (&["--since", "2026-11-27"], &[5]),
    ] {
        assert_eq!(listed(&story, arguments), calls, "{arguments:?}");
    }
}

#[test]
fn a_zone_is_not_used_off_a_terminal() {
    let story = story();
    let folder = story.folder.path();
    let mut command = command();
    command
        .env("TZ", "America/New_York")
        .args(["list", "--at", "2026-11-26 14:10", "--journal"])
        .arg(folder);
    finish(command, "").is_golden("list-at", folder);
}

#[test]
fn a_narrow_output_keeps_time_and_id() {
    let story = story();
    let folder = story.folder.path();
    let mut command = command();
    command
        .env("COLUMNS", "90")
        .args(["list", "--journal"])
        .arg(folder);
    let ran = finish(command, "");
    assert!(ran.output.lines().all(|line| line.chars().count() <= 90));
    ran.is_golden("list-narrow", folder);
}

#[test]
fn the_clock_of_a_process_may_jump() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    // Both lanes of segments, and an hour back in the middle.
    for (number, segment, started) in [
        (1, 1, "2026-11-26T12:00:01Z"),
        (2, 2, "2026-11-26T12:00:02Z"),
        (3, 1, "2026-11-26T11:00:03Z"),
        (4, 4, "2026-11-26T11:00:04Z"),
        (5, 3, "2026-11-26T11:00:05Z"),
    ] {
        process.go_on_in(segment);
        process.call(&Call::new(number, "GET", "/", started).attempt(Attempt::status(500)));
    }
    let story = Story {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&story, &[]), [1, 2, 3, 4, 5]);
    assert_eq!(listed(&story, &["--last", "3"]), [3, 4, 5]);
}

#[test]
fn a_call_that_is_in_flight_and_has_a_record_is_listed_once() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.hold(0, &Open::new(1, "POST", "/", "2026-11-26T12:00:00Z"));
    let _life = process.live();
    process.call(&Call::new(1, "POST", "/", "2026-11-26T12:00:00Z").attempt(Attempt::status(201)));
    let story = Story {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&story, &[]), [1]);
    assert_eq!(listed(&story, &["--open"]), [0; 0]);
}

#[test]
fn the_id_for_support_is_the_one_that_says_most() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let call = |number| Call::new(number, "GET", "/", "2026-11-26T12:00:00Z");
    let timeout = || Attempt::failure("timeout", None);
    process.call(
        &call(1)
            .attempt(Attempt::status(500).id("first"))
            .attempt(Attempt::status(500).id("last")),
    );
    process.call(
        &call(2)
            .openstack("compute")
            .attempt(Attempt::status(500).id("first"))
            .attempt(timeout()),
    );
    process.call(
        &call(3)
            .attempt(Attempt::status(500).id("first"))
            .attempt(timeout()),
    );
    process.call(&call(4).attempt(timeout()));
    let lines = run(folder.path(), &["list", "--json"]).lines("list");
    let ids: Vec<_> = lines
        .iter()
        .map(|line| (&line["matched"], &line["id"]))
        .collect();
    let trace = call_id(4).replace('-', "");
    let correlation = format!("req-{}", call_id(2));
    let expected = [
        ("request", "last"),
        ("correlation", &correlation),
        ("request", "first"),
        ("trace", &trace),
    ];
    for (found, expected) in ids.iter().zip(expected) {
        assert_eq!(
            (found.0.as_str(), found.1.as_str()),
            (Some(expected.0), Some(expected.1))
        );
    }
}

#[test]
fn no_rows_are_no_failure() {
    let story = story();
    let folder = story.folder.path();
    run(folder, &["list", "--service", "nobody"]).is_golden("list-nothing", folder);
    run(folder, &["list", "--service", "nobody", "--json"]).is_golden("list-nothing-json", folder);
}

#[test]
fn what_cannot_be_read_as_an_argument_has_exit_2() {
    let story = story();
    for (arguments, said) in [
        (
            &["--since", "soon"][..],
            &["--since", "soon", "such as"][..],
        ),
        (&["--slow", "5"], &["--slow", "'5'", "such as"]),
        (&["--status", "5x"], &["--status", "5x", "such as"]),
        (&["--pid", "-1"], &["--pid", "-1", "such as"]),
        (&["--pid", "app"], &["--pid", "app", "such as"]),
        (&["--within", "2m"], &["--within", "--at"]),
        (&["--at", "14:05", "--since", "2h"], &["--at", "--since"]),
        (&["--open", "--failed"], &["--open", "--failed"]),
        (&["--since", "99999999w"], &["--since", "99999999w"]),
        (&["--last", "few"], &["--last", "few", "such as"]),
        (&["--last", "-5"], &["--last", "-5", "such as"]),
        (
            &["--since", "1h", "--until", "2h"],
            &["--since", "--until", "later", "expected"],
        ),
    ] {
        let arguments = [&["list"], arguments].concat();
        let ran = run(story.folder.path(), &arguments);
        assert_eq!((ran.exit, &*ran.output), (2, ""), "{arguments:?}");
        for part in said {
            assert!(ran.errors.contains(part), "{part}: {}", ran.errors);
        }
    }
}

#[test]
fn times_may_count_from_now() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let now = Timestamp::now();
    let ago = |minutes| now - SignedDuration::from_mins(minutes);
    for (number, minutes) in [(1, 120), (2, 30), (3, 5)] {
        let started = format!("{:.3}", ago(minutes));
        process.call(&Call::new(number, "GET", "/", &started).attempt(Attempt::status(500)));
    }
    let story = Story {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&story, &["--since", "1h"]), [2, 3]);
    assert_eq!(listed(&story, &["--since", "3h", "--until", "1h"]), [1]);
    // A time of day, also where that was yesterday.
    let clock = ago(30).strftime("%H:%M:%S").to_string();
    assert_eq!(listed(&story, &["--at", &clock]), [2]);
    assert_eq!(listed(&story, &["--at", &clock, "--within", "26m"]), [2, 3]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    for number in 0..200 {
        process.call(
            &Call::new(number, "GET", "/", "2026-11-26T12:00:00Z").attempt(Attempt::status(500)),
        );
    }
    for format in [&[][..], &["--json"]] {
        let mut command = command();
        command
            .arg("list")
            .args(format)
            .arg("--journal")
            .arg(folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!((ended.status.code(), &*ended.stderr), (Some(0), &b""[..]));
    }
}
