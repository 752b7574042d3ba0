//! The resize that fits nowhere, from the packages of the other languages: installed ones, as their users have them.
//!
//! Each runs a program of `faces/` as a user of a cloud would, with `OS_*` variables, and what it says is held against
//! Nova's log and against what Rust sees of the same action.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqtrail::openstack::Verdict;
use serde_json::{Value, json};

use crate::resources;
use crate::support::{active, client_of, cloud, compute};

/// Runs a program as a user of the cloud and gives what it printed. `variable` names the command that runs programs of
/// its language; `scripts/test-openstack.sh` sets it.
fn run(variable: &str, program: &Path, arguments: &[&str]) -> String {
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
    let told = tokio::task::spawn_blocking(move || run(variable, &path, &[&server, flavor])).await;
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

/// Runs the program that a page shows for a language, after a line that takes the arguments, and gives what it printed.
async fn of_page(
    page: &str,
    (variable, language, first_line): Shown,
    arguments: Vec<String>,
) -> String {
    let text = std::fs::read_to_string(folder("../../docs").join(page)).expect("the page");
    let (_, rest) = text
        .split_once(&format!("```{language}\n"))
        .expect("a program");
    let (program, _) = rest.split_once("```").expect("its end");
    let name = format!(
        "reqtrail-{}-{}.{language}",
        page.replace('.', "-"),
        std::process::id()
    );
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, format!("{first_line}{program}")).expect("a file");
    let own = path.clone();
    let out = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(variable, &own, &arguments)
    });
    let out = out.await;
    let _ = std::fs::remove_file(path);
    out.expect("no panic")
}

/// What runs programs of a language, the language, and the line before the program.
type Shown = (&'static str, &'static str, &'static str);

/// Has the program of the page on servers resize one.
async fn shown_on_the_page(shown: Shown) {
    let id = active("member", shown.1, json!({})).await;
    let arguments = vec![id.clone(), cloud().flavor("impossible").to_owned()];
    let out = of_page("why-did-my-server-action-fail.md", shown, arguments).await;
    for part in [&format!("resize of server {id} failed"), "FAILED", "req-"] {
        assert!(out.contains(part), "{out}");
    }
}

/// Has the program of the page on volumes extend one.
async fn extended_on_the_page(shown: Shown) {
    let id = resources::available(&client_of("cinder", "member"), json!({})).await;
    let endpoint = cloud().endpoint("cinder").to_owned();
    let arguments = vec![endpoint, cloud().token("member").to_owned(), id.clone()];
    let out = of_page("why-did-my-volume-fail.md", shown, arguments).await;
    let failed =
        format!("extend of volume {id} failed: the volume is available with 1 GiB, not 5000");
    for part in [&failed, "FAILED", "any available weighted backend", "req-"] {
        assert!(out.contains(part), "{out}");
    }
}

#[tokio::test]
async fn the_pages_python_extends_a_volume() {
    let arguments = "import sys; CINDER, TOKEN, VOLUME = sys.argv[1:]\n";
    extended_on_the_page(("REQTRAIL_FACE_PYTHON", "python", arguments)).await;
}

#[tokio::test]
async fn the_pages_node_extends_a_volume() {
    let arguments = "const [CINDER, TOKEN, VOLUME] = process.argv.slice(2);";
    extended_on_the_page(("REQTRAIL_FACE_NODE", "js", arguments)).await;
}

#[tokio::test]
async fn the_pages_go_extends_a_volume() {
    extended_on_the_page(("REQTRAIL_FACE_GO", "go", "")).await;
}

#[tokio::test]
async fn the_pages_python_runs() {
    let arguments = "import sys; SERVER, FLAVOR = sys.argv[1:]\n";
    shown_on_the_page(("REQTRAIL_FACE_PYTHON", "python", arguments)).await;
}

#[tokio::test]
async fn the_pages_node_runs() {
    let arguments = "const [SERVER, FLAVOR] = process.argv.slice(2);";
    shown_on_the_page(("REQTRAIL_FACE_NODE", "js", arguments)).await;
}

#[tokio::test]
async fn the_pages_go_runs() {
    // It is a whole program, and takes its arguments itself.
    shown_on_the_page(("REQTRAIL_FACE_GO", "go", "")).await;
}
