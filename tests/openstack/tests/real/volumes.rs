//! Volumes and snapshots that Cinder accepted with a 202, and how they ended, for an ordinary member.

use reqtrail::Category;
use reqtrail::openstack::{ActionError, ActionReport, ResourceRef, Resources, Verdict};
use serde_json::{Value, json};

use crate::support::{
    act_on_volume, available, client_of, cloud, followed, id_of, member_of, snapshot, volume,
};

/// Asserts that this work (`extend of volume`) failed with this message, and that one line has the work, the resource and the
/// request's ID.
fn assert_failed(
    outcome: Result<ActionReport, ActionError>,
    work: &str,
    id: &str,
    message: &str,
) -> ActionReport {
    let error = match outcome {
        Err(error @ ActionError::Failed(_)) => error,
        other => panic!("{work}: no failure: {other:?}"),
    };
    let text = error.to_string();
    let report = error.report().clone();
    assert_eq!(report.verdict, Verdict::Failed, "{report}");
    let kind_and_type = format!(
        "{} of {}",
        report.kind().unwrap_or_default(),
        report.resource_type
    );
    assert_eq!((&*kind_and_type, &*report.resource_id), (work, id));
    for part in [work, id, &report.request_id, message] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert!(cloud().log("cinder").contains(&report.request_id), "{text}");
    report
}

/// Asserts that Cinder has messages for the user about this request.
fn assert_messages(report: &ActionReport, event: &str) {
    let messages: Vec<_> = report.messages.iter().collect();
    assert!(!messages.is_empty(), "{report}");
    for message in messages {
        assert_eq!(message.request_id.as_deref(), Some(&*report.request_id));
        assert_eq!(message.event_id.as_deref(), Some(event), "{report}");
    }
}

fn capacity() -> u64 {
    cloud().facts()["capacity_gb"].as_u64().expect("a number")
}

#[tokio::test]
async fn a_volume_that_fits_nowhere_fails_with_cinders_message() {
    let member = member_of("volume").await;
    for what in [
        json!({ "size": capacity() + 1 }),
        json!({ "size": 1, "volume_type": cloud().fact("/volume_types/nowhere") }),
    ] {
        let (accepted, id) = volume(&member, what).await;
        let words = "Could not find any available weighted backend.";
        let report = assert_failed(
            followed(&member, &accepted).await,
            "create of volume",
            &id,
            words,
        );
        assert_messages(&report, "VOLUME_VOLUME_001_003");
        assert_eq!(report.resource.expect("a volume").status, "error");
    }
}

#[tokio::test]
async fn a_volume_that_the_driver_fails_to_create() {
    let member = member_of("volume").await;
    let metadata = json!({ "driver.create_volume": "sleep=0.5,error" });
    let (accepted, id) = volume(&member, json!({ "size": 1, "metadata": metadata })).await;
    let words = "Driver failed to create the volume.";
    let outcome = followed(&member, &accepted).await;
    let report = assert_failed(outcome, "create of volume", &id, words);
    assert_messages(&report, "VOLUME_VOLUME_008_012");
}

#[tokio::test]
async fn an_extension_that_the_driver_fails() {
    let member = member_of("volume").await;
    let id = available(&member, json!({ "driver.extend_volume": "error" })).await;
    let accepted = act_on_volume(&member, &id, json!({ "os-extend": { "new_size": 2 } })).await;
    let words = "Volume Driver failed to extend volume.";
    let outcome = followed(&member, &accepted).await;
    let report = assert_failed(outcome, "extend of volume", &id, words);
    assert_messages(&report, "VOLUME_VOLUME_007_010");
    assert_eq!(report.resource.expect("a volume").status, "error_extending");
}

#[tokio::test]
async fn an_extension_that_fits_nowhere_leaves_the_volume_available() {
    let member = member_of("volume").await;
    let id = available(&member, json!({})).await;
    let extend = json!({ "os-extend": { "new_size": capacity() + 1 } });
    let accepted = act_on_volume(&member, &id, extend).await;
    let words = "Could not find any available weighted backend.";
    let outcome = followed(&member, &accepted).await;
    let report = assert_failed(outcome, "extend of volume", &id, words);
    let seen = report.resource.expect("a volume");
    assert_eq!((seen.status.as_str(), seen.size), ("available", Some(1)));
}

#[tokio::test]
async fn a_snapshot_that_fails() {
    let member = member_of("volume").await;
    let id = available(&member, json!({})).await;
    let metadata = json!({ "driver.create_snapshot": "error" });
    let (accepted, snapshot) = snapshot(&member, &id, metadata).await;
    let words = "Snapshot failed to create.";
    let outcome = followed(&member, &accepted).await;
    let report = assert_failed(outcome, "create of snapshot", &snapshot, words);
    assert_messages(&report, "VOLUME_VOLUME_SNAPSHOT_009_013");
    // The report names the volume of the snapshot.
    assert!(report.to_json().contains(&id), "{report}");
}

#[tokio::test]
async fn a_quota_is_an_error_of_the_request_itself() {
    let client = client_of("cinder", "noquota");
    let body = json!({ "volume": { "size": 1 } });
    let error = client.post("/volumes").json(&body).send().await;
    let error = error.expect_err("no volume is allowed");
    assert_eq!(error.kind(), reqtrail::ErrorKind::Api);
    assert_eq!(error.category(), Some(Category::Quota), "{error}");
    let id = error.request_id().expect("an ID");
    assert!(cloud().log("cinder").contains(id.as_str()), "{error}");
}

#[tokio::test]
async fn work_that_succeeds() {
    let member = member_of("volume").await;
    let id = available(&member, json!({})).await;
    let accepted = act_on_volume(&member, &id, json!({ "os-extend": { "new_size": 2 } })).await;
    let report = followed(&member, &accepted).await.expect("it grows");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Succeeded, Some("extend"))
    );
    assert_eq!(report.resource.expect("a volume").size, Some(2));
    let (accepted, copy) = snapshot(&member, &id, json!({})).await;
    let report = followed(&member, &accepted).await.expect("a snapshot");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Succeeded, Some("create"))
    );
    for (path, id, resource_type) in [
        ("/snapshots/{id}", &copy, "snapshot"),
        ("/volumes/{id}", &id, "volume"),
    ] {
        let accepted = member.delete(path).param("id", id).send().await;
        let report = followed(&member, &accepted.expect("accepted")).await;
        let report = report.expect("it goes");
        assert_eq!(
            (report.verdict, report.kind(), &*report.resource_type),
            (Verdict::Succeeded, Some("delete"), resource_type),
            "{report}"
        );
        assert!(report.resource.is_none(), "{report}");
    }
}

#[tokio::test]
async fn a_deletion_that_the_driver_fails_has_no_reason() {
    let member = member_of("volume").await;
    let id = available(&member, json!({ "driver.delete_volume": "error" })).await;
    let accepted = member.delete("/volumes/{id}").param("id", &id).send().await;
    let outcome = followed(&member, &accepted.expect("accepted")).await;
    let report = assert_failed(outcome, "delete of volume", &id, "error_deleting");
    assert!(report.messages.is_empty(), "{report}");
}

#[tokio::test]
async fn a_volume_from_an_image() {
    let member = member_of("volume").await;
    let image = cloud().fact("/image");
    let (accepted, id) = volume(&member, json!({ "size": 1, "imageRef": image })).await;
    let report = followed(&member, &accepted).await.expect("a volume");
    assert_eq!(
        (report.verdict, report.resource_id),
        (Verdict::Succeeded, id)
    );
}

#[tokio::test]
async fn a_follow_by_ids_has_the_same_report() {
    let member = member_of("volume").await;
    let id = available(&member, json!({})).await;
    let extend = json!({ "os-extend": { "new_size": capacity() + 1 } });
    let accepted = act_on_volume(&member, &id, extend).await;
    let request = accepted.request_id().expect("an ID").as_str().to_owned();
    let what = ResourceRef::new("volume.extend", &id, &*request);
    let resources = Resources::new(member);
    let outcome = resources.follow(what).send().await;
    let words = "Could not find any available weighted backend.";
    let _ = assert_failed(outcome, "extend of volume", &id, words);
}

#[tokio::test]
async fn the_report_has_every_request_in_the_log() {
    let member = member_of("volume").await;
    let metadata = json!({ "driver.create_volume": "sleep=1,error" });
    let (accepted, id) = volume(&member, json!({ "size": 1, "metadata": metadata })).await;
    let error = followed(&member, &accepted).await.expect_err("it fails");
    let report = error.report();
    let listed: Vec<&str> = report
        .trails
        .iter()
        .flat_map(reqtrail::Trail::request_ids)
        .map(|id| id.as_str())
        .collect();
    let log = cloud().log("cinder");
    for trail in &report.trails {
        let global = trail.correlation_id().expect("a global ID");
        for local in trail.request_ids() {
            let context = format!("[{global} {} ", local.as_str());
            assert!(log.contains(&context), "{context}");
        }
    }
    for local in crate::logs::logged("cinder", &id) {
        assert!(
            listed.contains(&&*local),
            "{local} is in no trail: {report}"
        );
    }
}

#[tokio::test]
async fn a_server_whose_volume_fits_nowhere_fails_with_the_volumes_name() {
    let nova = crate::support::compute("member");
    let disk = json!({
        "boot_index": 0,
        "uuid": cloud().fact("/image"),
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        "volume_type": cloud().fact("/volume_types/nowhere"),
    });
    let server = json!({ "server": {
        "name": "no-volume",
        "flavorRef": cloud().flavor("small"),
        "networks": "none",
        "block_device_mapping_v2": [disk],
    }});
    let call = nova.client().post("/servers").microversion("2.67");
    let accepted = call.json(&server).send().await.expect("accepted");
    let id = id_of(&accepted, "server");
    let outcome = crate::support::end(&nova, &id, &accepted).await;
    let error = outcome.expect_err("it fails");
    assert!(matches!(error, ActionError::Failed(_)), "{error}");
    let report = error.report();
    assert_eq!(report.server.as_ref().expect("a server").status, "ERROR");
    let fault = report.fault().expect("a fault");
    let words = fault.message.split("Volume ").nth(1).expect("its volume");
    let volume = words.split(' ').next().expect("an ID");
    assert!(error.to_string().contains(volume), "{error}");
    // Cinder has the reason, for the server's user.
    let cinder = client_of("cinder", "member");
    let call = cinder.get("/messages").microversion("3.5");
    let call = call.query("resource_uuid", volume);
    let rows: Value = call.send().await.expect("messages").json().expect("JSON");
    let words = rows["messages"][0]["user_message"].as_str();
    assert!(
        words.is_some_and(|words| words.contains("weighted backend")),
        "{rows}"
    );
}
