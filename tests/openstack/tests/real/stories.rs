//! Stories of what failed, over all services: as an ordinary member.

use reqtrail::Category;
use reqtrail::openstack::{Connection, Story};
use serde_json::json;

use crate::images::import;
use crate::support::{
    at_keystone, available, boot, cloud, compute, end, followed, member_of, password, patient,
    volume,
};

async fn connected() -> Connection {
    let connection = at_keystone(password("member")).connect().await;
    connection.expect("a connection")
}

async fn told(connection: &Connection, what: &str) -> Story {
    let story = connection
        .explain(what)
        .clients(|builder| Ok(patient(builder)))
        .send()
        .await;
    let story = story.unwrap_or_else(|error| panic!("{error}"));
    // Version documents have none.
    let mut calls = story.trails.iter().filter(|trail| trail.path() != "/");
    assert!(
        calls.all(|trail| !trail.request_ids().is_empty()),
        "{story}"
    );
    story
}

#[tokio::test]
async fn a_volume_that_fits_nowhere_is_told_by_id_name_and_request() {
    let member = member_of("volume").await;
    let name = "story of a volume";
    let nowhere =
        json!({ "size": 1, "name": name, "volume_type": cloud().fact("/volume_types/nowhere") });
    let (accepted, id) = volume(&member, nowhere).await;
    let failed = followed(&member, &accepted).await.expect_err("nowhere");
    let request = failed.request_id().to_owned();
    let connection = connected().await;
    for what in [
        id.clone(),
        name.to_owned(),
        request.clone(),
        format!("volume/{name}"),
    ] {
        let story = told(&connection, &what).await;
        assert_eq!(story.resources[0].id, id);
        assert_eq!(story.resources[0].status.as_deref(), Some("error"));
        assert_eq!(story.request_ids, [request.as_str()]);
        let failure = story.failure.as_deref().unwrap_or_default();
        assert!(
            failure.contains("Could not find any available weighted backend."),
            "{story}"
        );
    }
    // The request that worked bears nothing, and neither does one of nobody.
    let nobody = "req-00000000-0000-4000-8000-000000000000";
    let error = connection
        .explain(nobody)
        .send()
        .await
        .expect_err("an ID that nobody has");
    assert!(
        error.to_string().contains("volume has no message of it"),
        "{error}"
    );
}

#[tokio::test]
async fn an_import_that_failed_is_told_by_image_and_request() {
    let member = member_of("image").await;
    let (accepted, id) = import(&member, "qcow2").await;
    let failed = followed(&member, &accepted).await.expect_err("no qcow2");
    let request = failed.request_id().to_owned();
    let connection = connected().await;
    for what in [id.clone(), format!("image/{id}"), request.clone()] {
        let story = told(&connection, &what).await;
        assert_eq!(story.resources[0].id, id);
        assert_eq!(story.request_ids, [request.as_str()]);
        let failure = story.failure.as_deref().unwrap_or_default();
        assert!(
            failure.contains("api_image_import failed: Task failed"),
            "{story}"
        );
    }
}

#[tokio::test]
async fn a_server_that_fits_nowhere_is_told_by_id_and_name() {
    let compute = compute("member");
    let name = "story of a server";
    let booted = boot(compute.client(), name, "impossible", json!({})).await;
    end(&compute, &booted.id, &booted.accepted)
        .await
        .expect_err("no host");
    let request = booted.accepted.request_id().expect("an ID").to_string();
    let connection = connected().await;
    for what in [booted.id.clone(), name.to_owned()] {
        let story = told(&connection, &what).await;
        assert_eq!(story.resources[0].id, booted.id);
        assert_eq!(story.request_ids, [request.as_str()]);
        let failure = story.failure.as_deref().unwrap_or_default();
        assert!(failure.contains("No valid host was found"), "{story}");
    }
}

#[tokio::test]
async fn a_volume_that_is_well_has_no_failure_and_nothing_is_not_found() {
    let member = member_of("volume").await;
    let id = available(&member, json!({})).await;
    let connection = connected().await;
    let story = told(&connection, &id).await;
    assert_eq!((story.failure.as_ref(), story.request_ids.len()), (None, 0));
    let nothing = connection.explain("00000000-0000-4000-8000-000000000000");
    let error = nothing.send().await.expect_err("nothing");
    assert_eq!(error.error.category(), Some(Category::NotFound));
    for part in [
        "compute has no server (404)",
        "volume has no snapshot (404)",
        "image has no image (404)",
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
}
