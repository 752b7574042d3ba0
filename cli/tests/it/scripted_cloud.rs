//! A scripted cloud on loopback: Keystone, Nova and Cinder behind one port.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::run::validator;
use crate::program::reqtrail;

pub(crate) const SERVER: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";
pub(crate) const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
pub(crate) const RESIZE: &str = "req-ea1b0dfc-3186-42a9-84ff-c4f4fb130fae";
pub(crate) const EXTEND: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";

/// The responses by method and path, in order. The last one repeats. [`NEVER`] is a response that does not come.
type Script = HashMap<String, Vec<(u16, Value)>>;

/// The status of a response that does not come.
pub(crate) const NEVER: u16 = 0;

/// A cloud on its own port. It serves until the process ends.
pub(crate) struct Cloud {
    pub(crate) url: String,
    /// The requests, as they come.
    asked: Receiver<String>,
}

impl Cloud {
    pub(crate) fn start(
        answers: impl IntoIterator<Item = (&'static str, Vec<(u16, Value)>)>,
    ) -> Self {
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
        let (sender, asked) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, sender) = (Arc::clone(&script), sender.clone());
                thread::spawn(move || serve(stream.expect("a connection"), &script, &sender));
            }
        });
        Self { url, asked }
    }

    /// A cloud whose port is closed.
    pub(crate) fn gone() -> Self {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let url = format!("http://{}", closed.local_addr().expect("an address"));
        Self {
            url,
            asked: mpsc::channel().1,
        }
    }

    /// Waits until a request has come.
    #[track_caller]
    pub(crate) fn until_asked(&self, request: &str) {
        // It should come at once; a minute bounds a failed test.
        let next = || self.asked.recv_timeout(Duration::from_secs(60));
        while next().unwrap_or_else(|_| panic!("{request} did not come")) != request {}
    }

    /// Returns the command with the variables to sign in to this cloud.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
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

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }
}

/// Answers the requests of a connection.
fn serve(stream: TcpStream, script: &Mutex<Script>, asked: &Sender<String>) {
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
        // A test may have ended.
        let _ = asked.send(request.to_owned());
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
        if status == NEVER {
            // The test ends first.
            thread::park();
        }
        let answer = answer.to_string();
        // Nova lists an action under the ID of the request that began it.
        let request_id = match request.contains("/servers/") && status == 202 {
            true => RESIZE,
            false => "req-11111111-2222-3333-4444-555555555555",
        };
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             X-Subject-Token: token\r\nx-openstack-request-id: {request_id}\r\n\r\n",
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
pub(crate) fn no_valid_host() -> Cloud {
    let mut action = listed();
    action["events"] = json!([{"event": "conductor_migrate_server", "result": "Error",
        "start_time": "2026-11-26T14:01:00.000000", "finish_time": "2026-11-26T14:01:01.000000",
        "traceback": null}]);
    let found = json!({"servers": [{"id": SERVER, "name": "web-1", "links": []}]});
    Cloud::start([
        (
            "POST /v2.1/servers/344174b8-34fd-4017-ae29-b9084dcf3861/action",
            vec![(202, Value::Null)],
        ),
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

pub(crate) fn volume(status: &str, size: u64) -> (u16, Value) {
    let volume = json!({"id": VOLUME, "name": "data", "status": status, "size": size,
        "created_at": "2026-11-26T14:00:00.000000", "updated_at": "2026-11-26T14:01:00.000000"});
    (200, json!({ "volume": volume }))
}

/// A volume that goes through these states.
pub(crate) fn with_volume(states: Vec<(u16, Value)>) -> Cloud {
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
pub(crate) fn failed_volume() -> Cloud {
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
pub(crate) fn is_valid(output: &Output) -> Value {
    let value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems: Vec<String> = validator("openstack")
        .iter_errors(&value)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{value}\n{problems:#?}");
    value
}

/// Follows the extension of the volume to 3 GiB.
pub(crate) const EXTENDED: [&str; 7] = [
    "follow",
    "volume.extend",
    VOLUME,
    "--request-id",
    EXTEND,
    "--size",
    "3",
];
