//! `follow` with a scripted cloud, and what it has in common with `explain`.

use std::io::Write as _;
use std::process::Output;

use reqtrail::{Client, JournalPolicy, JournalSync, blocking};
use serde_json::{Value, json};

use crate::common::journal::{Folder, Open, call_id};
use crate::program::{InTerminal, on_screen, reqtrail, stderr, stdout};
use crate::scripted_cloud::{
    Cloud, EXTEND, EXTENDED, RESIZE, SERVER, VOLUME, failed_volume, is_valid, no_valid_host,
    volume, with_volume,
};

#[test]
fn follow_takes_the_newest_action_of_a_server() {
    let output = no_valid_host().run(&["follow", "server", "web-1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).starts_with("resize of server"),
        "{}",
        stdout(&output)
    );
    assert!(stderr(&output).contains(RESIZE), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("Give the operator"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn follow_waits_for_a_volume_and_shows_progress_only_on_a_terminal() {
    let states = || vec![volume("extending", 1), volume("available", 3)];
    let output = with_volume(states()).run(&EXTENDED);
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    assert!(
        stdout(&output).starts_with("extend of volume"),
        "{}",
        stdout(&output)
    );

    let cloud = with_volume(states());
    let mut command = cloud.command(&EXTENDED);
    let (screen, code) = on_screen(command.env("TERM", "xterm"), 80);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("\r0 s: extending\u{1b}[K"), "{screen}");
    let (_, report) = screen
        .rsplit_once("\r\u{1b}[K")
        .expect("the line is cleared");
    assert!(report.starts_with("extend of volume"), "{screen}");

    let mut command = cloud.command(&EXTENDED);
    let (screen, _) = on_screen(command.env("TERM", "dumb"), 80);
    assert!(!screen.contains('\u{1b}'), "{screen}");
}

#[test]
fn follow_ends_with_what_is_known() {
    let failed = with_volume(vec![volume("error_extending", 1)]);
    let output = failed.run(&[&EXTENDED[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let report = is_valid(&output);
    assert_eq!(
        (&report["schema"], &report["verdict"]),
        (&json!("reqtrail.action/1"), &json!("failed"))
    );

    let endless = with_volume(vec![volume("extending", 1)]);
    let output = endless.run(&[&EXTENDED[..], &["--deadline", "1ms"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn ctrl_c_in_the_middle_prints_what_is_known() {
    let endless = with_volume(vec![volume("extending", 1)]);
    let mut command = endless.command(&EXTENDED);
    let mut terminal = InTerminal::start(command.env("TERM", "xterm"), 80);
    terminal.until("extending");
    terminal.keyboard.write_all(b"\x03").expect("typed");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("volume now: extending"), "{screen}");
}

/// The client of a program that writes every call to the journal of the folder.
fn program(cloud: &Cloud, folder: &Folder, version: &str, service: &str) -> blocking::Client {
    Client::openstack(format!("{}{version}", cloud.url))
        .service(service)
        .token("token")
        .journal(folder.path())
        .journal_policy(JournalPolicy::All)
        .journal_sync(JournalSync::Always)
        .build_blocking()
        .expect("a client")
}

/// Runs `follow` with the journal of the folder.
fn follow_from(folder: &Folder, cloud: &Cloud, arguments: &[&str]) -> Output {
    let mut command = cloud.command(&[&["follow"], arguments].concat());
    let command = command.env("REQTRAIL_JOURNAL", folder.path());
    command.output().expect("the binary runs")
}

/// Returns the calls in the journal.
fn journal(folder: &Folder) -> Vec<Value> {
    let mut command = reqtrail(&["list", "--json"]);
    let command = command.env("REQTRAIL_JOURNAL", folder.path());
    let output = command.output().expect("the binary runs");
    let calls = stdout(&output);
    let lines = calls.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn follow_finds_a_deletion_in_the_journal() {
    let gone = json!({"itemNotFound": {"code": 404, "message": "no such volume"}});
    let cloud = Cloud::start([
        (
            "DELETE /v3/volumes/86a92e20-c6ef-44cc-9712-5a931ec997fe",
            vec![(202, Value::Null)],
        ),
        (
            "GET /v3/volumes/86a92e20-c6ef-44cc-9712-5a931ec997fe",
            vec![volume("deleting", 1), (404, gone)],
        ),
        ("GET /v3/messages", vec![(200, json!({"messages": []}))]),
    ]);
    let folder = Folder::new();
    let request = program(&cloud, &folder, "/v3", "volume").delete("/volumes/{id}");
    let deletion = request.param("id", VOLUME).send().expect("accepted");
    let before = journal(&folder);
    let call_id = deletion.trail().call_id().to_string();
    let request_id = deletion.request_id().expect("an ID").to_string();
    for id in [&*call_id, &call_id[..13], &request_id, &request_id[..12]] {
        let output = follow_from(&folder, &cloud, &[id, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{id}: {}", stderr(&output));
        let report = is_valid(&output);
        assert_eq!(
            (&report["verdict"], &report["resource_id"]),
            (&json!("succeeded"), &json!(VOLUME)),
            "{id}"
        );
    }
    assert_eq!(
        journal(&folder),
        before,
        "the command's calls are not in it"
    );
}

#[test]
fn follow_finds_an_action_of_a_server_in_the_journal() {
    let cloud = no_valid_host();
    let folder = Folder::new();
    let request = program(&cloud, &folder, "/v2.1", "compute").post("/servers/{id}/action");
    let request = request
        .param("id", SERVER)
        .json(&json!({"resize": {"flavorRef": "2"}}));
    let resize = request.send().expect("accepted");
    assert_eq!(resize.request_id().map(|id| id.as_str()), Some(RESIZE));
    let output = follow_from(&folder, &cloud, &[RESIZE]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.starts_with("resize of server"), "{report}");
    assert!(stderr(&output).contains(RESIZE), "{}", stderr(&output));
}

#[test]
fn follow_says_what_the_journal_lacks() {
    let cloud = Cloud::start([
        ("POST /v3/volumes", vec![(202, volume("creating", 1).1)]),
        (
            "POST /v3/volumes/86a92e20-c6ef-44cc-9712-5a931ec997fe/action",
            vec![(202, Value::Null)],
        ),
    ]);
    let folder = Folder::new();
    let client = program(&cloud, &folder, "/v3", "volume");
    let create = client.post("/volumes").json(&json!({"volume": {}})).send();
    let extend = client
        .post("/volumes/{id}/action")
        .param("id", VOLUME)
        .json(&json!({"os-extend": {"new_size": 3}}))
        .send();
    let refused = client.delete("/volumes/none").send().expect_err("a 404");
    let [create, extend] = [create, extend].map(|outcome| outcome.expect("accepted"));
    let trails = [
        create.trail(),
        extend.trail(),
        refused.trail().expect("one"),
    ];
    let [created, extended, refused] = trails.map(|trail| trail.call_id().to_string());
    // A program that was killed before the answer came.
    let shop = folder.process("shop", "web-1", 4242, "2026-11-26T13:00:00Z");
    let open = Open::new(9, "POST", "/volumes", "2026-11-26T14:07:00.000000Z");
    shop.fill_slot(0, &open);
    let killed = call_id(9);
    for (id, code, text) in [
        (&*created, 2, "the response does not name the volume"),
        (
            &extended,
            2,
            "only the body of `POST /volumes/{id}/action` says what it asked for",
        ),
        (&refused, 2, "so it began nothing"),
        (&killed, 2, "the journal has no response"),
        ("req-22222222", 5, "req-22222222"),
        // All have this request ID.
        ("req-11111111-2222-3333-4444-555555555555", 2, &*extended),
    ] {
        let output = follow_from(&folder, &cloud, &[id]);
        let shown = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{id}: {shown}");
        assert!(shown.contains(text), "{id}: {shown}");
    }
}

#[test]
fn the_commands_calls_stay_out_of_the_journal() {
    let folder = std::env::temp_dir().join(format!("reqtrail-unasked-{}", std::process::id()));
    for arguments in [&["explain", "data"][..], &EXTENDED] {
        let mut command = failed_volume().command(arguments);
        command.env("REQTRAIL_JOURNAL", &folder);
        command.env("REQTRAIL_JOURNAL_POLICY", "all");
        let output = command.output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(!folder.exists(), "{arguments:?} wrote to the journal");
    }
}

#[test]
fn an_incomplete_or_invalid_subject_is_a_usage_error() {
    let cloud = no_valid_host();
    for (arguments, expected) in [
        (
            &["follow", "volume.extend", VOLUME][..],
            "`--request-id` is missing",
        ),
        (
            &[
                "follow",
                "volume.paint",
                VOLUME,
                "--request-id",
                EXTEND,
                "--cloud",
                "none",
            ],
            "none",
        ),
        (&["follow"], "<WHAT>"),
        (
            &["follow", "server", "web-1", "--deadline", "soon"],
            "expected a duration",
        ),
        (&["explain"], "<WHAT>"),
    ] {
        let output = cloud.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}
