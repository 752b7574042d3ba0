//! The story of a volume that fits nowhere, from the installed packages of the other languages.

use reqtrail::openstack::{Connection, Story};
use serde_json::{Value, json};

use crate::faces::{folder, run};
use crate::support::{at_keystone, cloud, followed, member_of, password, patient, volume};

/// Creates a volume that fits nowhere, and returns what a story of it can be asked by.
async fn failed_volume(name: &str) -> Vec<String> {
    let member = member_of("volume").await;
    let nowhere =
        json!({"size": 1, "name": name, "volume_type": cloud().fact("/volume_types/nowhere")});
    let (accepted, id) = volume(&member, nowhere).await;
    let failed = followed(&member, &accepted).await.expect_err("nowhere");
    vec![id, format!("volume/{name}"), failed.request_id().to_owned()]
}

/// Has a face explain each, and returns the lines that it prints.
async fn explained_by(
    variable: &'static str,
    program: &'static str,
    asked: Vec<String>,
) -> Vec<String> {
    let path = folder("faces").join(program);
    let work = move || {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        run(variable, &path, &asked)
    };
    let printed = tokio::task::spawn_blocking(work).await.expect("no panic");
    printed.lines().map(str::to_owned).collect()
}

/// Compares a face's story with Rust's.
fn assert_same_story(told: &Value, seen: &Story) {
    let seen: Value = serde_json::from_str(&seen.to_json()).expect("JSON");
    assert!(seen["failure"].is_string(), "{seen}");
    for field in [
        "schema",
        "asked",
        "failure",
        "request_ids",
        "resources",
        "notes",
    ] {
        assert_eq!(told[field], seen[field], "{field}: {told}");
    }
    let calls = |story: &Value| {
        let trails = story["trails"].as_array().expect("trails").iter();
        let called = trails.map(|trail| format!("{} {}", trail["service"], trail["path"]));
        called.collect::<Vec<_>>()
    };
    assert_eq!(calls(told), calls(&seen));
}

/// Reads the story in Rust as well.
async fn seen(what: &str) -> Story {
    let connection: Connection = (at_keystone(password("member")).connect().await).expect("one");
    let story = connection.explain(what);
    let story = story.clients(|builder| Ok(patient(builder))).send().await;
    story.unwrap_or_else(|error| panic!("{error}"))
}

/// Explains a failed volume with a face that prints a document a story, once for each of its `clients`.
async fn told_by(variable: &'static str, program: &'static str, clients: usize) {
    let asked = failed_volume(program).await;
    let printed = explained_by(variable, program, asked.clone()).await;
    assert_eq!(printed.len(), clients * asked.len());
    for (line, what) in printed.iter().zip(asked.iter().cycle()) {
        let printed: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let seen = seen(what).await;
        assert_same_story(&printed["story"], &seen);
        let text = printed["text"].as_str().expect("a text");
        assert_eq!(text.trim_end(), seen.report().trim_end());
        assert_eq!(printed["calls"], seen.trails.len());
    }
}

#[tokio::test]
async fn python_explains_a_volume() {
    told_by("REQTRAIL_FACE_PYTHON", "explain.py", 2).await;
}

#[tokio::test]
async fn node_explains_a_volume() {
    told_by("REQTRAIL_FACE_NODE", "explain.cjs", 1).await;
}

#[tokio::test]
async fn c_explains_a_volume() {
    let asked = failed_volume("c/explain.c").await;
    let printed = explained_by("REQTRAIL_FACE_C", "c/explain.c", asked.clone()).await;
    let (stories, rest) = printed.as_chunks::<2>();
    assert_eq!((stories.len(), rest.len()), (asked.len(), 0));
    for ([story, calls], what) in stories.iter().zip(&asked) {
        let told: Value = serde_json::from_str(story).unwrap_or_else(|e| panic!("{e}: {story}"));
        let seen = seen(what).await;
        assert_same_story(&told, &seen);
        // Its hook saw them all.
        assert_eq!(calls.parse(), Ok(seen.trails.len()), "{what}");
    }
}
