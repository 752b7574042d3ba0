//! Programs that are killed during their calls.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use reqtrail_blackbox::{Folder, Schemas, reqtrail};
use reqtrail_sandbox::{Incident, RateLimit, Sandbox, SandboxOptions};

/// How many programs are killed, unless `REQTRAIL_KILLS` is set.
const KILLS: u32 = 200;

/// Starts a server whose responses are late, fail, or get lost.
fn server() -> Sandbox {
    let options = SandboxOptions::default().rate_limit(RateLimit::new(u32::MAX, u32::MAX));
    let sandbox = Sandbox::start(options).expect("a server");
    let always = u32::MAX;
    let trigger = |incident: Incident| incident.on("POST", "/cameras/{id}/trigger");
    sandbox.inject(trigger(Incident::slow(Duration::from_millis(5))).times(always));
    sandbox.inject(
        Incident::lose_answer()
            .on("PATCH", "/cameras/{id}")
            .times(always),
    );
    sandbox.inject(Incident::bad_gateway().on("GET", "/events").times(always));
    sandbox
}

#[test]
fn the_journal_of_a_killed_program_has_every_call_that_it_knew() {
    let kills = std::env::var("REQTRAIL_KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("a number of kills"));
    let schemas = Schemas::new().expect("schemas");
    let (mut results, mut unsafe_requests, mut unknown) = (0, 0, 0);
    for kill in 0..kills {
        // A new server for each program, because requests of the last one may still arrive.
        let server = server();
        let folder = Folder::new("kill").expect("a folder");
        let mut victim = Command::new(env!("CARGO_BIN_EXE_victim"))
            .args([
                &server.base_url(),
                server.token(),
                ["notable", "all"][kill as usize % 2],
            ])
            .env("REQTRAIL_JOURNAL", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut output = victim.stdout.take().expect("its output");
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).expect("lines");
            text
        });
        // At a random moment, even before its first call.
        std::thread::sleep(Duration::from_micros(fastrand::u64(..150_000)));
        victim.kill().expect("SIGKILL");
        victim.wait().expect("its end");
        let said = reader.join().expect("its lines");

        let listed = reqtrail(folder.path(), &["list"]);
        // A program that was killed at once left nothing. One that was killed during a write left a partial line.
        let is_expected = |line: &str| line.contains("no such call") || line.contains("torn line");
        assert!(
            listed.errors.lines().all(is_expected),
            "kill {kill}: {}",
            listed.errors
        );
        schemas.check_folder(folder.path(), true).expect("lines");
        let mut states = HashMap::new();
        let mut traces = HashSet::new();
        for line in &listed.lines {
            schemas.check_printed(line).expect("what it prints");
            let known = match line["state"].as_str() {
                Some("finished") => &line["trail"],
                Some("unknown") => &line["opened"],
                other => panic!("kill {kill}: state {other:?} of a dead program"),
            };
            let call_id = known["call_id"].as_str().expect("a call ID").to_owned();
            traces.insert(known["trace_id"].as_str().expect("a trace ID").to_owned());
            let earlier = states.insert(call_id, line["state"].clone());
            assert_eq!(earlier, None, "kill {kill}: a call is listed twice");
            unknown += u32::from(line["state"] == "unknown");
        }
        // The last line may be incomplete.
        for line in said
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let (call_id, is_kept) = line.trim_end().split_once(' ').expect("two words");
            if is_kept == "true" {
                results += 1;
                let state = states.get(call_id).and_then(|state| state.as_str());
                assert_eq!(
                    state,
                    Some("finished"),
                    "kill {kill}: {call_id} is not found"
                );
            }
        }
        // With the policy `notable`, a call that succeeds leaves no record. A program that is killed after such a call may not
        // have printed it.
        let may_be_gone = |status: Option<u16>| kill % 2 == 0 && status.is_some_and(|it| it < 300);
        let finished: HashSet<_> = said
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        for request in server
            .requests()
            .iter()
            .filter(|request| request.method != "GET")
        {
            unsafe_requests += 1;
            let trace = request.trace_id().expect("a traceparent");
            let is_finished = finished
                .iter()
                .any(|call_id| call_id.replace('-', "") == trace);
            assert!(
                traces.contains(trace) || is_finished || may_be_gone(request.status),
                "kill {kill}: the server saw {} {}, and the journal knows nothing of it",
                request.method,
                request.path
            );
        }
    }
    println!(
        "{kills} kills: {results} results, {unsafe_requests} unsafe requests, {unknown} calls unknown"
    );
    assert!(
        results > 0 && unsafe_requests > 0 && unknown > 0,
        "the proof met nothing"
    );
}
