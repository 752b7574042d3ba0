//! Random faults. The environment allows them for a whole process, so tests that need permission run in separate
//! processes: this test binary, which runs only the ignored tests of one module.

mod denied;
mod permitted;
mod proof;
mod sandboxed;
mod varied;

use std::process::Command;

use reqtrail::{Client, ErrorKind};

use crate::support::BASE;

const ALLOWED: (&str, &str) = ("REQTRAIL_ALLOW_CHAOS", "1");

/// Runs the ignored tests of a module in a process with these variables.
fn run(module: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    for name in ["REQTRAIL_CHAOS", "REQTRAIL_ALLOW_CHAOS"] {
        command.env_remove(name);
    }
    let filter = format!("chaos::{module}::");
    command.args([filter.as_str(), "--ignored", "--nocapture"]);
    let output = command.envs(variables.iter().copied()).output();
    let output = output.expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(
        !text.contains("running 0 tests"),
        "no tests of {module}: {text}"
    );
}

#[test]
fn faults_come_as_the_option_says() {
    run("permitted", &[ALLOWED]);
}

#[test]
fn ten_thousand_calls_with_one_seed_end_the_same_twice() {
    run("proof", &[ALLOWED]);
}

#[test]
fn a_servers_log_has_each_attempt_that_a_trail_calls_sent() {
    run("sandboxed", &[ALLOWED]);
}

#[test]
fn faults_come_as_the_variable_says() {
    run("varied", &[ALLOWED, ("REQTRAIL_CHAOS", "503@100%;seed=1")]);
}

#[test]
fn the_variable_alone_has_no_effect() {
    run("denied", &[("REQTRAIL_CHAOS", "503@100%;seed=1")]);
    run(
        "denied",
        &[
            ("REQTRAIL_CHAOS", "no such thing"),
            ("REQTRAIL_ALLOW_CHAOS", "0"),
        ],
    );
}

#[test]
fn the_option_is_refused_without_permission() {
    let builder = || Client::novavms(BASE).chaos("503@1%");
    for error in [
        builder().build().expect_err("no permission"),
        builder().build_blocking().expect_err("no permission"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(
            text.contains("chaos is set without REQTRAIL_ALLOW_CHAOS=1"),
            "{text}"
        );
    }
}

#[test]
fn a_mistake_in_the_option_is_named() {
    let error = Client::novavms(BASE).chaos("503@10%,boom@1%").build();
    let text = error.expect_err("a mistake").to_string();
    assert!(
        text.contains("chaos has the item `boom@1%`, whose fault `boom` is not known"),
        "{text}"
    );
}
