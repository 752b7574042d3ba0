//! What a client's journal keeps, and what its options change.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqtrail::{Client, ClientBuilder, ErrorKind, JournalPolicy, JournalSync, JournalUrls};
use serde_json::Value;

use crate::support::*;

/// A folder that is removed after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let unique = format!(
            "reqtrail-journal-{}-{:x}",
            std::process::id(),
            fastrand::u64(..)
        );
        let path = std::env::temp_dir().join(unique);
        fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    /// The lines of all segments, in the order in which they were written.
    fn lines(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        for entry in fs::read_dir(&self.0).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "jsonl") {
                let text = fs::read_to_string(path).expect("a segment");
                lines.extend(
                    text.lines()
                        .map(|line| serde_json::from_str(line).expect("JSON")),
                );
            }
        }
        lines.sort_by_key(|line: &Value| line["reqtrail"]["seq"].as_u64());
        lines
    }

    /// The names of the existing files.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder").flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in a folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A client whose calls are written here, with a server that does what the path asks for.
fn writing(folder: &Path, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Fixture {
    let script = |_: usize, sent: &Logged| match sent.url.path().rsplit('/').next() {
        Some("missing") => reply(404).id("req_01JD8ZK3AA000404"),
        Some("slow") => reply(200).after(secs(3)).id("req_01JD8ZK3AA000200"),
        _ => reply(200).id("req_01JD8ZK3AA000201"),
    };
    built(ScriptedTransport::answering(script), |builder| {
        // However busy the machine is: the thread that makes the call writes its record.
        set(builder
            .max_attempts(1)
            .slow_after(secs(2))
            .journal(folder)
            .journal_sync(JournalSync::Always))
    })
}

async fn one_of_each(client: &Client) {
    for path in ["/cameras", "/slow", "/missing"] {
        let _ = client.get(path).send().await;
        let _ = client.post(path).send().await;
    }
}

/// Path and outcome of the calls that were kept.
fn kept(lines: &[Value]) -> Vec<(&str, &str)> {
    let of = |line: &'_ Value| line["reqtrail"]["record"] == "call";
    let calls = lines.iter().filter(|line| of(line));
    calls
        .map(|line| {
            let text = |value: &'_ Value| value.as_str().unwrap_or_default().len();
            assert_eq!(text(&line["reqtrail"]["call_id"]), 36);
            (
                line["url"]["path"].as_str().expect("a path"),
                line["event"]["outcome"].as_str().expect("an outcome"),
            )
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_policy_says_which_calls_are_kept() {
    let failed = [("/missing", "failure"); 2];
    let slow = [("/slow", "success"); 2];
    let healthy = [("/cameras", "success"); 2];
    for (policy, expected) in [
        (JournalPolicy::Failed, failed.to_vec()),
        (JournalPolicy::Notable, [slow, failed].concat()),
        (JournalPolicy::All, [healthy, slow, failed].concat()),
    ] {
        let folder = Folder::new();
        let Fixture { client, .. } = writing(&folder.0, |builder| builder.journal_policy(policy));
        one_of_each(&client).await;
        let lines = folder.lines();
        assert_eq!(kept(&lines), expected, "{policy:?}");
        let says = |line: &Value| line["reqtrail"]["policy"] == policy.as_str();
        assert!(lines.iter().all(says), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_is_there_when_the_call_returns_and_has_its_trail() {
    let folder = Folder::new();
    let Fixture { client, .. } = writing(&folder.0, |builder| builder.service_name("door service"));
    let error = client
        .get("/missing")
        .send()
        .await
        .expect_err("it is missing");
    let lines = folder.lines();
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    let trail: Value =
        serde_json::from_str(&error.trail().expect("a trail").to_json()).expect("JSON");
    assert_eq!(line["reqtrail"]["trail"], trail);
    assert_eq!(line["service"]["name"], "door service");
    assert_eq!(line["http"]["request"]["id"], "req_01JD8ZK3AA000404");
    assert!(
        folder
            .names()
            .iter()
            .all(|name| name.starts_with("door_service-")),
        "{:?}",
        folder.names()
    );
}

#[tokio::test(start_paused = true)]
async fn no_journal_file_is_created_before_the_first_record() {
    let folder = Folder::new();
    let Fixture { client, .. } = writing(&folder.0, |builder| builder);
    client.get("/cameras").send().await.expect("a success");
    assert_eq!(folder.names(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_successful_post_leaves_no_record() {
    let folder = Folder::new();
    let Fixture { client, .. } = writing(&folder.0, |builder| builder);
    client.post("/cameras").send().await.expect("a success");
    assert_eq!(folder.lines(), [] as [Value; 0]);
    let is_blank = |name: &String| {
        let text = fs::read(folder.0.join(name)).expect("the table");
        let mut slots = text.chunks(512);
        slots.all(|slot| matches!(slot[0], b' ' | 0))
    };
    assert!(folder.names().iter().all(is_blank), "{:?}", folder.names());
}

#[tokio::test(start_paused = true)]
async fn the_journal_may_keep_url_templates_instead_of_urls() {
    for (urls, url) in [
        (
            JournalUrls::Full,
            "https://api.example/api/v1/people/ada/missing",
        ),
        (
            JournalUrls::Template,
            "https://api.example/people/{name}/missing",
        ),
    ] {
        let folder = Folder::new();
        let Fixture { client, .. } = writing(&folder.0, |builder| {
            builder.journal_urls(urls).journal_fsync(true)
        });
        let call = client.get("/people/{name}/missing").param("name", "ada");
        call.send().await.expect_err("it is missing");
        let lines = folder.lines();
        assert_eq!(lines[0]["reqtrail"]["trail"]["attempts"][0]["url"], url);
        assert_eq!(
            lines[0].to_string().contains("ada"),
            urls == JournalUrls::Full
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_decoded_is_journalled_as_a_failed_call() {
    let folder = Folder::new();
    let script = |_: usize, _: &Logged| reply(200).id("req_01JD8ZK3AA000200").body("<html>");
    let Fixture { client, .. } = built(ScriptedTransport::answering(script), |builder| {
        builder.journal(&folder.0).journal_sync(JournalSync::Always)
    });
    let response = client.get("/cameras").send().await.expect("a success");
    assert_eq!(kept(&folder.lines()), []);
    let error = response.json::<Value>().expect_err("it is not JSON");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(kept(&folder.lines()), [("/cameras", "failure")]);
    let found = client.recorder().find("req_01JD8ZK3AA000200");
    let outcomes: Vec<_> = found.iter().map(|trail| trail.outcome().as_str()).collect();
    assert_eq!(outcomes, ["decode"]);
}

#[test]
fn journal_limits_too_small_for_a_record_are_refused() {
    let refusal = |set: fn(ClientBuilder) -> ClientBuilder| {
        let built = set(Client::builder("http://api.example")).build();
        built.expect_err("it is refused").to_string()
    };
    let small = refusal(|builder| builder.journal_max_bytes(4096));
    assert!(
        small.contains("journal_max_bytes is 4096; expected 1048576 or more"),
        "{small}"
    );
    let short = refusal(|builder| builder.journal_max_age(Duration::ZERO));
    assert!(short.contains("journal_max_age"), "{short}");
}
