//! `explain` with a scripted cloud.

use std::collections::HashSet;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::program::{InTerminal, on_screen, stderr, stdout};
use crate::scripted_cloud::{
    Cloud, EXTEND, NEVER, RESIZE, SERVER, VOLUME, failed_volume, is_valid, no_valid_host, volume,
    with_volume,
};

#[test]
fn explain_shows_the_history_of_a_server_by_its_name() {
    let cloud = no_valid_host();
    let output = cloud.run(&["explain", "web-1"]);
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(1));
    let history = stdout(&output);
    for part in [
        SERVER,
        "ACTIVE",
        "resize",
        RESIZE,
        "conductor_migrate_server Error",
    ] {
        assert!(history.contains(part), "{part}: {history}");
    }
    let output = cloud.run(&["explain", SERVER, "--json"]);
    let history: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let actions = &history["resources"][0]["actions"];
    assert_eq!(actions[0]["verdict"], "failed");
    assert_eq!(stdout(&output).lines().count(), 1);
    assert_eq!(history["schema"], "reqtrail.story/2");
    is_valid(&output);
}

#[test]
fn explain_says_why_a_volume_failed() {
    let cloud = failed_volume();
    for what in ["data", "volume/data", VOLUME, EXTEND] {
        let output = cloud.run(&["explain", what, "--timeout", "1m", "--last", "5"]);
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(1), String::new())
        );
        let story = stdout(&output);
        assert!(story.contains("weighted backend"), "{what}: {story}");
        assert!(story.contains(EXTEND), "{what}: {story}");
    }
    let story = is_valid(&cloud.run(&["explain", "data", "--json"]));
    assert_eq!(
        (&story["schema"], &story["request_ids"]),
        (&json!("reqtrail.story/2"), &json!([EXTEND]))
    );

    let whole = with_volume(vec![volume("available", 1)]);
    let output = whole.run(&["explain", VOLUME]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = whole.run(&["explain", "disk/data"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let output = whole.run(&["explain", VOLUME, "--timeout", "soon"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn a_name_of_several_resources_is_a_mistake_of_the_caller() {
    let listed = |kind: &str, ids: [&str; 2]| {
        let rows = ids.map(|id| json!({"id": id, "name": "data"}));
        vec![(200, json!({ kind: rows }))]
    };
    let other = "0d4c1c11-2e1b-4b0f-8a51-8d9e0c9b1d3a";
    let cloud = Cloud::start([
        ("GET /v2.1/servers", listed("servers", [SERVER, other])),
        ("GET /v3/volumes", listed("volumes", [VOLUME, other])),
    ]);
    for arguments in [
        &["explain", "volume/data"][..],
        &["explain", "data"],
        &["follow", "server", "data"],
    ] {
        let output = cloud.run(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(other), "{said}");
        let next = said.lines().last();
        assert_eq!(next, Some("Use one of these IDs instead of the name."));
    }

    // The service itself refuses this one.
    let invalid = json!({"badRequest": {"code": 400, "message": "Invalid input"}});
    let path = "GET /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861/os-instance-actions";
    let cloud = Cloud::start([(path, vec![(400, invalid)])]);
    let output = cloud.run(&["follow", "server", SERVER]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("req-11111111"), "{said}");
}

#[test]
fn a_timeout_that_is_over_may_be_longer() {
    let cloud = Cloud::start([("GET /v2.1/servers", vec![(NEVER, Value::Null)])]);
    let output = cloud.run(&["explain", "data", "--timeout", "50ms"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("or allow a longer --timeout."), "{said}");

    let output = cloud.run(&["explain", "data", "--timeout", "0"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("above 0, such as 30s"), "{said}");

    // It does not limit the sign-in.
    let output = Cloud::gone().run(&["explain", "data", "--timeout", "50ms"]);
    let said = stderr(&output);
    assert!(!said.contains("--timeout"), "{said}");
}

#[test]
fn explain_shows_progress_only_on_a_terminal() {
    let mut command = failed_volume().command(&["explain", "data"]);
    let (screen, code) = on_screen(command.env("TERM", "xterm"), 80);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("\rreading about data\u{1b}[K"), "{screen}");
}

#[test]
fn ctrl_c_ends_explain() {
    for (request, shown) in [
        ("POST /v3/auth/tokens", "signing in"),
        ("GET /v3/volumes", "reading about data"),
    ] {
        let cloud = Cloud::start([
            ("GET /v2.1/servers", vec![(200, json!({"servers": []}))]),
            (request, vec![(NEVER, Value::Null)]),
        ]);
        let mut command = cloud.command(&["explain", "data"]);
        let mut terminal = InTerminal::start(command.env("TERM", "xterm"), 80);
        terminal.until(shown);
        cloud.until_asked(request);
        terminal.keyboard.write_all(b"\x03").expect("typed");
        let (screen, code) = terminal.end();
        assert_eq!(code, Some(130), "{request}: {screen}");
    }
}

#[test]
fn the_exit_code_says_why_there_is_no_history() {
    let refused =
        json!({"error": {"code": 401, "title": "Unauthorized", "message": "no such user"}});
    let stranger = Cloud::start([("POST /v3/auth/tokens", vec![(401, refused)])]);
    let nothing = Cloud::start([]);
    let forbidden = json!({"forbidden": {"code": 403, "message": "Policy does not allow it"}});
    let forbidding = Cloud::start([(
        "GET /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861",
        vec![(403, forbidden)],
    )]);
    let gone = Cloud::gone();
    let mut next = HashSet::new();
    for (cloud, code) in [(&stranger, 4), (&nothing, 5), (&forbidding, 5), (&gone, 3)] {
        let output = cloud.run(&["explain", SERVER]);
        assert_eq!(
            (output.status.code(), stdout(&output)),
            (Some(code), String::new()),
            "{}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("hunter2"));
        next.insert(
            stderr(&output)
                .lines()
                .last()
                .expect("what to do next")
                .to_owned(),
        );
        // What is not there has no request that failed.
        let has_id = std::ptr::eq(cloud, &stranger) || std::ptr::eq(cloud, &forbidding);
        assert_eq!(
            stderr(&output).contains("req-11111111"),
            has_id,
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(next.len(), 3, "{next:?}");
}
