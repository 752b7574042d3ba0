//! The resize that fits nowhere, from the packages of the other languages: installed ones, as their users have them.
//!
//! Each runs a program of `faces/` as a user of a cloud would, with `OS_*` variables, and what it says is held against
//! Nova's log and against what Rust sees of the same action.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqtrail::openstack::Verdict;
use serde_json::{Value, json};

use crate::support::{active, cloud, compute};

/// Runs a program as a user of the cloud and gives what it printed. `variable` names the command that runs programs of
/// its language; `scripts/test-openstack.sh` sets it.
fn run(variable: &str, program: &Path, arguments: [&str; 2]) -> String {
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

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Has a face resize a server, once for each of its clients.
async fn resized_by(variable: &'static str, program: &'static str, clients: usize) {
    let id = active("member", program, json!({})).await;
    let (server, flavor) = (id.clone(), cloud().flavor("impossible"));
    let path = folder("faces").join(program);
    let told = tokio::task::spawn_blocking(move || run(variable, &path, [&server, flavor])).await;
    let told: Vec<Value> = (told.expect("no panic").lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    // One document a client.
    assert_eq!(told.len(), clients);
    for told in &told {
        let report = &told["report"];
        let request_id = report["request_id"].as_str().expect("a request ID");
        for (field, wanted) in [
            ("/verdict", "failed"),
            ("/status", "ACTIVE"),
            ("/report/verdict", "failed"),
        ] {
            assert_eq!(
                told.pointer(field).and_then(Value::as_str),
                Some(wanted),
                "{told}"
            );
        }
        for text in ["/message", "/text"] {
            let text = told.pointer(text).and_then(Value::as_str).expect("a text");
            assert!(
                text.contains(request_id) && text.contains("cold_migrate failed"),
                "{text}"
            );
        }
        assert!(told["polls"].as_u64() > Some(0), "{told}");
        assert!(
            cloud().nova_log().contains(request_id),
            "{request_id} is none of Nova's"
        );
        // What Rust makes of the same action is the same.
        let seen = compute("member").follow(&id, request_id).send().await;
        let seen = seen.expect_err("it failed");
        assert_eq!(seen.report().verdict, Verdict::Failed);
        assert_eq!(report["evidence"], seen.report().evidence.as_str());
        let listed = told["story"]["actions"].as_array().expect("actions");
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

/// Runs the program that the page shows for a language, after a line that takes the arguments.
async fn shown_on_the_page(variable: &'static str, language: &str, first_line: &str) {
    let page = folder("../../docs/why-did-my-server-action-fail.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, rest) = page
        .split_once(&format!("```{language}\n"))
        .expect("a program");
    let (program, _) = rest.split_once("```").expect("its end");
    let path =
        std::env::temp_dir().join(format!("reqtrail-page-{}.{language}", std::process::id()));
    std::fs::write(&path, format!("{first_line}{program}")).expect("a file");
    let id = active("member", language, json!({})).await;
    let (server, flavor, program) = (id.clone(), cloud().flavor("impossible"), path.clone());
    let out = tokio::task::spawn_blocking(move || run(variable, &program, [&server, flavor])).await;
    let _ = std::fs::remove_file(path);
    let out = out.expect("no panic");
    for part in [&format!("resize of server {id} failed"), "FAILED", "req-"] {
        assert!(out.contains(part), "{out}");
    }
}

#[tokio::test]
async fn the_pages_python_runs() {
    let arguments = "import sys; SERVER, FLAVOR = sys.argv[1:]\n";
    shown_on_the_page("REQTRAIL_FACE_PYTHON", "python", arguments).await;
}

#[tokio::test]
async fn the_pages_node_runs() {
    let arguments = "const [SERVER, FLAVOR] = process.argv.slice(2);";
    shown_on_the_page("REQTRAIL_FACE_NODE", "js", arguments).await;
}

#[tokio::test]
async fn the_pages_go_runs() {
    // It is a whole program, and takes its arguments itself.
    shown_on_the_page("REQTRAIL_FACE_GO", "go", "").await;
}
