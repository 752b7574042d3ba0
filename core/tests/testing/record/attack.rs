//! Attempts to bring a secret, or another file, into a recording.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{exchanges, modes, script};
use crate::process::{ChildProcess, FILE, Folder};
use crate::server::{answer, serve};

/// What basic credentials look like; `me:s3cr3t-basic!`.
pub(super) const BASIC: &str = "bWU6czNjcjN0LWJhc2ljIQ==";

/// The requests of the step `attack`.
pub(super) const PATHS: &str = "/echo /refresh /own /cookies /query /form /json /given /given-later /chunks /half /half-error \
    /events /lines /headers /bytes /zipped /html /x/%73%33cr3t-token/y";

fn chunked(pieces: &[&str]) -> Vec<u8> {
    let mut out =
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in pieces {
        write!(out, "{:x}\r\n{piece}\r\n", piece.len()).expect("a buffer");
    }
    out.extend(b"0\r\n\r\n");
    out
}

fn cut(status: u16, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Word\r\nConnection: close\r\nContent-Length: 999\r\n\r\n{body}")
        .into_bytes()
}

fn replies(path: &str, refused: &mut bool) -> Vec<u8> {
    let json = |value: &Value| {
        answer(
            "Content-Type: application/json\r\n",
            value.to_string().as_bytes(),
        )
    };
    let text = |text: &str| answer("Content-Type: text/plain\r\n", text.as_bytes());
    match path.split_once("/s3cr3t-param").map_or(path, |(path, _)| path) {
        "/echo" => text("Bearer s3cr3t-token, %73%33cr3t-token, s3cr3t\\u002dtoken, s3cr3t&#45;token"),
        "/refresh" if !std::mem::replace(refused, true) => {
            b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec()
        }
        "/refresh" => json(&json!({"old": "s3cr3t-token", "new": "s3cr3t-fresh", "s3cr3t-fresh": 1})),
        "/own" => text(&format!("{BASIC} {} s3cr3t-basic! me:s3cr3t-basic%21", BASIC.trim_end_matches('='))),
        "/cookies" => answer(
            "Set-Cookie: a=\"s3cr3t-set\"; Path=/\r\nSet-Cookie: s3cr3t-bare\r\n",
            b"s3cr3t-cookie s3cr3t-set",
        ),
        "/query" => json(&json!({
            "self": "https://h/x?sig=s3cr3t-query", "next": "/x?page=2&sig=s3cr3t-query", "to": "//me:s3cr3t-url@h/x",
            "at": "https://me:s3cr3t-url@h/x#access_token=s3cr3t-part", "param": "s3cr3t-param",
        })),
        "/form" => answer(
            "Content-Type: application/x-www-form-urlencoded\r\n",
            b"access_token=s3cr3t-given&pass%77ord=s3cr3t-form&again=s3cr3t+form%2F1",
        ),
        "/json" => text("s3cr3t-deep and s3cr3t form/1 and s3cr3t+form%2F1"),
        "/given" => json(&json!({
            "access_token": "s3cr3t-1", "list": [{"secret": "s3cr3t-2"}, [{"api_key": "s3cr3t-3"}]],
            "tokens": ["s3cr3t-4", {"token": "s3cr3t-5"}], "token": {"id": "s3cr3t-6", "value": {"data": "x"}},
            "nested": "{\"password\": \"s3cr3t-7\"}", "refreshToken": "s3cr3t-8", "pass": "s3cr3t-9",
        })),
        "/given-later" => text("s3cr3t-1 s3cr3t-2 s3cr3t-3 s3cr3t-4 s3cr3t-5 s3cr3t-6 s3cr3t-8"),
        "/chunks" => chunked(&["token s3c", "r3t-to", "ken {\"secret\": \"s3c", "r3t-chunk\"}"]),
        "/half" => cut(200, "Bearer s3cr3t-tok"),
        "/half-error" => cut(500, "{\"token\": {\"id\": \"s3cr3t-half"),
        "/events" => answer(
            "Content-Type: text/event-stream\r\n",
            b"data: {\"token\": {\"id\": \"s3cr3t-event\"}}\n\ndata: {\"tokens\": [\"s3cr3t-other\"]}\n\n",
        ),
        "/lines" => answer(
            "Content-Type: application/x-ndjson\r\n",
            b"{\"n\": 1, \"token\": \"s3cr3t-line\"}\n{\"again\": \"s3cr3t-line\", \"also\": \"s3cr3t-event\"}\n",
        ),
        "/headers" => answer(
            "X-Echo: s3cr3t-token\r\nX-Subject-Token: s3cr3t-keystone\r\nLocation: cb?page=2&code=s3cr3t-code\r\n\
             Content-Location: https://h/x?sig=s3cr3t-link\r\nLink: <https://h/x?sig=s3cr3t-link>; rel=next\r\n\
             Authentication-Info: nextnonce=1, token=s3cr3t-fresh\r\nX-Api-Key: s3cr3t-key\r\n",
            b"",
        ),
        "/bytes" => answer("", b"\xff\x00s3cr3t-fresh s3cr3t-keystone\xfe"),
        "/zipped" => {
            let mut coded = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            coded.write_all(b"{\"zipped\": \"s3cr3t-token\", \"password\": \"s3cr3t-zip\"}").expect("a buffer");
            answer("Content-Encoding: gzip\r\n", &coded.finish().expect("a body"))
        }
        "/html" => answer("Content-Type: text/html\r\n", b"<a href=\"https://h/x?a=s3cr3t-link\">s3cr3t-fresh</a>"),
        _ => text("s3cr3t-zip"),
    }
}

/// Every text of a recording, including those in base64.
fn texts(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::String(text) => {
            out.extend(text.bytes().chain([b'\n']));
            out.extend(percent_encoding::percent_decode_str(text).chain([b'\n']));
            out.extend(BASE64.decode(text).unwrap_or_default());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(members) => {
            for (name, member) in members {
                out.extend(name.bytes().chain([b'\n']));
                texts(member, out);
            }
        }
        _ => {}
    }
}

#[test]
fn no_secret_gets_into_the_file_whatever_it_looks_like() {
    let folder = Folder::new("attack");
    let count = PATHS.split_whitespace().count();
    let refused = std::sync::Mutex::new(false);
    let (address, serving) = serve(count + 1, move |path| {
        replies(path, &mut refused.lock().expect("the lock"))
    });
    let output = ChildProcess::new("attack", &format!("http://{address}"))
        .recording(&folder.file())
        .run();
    let seen = serving.join().expect("no panic");
    assert_eq!(output.lines.len(), count);
    for sent in [
        "s3cr3t-token",
        "s3cr3t-fresh",
        BASIC,
        "s3cr3t-cookie",
        "s3cr3t-query",
        "s3cr3t-param",
    ] {
        assert!(
            seen.iter().any(|head| head.contains(sent)),
            "{sent} was not sent"
        );
    }
    let script = script(&folder.file());
    assert_eq!(exchanges(&script).len(), count + 1);
    let mut all = Vec::new();
    texts(&script, &mut all);
    let all = String::from_utf8_lossy(&all);
    let leaks: Vec<_> = all
        .lines()
        .filter(|line| line.contains("s3cr3t") || line.contains(BASIC.trim_end_matches('=')))
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(!output.warnings.contains("s3cr3t"), "{}", output.warnings);
    assert_eq!(modes(&folder), [("session.json".to_owned(), 0o600)]);
}

#[test]
fn only_the_value_1_permits_a_recording() {
    for value in ["", "0", "true", "yes", " 1", "11"] {
        let folder = Folder::new("permission-word");
        let (address, serving) = serve(1, |_| answer("", b"{}"));
        ChildProcess::new("paths", &format!("http://{address}"))
            .env("REQTRAIL_TEST_PATHS", "/x")
            .recording(&folder.file())
            .env("REQTRAIL_ALLOW_RECORD", value)
            .run();
        serving.join().expect("no panic");
        assert!(modes(&folder).is_empty(), "`{value}`");
    }
}

#[test]
fn an_empty_path_is_ignored_and_a_relative_one_starts_at_the_working_directory() {
    for (name, files) in [
        ("", vec![]),
        ("session.json", vec![("session.json".to_owned(), 0o600)]),
    ] {
        let folder = Folder::new("relative");
        let (address, serving) = serve(1, |_| answer("", b"{}"));
        let output = ChildProcess::new("paths", &format!("http://{address}"))
            .env("REQTRAIL_TEST_PATHS", "/x")
            .recording(std::path::Path::new(name))
            .within(&folder.0)
            .run();
        serving.join().expect("no panic");
        assert_eq!(modes(&folder), files);
        assert_eq!(
            output.warnings.contains("recording is on"),
            !files.is_empty()
        );
    }
}

#[test]
fn a_file_has_one_recording_however_its_folder_is_named() {
    let folder = Folder::new("spelled");
    fs::create_dir(folder.0.join("sub")).expect("a folder");
    let (address, serving) = serve(2, |_| answer("", b"{}"));
    let output = ChildProcess::new("two-names", &format!("http://{address}"))
        .env(FILE, &folder.0)
        .allowed()
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2", "200 2"]);
    assert_eq!(exchanges(&script(&folder.file())).len(), 2);
}

#[test]
fn a_deleted_recording_is_not_continued() {
    let folder = Folder::new("taken");
    let (file, other) = (folder.file(), folder.0.join("other.json"));
    let (address, serving) = serve(3, move |path| {
        // The first exchange is written by now.
        if path == "/2" {
            fs::rename(&file, &other).expect("a recording");
            fs::write(&file, "of another process").expect("a file");
        }
        answer("", b"{}")
    });
    let output = ChildProcess::new("paths", &format!("http://{address}"))
        .env("REQTRAIL_TEST_PATHS", "/1 /2 /3")
        .recording(&folder.file())
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2", "200 2", "200 2"]);
    let ended = output
        .warnings
        .matches("has ended: another process")
        .count();
    assert_eq!(ended, 1, "{}", output.warnings);
    assert_eq!(
        fs::read(folder.file()).expect("a file"),
        b"of another process"
    );
    assert_eq!(exchanges(&script(&folder.0.join("other.json"))).len(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_to_ends_the_recording_and_no_call() {
    let folder = Folder::new("unwritable");
    let place = folder.0.join("place");
    fs::create_dir(&place).expect("a folder");
    let gone = place.clone();
    let (address, serving) = serve(2, move |_| {
        let _ = fs::remove_dir(&gone);
        answer("", b"{}")
    });
    let output = ChildProcess::new("paths", &format!("http://{address}"))
        .env("REQTRAIL_TEST_PATHS", "/1 /2")
        .recording(&place.join("session.json"))
        .run();
    serving.join().expect("no panic");
    assert_eq!(output.lines, ["200 2", "200 2"]);
    assert_eq!(
        output.warnings.matches("has ended: ").count(),
        1,
        "{}",
        output.warnings
    );
    assert!(modes(&folder).is_empty());
}

#[test]
fn a_process_that_dies_leaves_a_whole_recording() {
    let folder = Folder::new("dies");
    fs::write(folder.file(), "").expect("a file");
    fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o644)).expect("a file");
    let (address, serving) = serve(2, |_| answer("", b"{}"));
    ChildProcess::new("dies", &format!("http://{address}"))
        .recording(&folder.file())
        .die();
    serving.join().expect("no panic");
    assert_eq!(exchanges(&script(&folder.file())).len(), 2);
    assert_eq!(modes(&folder), [("session.json".to_owned(), 0o600)]);
}
