//! `find`: every ID of a call, prefixes, text from a pipe.

use crate::common::journal::{Attempt, Call, Folder, Open, call_id, span_id, trace_id};
use crate::common::run::{run, run_with};
use crate::sample::{BUSY, CREATED, sample};

#[test]
fn a_request_id_finds_the_trail() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["find", BUSY[1]]).is_golden("find-request", folder);
}

#[test]
fn every_id_of_a_call_finds_it() {
    let sample = sample();
    let upper = call_id(2).to_uppercase();
    let correlation = format!("req-{}", call_id(40));
    for (query, id, matched, call) in [
        (BUSY[0], BUSY[0], "request", 2),
        (BUSY[2], BUSY[2], "request", 2),
        ("body-id-0001", "body-id-0001", "request", 3),
        (&call_id(2), &call_id(2), "call", 2),
        (&upper, &call_id(2), "call", 2),
        (&span_id(2, 3), &span_id(2, 3), "span", 2),
        (&correlation, &call_id(40), "call", 40),
        (
            "req-3F0C9F0E6F0C4A529A251DE1F4B5A001",
            "req-3f0c9f0e-6f0c-4a52-9a25-1de1f4b5a001",
            "request",
            40,
        ),
    ] {
        let ran = run(sample.folder.path(), &["find", "--json", query]);
        assert_eq!((ran.exit, &*ran.errors), (0, ""), "{query}");
        let lines = ran.lines("find");
        assert_eq!(lines.len(), 1, "{query}");
        let found = (
            &lines[0]["id"],
            &lines[0]["matched"],
            &lines[0]["trail"]["call_id"],
        );
        assert_eq!(found.0, id, "{query}");
        assert_eq!(found.1, matched, "{query}");
        assert_eq!(*found.2, call_id(call), "{query}");
    }
}

#[test]
fn json_has_the_trail_and_the_process() {
    let sample = sample();
    let ran = run(sample.folder.path(), &["find", "--json", CREATED]);
    let line = &ran.lines("find")[0];
    assert_eq!(line["trail"]["elapsed_ms"], 12_500);
    assert_eq!(line["service"], "checkout");
    assert_eq!(line["host"], "web-1");
    assert_eq!(line["pid"], 4242);
    assert_eq!(line["at"], "2026-11-26T14:05:11.000Z");
    assert!(line.get("line").is_none());
}

#[test]
fn the_beginning_of_an_id_finds_all_its_calls_newest_first() {
    let sample = sample();
    let ran = run(sample.folder.path(), &["find", "--json", "req_01M8"]);
    let ids: Vec<_> = ran
        .lines("find")
        .iter()
        .map(|line| line["id"].clone())
        .collect();
    // Each call comes once, with the first of its IDs that matches.
    assert_eq!(ids, [CREATED, BUSY[0], "req_01M8BZ213JAAAAAAAAAAAAAAA0"]);
}

#[test]
fn a_whole_id_leaves_out_ids_that_only_begin_with_it() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    for (number, id) in [(1, "abcd-1"), (2, "abcd-12"), (3, "abcd-123")] {
        let call = Call::new(number, "GET", "/", "2026-11-26T12:00:00Z");
        process.call(&call.attempt(Attempt::status(500).id(id)));
    }
    let ids = |query: &str| -> Vec<String> {
        let lines = run(folder.path(), &["find", "--json", query]).lines("find");
        lines.iter().map(|line| line["id"].to_string()).collect()
    };
    assert_eq!(ids("abcd-12"), ["\"abcd-12\""]);
    assert_eq!(ids("abcd-1").len(), 1);
    assert_eq!(ids("abcd-").len(), 0);
}

#[test]
fn an_id_that_json_escapes_is_found() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let id = r#"a "quoted\ id"#;
    let call = Call::new(1, "GET", "/", "2026-11-26T12:00:00Z");
    process.call(&call.attempt(Attempt::status(500).id(id)));
    for query in [id, r#"a "quo"#] {
        let lines = run(folder.path(), &["find", "--json", query]).lines("find");
        assert_eq!(lines[0]["id"], id);
    }
}

#[test]
fn all_calls_of_a_trace_are_shown() {
    let folder = Folder::new();
    for (pid, second) in [(1, 10), (2, 20), (3, 15)] {
        let mut process = folder.process("app", "host", pid, "2026-11-26T12:00:00Z");
        let started = format!("2026-11-26T12:00:{second}Z");
        process.call(&Call::new(9, "GET", "/", &started).attempt(Attempt::status(500)));
    }
    let lines = run(folder.path(), &["find", "--json", &trace_id(9)]).lines("find");
    let pids: Vec<_> = lines.iter().map(|line| line["pid"].clone()).collect();
    assert_eq!(pids, [2, 3, 1]);
}

#[test]
fn a_post_without_a_response_is_unknown_once_its_process_is_gone() {
    let mut sample = sample();
    let folder = sample.folder.path().to_owned();
    run(&folder, &["find", &call_id(23)]).is_golden("find-unknown", &folder);
    let state = |folder| {
        let lines = run(folder, &["find", "--json", &call_id(5)]).lines("find");
        lines[0]["state"].clone()
    };
    assert_eq!(state(&folder), "in_flight");
    run(&folder, &["find", &call_id(5)]).is_golden("find-in-flight", &folder);
    sample.checkout = None;
    assert_eq!(state(&folder), "unknown");
}

#[test]
fn the_record_of_a_call_replaces_its_slot() {
    let sample = sample();
    for (number, state) in [(3, "finished"), (21, "finished"), (22, "unknown")] {
        let lines = run(sample.folder.path(), &["find", "--json", &call_id(number)]).lines("find");
        let states: Vec<_> = lines.iter().map(|line| line["state"].clone()).collect();
        assert_eq!(states, [state], "{number}");
    }
    for number in [20, 24] {
        let ran = run(sample.folder.path(), &["find", &call_id(number)]);
        assert_eq!(ran.exit, 5, "{number}");
    }
}

#[test]
fn if_a_call_has_two_slots_the_later_attempt_counts() {
    let folder = Folder::new();
    let process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let open = Open::new(1, "POST", "/", "2026-11-26T12:00:00Z");
    process.fill_slot(0, &open.clone().attempt(2));
    process.fill_slot(1, &open.attempt(3));
    let lines = run(folder.path(), &["find", "--json", &call_id(1)]).lines("find");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["opened"]["attempt"], 3);
}

#[test]
fn an_id_without_a_call_has_exit_5() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["find", "nothing-has-this"]).is_golden("find-nothing", folder);
    run(folder, &["find", "req_0"]).is_golden("find-short", folder);
    // One ID without a call is enough.
    let ran = run(folder, &["find", "nothing-has-this", CREATED]);
    assert_eq!(ran.exit, 5);
    assert!(ran.output.contains(CREATED));
}

#[test]
fn the_time_in_an_unknown_ulid_lists_the_calls_around_it() {
    let sample = sample();
    let folder = sample.folder.path();
    // 2026-11-26T14:05:02.000Z.
    run(folder, &["find", "req_01M8C2S2NGZZZZZZZZZZZZZZZZ"]).is_golden("find-near", folder);
    run(folder, &["find", "req_01M7WMCRNGZZZZZZZZZZZZZZZZ"]).is_golden("find-far", folder);
}

#[test]
fn the_ids_in_a_ticket_find_their_calls() {
    let sample = sample();
    let folder = sample.folder.path();
    let ticket = format!(
        "Hello,\nit failed at 14:05, see {}.\r\nAgain: req_01KB0000000000000000000000,\n(traceparent: 00-{}-00f067aa0ba902b7-01)\nreq-{}; {}\n",
        BUSY[0],
        trace_id(3),
        call_id(77),
        BUSY[1],
    );
    run_with(folder, &["find", "-"], &ticket).is_golden("find-ticket", folder);
    let lines = run_with(folder, &["find", "--json", "-"], &ticket).lines("find");
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line["id"].clone(), line["line"].clone()))
        .collect();
    assert_eq!(
        found,
        [(BUSY[0].into(), 2.into()), (call_id(3).into(), 4.into())]
    );
}

#[test]
fn a_ticket_without_ids_of_calls_has_exit_5() {
    let sample = sample();
    let folder = sample.folder.path();
    let text = "nothing-to-see, or req_01KB0000000000000000000000";
    run_with(folder, &["find", "-"], text).is_golden("find-ticket-nothing", folder);
    run_with(folder, &["find", "-"], "").is_golden("find-ticket-empty", folder);
    // The words of a ticket have to be whole IDs.
    assert_eq!(run_with(folder, &["find", "-"], "req_01M8C2S0QA").exit, 5);
    assert_eq!(run_with(folder, &["find", "-", CREATED], "").exit, 2);
}

#[test]
fn if_a_call_has_two_records_the_later_counts() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let ok = Call::new(1, "GET", "/", "2026-11-26T12:00:00Z")
        .attempt(Attempt::status(200).id("id-number-1"));
    let changed = Call::new(1, "GET", "/", "2026-11-26T12:00:00Z")
        .attempt(Attempt::status(200).id("id-number-1"))
        .fails("decode", "not_retryable");
    // Failures have their own segments.
    process.use_segment(2);
    process.call(&ok);
    process.use_segment(1);
    process.call(&changed);
    let path = folder.path();
    for arguments in [
        &["find", "id-number-1"][..],
        &["list"],
        &["list", "--last", "5"],
        &["list", "--status", "200"],
        &["tail"],
    ] {
        let ran = run(path, &[arguments, &["--json"]].concat());
        let schema = if arguments[0] == "find" {
            "find"
        } else {
            "list"
        };
        let calls = ran.lines(schema);
        assert_eq!(calls.len(), 1, "{arguments:?}");
        assert_eq!(calls[0]["trail"]["outcome"], "decode", "{arguments:?}");
    }
    let ran = run(path, &["report", "id-number-1"]);
    assert_eq!(ran.exit, 0, "{}", ran.errors);
    assert!(ran.output.contains("decode"), "{}", ran.output);
}
