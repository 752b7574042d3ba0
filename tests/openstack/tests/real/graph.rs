//! The call graph: the trail, and Nova's own log.

use serde_json::json;

use crate::support::{act, active, cloud, compute, end};

/// Returns the log lines that have both IDs, in Nova's brackets.
fn lines(log: &str, global: &str, local: &str) -> Vec<String> {
    let context = format!("[{global} {local} ");
    let fits =
        |line: &&str| line.contains(&context) || line.contains(&format!("[None {global} {local} "));
    log.lines().filter(fits).map(str::to_owned).collect()
}

#[tokio::test]
async fn one_global_id_finds_the_reason_in_every_service() {
    let id = active("member", "graph", json!({})).await;
    let compute = compute("member");
    let body = json!({ "resize": { "flavorRef": cloud().flavor("impossible") } });
    let accepted = act(compute.client(), &id, body).await;
    let error = end(&compute, &id, &accepted)
        .await
        .expect_err("it fits nowhere");
    let report = error.report();
    let global = report.global_request_id.as_deref().expect("a global ID");
    let lines = lines(&cloud().nova_log(), global, &report.request_id);
    // The conductor's line comes from code that it shares with the scheduler.
    for part in [
        "nova.api",
        "nova.scheduler.manager",
        "Failed to compute_task_migrate_server",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(part)),
            "{part}: {lines:#?}"
        );
    }
    assert!(
        lines
            .iter()
            .any(|line| line.contains("No valid host was found")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_boot_that_fits_nowhere_is_logged_by_the_conductor() {
    let compute = compute("member");
    let booted = crate::support::boot(compute.client(), "lost", "impossible", json!({})).await;
    let outcome = end(&compute, &booted.id, &booted.accepted).await;
    let error = outcome.expect_err("it fits nowhere");
    let global = error.report().global_request_id.clone();
    let lines = lines(
        &cloud().nova_log(),
        global.as_deref().expect("a global ID"),
        error.request_id(),
    );
    assert!(
        lines.iter().any(|line| line.contains("nova.conductor")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_boot_reaches_the_compute_host_under_the_same_id() {
    let compute = compute("member");
    let booted = crate::support::boot(compute.client(), "traced", "small", json!({})).await;
    let report = end(&compute, &booted.id, &booted.accepted)
        .await
        .expect("it boots");
    let global = report.global_request_id.as_deref().expect("a global ID");
    let lines = lines(&cloud().nova_log(), global, &report.request_id);
    for service in ["nova.api", "nova.compute"] {
        assert!(
            lines.iter().any(|line| line.contains(service)),
            "{service}: {lines:#?}"
        );
    }
}

#[tokio::test]
async fn each_local_id_of_the_trails_is_in_the_log_beside_its_global_one() {
    let id = active("member", "polled", json!({})).await;
    let compute = compute("member");
    let accepted = act(compute.client(), &id, json!({ "os-stop": null })).await;
    let report = end(&compute, &id, &accepted).await.expect("it stops");
    let log = cloud().nova_log();
    for trail in &report.trails {
        let global = trail.correlation_id().expect("a global ID");
        for local in trail.request_ids() {
            assert!(
                !lines(&log, global, local.as_str()).is_empty(),
                "{global} {local}"
            );
        }
    }
}

#[tokio::test]
async fn an_id_of_the_callers_own_request_is_passed_on() {
    let own = "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2";
    let client = crate::support::client("member");
    let response = client
        .get("/flavors")
        .correlation_id(own)
        .send()
        .await
        .expect("flavors");
    assert_eq!(response.trail().correlation_id(), Some(own));
    let local = response.request_id().expect("an ID").to_string();
    assert!(!lines(&cloud().nova_log(), own, &local).is_empty());
    // Nova drops this one silently.
    let malformed = client
        .get("/flavors")
        .correlation_id(own.to_uppercase())
        .send()
        .await;
    let error = malformed.expect_err("a malformed ID");
    assert_eq!(error.kind(), reqtrail::ErrorKind::InvalidRequest);
    assert!(
        error
            .trail()
            .is_some_and(|trail| trail.attempts().is_empty())
    );
}

#[tokio::test]
async fn the_trails_have_every_request_in_the_log() {
    let id = active("member", "promise", json!({})).await;
    let compute = compute("member");
    let accepted = act(compute.client(), &id, json!({ "pause": null })).await;
    let report = end(&compute, &id, &accepted).await.expect("it is paused");
    let history = compute.explain(&id).send().await.expect("a history");
    let log = cloud().nova_log();
    // Every request to this server by its path, from any client: the polls of the boot belong to another follow.
    let mut logged: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("requestlog") && line.contains(&id))
        .filter_map(|line| line.split("[req-").nth(1))
        .filter_map(|rest| rest.split(' ').nth(1))
        .collect();
    let trails = report.trails.iter().chain(&history.trails);
    let listed: Vec<&str> = trails
        .flat_map(|trail| trail.request_ids())
        .map(|id| id.as_str())
        .collect();
    let first = logged
        .iter()
        .position(|local| *local == report.request_id)
        .expect("the action's own request");
    logged.drain(..first);
    assert_eq!(logged, listed, "in the order in which they were made");
}
