//! Journals that the library writes, read by the command.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use reqtrail::{Client, Trail};

use crate::common::journal::Folder;
use crate::common::run::run;

/// The variable with which a test runs itself again as the program that is killed.
const PROGRAM: &str = "REQTRAIL_TEST_PROGRAM";

#[test]
fn a_call_that_failed_is_found_by_its_id() {
    let folder = Folder::new();
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let client = Client::builder(format!("http://{}", closed.expect("an address")))
        .journal(folder.path())
        // So that the record is on disk before the search, even on a slow machine.
        .journal_sync(reqtrail::JournalSync::Always)
        .service_name("checkout")
        .max_attempts(1)
        .build_blocking()
        .expect("a client");
    let error = client.get("/cameras").send().expect_err("nobody listens");
    let trail = error.trail().expect("a trail");
    let id = trail.call_id().to_string();

    let ran = run(folder.path(), &["find", &id]);
    assert_eq!((ran.exit, &*ran.errors), (0, ""));
    let report = ran.output.split_once('\n').map(|(_, report)| report);
    let read = Trail::from_json(&trail.to_json()).expect("a trail");
    assert_eq!(report, Some(&*read.report()));
    let ran = run(folder.path(), &["find", "--json", &id]);
    let written = format!("\"trail\":{},", trail.to_json());
    assert!(ran.output.contains(&written), "{}", ran.output);
    let line = &ran.lines("find")[0];
    assert_eq!(
        (&line["service"], &line["pid"]),
        (&"checkout".into(), &std::process::id().into())
    );
    let status = &run(folder.path(), &["status", "--json"]).lines("status")[0];
    assert_eq!(
        (&status["alive"], &status["open"]),
        (&true.into(), &0.into())
    );
}

/// The program of the next test. Its POST never gets a response.
#[test]
fn posts_and_waits() {
    let Some(address) = std::env::var_os(PROGRAM) else {
        return;
    };
    let address = format!("http://{}", address.display());
    let client = Client::builder(address).build_blocking().expect("a client");
    let _ = client.post("/cameras").send();
}

/// A program that is killed when the test ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_post_of_a_killed_program_is_unknown() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let itself = std::env::current_exe().expect("this program");
    let program = Command::new(itself)
        .args(["real::posts_and_waits", "--exact"])
        .env(PROGRAM, address)
        .env("REQTRAIL_JOURNAL", folder.path())
        .env("REQTRAIL_SERVICE", "checkout")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut program = Killed(program.expect("it runs"));
    let (mut connection, _) = listener.accept().expect("it connects");
    let trace = traceparent(&mut connection);

    let state = |arguments: &[&str]| {
        let lines = run(folder.path(), arguments).lines("list");
        assert_eq!(lines.len(), 1, "{arguments:?}");
        assert_eq!(lines[0]["service"], "checkout");
        assert_eq!(lines[0]["opened"]["trace_id"], trace);
        lines[0]["state"].clone()
    };
    assert_eq!(state(&["list", "--json", "--open"]), "in_flight");
    program.0.kill().expect("it is killed");
    program.0.wait().expect("it is gone");
    assert_eq!(state(&["list", "--json", "--failed"]), "unknown");
    let ran = run(folder.path(), &["find", &trace]);
    assert!(
        ran.output.contains("UNKNOWN: attempt 1 may have been sent"),
        "{}",
        ran.output
    );
}

/// Reads a request up to the trace ID of its `traceparent`.
fn traceparent(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    loop {
        let mut bytes = [0; 1024];
        let count = connection.read(&mut bytes).expect("a request");
        assert_ne!(count, 0, "the request ends early");
        head.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&head);
        if text.contains("\r\n\r\n") {
            let header = text.split("traceparent: 00-").nth(1).expect("the header");
            return header.chars().take(32).collect();
        }
    }
}
