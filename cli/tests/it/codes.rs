//! `codes`.

use serde_json::Value;

use crate::program::{golden, on_screen, piped, reqtrail, said, text};

#[test]
fn a_code_is_explained() {
    let output = piped(&["codes", "RATE_LIMITED"]);
    assert_eq!(
        (output.status.code(), said(&output)),
        (Some(0), String::new())
    );
    golden("codes-rate_limited", &text(&output));
    let mut command = reqtrail(&["codes", "rate_limited"]);
    let (screen, code) = on_screen(command.env("TERM", "xterm"), 60);
    assert_eq!(code, Some(0));
    golden("codes-rate_limited-terminal", &screen);
}

#[test]
fn a_spelling_of_the_api_a_status_and_a_word_of_a_trail_are_found() {
    for (asked, found) in [
        ("too_many_requests", "rate_limited  NovaVMS  429"),
        ("itemnotfound", "itemNotFound  OpenStack Nova  404"),
        ("413", "overLimit  OpenStack Nova  413"),
        ("deadline", "deadline  stop reason"),
        ("reauth", "reauth  cause of an attempt"),
        ("connect", "connect  error kind"),
    ] {
        let output = piped(&["codes", asked]);
        let headings = text(&output);
        assert!(
            headings.lines().any(|line| line == found),
            "{asked}: {headings}"
        );
    }
}

#[test]
fn all_are_listed_and_a_line_of_a_pipe_is_never_cut() {
    let output = piped(&["codes"]);
    let table = text(&output);
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
        &text(&piped(&["codes", "--api", "NovaVMS"])),
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
fn lines_of_json_are_what_their_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schema/code.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let output = piped(&["codes", "--json"]);
    let lines = text(&output);
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
fn an_unknown_code_is_not_found_and_its_neighbours_are_named() {
    for (arguments, expected) in [
        (
            &["codes", "ratelimit"][..],
            "reqtrail: no code `ratelimit`; did you mean rate_limited?\n",
        ),
        (
            &["codes", "qqqq"],
            "reqtrail: no code `qqqq`; `reqtrail codes` lists all\n",
        ),
        (
            &["codes", "itemNotFound", "--api", "novavms"],
            "reqtrail: no code of NovaVMS `itemNotFound`; `reqtrail codes` lists all\n",
        ),
    ] {
        let output = piped(arguments);
        assert_eq!(
            (output.status.code(), text(&output)),
            (Some(5), String::new())
        );
        assert_eq!(said(&output), expected);
    }
    let output = piped(&["codes", "--api", "nova"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("expected novavms or openstack"),
        "{}",
        said(&output)
    );
}
