//! Recording, each time in a separate process, since the environment allows it.
//!
//! The servers live in the test's process. The client lives in one that is started from the same binary, as the ignored
//! test `child`, which does one of the steps and reports the result on its standard output.

mod attack;
mod sign_ins;
mod steps;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use reqtrail::testing::Script;
use reqtrail_sandbox::{Sandbox, SandboxOptions, accounts};
use serde_json::{Value, json};

use crate::process::{ChildProcess, FILE, Folder, TOKEN};
use crate::script::SCHEMA;
use crate::server::{answer, serve};
use crate::session;

#[tokio::test]
#[ignore = "a process that a test starts"]
async fn child() {
    steps::run().await;
}

pub(crate) fn script(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("a recording");
    let script: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(script["schema"], "reqtrail.script/1");
    let wrong: Vec<_> = SCHEMA
        .iter_errors(&script)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?} in {script}");
    Script::from_json(&text).expect("what a mock plays");
    script
}

pub(crate) fn exchanges(script: &Value) -> &[Value] {
    script["exchanges"].as_array().expect("exchanges")
}

/// The value of a header of a reply.
fn header<'a>(exchange: &'a Value, name: &str) -> Option<&'a Value> {
    let pairs = exchange["reply"]["headers"].as_array()?;
    let pair = pairs.iter().find(|pair| pair[0] == name)?;
    Some(&pair[1])
}

fn modes(folder: &Folder) -> Vec<(String, u32)> {
    let entries = fs::read_dir(&folder.0).expect("a folder");
    let entries = entries.map(|entry| {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode();
        (
            entry.file_name().to_string_lossy().into_owned(),
            mode & 0o777,
        )
    });
    entries.collect()
}

#[test]
fn a_session_is_recorded_whole_in_order_and_without_secrets() {
    let folder = Folder::new("session");
    let sandbox = Sandbox::start(SandboxOptions::default()).expect("the sandbox");
    session::prepare(&sandbox);
    let output = ChildProcess::new("session", &sandbox.base_url())
        .env(TOKEN, sandbox.token())
        .recording(&folder.file())
        .run();
    assert_eq!(output.lines.len(), 10, "{:?}", output.lines);
    assert_eq!(modes(&folder), [("session.json".to_owned(), 0o600)]);
    let on = output
        .warnings
        .lines()
        .filter(|line| line.contains("recording is on"));
    let on: Vec<_> = on.collect();
    assert!(
        on.len() == 1 && on[0].contains("session.json"),
        "{}",
        output.warnings
    );

    let script = script(&folder.file());
    let recorded: Vec<_> = exchanges(&script)
        .iter()
        .map(|exchange| exchange["match"]["method"].as_str().expect("a method"))
        .collect();
    let seen = sandbox.requests();
    let seen: Vec<_> = seen.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(recorded, seen);
    let text = script.to_string();
    for secret in [
        sandbox.token(),
        accounts::PASSWORD,
        session::SECRET_PARAM,
        session::SECRET_QUERY,
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }

    let found = |method: &str, place: &str| -> Vec<&Value> {
        let all = exchanges(&script).iter().filter(|exchange| {
            let matching = &exchange["match"];
            let is_there = |key: &str| {
                matching[key]
                    .as_str()
                    .is_some_and(|text| text.contains(place))
            };
            matching["method"] == method && (is_there("target") || is_there("path"))
        });
        all.collect()
    };
    let listed = found("GET", "/cameras?limit=2");
    assert_eq!(listed[0]["match"]["target"], "/api/v1/cameras?limit=2");
    assert!(listed[0]["reply"]["json"]["data"][0]["id"].is_string());
    assert!(
        header(listed[0], "x-request-id")
            .expect("an ID")
            .is_string()
    );
    assert_eq!(header(listed[0], "content-length"), None);
    let statuses: Vec<_> = found("GET", "/events")
        .iter()
        .map(|it| &it["reply"]["status"])
        .collect();
    assert_eq!(statuses, [503, 503, 200]);

    let login = found("POST", "/auth/login")[0];
    let body = &login["reply"]["json"];
    assert_eq!(body["access_token"], "[redacted]");
    assert_eq!(body["user"]["email"], accounts::EMAIL);
    let any = json!({"$any": true});
    let wanted = json!({"email": accounts::EMAIL, "password": any, "client_type": "api"});
    assert_eq!(login["want"]["json"], wanted);

    let limited = found("GET", "/users")[0];
    assert_eq!(limited["reply"]["status"], 429);
    assert_eq!(*header(limited, "retry-after").expect("a wait"), "30");
    let gateways = found("GET", "/gateways");
    assert_eq!(gateways[0]["reply"]["fault"], "cut_body");
    assert_eq!(gateways[1]["reply"]["status"], 200);
    let created = found("POST", "/api/v1/cameras")[0];
    assert!(
        ["close", "reset"]
            .iter()
            .any(|fault| created["reply"]["fault"] == *fault),
        "{created}"
    );
    assert_eq!(
        created["want"]["json"],
        json!({"name": "Quay", "serial": any})
    );
    let secret = found("GET", "/cameras/{id}")[0];
    assert_eq!(secret["match"]["path"], "/cameras/{id}");
    assert_eq!(secret["reply"]["status"], 404);
    assert_eq!(
        found("GET", "/snapshot")[0]["reply"],
        json!({"fault": "stall"})
    );
    let proxy = found("GET", "/version")[0];
    assert_eq!(proxy["reply"]["status"], 502);
    assert!(
        proxy["reply"]["text"]
            .as_str()
            .expect("a page")
            .contains("<html")
    );
}

#[test]
fn without_permission_nothing_is_recorded() {
    let folder = Folder::new("permission");
    let (address, serving) = serve(4, |_| answer("", b"{}"));
    let base = format!("http://{address}");
    let output = ChildProcess::new("several", &base)
        .env("REQTRAIL_RECORD", folder.file())
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2", "200 2", "200 2"]);
    let warnings = output
        .warnings
        .lines()
        .filter(|line| line.contains("REQTRAIL_ALLOW_RECORD=1"));
    assert_eq!(warnings.count(), 1, "{}", output.warnings);
    assert!(modes(&folder).is_empty());

    let output = ChildProcess::new("option", &base)
        .env(FILE, folder.file())
        .env("REQTRAIL_ALLOW_RECORD", "0")
        .run();
    assert!(
        output.lines[0].starts_with("config: ")
            && output.lines[0].contains("REQTRAIL_ALLOW_RECORD=1")
    );
    assert!(modes(&folder).is_empty());
}

#[test]
fn the_option_records_too() {
    let folder = Folder::new("option");
    let (address, serving) = serve(1, |_| answer("", b"{}"));
    let output = ChildProcess::new("option", &format!("http://{address}"))
        .env(FILE, folder.file())
        .allowed()
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2"]);
    assert_eq!(exchanges(&script(&folder.file())).len(), 1);
}

#[test]
fn no_link_is_followed_and_no_other_file_replaced() {
    let folder = Folder::new("link");
    let (link, other) = (folder.0.join("link.json"), folder.0.join("other.json"));
    fs::write(
        &other,
        "{\"schema\": \"reqtrail.script/1\", \"exchanges\": []}",
    )
    .expect("a file");
    symlink(&other, &link).expect("a link");
    let before = fs::read(&other).expect("a file");
    let missing = folder.0.join("missing").join("session.json");
    for (file, why) in [
        (&link, "links are not followed"),
        (&other, "is not a recording"),
        (&folder.0, "is not a file"),
        (&missing, "folder does not exist"),
    ] {
        let output = ChildProcess::new("option", "http://127.0.0.1:9")
            .env(FILE, file)
            .allowed()
            .run();
        assert!(
            output.lines[0].starts_with("config: record is `"),
            "{:?}",
            output.lines
        );
        assert!(output.lines[0].contains(why), "{:?}", output.lines);

        let (address, serving) = serve(4, |_| answer("", b"{}"));
        let output = ChildProcess::new("several", &format!("http://{address}"))
            .recording(file)
            .run();
        serving.join().expect("no panic");
        assert!(
            output.warnings.contains("REQTRAIL_RECORD is ignored"),
            "{}",
            output.warnings
        );
        assert!(output.warnings.contains(why), "{}", output.warnings);
        assert_eq!(fs::read(&other).expect("a file"), before);
    }
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
}

#[test]
fn clients_of_a_process_share_a_recording() {
    let folder = Folder::new("several");
    let (address, serving) = serve(4, |_| answer("", b"{}"));
    ChildProcess::new("several", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    let script = script(&folder.file());
    let targets: Vec<_> = exchanges(&script)
        .iter()
        .map(|it| &it["match"]["target"])
        .collect();
    assert_eq!(targets, ["/1", "/2", "/3", "/4"]);
    assert_eq!(
        script["recorded"]["origins"],
        json!([format!("http://{address}")])
    );
}

#[test]
fn a_second_run_says_what_is_different() {
    let folder = Folder::new("again");
    let run = |paths: &str, kind: &str| {
        let (kind, count) = (kind.to_owned(), paths.split(' ').count());
        let (address, serving) = serve(count, move |path| match path {
            "/changed" => answer(
                "Content-Type: application/json\r\n",
                format!("{{\"id\": {kind}}}").as_bytes(),
            ),
            _ => answer("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", b"{\"same\": 1}"),
        });
        let output = ChildProcess::new("paths", &format!("http://{address}"))
            .env("REQTRAIL_TEST_PATHS", paths)
            .recording(&folder.file())
            .run();
        serving.join().expect("no panic");
        let lines = output
            .warnings
            .lines()
            .filter(|line| line.starts_with("reqtrail: recording: "));
        lines
            .map(|line| line["reqtrail: recording: ".len()..].to_owned())
            .collect::<Vec<_>>()
    };
    assert!(run("/same /changed /gone", "1").is_empty());
    assert!(run("/same /changed /gone", "2").is_empty());
    assert_eq!(
        run("/same /changed /new", "\"3\""),
        [
            "GET /changed: the body has `id` (a string), which is new",
            "GET /changed: the body no longer has `id` (a number)",
            "GET /new is new",
            "GET /gone was not made this time",
        ]
    );
    assert_eq!(exchanges(&script(&folder.file())).len(), 3);
    assert_eq!(modes(&folder), [("session.json".to_owned(), 0o600)]);
}

#[test]
fn bodies_are_recorded_readable_and_reach_the_program_unchanged() {
    let folder = Folder::new("bodies");
    let mut coded = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    coded
        .write_all(br#"{"a": "coded", "token": "s3cr3t-in-json"}"#)
        .expect("a body");
    let coded = coded.finish().expect("a body");
    let (address, serving) = serve(5, move |path| match path {
        "/coded" => answer(
            "Content-Encoding: gzip\r\nSet-Cookie: sid=s3cr3t-cookie; Path=/\r\nX-Auth-Token: s3cr3t-header\r\n",
            &coded,
        ),
        "/text" => answer(
            "Content-Type: text/plain\r\n",
            b"plain s3cr3t-token, s3cr3t-cookie",
        ),
        "/bytes" => answer("", &[0xff, 0, 1]),
        "/large" => answer("", &vec![b'a'; 1024 * 1024 + 1]),
        _ => answer(
            "Location: /next?sig=s3cr3t-link\r\nX-RateLimit-Reset: 4102444800\r\n",
            b"",
        ),
    });
    let output = ChildProcess::new("paths", &format!("http://{address}"))
        .env("REQTRAIL_TEST_PATHS", "/coded /text /bytes /large /empty")
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    assert_eq!(
        output.lines,
        ["200 41", "200 33", "200 3", "200 1048577", "200 0"]
    );
    assert!(
        output
            .warnings
            .contains("GET /large: the body has 1048577 bytes"),
        "{}",
        output.warnings
    );
    let script = script(&folder.file());
    let replies: Vec<_> = exchanges(&script).iter().map(|it| &it["reply"]).collect();
    assert_eq!(
        replies[0]["json"],
        json!({"a": "coded", "token": "[redacted]"})
    );
    assert_eq!(header(&exchanges(&script)[0], "content-encoding"), None);
    assert_eq!(
        *header(&exchanges(&script)[0], "set-cookie").expect("a cookie"),
        "sid=[redacted]; Path=/"
    );
    assert_eq!(
        *header(&exchanges(&script)[0], "x-auth-token").expect("a header"),
        "[redacted]"
    );
    assert_eq!(replies[1]["text"], "plain [redacted], [redacted]");
    assert_eq!(replies[2]["base64"], "/wAB");
    assert_eq!(
        replies[3]["fill"],
        json!({"byte": "x", "count": 1024 * 1024 + 1})
    );
    assert!(
        ["json", "text", "base64", "fill"]
            .iter()
            .all(|key| replies[4].get(key).is_none())
    );
    assert_eq!(
        *header(&exchanges(&script)[4], "location").expect("a link"),
        "/next?sig=[redacted]"
    );
    assert!(
        header(&exchanges(&script)[4], "x-ratelimit-reset").expect("a reset")["epoch_s"]
            .is_number()
    );
    assert!(!script.to_string().contains("s3cr3t"), "{script}");
}

#[test]
fn a_secret_that_is_known_late_is_taken_out_of_what_is_written() {
    let folder = Folder::new("late");
    let (address, serving) = serve(2, |_| answer("", br#"{"gives": "s3cr3t-late"}"#));
    ChildProcess::new("late", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    let script = script(&folder.file());
    for exchange in exchanges(&script) {
        assert_eq!(exchange["reply"]["json"], json!({"gives": "[redacted]"}));
    }
    assert_eq!(modes(&folder), [("session.json".to_owned(), 0o600)]);
}

#[test]
fn requests_stand_in_the_order_in_which_they_went_out() {
    let folder = Folder::new("order");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = std::thread::spawn(move || {
        let mut slow = None;
        for _ in 0..3 {
            let (mut socket, _) = listener.accept().expect("a client");
            let mut read = [0; 4096];
            let count = socket.read(&mut read).expect("a request");
            let head = String::from_utf8_lossy(&read[..count]).into_owned();
            if head.starts_with("GET /slow") {
                slow = Some(socket);
                continue;
            }
            socket.write_all(&answer("", b"{}")).expect("an answer");
            if head.starts_with("GET /release") {
                let mut slow = slow.take().expect("the first request");
                slow.write_all(&answer("", b"{}")).expect("an answer");
            }
        }
    });
    let output = ChildProcess::new("concurrent", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2", "200 2", "200 2"]);
    let script = script(&folder.file());
    let targets: Vec<_> = exchanges(&script)
        .iter()
        .map(|it| &it["match"]["target"])
        .collect();
    assert_eq!(targets, ["/slow", "/fast", "/release"]);
}

#[test]
fn an_id_that_the_program_makes_is_a_wildcard_even_if_the_server_repeats_it() {
    let folder = Folder::new("made");
    let (address, serving) = serve(3, |path| {
        answer(
            "",
            format!("{path} 0192f0c1-2b3a-4c5d-8e9f-0123456789ab").as_bytes(),
        )
    });
    ChildProcess::new("made", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    let script = script(&folder.file());
    let matches: Vec<_> = exchanges(&script).iter().map(|it| &it["match"]).collect();
    let made = json!({"method": "GET", "path": "/things/{id}"});
    let given = "/things/0192f0c1-2b3a-4c5d-8e9f-0123456789ab";
    assert_eq!(
        matches,
        [&made, &made, &json!({"method": "GET", "target": given})]
    );
}

#[test]
fn the_warning_goes_to_the_log_if_it_is_on() {
    let folder = Folder::new("log");
    let output = ChildProcess::new("log", "http://127.0.0.1:9")
        .recording(&folder.0.join("{pid}.json"))
        .run();
    assert!(
        output.lines[0].contains("WARN reqtrail: recording is on"),
        "{:?}",
        output.lines
    );
    assert!(!output.lines[0].contains("{pid}"), "{:?}", output.lines);
    assert!(
        !output.warnings.contains("recording is on"),
        "{}",
        output.warnings
    );
    // Nothing was sent, so nothing is replaced.
    assert!(modes(&folder).is_empty());
}

#[test]
fn faults_are_recorded_as_faults() {
    let folder = Folder::new("faults");
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    ChildProcess::new("paths", &format!("http://{closed}"))
        .env("REQTRAIL_TEST_PATHS", "/refused")
        .recording(&folder.file())
        .run();
    let refused = script(&folder.file());
    assert_eq!(
        exchanges(&refused)[0]["reply"],
        json!({"fault": "connect_refused"})
    );

    let (address, serving) = serve(2, |path| match path {
        "/cut" => {
            b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{\"token\": \"s3cr3t-half".to_vec()
        }
        _ => Vec::new(),
    });
    let output = ChildProcess::new("paths", &format!("http://{address}"))
        .env("REQTRAIL_TEST_PATHS", "/cut /closed")
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["api", "transport"]);
    let script = script(&folder.file());
    let reply = &exchanges(&script)[0]["reply"];
    assert_eq!(
        (&reply["status"], &reply["fault"]),
        (&json!(500), &json!("cut_body"))
    );
    // The half that is sent is what came.
    let text = "{\"token\": \"[redacted]";
    assert_eq!(reply["text"], format!("{text}{}", " ".repeat(text.len())));
    assert_eq!(exchanges(&script)[1]["reply"], json!({"fault": "close"}));
}
