//! Tests that need a separate process, and how one is started.
//!
//! The servers live in the test's process. The client lives in one that is started from the same binary, as the named
//! ignored test, which reports on its standard output.

mod descriptors;
mod forks;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;

use reqtrail::{Proxy, blocking};

use crate::support::{LONG, Server, builder};

/// Where the servers are, and their authority.
const BASE: &str = "REQTRAIL_TEST_BASE";
const CA: &str = "REQTRAIL_TEST_CA";

/// Runs an ignored test of this binary as a process, and returns the words of the lines that it reported.
async fn run(name: &'static str, server: &Server, scheme: &str, ca: Option<&str>) -> Vec<String> {
    let base = format!("{scheme}://{}", server.address());
    let mut command = Command::new(std::env::current_exe().expect("a binary"));
    command
        .args(["--exact", &format!("processes::{name}")])
        .args(["--ignored", "--nocapture", "--test-threads", "1"])
        .env(BASE, base)
        .env(CA, ca.unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    tokio::task::spawn_blocking(move || {
        let mut process = command.spawn().expect("a process");
        let (mut out, mut err) = (process.stdout.take(), process.stderr.take());
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let read = err.as_mut().map(|err| err.read_to_string(&mut text));
            (read.is_some_and(|read| read.is_ok()), text)
        });
        let (line, lines) = mpsc::channel();
        let reader = BufReader::new(out.take().expect("a pipe"));
        std::thread::spawn(move || {
            reader
                .lines()
                .map_while(Result::ok)
                .try_for_each(|text| line.send(text))
        });
        let (mut reported, end) = (Vec::new(), Instant::now() + 2 * LONG);
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(text) => reported.extend(text.strip_prefix("reported ").map(str::to_owned)),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = process.kill();
                    panic!("{name} hangs; it reported {reported:?}");
                }
            }
        }
        let status = process.wait().expect("an end");
        let (_, text) = errors.join().expect("no panic");
        assert!(status.success(), "{name}: {status}\n{text}");
        reported
    })
    .await
    .expect("no panic")
}

/// Reports to the test that started this process, with one write: other processes may write at the same time.
fn report(text: &str) {
    let line = format!("\nreported {text}\n");
    // SAFETY: the buffer is as long as is said.
    let written = unsafe { libc::write(1, line.as_ptr().cast(), line.len()) };
    assert_eq!(usize::try_from(written), Ok(line.len()));
}

/// A client of the server of the test that started this process.
fn client() -> reqtrail::ClientBuilder {
    let base = std::env::var(BASE).expect("started by another test of this file");
    let client = builder(base).proxy(Proxy::None).max_attempts(1);
    match std::env::var(CA).unwrap_or_default() {
        none if none.is_empty() => client,
        pem => client.extra_ca(pem),
    }
}

/// A call that says whose it is; reports its call ID.
fn call(client: &blocking::Client, path: &str) -> Result<(), String> {
    let request = client
        .post(path)
        .header("x-process", std::process::id().to_string());
    match request.send() {
        Ok(response) => {
            report(&response.trail().call_id().to_string());
            Ok(())
        }
        Err(error) => Err(format!("{error}\n{:?}", error.trail())),
    }
}
