//! How the requests that Cinder and Glance accepted ended, for an ordinary member of a project.

use std::time::Duration;

use reqtrail::openstack::{ActionError, ActionReport, ResourceRef, Resources, Verdict};
use reqtrail::{Client, Response};
use serde_json::{Value, json};

use crate::support::{client_of, cloud};

async fn follow(
    client: &Client,
    what: impl Into<ResourceRef>,
) -> Result<ActionReport, ActionError> {
    Resources::new(client.clone())
        .follow(what)
        .poll_interval(Duration::from_millis(100), Duration::from_secs(1))
        .deadline(Duration::from_secs(120))
        .send()
        .await
}

/// Sends a request that is accepted.
async fn accepted(client: &Client, path: &str, id: &str, body: Value) -> Response {
    let call = client.post(path.replace("{id}", id)).json(&body);
    call.send().await.expect("it is accepted")
}

/// Returns the ID of the resource that the response says was created.
fn id_of(response: &Response, what: &str) -> String {
    let body: Value = response.json().expect("JSON");
    let id = body.get(what).unwrap_or(&body)["id"].as_str();
    id.expect("an ID").to_owned()
}

async fn volume(client: &Client, fields: Value) -> Response {
    let mut volume = json!({ "size": 1 });
    let all = volume.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    accepted(client, "/volumes", "", json!({ "volume": volume })).await
}

/// Creates a volume and waits until it is available.
pub(crate) async fn available(client: &Client, fields: Value) -> String {
    let created = volume(client, fields).await;
    let report = follow(client, &created).await.expect("a volume");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    id_of(&created, "volume")
}

/// Checks that the work failed for this reason, and that the report has every ID.
async fn fails(client: &Client, response: &Response, resource: (&str, &str), words: &str) {
    let (kind, id) = resource;
    let error = follow(client, response).await.expect_err("it fails");
    assert!(matches!(error, ActionError::Failed(_)), "{error:?}");
    let text = error.to_string();
    let request = response.request_id().expect("an ID").as_str();
    for part in [kind, id, words, request] {
        assert!(text.contains(part), "{text}: no {part}");
    }
    let report = error.report();
    assert_eq!(
        (report.request_id.as_str(), report.resource_id.as_str()),
        (request, id)
    );
    assert_eq!(report.trails[0].call_id(), response.trail().call_id());
    assert_eq!(
        report.global_request_id.as_deref(),
        response.trail().correlation_id()
    );
    let of_request = |id: &Option<String>| id.as_deref() == Some(request);
    assert!(
        report
            .messages
            .iter()
            .all(|message| of_request(&message.request_id)),
        "{report}"
    );
}

#[tokio::test]
async fn five_failures_after_a_202_have_their_messages() {
    let cinder = client_of("cinder", "member");
    let nowhere = json!({ "volume_type": cloud().fact("/volume_types/nowhere") });
    let created = volume(&cinder, nowhere).await;
    let id = id_of(&created, "volume");
    let words = "Could not find any available weighted backend. (VOLUME_VOLUME_001_003)";
    fails(&cinder, &created, ("create of volume", &id), words).await;

    let broken = json!({ "metadata": { "driver.create_volume": "error" } });
    let created = volume(&cinder, broken).await;
    let id = id_of(&created, "volume");
    let words = "Driver failed to create the volume.";
    fails(&cinder, &created, ("create of volume", &id), words).await;

    let broken = json!({ "metadata": { "driver.extend_volume": "error" } });
    let id = available(&cinder, broken).await;
    let extend = json!({ "os-extend": { "new_size": 2 } });
    let extended = accepted(&cinder, "/volumes/{id}/action", &id, extend).await;
    let words = "error_extending: extend volume:Volume Driver failed to extend volume.";
    fails(&cinder, &extended, ("extend of volume", &id), words).await;

    // The volume is unchanged: only the message shows the failure.
    let id = available(&cinder, json!({})).await;
    let extend = json!({ "os-extend": { "new_size": 100_000 } });
    let extended = accepted(&cinder, "/volumes/{id}/action", &id, extend).await;
    let words = "available with 1 GiB, not 100000: extend volume:Could not find any available";
    fails(&cinder, &extended, ("extend of volume", &id), words).await;

    let broken = json!({ "driver.create_snapshot": "error" });
    let snapshot = json!({ "snapshot": { "volume_id": id, "metadata": broken } });
    let created = accepted(&cinder, "/snapshots", "", snapshot).await;
    let id = id_of(&created, "snapshot");
    let words = "create snapshot:Snapshot failed to create.";
    fails(&cinder, &created, ("create of snapshot", &id), words).await;
}

#[tokio::test]
async fn successes_and_deletions() {
    let cinder = client_of("cinder", "member");
    let id = available(&cinder, json!({})).await;
    let extend = json!({ "os-extend": { "new_size": 2 } });
    let extended = accepted(&cinder, "/volumes/{id}/action", &id, extend).await;
    let report = follow(&cinder, &extended).await.expect("an extend");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    let snapshot = json!({ "snapshot": { "volume_id": id } });
    let created = accepted(&cinder, "/snapshots", "", snapshot).await;
    let report = follow(&cinder, &created).await.expect("a snapshot");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    for (path, id) in [
        ("/snapshots/{id}", &id_of(&created, "snapshot")),
        ("/volumes/{id}", &id),
    ] {
        let delete = cinder.delete(path).param("id", id).send().await;
        let report = follow(&cinder, &delete.expect("accepted")).await;
        let report = report.expect("a deletion");
        assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    }
    let broken = json!({ "metadata": { "driver.delete_volume": "error" } });
    let id = available(&cinder, broken).await;
    let delete = cinder.delete("/volumes/{id}").param("id", &id).send().await;
    let words = "error_deleting; Cinder gives users no reason";
    fails(
        &cinder,
        &delete.expect("accepted"),
        ("delete of volume", &id),
        words,
    )
    .await;
}

#[tokio::test]
async fn a_volume_of_another_project_is_not_found() {
    let cinder = client_of("cinder", "member");
    let nowhere = json!({ "volume_type": cloud().fact("/volume_types/nowhere") });
    let created = volume(&cinder, nowhere).await;
    let id = id_of(&created, "volume");
    let request = created.request_id().expect("an ID").as_str();
    follow(&cinder, &created).await.expect_err("it fails");
    // Cinder shows messages about a volume to everybody who can see the volume.
    let other = client_of("cinder", "other");
    let error = follow(&other, ("volume.create", &*id, request)).await;
    let error = error.expect_err("no such volume");
    let ActionError::Unfollowed { error, report } = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.code(), Some("itemNotFound"), "{report}");
    assert!(report.messages.is_empty(), "{report}");
}

#[tokio::test]
async fn tasks_prove_the_end_of_imports() {
    let glance = client_of("glance", "member");
    for (format, words) in [
        ("qcow2", Some("the task of the import failed")),
        ("raw", None),
    ] {
        let image =
            json!({ "name": "imported", "disk_format": format, "container_format": "bare" });
        let id = id_of(&accepted(&glance, "/images", "", image).await, "image");
        let stage = glance.put("/images/{id}/stage").param("id", &id);
        let stage = stage.header("Content-Type", "application/octet-stream");
        stage
            .body(b"not qcow2".to_vec())
            .send()
            .await
            .expect("staged");
        let import = json!({ "method": { "name": "glance-direct" } });
        let imported = accepted(&glance, "/images/{id}/import", &id, import).await;
        match words {
            Some(words) => fails(&glance, &imported, ("import of image", &id), words).await,
            None => {
                let report = follow(&glance, &imported).await.expect("an import");
                assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
                assert!(report.task.is_some(), "{report}");
            }
        }
    }
}
