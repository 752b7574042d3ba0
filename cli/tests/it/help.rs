//! Help begins with an example and fits 80 columns.

use crate::program::{on_screen, piped, reqtrail, stderr, stdout};

/// Returns the words of each command: none for the command itself, and the name of each subcommand.
fn commands() -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let command = reqtrail_cli::command();
    all.extend(
        command
            .get_subcommands()
            .map(|subcommand| vec![subcommand.get_name().to_owned()]),
    );
    all
}

#[test]
fn every_help_begins_with_an_example_and_fits_80_columns() {
    let commands = commands();
    assert!(commands.len() > 3);
    for words in commands {
        for flag in ["--help", "-h"] {
            let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
            arguments.push(flag);
            let output = piped(&arguments);
            let help = stdout(&output);
            assert_eq!(
                (output.status.code(), stderr(&output)),
                (Some(0), String::new())
            );
            let name = words.first().map_or("", String::as_str);
            let (label, example) = help.split_once(": ").expect("a label");
            assert!(
                matches!(label, "Example" | "Examples"),
                "{arguments:?}: {help}"
            );
            assert!(
                example.starts_with(&format!("reqtrail {name}")),
                "{arguments:?}: {help}"
            );
            for line in help.lines() {
                assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
            }
            let (screen, code) = on_screen(&mut reqtrail(&arguments), 200);
            assert_eq!(
                (screen, code),
                (help, Some(0)),
                "a wide terminal shows the same"
            );
        }
    }
}

#[test]
fn help_is_wrapped_for_a_narrow_terminal() {
    let (screen, _) = on_screen(&mut reqtrail(&["codes", "-h"]), 50);
    let prose = screen.lines().filter(|line| !line.contains("reqtrail "));
    for line in prose {
        assert!(line.chars().count() <= 50, "{line}");
    }
}

#[test]
fn no_subcommand_is_a_usage_error_that_shows_help() {
    let output = piped(&[]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(2), String::new())
    );
    assert!(stderr(&output).contains("Usage: reqtrail"));
}

#[test]
fn the_version_is_the_version_of_the_package() {
    let output = piped(&["--version"]);
    let expected = format!("reqtrail {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), expected));
}
