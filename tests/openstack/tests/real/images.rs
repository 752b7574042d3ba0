//! Imports that Glance accepted with a 202, and how they ended, for an ordinary member.

use reqtrail::openstack::{ActionError, Verdict};
use reqtrail::{Client, Response};
use serde_json::json;

use crate::support::{followed, id_of, member_of};

/// Starts an import, and returns the response that accepted it and the image's ID.
pub(crate) async fn import(client: &Client, disk_format: &str) -> (Response, String) {
    let image =
        json!({ "name": "imported", "disk_format": disk_format, "container_format": "bare" });
    let created = client.post("/images").json(&image).send().await;
    let id = id_of(&created.expect("created"), "image");
    let stage = client.put("/images/{id}/stage").param("id", &id);
    let stage = stage.header("Content-Type", "application/octet-stream");
    let _ = stage.body(vec![b'x'; 2000]).send().await.expect("staged");
    let call = client.post("/images/{id}/import").param("id", &id);
    let call = call.json(&json!({ "method": { "name": "glance-direct" } }));
    (call.send().await.expect("accepted"), id)
}

#[tokio::test]
async fn an_import_that_succeeds() {
    let member = member_of("image").await;
    let (accepted, id) = import(&member, "raw").await;
    let report = followed(&member, &accepted).await.expect("an image");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Succeeded, Some("import"))
    );
    assert_eq!(report.resource_id, id);
    let task = report.task.as_ref().expect("a task");
    assert_eq!(
        task.request_id.as_deref(),
        Some(&*report.request_id),
        "{report}"
    );
    // Glance used the client's ID as its own: both are the same.
    assert_eq!(
        report.global_request_id.as_deref(),
        Some(&*report.request_id)
    );
}

#[tokio::test]
async fn an_import_whose_data_have_another_format() {
    let member = member_of("image").await;
    let (accepted, id) = import(&member, "qcow2").await;
    let error = followed(&member, &accepted).await.expect_err("no qcow2");
    assert!(matches!(error, ActionError::Failed(_)), "{error}");
    let report = error.report();
    let text = error.to_string();
    for part in ["import of image", &id, &report.request_id, "Task failed"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    // The image itself does not show it: its state never changes.
    assert_eq!(
        report.resource.as_ref().expect("an image").status,
        "importing"
    );
    assert!(
        crate::support::cloud()
            .log("glance")
            .contains(&report.request_id),
        "{text}"
    );
}
