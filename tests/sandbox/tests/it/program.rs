//! The program.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::Client;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_reqtrail-sandbox"))
}

fn run(arguments: &[&str]) -> Output {
    program()
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

/// Starts the program and reads the line that it prints when it is ready.
fn serve(arguments: &[&str]) -> (Child, Value) {
    let mut command = program();
    command.args(arguments).arg("--exit-with-parent");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    (child, serde_json::from_str(&line).expect("JSON"))
}

#[test]
fn it_serves_until_its_standard_input_closes() {
    let (mut child, ready) = serve(&["--incident", "internal_error:on=GET /events"]);
    let text = |field: &str| ready[field].as_str().expect("a text").to_owned();
    let base = text("base_url");
    let address = base
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/api/v1"));
    let address = address.expect("a base URL").parse().expect("an address");
    let client = Client::at(address).with_token(&text("token"));
    client.get("/events").refused(500, "internal_error");
    client.get("/events").accepted(200);
    let viewer = client.with_token(&text("viewer_token"));
    viewer.get("/users").refused(403, "forbidden");
    assert!(text("control_url").ends_with("/__sandbox"));

    drop(child.stdin.take());
    assert!(child.wait().expect("an end").success());
    let mut rest = String::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_string(&mut rest)
        .expect("text");
    assert_eq!(rest, "");
}

#[test]
fn wrong_options_end_with_status_2() {
    let output = run(&["--port", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with("reqtrail-sandbox: --port must be a number"),
        "{said}"
    );
}

#[test]
fn a_taken_port_ends_with_status_1() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = run(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot listen on 127.0.0.1:"));
}

#[test]
fn help_and_version_are_printed() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--exit-with-parent"));
    let version = run(&["--version"]);
    assert_eq!(
        String::from_utf8_lossy(&version.stdout).trim(),
        env!("CARGO_PKG_VERSION")
    );
}
