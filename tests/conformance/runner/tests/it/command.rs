//! Tests of the command's output and exit code.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// An adapter that cannot build any client.
const NO_CLIENT: &str = r#"while read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id":"\([^"]*\)".*/\1/')
  results='{"error":{"kind":"config","category":null,"code":null,"status":null,"request_id":null,"message":"no","retry_after_ms":null,"display":"no","trail":null}}'
  if [ "$id" = ready ]; then results=''; fi
  printf '{"id":"%s","results":[%s]}\n' "$id" "$results"
done"#;

/// A folder that is removed when it is dropped.
struct Folder(std::path::PathBuf);

impl Folder {
    fn of(name: &str, scenarios: &[(&str, Value)]) -> Self {
        let name = format!("reqtrail-conformance-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(path.join("below")).expect("a folder");
        for (file, scenario) in scenarios {
            std::fs::write(path.join(file), scenario.to_string()).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn scenario(name: &str, needs: Value, kind: &str) -> Value {
    json!({"format": 1, "name": name, "needs": needs,
        "calls": [{"request": {"method": "GET", "path": "/"}, "expect": {"error": {"kind": kind}}}]})
}

fn conformance(folder: &Path, more: &[&str]) -> Output {
    let adapter = format!("sh={}", json!(["sh", "-c", NO_CLIENT]));
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["--adapter", &adapter, "--scenarios"])
        .arg(folder)
        .args(more)
        .output()
        .expect("it runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn passes_skips_and_failures_are_printed() {
    let folder = Folder::of(
        "mixed",
        &[
            ("a.json", scenario("passes", json!([]), "config")),
            (
                "below/b.json",
                scenario("skips", json!(["http2"]), "config"),
            ),
            ("c.json", scenario("fails", json!([]), "api")),
            ("d.json", json!({"format": 1, "surprise": 1})),
            ("e.txt", json!("not a scenario")),
        ],
    );
    let output = conformance(&folder.0, &[]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("SKIP sh: skips: needs http2"), "{text}");
    assert!(text.contains("FAIL sh: fails: calls[0].error.kind: expected \"api\", got \"config\""));
    assert!(text.contains("exchange log:"), "{text}");
    assert!(text.contains("FAIL sh: d "), "{text}");
    assert!(
        text.ends_with("sh: 1 passed, 2 failed, 1 skipped\n"),
        "{text}"
    );

    let output = conformance(&folder.0, &["--filter", "passes"]);
    assert_eq!(printed(&output), "sh: 1 passed, 0 failed, 0 skipped\n");
    assert!(output.status.success());
}

#[test]
fn a_run_without_scenarios_is_not_a_success() {
    let folder = Folder::of("empty", &[]);
    let output = conformance(&folder.0, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("no scenario was found"));
    let output = conformance(&folder.0.join("absent"), &[]);
    assert_eq!(output.status.code(), Some(2));
}
