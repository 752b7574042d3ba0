//! `follow` and `explain` with a scripted cloud on loopback: Keystone, Nova and Cinder behind one port.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::common::run::validator;
use crate::program::{InTerminal, on_screen, reqtrail, stderr, stdout};

const SERVER: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";
const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
const RESIZE: &str = "req-ea1b0dfc-3186-42a9-84ff-c4f4fb130fae";
const EXTEND: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";

/// The responses by method and path, in order. The last one repeats.
type Script = HashMap<String, Vec<(u16, Value)>>;

/// A cloud on its own port. It serves until the process ends.
struct Cloud {
    url: String,
}

impl Cloud {
    fn start(answers: impl IntoIterator<Item = (&'static str, Vec<(u16, Value)>)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let endpoint = |path: &str| {
            json!([{"id": "e", "interface": "public", "region": "One", "region_id": "One",
                    "url": format!("{url}{path}")}])
        };
        let token = json!({"token": {
            "methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z",
            "issued_at": "2026-11-26T14:00:00.000000Z",
            "user": {"id": "u", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": "p", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "catalog": [
                {"type": "compute", "name": "nova", "id": "c", "endpoints": endpoint("/v2.1")},
                {"type": "block-storage", "name": "cinder", "id": "v", "endpoints": endpoint("/v3")},
            ],
        }});
        let mut script: Script = answers
            .into_iter()
            .map(|(request, answers)| (request.to_owned(), answers))
            .collect();
        script
            .entry("POST /v3/auth/tokens".to_owned())
            .or_insert_with(|| vec![(201, token)]);
        let script = Arc::new(Mutex::new(script));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let script = Arc::clone(&script);
                thread::spawn(move || serve(stream.expect("a connection"), &script));
            }
        });
        Self { url }
    }

    /// Returns the command with the variables to sign in to this cloud.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = reqtrail(arguments);
        command
            .env("OS_AUTH_URL", format!("{}/v3", self.url))
            .env("OS_USERNAME", "demo")
            .env("OS_PASSWORD", "hunter2")
            .env("OS_PROJECT_NAME", "demo")
            .env("OS_USER_DOMAIN_NAME", "Default")
            .env("OS_PROJECT_DOMAIN_NAME", "Default")
            .env("OS_REGION_NAME", "One");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }
}

/// Answers the requests of a connection.
fn serve(stream: TcpStream, script: &Mutex<Script>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a duplicate"));
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let request = first.rsplit_once(' ').expect("a request line").0;
        let request = request.split('?').next().expect("a path");
        let (status, answer) = {
            let mut script = script.lock().expect("a script");
            match script.get_mut(request) {
                Some(answers) if answers.len() > 1 => answers.remove(0),
                Some(answers) => answers[0].clone(),
                None => {
                    let text = format!("nothing at {request}");
                    (404, json!({"itemNotFound": {"code": 404, "message": text}}))
                }
            }
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             X-Subject-Token: token\r\nx-openstack-request-id: req-11111111-2222-3333-4444-555555555555\r\n\r\n",
            answer.len()
        );
        if stream.write_all((head + &answer).as_bytes()).is_err() {
            return;
        }
    }
}

fn server(status: &str, task: Option<&str>) -> Value {
    json!({"server": {"id": SERVER, "name": "web-1", "status": status, "OS-EXT-STS:task_state": task,
        "OS-EXT-STS:vm_state": "active", "created": "2026-11-26T14:00:00Z", "updated": "2026-11-26T14:01:00Z"}})
}

fn listed() -> Value {
    json!({"action": "resize", "instance_uuid": SERVER, "request_id": RESIZE, "message": "Error",
        "start_time": "2026-11-26T14:01:00.000000", "updated_at": "2026-11-26T14:01:01.000000",
        "project_id": "p", "user_id": "u"})
}

/// A server whose resize found no host, as in Nova's guide. Its status does not show that.
fn no_valid_host() -> Cloud {
    let mut action = listed();
    action["events"] = json!([{"event": "conductor_migrate_server", "result": "Error",
        "start_time": "2026-11-26T14:01:00.000000", "finish_time": "2026-11-26T14:01:01.000000",
        "traceback": null}]);
    let found = json!({"servers": [{"id": SERVER, "name": "web-1", "links": []}]});
    Cloud::start([
        ("GET /v2.1/servers", vec![(200, found)]),
        (
            "GET /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861",
            vec![(200, server("ACTIVE", None))],
        ),
        (
            "GET /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861/os-instance-actions",
            vec![(200, json!({"instanceActions": [listed()]}))],
        ),
        (
            "GET /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861/os-instance-actions/\
             req-ea1b0dfc-3186-42a9-84ff-c4f4fb130fae",
            vec![(200, json!({"instanceAction": action}))],
        ),
    ])
}

fn volume(status: &str, size: u64) -> (u16, Value) {
    let volume = json!({"id": VOLUME, "name": "data", "status": status, "size": size,
        "created_at": "2026-11-26T14:00:00.000000", "updated_at": "2026-11-26T14:01:00.000000"});
    (200, json!({ "volume": volume }))
}

/// A volume that goes through these states.
fn with_volume(states: Vec<(u16, Value)>) -> Cloud {
    let no_messages = json!({"messages": []});
    Cloud::start([
        (
            "GET /v3/volumes/86a92e20-c6ef-44cc-9712-5a931ec997fe",
            states,
        ),
        ("GET /v3/messages", vec![(200, no_messages)]),
    ])
}

/// A volume that no backend takes, and Cinder's message about it.
fn failed_volume() -> Cloud {
    let message = json!({"id": "m", "event_id": "VOLUME_VOLUME_001_003", "resource_type": "VOLUME",
        "resource_uuid": VOLUME, "request_id": EXTEND, "message_level": "ERROR",
        "user_message": "schedule allocate volume:Could not find any available weighted backend.",
        "created_at": "2026-11-26T14:00:01.000000", "guaranteed_until": "2026-12-26T14:00:01.000000"});
    let listed = json!({"volumes": [{"id": VOLUME, "name": "data"}]});
    Cloud::start([
        ("GET /v2.1/servers", vec![(200, json!({"servers": []}))]),
        ("GET /v3/volumes", vec![(200, listed)]),
        (
            "GET /v3/volumes/86a92e20-c6ef-44cc-9712-5a931ec997fe",
            vec![volume("error", 1)],
        ),
        (
            "GET /v3/messages",
            vec![(200, json!({ "messages": [message] }))],
        ),
    ])
}

/// Checks the line of JSON on standard output against the schema.
#[track_caller]
fn is_valid(output: &Output) -> Value {
    let value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems: Vec<String> = validator("openstack")
        .iter_errors(&value)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{value}\n{problems:#?}");
    value
}

const EXTENDED: [&str; 7] = [
    "follow",
    "volume.extend",
    VOLUME,
    "--request-id",
    EXTEND,
    "--size",
    "3",
];

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
fn explain_shows_progress_only_on_a_terminal() {
    let mut command = failed_volume().command(&["explain", "data"]);
    let (screen, code) = on_screen(command.env("TERM", "xterm"), 80);
    assert_eq!(code, Some(1), "{screen}");
    assert!(screen.contains("\rreading about data\u{1b}[K"), "{screen}");
}

#[test]
fn ctrl_c_ends_explain() {
    // A port that accepts connections and never answers.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let mut command = Cloud { url }.command(&["explain", "data"]);
    let mut terminal = InTerminal::start(command.env("TERM", "xterm"), 80);
    terminal.until("signing in");
    terminal.keyboard.write_all(b"\x03").expect("typed");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(130), "{screen}");
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

    let mut command = endless.command(&EXTENDED);
    let mut terminal = InTerminal::start(command.env("TERM", "xterm"), 80);
    terminal.until("extending");
    terminal.keyboard.write_all(b"\x03").expect("typed");
    let (screen, code) = terminal.end();
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("volume now: extending"), "{screen}");
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
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let gone = Cloud { url };
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
        if code != 3 {
            assert!(
                stderr(&output).contains("req-11111111"),
                "{}",
                stderr(&output)
            );
        }
    }
    assert_eq!(next.len(), 3, "{next:?}");
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
