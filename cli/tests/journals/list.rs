//! `list`: the selection and order of calls.

use std::process::Stdio;

use jiff::{SignedDuration, Timestamp};

use crate::common::journal::{Attempt, Call, Folder, Open, call_id};
use crate::common::run::{command, finish, run};
use crate::sample::{Sample, sample};

/// Returns the numbers of the calls that `list` shows.
#[track_caller]
fn listed(sample: &Sample, arguments: &[&str]) -> Vec<u32> {
    let arguments = [&["list", "--json"], arguments].concat();
    let ran = run(sample.folder.path(), &arguments);
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
fn calls_are_ordered_by_time_with_those_in_flight_last() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["list"]).is_golden("list", folder);
    assert_eq!(listed(&sample, &[]), [40, 1, 2, 3, 22, 21, 23, 4, 5]);
}

#[test]
fn a_filter_selects_its_calls() {
    let mut sample = sample();
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
        assert_eq!(listed(&sample, arguments), calls, "{arguments:?}");
    }
    sample.checkout = None;
    assert_eq!(listed(&sample, &["--open"]), [0; 0]);
    assert_eq!(listed(&sample, &["--failed", "--pid", "4242"]), [2, 4, 5]);
}

#[test]
fn times_select_the_calls_that_were_under_way() {
    let sample = sample();
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
        // The call began before this time and ended after it.
        (&["--at", "2026-11-26T14:05:08Z", "--within", "2s"], &[3]),
        // The default of --within is a minute.
        (&["--at", "2026-11-26 14:05"], &[2, 3]),
        (
            &["--at", "2026-11-26T15:07:00+01:00", "--within", "500ms"],
            &[23],
        ),
        (&["--since", "2026-11-27"], &[5]),
    ] {
        assert_eq!(listed(&sample, arguments), calls, "{arguments:?}");
    }
}

#[test]
fn a_zone_is_used_only_on_a_terminal() {
    let sample = sample();
    let folder = sample.folder.path();
    let mut command = command();
    command
        .env("TZ", "America/New_York")
        .args(["list", "--at", "2026-11-26 14:10", "--journal"])
        .arg(folder);
    finish(command, "").is_golden("list-at", folder);
}

#[test]
fn a_narrow_output_keeps_time_and_id() {
    let sample = sample();
    let folder = sample.folder.path();
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
    // Both lanes of segments. In the middle, the clock goes back an hour.
    for (number, segment, started) in [
        (1, 1, "2026-11-26T12:00:01Z"),
        (2, 2, "2026-11-26T12:00:02Z"),
        (3, 1, "2026-11-26T11:00:03Z"),
        (4, 4, "2026-11-26T11:00:04Z"),
        (5, 3, "2026-11-26T11:00:05Z"),
    ] {
        process.use_segment(segment);
        process.call(&Call::new(number, "GET", "/", started).attempt(Attempt::status(500)));
    }
    let sample = Sample {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&sample, &[]), [1, 2, 3, 4, 5]);
    assert_eq!(listed(&sample, &["--last", "3"]), [3, 4, 5]);
}

#[test]
fn a_call_with_a_slot_and_a_record_is_listed_once() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.fill_slot(0, &Open::new(1, "POST", "/", "2026-11-26T12:00:00Z"));
    let _life = process.live();
    process.call(&Call::new(1, "POST", "/", "2026-11-26T12:00:00Z").attempt(Attempt::status(201)));
    let sample = Sample {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&sample, &[]), [1]);
    assert_eq!(listed(&sample, &["--open"]), [0; 0]);
}

#[test]
fn the_id_for_support_is_the_most_specific_one() {
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
fn an_empty_list_is_not_a_failure() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["list", "--service", "nobody"]).is_golden("list-nothing", folder);
    run(folder, &["list", "--service", "nobody", "--json"]).is_golden("list-nothing-json", folder);
}

#[test]
fn invalid_arguments_have_exit_2() {
    let sample = sample();
    for (arguments, parts) in [
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
        let ran = run(sample.folder.path(), &arguments);
        assert_eq!((ran.exit, &*ran.output), (2, ""), "{arguments:?}");
        for part in parts {
            assert!(ran.errors.contains(part), "{part}: {}", ran.errors);
        }
    }
}

#[test]
fn times_may_be_relative_to_now() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let now = Timestamp::now();
    let ago = |minutes| now - SignedDuration::from_mins(minutes);
    for (number, minutes) in [(1, 120), (2, 30), (3, 5)] {
        let started = format!("{:.3}", ago(minutes));
        process.call(&Call::new(number, "GET", "/", &started).attempt(Attempt::status(500)));
    }
    let sample = Sample {
        folder,
        checkout: None,
    };
    assert_eq!(listed(&sample, &["--since", "1h"]), [2, 3]);
    assert_eq!(listed(&sample, &["--since", "3h", "--until", "1h"]), [1]);
    // A time of day, even if that was yesterday.
    let clock = ago(30).strftime("%H:%M:%S").to_string();
    assert_eq!(listed(&sample, &["--at", &clock]), [2]);
    assert_eq!(
        listed(&sample, &["--at", &clock, "--within", "26m"]),
        [2, 3]
    );
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
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
