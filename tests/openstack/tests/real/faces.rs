//! A resize and a volume that fit nowhere, from the installed packages of the other languages.
//!
//! Each test runs a program of `faces/` with `OS_*` variables, as a user of a cloud does. It compares the output with the
//! service's log, and with Rust's view of the same action.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqtrail::openstack::{ResourceRef, Resources, Verdict};
use serde_json::{Value, json};

use crate::support::{active, available, client_of, cloud, compute};

/// Runs a program as a user of the cloud and returns its output. `variable` has the command that runs programs of its
/// language; `scripts/test-openstack.sh` sets it.
pub(crate) fn run(variable: &str, program: &Path, arguments: &[&str]) -> String {
    let command = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set; run scripts/test-openstack.sh"));
    let mut words = command.split(' ');
    let mut runner = Command::new(words.next().expect("a command"));
    runner.args(words);
    runner.arg(program);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OS_")) {
        runner.env_remove(name);
    }
    let member = |field: &str| cloud().fact(&format!("/users/member/{field}"));
    let ran = runner
        .args(arguments)
        .env("OS_AUTH_URL", cloud().keystone())
        .env("OS_USERNAME", "member")
        .env("OS_PASSWORD", member("password"))
        .env("OS_PROJECT_ID", member("project_id"))
        .env("OS_USER_DOMAIN_ID", member("domain_id"))
        .env("OS_REGION_NAME", cloud().fact("/region"))
        .output()
        .unwrap_or_else(|e| panic!("{command}: {e}"));
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "{command}: {}\n{out}\n{err}",
        ran.status
    );
    assert!(
        !format!("{out}{err}").contains(member("password")),
        "the password is shown"
    );
    out
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Resizes a server with a face, once for each of its clients.
async fn resized_by(variable: &'static str, program: &'static str, clients: usize) {
    let id = active("member", program, json!({})).await;
    let (server, flavor) = (id.clone(), cloud().flavor("impossible"));
    let path = folder("faces").join(program);
    let printed =
        tokio::task::spawn_blocking(move || run(variable, &path, &[&server, flavor])).await;
    let printed: Vec<Value> = (printed.expect("no panic").lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    // One document per client.
    assert_eq!(printed.len(), clients);
    for printed in &printed {
        let report = &printed["report"];
        let request_id = report["request_id"].as_str().expect("a request ID");
        for (field, wanted) in [
            ("/verdict", "failed"),
            ("/status", "ACTIVE"),
            ("/report/verdict", "failed"),
        ] {
            assert_eq!(
                printed.pointer(field).and_then(Value::as_str),
                Some(wanted),
                "{printed}"
            );
        }
        for text in ["/message", "/text"] {
            let text = printed
                .pointer(text)
                .and_then(Value::as_str)
                .expect("a text");
            assert!(
                text.contains(request_id) && text.contains("cold_migrate failed"),
                "{text}"
            );
        }
        assert!(printed["polls"].as_u64() > Some(0), "{printed}");
        assert!(
            cloud().nova_log().contains(request_id),
            "{request_id} is not one of Nova's"
        );
        // Rust comes to the same result for the same action.
        let seen = compute("member").follow(&id, request_id).send().await;
        let seen = seen.expect_err("it failed");
        assert_eq!(seen.report().verdict, Verdict::Failed);
        assert_eq!(report["evidence"], seen.report().evidence.as_str());
        let listed = printed["history"]["actions"].as_array().expect("actions");
        assert_eq!(listed[0]["action"]["request_id"], request_id);
        assert_eq!(listed[0]["verdict"], "failed");
    }
}

#[tokio::test]
async fn python_follows_a_resize() {
    resized_by("REQTRAIL_FACE_PYTHON", "resize.py", 2).await;
}

#[tokio::test]
async fn node_follows_a_resize() {
    resized_by("REQTRAIL_FACE_NODE", "resize.cjs", 1).await;
}

#[tokio::test]
async fn go_follows_a_resize() {
    resized_by("REQTRAIL_FACE_GO", "resize.go", 1).await;
}

/// Creates a volume with a face, once for each of its clients, and returns the output.
async fn volumes_by(variable: &'static str, program: &'static str) -> String {
    let path = folder("faces").join(program);
    let size = cloud().facts()["capacity_gb"].as_u64().expect("a number") + 1;
    let work = move || run(variable, &path, &[&size.to_string(), program]);
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// Compares a face's report on its volume with Cinder's log, and with Rust's report.
async fn assert_same_report(report: &Value, message: &str) {
    let text = |field: &str| {
        report[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field}: {report}"))
    };
    let (id, request_id) = (text("resource_id"), text("request_id"));
    assert_eq!(
        (text("verdict"), text("resource_type")),
        ("failed", "volume")
    );
    for part in [
        id,
        request_id,
        "Could not find any available weighted backend.",
    ] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
    assert!(
        cloud().log("cinder").contains(request_id),
        "{request_id} is not one of Cinder's"
    );
    let resources = Resources::new(client_of("cinder", "member"));
    let what = ResourceRef::new("volume.create", id, request_id);
    let seen = resources.follow(what).send().await;
    let seen = seen.expect_err("it failed");
    assert_eq!(report["evidence"], seen.report().evidence.as_str());
    assert_eq!(report["messages"], json!(seen.report().messages));
}

async fn created_by(variable: &'static str, program: &'static str, clients: usize) {
    let printed = volumes_by(variable, program).await;
    let printed: Vec<Value> = (printed.lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert_eq!(printed.len(), clients);
    for printed in &printed {
        let message = printed["message"].as_str().expect("a message");
        assert_same_report(&printed["report"], message).await;
        assert_eq!(printed["verdict"], "failed");
        assert!(printed["polls"].as_u64() > Some(0), "{printed}");
        assert!(
            printed["text"]
                .as_str()
                .is_some_and(|text| text.contains("FAILED"))
        );
    }
}

#[tokio::test]
async fn python_follows_a_volume() {
    created_by("REQTRAIL_FACE_PYTHON", "volume.py", 2).await;
}

#[tokio::test]
async fn node_follows_a_volume() {
    created_by("REQTRAIL_FACE_NODE", "volume.cjs", 1).await;
}

#[tokio::test]
async fn go_follows_a_volume() {
    created_by("REQTRAIL_FACE_GO", "volume/volume.go", 1).await;
}

#[tokio::test]
async fn c_follows_a_volume() {
    let printed = volumes_by("REQTRAIL_FACE_C", "c/volume.c").await;
    let lines: Vec<&str> = printed.lines().collect();
    let [report, message, polls] = lines.as_slice() else {
        panic!("three lines: {printed}")
    };
    let report = serde_json::from_str(report).unwrap_or_else(|e| panic!("{e}: {report}"));
    assert_same_report(&report, message).await;
    assert!(polls.parse::<u32>().is_ok_and(|polls| polls > 0), "{polls}");
}

/// Runs the program that a page shows for a language, and returns its output.
async fn shown_on(
    page: &str,
    variable: &'static str,
    language: &str,
    arguments: Vec<String>,
) -> String {
    let path = folder("../../docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (_, rest) = text
        .split_once(&format!("```{language}\n"))
        .expect("a program");
    let (program, _) = rest.split_once("```").expect("its end");
    let name = format!("reqtrail-{page}-{}.{language}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, program).expect("a file");
    let file = path.clone();
    let work = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(variable, &file, &arguments)
    };
    let out = tokio::task::spawn_blocking(work).await;
    let _ = std::fs::remove_file(path);
    out.expect("no panic")
}

/// Runs the program of the page on servers: a resize that fits nowhere.
async fn a_servers(variable: &'static str, language: &str) {
    let id = active("member", language, json!({})).await;
    let arguments = vec![id.clone(), cloud().flavor("impossible").to_owned()];
    let page = "why-did-my-server-action-fail.md";
    let out = shown_on(page, variable, language, arguments).await;
    for part in [&format!("resize of server {id} failed"), "FAILED", "req-"] {
        assert!(out.contains(part), "{out}");
    }
}

/// Runs the program of the page on volumes: an extension that fits nowhere.
async fn a_volumes(variable: &'static str, language: &str) {
    let id = available(&client_of("cinder", "member"), json!({})).await;
    let page = "why-did-my-volume-fail.md";
    let out = shown_on(page, variable, language, vec![id.clone()]).await;
    let words = "Could not find any available weighted backend.";
    for part in [
        &format!("extend of volume {id} failed"),
        words,
        "FAILED",
        "req-",
    ] {
        assert!(out.contains(part), "{out}");
    }
}

#[tokio::test]
async fn the_python_program_of_the_servers_page_runs() {
    a_servers("REQTRAIL_FACE_PYTHON", "python").await;
}

#[tokio::test]
async fn the_node_program_of_the_servers_page_runs() {
    a_servers("REQTRAIL_FACE_NODE", "js").await;
}

#[tokio::test]
async fn the_go_program_of_the_servers_page_runs() {
    a_servers("REQTRAIL_FACE_GO", "go").await;
}

#[tokio::test]
async fn the_python_program_of_the_volumes_page_runs() {
    a_volumes("REQTRAIL_FACE_PYTHON", "python").await;
}

#[tokio::test]
async fn the_node_program_of_the_volumes_page_runs() {
    a_volumes("REQTRAIL_FACE_NODE", "js").await;
}

#[tokio::test]
async fn the_go_program_of_the_volumes_page_runs() {
    a_volumes("REQTRAIL_FACE_GO", "go").await;
}
