//! What each microversion shows of an action, and to which roles.

use reqtrail::openstack::{Compute, Verdict};
use serde_json::json;

use crate::support::{act, active, client, cloud, compute, end};

#[tokio::test]
async fn the_server_says_which_version_it_answered_with() {
    let member = client("member");
    let response = member.get("/servers").send().await.expect("servers");
    assert_eq!(response.microversion(), Some("2.1"));
    let response = member
        .get("/servers")
        .microversion("2.51")
        .send()
        .await
        .expect("servers");
    assert_eq!(response.microversion(), Some("2.51"));
    let response = member
        .get("/servers")
        .microversion("latest")
        .send()
        .await
        .expect("servers");
    assert_eq!(
        response.microversion(),
        Some(cloud().fact("/nova/max_microversion"))
    );
    let error = member
        .get("/servers")
        .microversion("2.999")
        .send()
        .await
        .expect_err("none");
    assert_eq!(
        error.api().and_then(|api| api.microversion()),
        Some("2.999")
    );
}

#[tokio::test]
async fn each_step_of_the_action_record() {
    let id = active("member", "versions", json!({})).await;
    let resize = json!({ "resize": { "flavorRef": cloud().flavor("impossible") } });
    let accepted = act(&client("member"), &id, resize).await;
    let request_id = accepted.request_id().expect("an ID").to_string();
    let failed = end(&compute("member"), &id, &accepted).await;
    assert!(failed.is_err());
    for version in [
        "2.1", "2.21", "2.51", "2.58", "2.62", "2.66", "2.84", "latest",
    ] {
        let shows = |minimum: f64| {
            version == "latest" || version.parse::<f64>().is_ok_and(|v| v >= minimum)
        };
        // Compared as floats, 2.1 is above 2.0 and below 2.21. That is the order of these versions too.
        for user in ["member", "admin"] {
            let admin = user == "admin";
            let compute = compute(user).microversion(version);
            let action = compute
                .action(&id, &request_id)
                .send()
                .await
                .expect("an action");
            assert_eq!(action.action, "resize");
            assert_eq!(action.message.as_deref(), Some("Error"));
            assert_eq!(
                action.events.is_some(),
                admin || shows(2.51),
                "{version} {user}"
            );
            assert_eq!(action.updated_at.is_some(), shows(2.58), "{version} {user}");
            for event in action.events() {
                assert!(event.has_failed() && event.finish_time.is_some());
                assert_eq!(event.host_id.is_some(), shows(2.62), "{version} {user}");
                assert_eq!(
                    event.host.is_some(),
                    admin && shows(2.62),
                    "{version} {user}"
                );
                assert_eq!(event.traceback.is_some(), admin, "{version} {user}");
                assert_eq!(
                    event.details.is_some(),
                    admin && shows(2.84),
                    "{version} {user}"
                );
            }
            // The verdict on the newest action is the same at every version.
            let history = compute.explain(&id).send().await.expect("a history");
            assert_eq!(
                history.actions[0].verdict,
                Some(Verdict::Failed),
                "{version} {user}: {history}"
            );
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let id = active("member", "pages", json!({})).await;
    let member = compute("member");
    let began = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    for body in [json!({ "pause": null }), json!({ "unpause": null })] {
        let accepted = act(member.client(), &id, body).await;
        let _ = end(&member, &id, &accepted).await.expect("it is done");
    }
    let first = member
        .actions(&id)
        .limit(2)
        .changes_since(began)
        .send()
        .await
        .expect("a page");
    let kinds: Vec<&str> = first.actions.iter().map(|a| a.action.as_str()).collect();
    assert_eq!(kinds, ["unpause", "pause"], "newest first");
    assert!(first.next.is_some());
    let marker = first.actions[1].request_id.clone();
    let second = member
        .actions(&id)
        .limit(2)
        .marker(marker)
        .send()
        .await
        .expect("a page");
    assert_eq!(second.actions.len(), 1);
    assert_eq!(second.actions[0].action, "create");
    let none = member
        .actions(&id)
        .changes_before(began)
        .send()
        .await
        .expect("a page");
    assert!(none.actions.is_empty());
}

#[tokio::test]
async fn a_deleted_servers_record_is_readable_from_2_21() {
    let id = active("member", "gone", json!({})).await;
    let member = compute("member");
    let accepted = member
        .client()
        .delete("/servers/{id}")
        .param("id", &id)
        .send()
        .await
        .expect("accepted");
    let request_id = accepted.request_id().expect("an ID").to_string();
    // At 2.1 the record disappears with the server. The deletion is still proven.
    let old = Compute::new(client("member")).microversion("2.1");
    let report = end(&old, &id, &accepted).await.expect("it is deleted");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    // The status is DELETED for a moment before the server is gone.
    for _ in 0..100 {
        if old.server(&id).send().await.is_err() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for (version, found) in [("2.20", false), ("2.21", true)] {
        let read = compute("member")
            .microversion(version)
            .action(&id, &request_id)
            .send()
            .await;
        assert_eq!(read.is_ok(), found, "{version}");
    }
}

#[tokio::test]
async fn without_steps_a_snapshot_stays_unknown() {
    let id = active("member", "old-version", json!({})).await;
    let old = compute("member").microversion("2.50");
    let accepted = act(
        old.client(),
        &id,
        json!({ "createImage": { "name": "copy" } }),
    )
    .await;
    let report = end(&old, &id, &accepted).await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown, "{report}");
    assert!(report.evidence.contains("2.51"), "{report}");
}
