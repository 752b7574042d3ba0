//! `sandbox`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::program::{InTerminal, golden, piped, reqtrail, stderr};

/// Sends a GET to the sandbox at this base URL, and returns the status.
fn status(base: &str, path: &str, token: &str) -> String {
    let address = base.trim_start_matches("http://");
    let (address, prefix) = address.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(address).expect("a sandbox");
    write!(
        stream,
        "GET /{prefix}{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn on_a_terminal_it_shows_what_to_try_and_runs_until_ctrl_c() {
    let mut command = reqtrail(&["sandbox", "--incident", "internal_error:times=1"]);
    let mut terminal = InTerminal::start(command.env("TERM", "xterm"), 80);
    let screen = terminal.until("until Ctrl-C\n");
    let plain = screen
        .replace("\u{1b}[1m\u{1b}[36m", "")
        .replace("\u{1b}[0m", "");
    let base = plain
        .lines()
        .find_map(|line| line.split_once("http://"))
        .expect("a URL")
        .1;
    let port = base
        .split_once(':')
        .expect("a port")
        .1
        .split_once('/')
        .expect("a path")
        .0;
    golden("sandbox-terminal", &screen.replace(port, "PORT"));

    let base = format!("http://{base}");
    let token = "sk_test_sandbox_admin_key";
    assert_eq!(status(&base, "/cameras", token), "500");
    assert_eq!(status(&base, "/cameras", token), "200");

    terminal.keyboard.write_all(b"\x03").expect("typed");
    let (_, code) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(
        TcpStream::connect(
            base.trim_start_matches("http://")
                .trim_end_matches("/api/v1")
        )
        .is_err()
    );
}

#[test]
fn with_json_it_writes_one_line_and_ends_when_the_pipe_is_closed() {
    let mut command = reqtrail(&["sandbox", "--json", "--exit-with-parent"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    let field = |name: &str| ready[name].as_str().expect("a text");
    assert_eq!(
        status(field("base_url"), "/users", field("viewer_token")),
        "403"
    );
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    output.read_line(&mut line).expect("nothing more");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn an_interrupt_has_exit_130() {
    let mut command = reqtrail(&["sandbox", "--json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a child");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut line).expect("a line");
    let process = Pid::from_raw(i32::try_from(child.id()).expect("an ID"));
    kill(process, Signal::SIGINT).expect("sent");
    assert_eq!(child.wait().expect("an end").code(), Some(130));
}

#[test]
fn options_that_cannot_be_used_are_usage_errors() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (arguments, expected) in [
        (
            &["sandbox", "--port", &port][..],
            "cannot listen on 127.0.0.1:",
        ),
        (
            &["sandbox", "--incident", "boom"],
            "\"boom\" is not an incident",
        ),
        (
            &["sandbox", "--rate-limit", "0"],
            "must be PER_MINUTE or PER_MINUTE:BURST",
        ),
        (&["sandbox", "--port", "70000"], "70000 is not in 0..=65535"),
    ] {
        let output = piped(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}
