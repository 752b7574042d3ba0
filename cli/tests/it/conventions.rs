//! Common to all subcommands: colours, closed pipes, and outputs that cannot be written.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::program::{on_screen, piped, reqtrail, stderr, stdout};

#[test]
fn colours_need_a_terminal_that_supports_and_allows_them() {
    let arguments = ["codes", "deadline"];
    assert!(!stdout(&piped(&arguments)).contains('\u{1b}'));
    for (variables, coloured) in [
        (&[("TERM", "xterm-256color")][..], true),
        (&[("TERM", "dumb")], false),
        (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], false),
    ] {
        let mut command = reqtrail(&arguments);
        let (screen, _) = on_screen(command.envs(variables.iter().copied()), 80);
        assert!(screen.contains("stop reason"), "{screen}");
        assert_eq!(screen.contains('\u{1b}'), coloured, "{variables:?}");
    }
    let mut forced = reqtrail(&arguments);
    let output = forced.env("CLICOLOR_FORCE", "1").output().expect("an end");
    assert!(stdout(&output).contains('\u{1b}'));
}

#[test]
fn the_variable_columns_overrides_the_width_of_the_terminal() {
    let mut command = reqtrail(&["codes"]);
    let (screen, _) = on_screen(command.env("COLUMNS", "50"), 200);
    let widest = screen.lines().map(|line| line.chars().count()).max();
    assert!(
        widest.is_some_and(|columns| (40..=50).contains(&columns)),
        "{widest:?}"
    );
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut child = reqtrail(&["codes"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_cannot_be_written_is_an_error() {
    let full = OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let output = reqtrail(&["codes"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("an end");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("reqtrail: standard output: "),
        "{}",
        stderr(&output)
    );
}
