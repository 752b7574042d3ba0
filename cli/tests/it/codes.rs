//! `codes`.

use serde_json::Value;

use crate::program::{golden, on_screen, piped, reqtrail, stderr, stdout};

#[test]
fn a_code_is_explained() {
    let output = piped(&["codes", "RATE_LIMITED"]);
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    golden("codes-rate_limited", &stdout(&output));
    let mut command = reqtrail(&["codes", "rate_limited"]);
    let (screen, code) = on_screen(command.env("TERM", "xterm"), 60);
    assert_eq!(code, Some(0));
    golden("codes-rate_limited-terminal", &screen);
}

#[test]
fn a_spelling_of_the_api_a_status_and_a_word_of_a_trail_are_found() {
    for (code, found) in [
        ("too_many_requests", "rate_limited  NovaVMS  429"),
        ("itemnotfound", "itemNotFound  OpenStack Nova  404"),
        ("413", "overLimit  OpenStack Nova  413"),
        ("deadline", "deadline  stop reason"),
        ("reauth", "reauth  cause of an attempt"),
        ("connect", "connect  error kind"),
    ] {
        let output = piped(&["codes", code]);
        let headings = stdout(&output);
        assert!(
            headings.lines().any(|line| line == found),
            "{code}: {headings}"
        );
    }
}

#[test]
fn all_codes_are_listed_and_lines_are_cut_only_on_a_terminal() {
    let output = piped(&["codes"]);
    let table = stdout(&output);
    for code in [
        "auth_required",
        "computeFault",
        "unsafe_to_retry",
        "tls_unverified",
    ] {
        let lines = table
            .lines()
            .filter(|line| line.trim_start().starts_with(code));
        assert_eq!(lines.count(), 1, "{code}: {table}");
    }
    golden(
        "codes-novavms",
        &stdout(&piped(&["codes", "--api", "NovaVMS"])),
    );
    let mut narrow = reqtrail(&["codes", "--api", "openstack"]);
    let (screen, code) = on_screen(narrow.env("TERM", "dumb"), 60);
    assert_eq!(code, Some(0));
    for line in screen.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
    golden("codes-openstack-terminal", &screen);
}

#[test]
fn lines_of_json_follow_their_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schema/code.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let output = piped(&["codes", "--json"]);
    let lines = stdout(&output);
    assert!(lines.lines().count() > 60, "{lines}");
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let errors: Vec<String> = schema
            .iter_errors(&line)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
        let without_meaning = {
            let mut line = line.clone();
            line.as_object_mut().expect("an object").remove("meaning");
            line
        };
        assert!(!schema.is_valid(&without_meaning));
    }
}

#[test]
fn an_unknown_code_is_not_found_and_similar_ones_are_suggested() {
    for (arguments, expected) in [
        (
            &["codes", "ratelimit"][..],
            "reqtrail: `ratelimit` is not a code; did you mean rate_limited?\n",
        ),
        (
            &["codes", "qqqq"],
            "reqtrail: `qqqq` is not a code; `reqtrail codes` lists all codes\n",
        ),
        (
            &["codes", "itemNotFound", "--api", "novavms"],
            "reqtrail: `itemNotFound` is not a code of NovaVMS; `reqtrail codes` lists all codes\n",
        ),
    ] {
        let output = piped(arguments);
        assert_eq!(
            (output.status.code(), stdout(&output)),
            (Some(5), String::new())
        );
        assert_eq!(stderr(&output), expected);
    }
    let output = piped(&["codes", "--api", "nova"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("expected novavms or openstack"),
        "{}",
        stderr(&output)
    );
}
