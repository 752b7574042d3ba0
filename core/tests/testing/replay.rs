//! A recording of a server replays the same without one.

pub(crate) mod kinds;
mod server;

use std::process::{Command, Stdio};

use reqtrail::Client;
use reqtrail::testing::Mock;
use reqtrail_sandbox::{Sandbox, SandboxOptions};
use serde_json::Value;

use crate::process::{ChildProcess, FILE, Folder, TOKEN};
use crate::record::{exchanges, script};
use crate::session;

/// A program that starts another one in a separate network namespace, which has no interface that is up; `None` where
/// the system allows nobody to make one.
fn without_network() -> Option<&'static [&'static str]> {
    let programs: [&[&str]; 2] = [&["unshare", "--user", "--net"], &["unshare", "--net"]];
    programs.into_iter().find(|program| {
        let started = Command::new(program[0])
            .args(&program[1..])
            .arg("true")
            .stderr(Stdio::null())
            .status();
        started.is_ok_and(|status| status.success())
    })
}

#[test]
fn a_session_with_the_sandbox_plays_where_there_is_no_network() {
    let alone = without_network();
    if alone.is_none() {
        eprintln!(
            "NOT PROVED: nobody may make a network namespace here, so the session is played beside a network"
        );
    }
    for step in ["session", "blocking-session"] {
        let folder = Folder::new(&format!("played-{step}"));
        let sandbox = Sandbox::start(SandboxOptions::default()).expect("the sandbox");
        session::prepare(&sandbox);
        let met = ChildProcess::new(step, &sandbox.base_url())
            .env(TOKEN, sandbox.token())
            .recording(&folder.file())
            .run();
        assert_eq!(met.lines.len(), 10, "{:?}", met.lines);
        script(&folder.file());
        // The sandbox goes on listening: that nobody reaches it is what the namespace is for.
        let address = sandbox.base_url();
        let address = address.strip_prefix("http://").expect("a URL");
        let address = address.split('/').next().unwrap_or_default();
        let requests = sandbox.requests().len();
        let played =
            ChildProcess::new("played-session", if alone.is_some() { address } else { "" })
                .below(alone.unwrap_or_default())
                .env(FILE, folder.file())
                .run();
        let both = [met.lines.clone(), met.lines].concat();
        assert_eq!(played.lines.len(), both.len(), "{:?}", played.lines);
        for (played, met) in played.lines.iter().zip(&both) {
            assert_eq!(played, met);
        }
        assert_eq!(sandbox.requests().len(), requests);
    }
}

/// Plays a recording to a client with the options of `kinds`.
fn playing(text: &str) -> (Mock, Client) {
    let mock = Mock::from_script(text).expect("a script");
    let client = kinds::options(mock.attach(Client::novavms("https://api.example")));
    let client = client.build().expect("a client");
    (mock, client)
}

/// Compares what came of the calls.
fn check(mock: &Mock, played: &[Value], met: &[String]) {
    assert_eq!(played.len(), met.len());
    let differing: Vec<_> = played
        .iter()
        .zip(met)
        .filter(|(played, met)| played.to_string() != **met)
        .map(|(played, met)| format!("met    {met}\nplayed {played}"))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    mock.check().expect("no problems");
}

#[tokio::test]
async fn every_kind_of_exchange_plays_as_it_was() {
    let folder = Folder::new("kinds");
    let address = server::start();
    let met = ChildProcess::new("kinds", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    script(&folder.file());
    let text = std::fs::read_to_string(folder.file()).expect("a recording");
    assert!(!text.contains("s3cr3t"), "{text}");
    let (mock, client) = playing(&text);
    check(&mock, &kinds::run(&client).await, &met.lines);
}

#[tokio::test]
async fn a_refused_connection_is_replayed_as_refused() {
    let folder = Folder::new("refused");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let met = ChildProcess::new("two-kinds", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    assert_eq!(exchanges(&script(&folder.file())).len(), 4);
    let text = std::fs::read_to_string(folder.file()).expect("a recording");
    let (mock, client) = playing(&text);
    check(&mock, &kinds::run_two(&client).await, &met.lines);
}
