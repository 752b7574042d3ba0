//! The table of proofs of an end, row by row, as far as Nova can be made to do it.

use reqtrail::openstack::{ActionError, ActionReport, Verdict};
use serde_json::{Value, json};

use crate::support::{act, active, boot, client, cloud, compute, end};

/// Does an action and follows it.
async fn done(user: &str, id: &str, body: Value) -> Result<ActionReport, ActionError> {
    let compute = compute(user);
    let accepted = act(compute.client(), id, body).await;
    end(&compute, id, &accepted).await
}

fn assert_succeeded(outcome: Result<ActionReport, ActionError>, kind: &str) {
    let _ = succeeded(outcome, kind);
}

fn succeeded(outcome: Result<ActionReport, ActionError>, kind: &str) -> ActionReport {
    let report = outcome.unwrap_or_else(|e| panic!("{kind}: {e}\n{}", e.report()));
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    assert_eq!(report.kind(), Some(kind), "{report}");
    report
}

fn assert_failed(outcome: Result<ActionReport, ActionError>, kind: &str) -> ActionError {
    let error = outcome.expect_err("a failure");
    assert!(matches!(error, ActionError::Failed(_)), "{error}");
    assert_eq!(error.report().kind(), Some(kind), "{error}");
    let text = error.to_string();
    for part in [kind, &error.report().server_id, error.request_id()] {
        assert!(text.contains(part), "{text}");
    }
    error
}

#[tokio::test]
async fn pairs_of_states() {
    let id = active("member", "states", json!({})).await;
    for (body, kind, status) in [
        (json!({ "os-stop": null }), "stop", "SHUTOFF"),
        (json!({ "os-start": null }), "start", "ACTIVE"),
        (json!({ "pause": null }), "pause", "PAUSED"),
        (json!({ "unpause": null }), "unpause", "ACTIVE"),
        (json!({ "suspend": null }), "suspend", "SUSPENDED"),
        (json!({ "resume": null }), "resume", "ACTIVE"),
        (json!({ "rescue": null }), "rescue", "RESCUE"),
        (json!({ "unrescue": null }), "unrescue", "ACTIVE"),
        (json!({ "shelve": null }), "shelve", "SHELVED"),
        (json!({ "unshelve": null }), "unshelve", "ACTIVE"),
    ] {
        let report = succeeded(done("member", &id, body).await, kind);
        let now = report.server.expect("a server").status;
        assert!(now.starts_with(status), "{kind}: {now}");
    }
}

#[tokio::test]
async fn a_resize_that_is_confirmed_and_one_that_is_reverted() {
    let id = active("member", "resized", json!({})).await;
    for after in ["confirmResize", "revertResize"] {
        let flavor = if after == "confirmResize" {
            "large"
        } else {
            "small"
        };
        let resize = json!({ "resize": { "flavorRef": cloud().flavor(flavor) } });
        assert_succeeded(done("member", &id, resize).await, "resize");
        let report = succeeded(done("member", &id, json!({ after: null })).await, after);
        assert_eq!(report.server.expect("a server").status, "ACTIVE");
    }
}

#[tokio::test]
async fn a_resize_that_fits_nowhere_leaves_the_server_active() {
    let id = active("member", "too-big", json!({})).await;
    let resize = json!({ "resize": { "flavorRef": cloud().flavor("impossible") } });
    let error = assert_failed(done("member", &id, resize.clone()).await, "resize");
    let report = error.report();
    let server = report.server.as_ref().expect("a server");
    assert_eq!(
        (server.status.as_str(), server.fault.is_none()),
        ("ACTIVE", true)
    );
    // A member learns that it failed and where, an administrator also why.
    assert!(report.evidence.contains("cold_migrate failed"), "{report}");
    let error = assert_failed(done("admin", &id, resize).await, "resize");
    assert!(
        error.to_string().contains("No valid host was found"),
        "{error}"
    );
    assert!(
        !error.report().report().contains("Traceback"),
        "no stack trace for people"
    );
}

#[tokio::test]
async fn a_resize_that_breaks_on_the_host() {
    for (step, status) in [("rollback", "ACTIVE"), ("error", "ERROR")] {
        let fails = json!({ "hypervisor.migrate_disk_and_power_off": step });
        let id = active("member", step, fails).await;
        let resize = json!({ "resize": { "flavorRef": cloud().flavor("large") } });
        let error = assert_failed(done("member", &id, resize).await, "resize");
        let server = error.report().server.clone().expect("a server");
        assert_eq!(server.status, status, "{}", error.report());
    }
}

#[tokio::test]
async fn a_boot_that_ends_in_error() {
    let member = compute("member");
    for (name, flavor, metadata, reason) in [
        (
            "nowhere",
            "impossible",
            json!({}),
            "No valid host was found",
        ),
        (
            "broken",
            "small",
            json!({ "hypervisor.spawn": "error" }),
            "Exceeded maximum number of retries",
        ),
        (
            "aborted",
            "small",
            json!({ "hypervisor.spawn": "abort" }),
            "aborted",
        ),
    ] {
        let booted = boot(member.client(), name, flavor, metadata).await;
        let outcome = end(&member, &booted.id, &booted.accepted).await;
        let error = outcome.expect_err("a failure");
        assert!(matches!(error, ActionError::Failed(_)), "{error}");
        assert!(error.to_string().contains(reason), "{name}: {error}");
        let fault = error.report().fault().expect("a fault");
        assert_eq!(fault.code, Some(500));
        // The list may leave the fault out; the single server has it.
        let history = member.explain(&booted.id).send().await.expect("a history");
        assert!(history.report().contains(reason), "{history}");
    }
}

#[tokio::test]
async fn a_migration_with_no_other_host() {
    // With two hosts no server group is needed: the petabyte flavor cannot move, but a small server can.
    let id = active("admin", "migrated", json!({})).await;
    assert_succeeded(
        done("admin", &id, json!({ "migrate": null })).await,
        "migrate",
    );
    assert_succeeded(
        done("admin", &id, json!({ "confirmResize": null })).await,
        "confirmResize",
    );
}

#[tokio::test]
async fn a_live_migration() {
    let id = active("admin", "live", json!({})).await;
    let admin = compute("admin");
    let live = |host: Option<&str>| json!({ "os-migrateLive": { "host": host, "block_migration": "auto" } });
    let accepted = admin
        .client()
        .post("/servers/{id}/action")
        .param("id", &id)
        .microversion("2.34")
        .json(&live(None))
        .send()
        .await
        .expect("accepted");
    assert_succeeded(end(&admin, &id, &accepted).await, "live-migration");
}

#[tokio::test]
async fn a_reboot_is_unknown_however_it_went() {
    for step in ["", "error"] {
        let id = active("member", "rebooted", json!({ "hypervisor.reboot": step })).await;
        let report = done("member", &id, json!({ "reboot": { "type": "HARD" } })).await;
        let report = report.expect("Nova does not tell of a failure");
        assert_eq!(report.verdict, Verdict::Unknown, "{report}");
        assert_eq!(report.apparent, Some(Verdict::Succeeded), "{report}");
        assert!(report.evidence.contains("like a success"), "{report}");
    }
}

#[tokio::test]
async fn a_failure_before_the_first_poll_has_its_reason() {
    let fails = json!({ "hypervisor.rescue": "error" });
    let id = active("member", "quick-failure", fails).await;
    let member = compute("member");
    let accepted = act(member.client(), &id, json!({ "rescue": null })).await;
    // Until it has ended.
    let request_id = accepted.request_id().expect("an ID").to_string();
    for _ in 0..100 {
        let record = member.action(&*id, &*request_id).send().await;
        if record.is_ok_and(|record| record.has_error()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let error = assert_failed(end(&member, &id, &accepted).await, "rescue");
    let evidence = error.report().evidence.clone();
    assert!(evidence.contains("hypervisor.rescue=error"), "{evidence}");
    let history = member.explain(&*id).send().await.expect("a history");
    assert_eq!(history.actions[0].evidence, evidence, "{history}");
}

#[tokio::test]
async fn a_build_stays_proven_after_later_actions() {
    let id = active("member", "built", json!({})).await;
    assert_succeeded(
        done("member", &id, json!({ "os-stop": null })).await,
        "stop",
    );
    let history = compute("member").explain(&*id).send().await;
    let history = history.expect("a history");
    let built = history.actions.last().expect("a creation");
    assert_eq!(built.verdict, Some(Verdict::Succeeded), "{history}");
    assert!(built.evidence.contains("launched at"), "{history}");
}

#[tokio::test]
async fn a_reset_state_has_ended_with_its_response() {
    let id = active("admin", "reset", json!({})).await;
    for state in ["error", "active"] {
        let reset = json!({ "os-resetState": { "state": state } });
        let report = succeeded(done("admin", &id, reset).await, "resetState");
        assert!(report.followed_ms < 3_000, "{report}");
    }
    let history = compute("admin").explain(&*id).send().await;
    let history = history.expect("a history");
    let verdicts: Vec<_> = history
        .actions
        .iter()
        .map(|action| action.verdict)
        .collect();
    assert_eq!(verdicts, [Some(Verdict::Succeeded); 3], "{history}");
}

#[tokio::test]
async fn a_rename_starts_no_action() {
    let id = active("member", "renamed", json!({})).await;
    let member = compute("member");
    let rename = json!({ "server": { "name": "renamed-twice" } });
    let rename = member
        .client()
        .put("/servers/{id}")
        .param("id", &id)
        .json(&rename);
    let renamed = rename.send().await.expect("a 200");
    let report = end(&member, &id, &renamed).await.expect("a success");
    assert_eq!(
        (report.verdict, report.trails.len()),
        (Verdict::Succeeded, 1)
    );
    let metadata = json!({ "metadata": { "a": "b" } });
    let path = format!("/servers/{id}/metadata");
    let set = member.client().post(&path).json(&metadata).send().await;
    let report = end(&member, &id, &set.expect("a 200"))
        .await
        .expect("a success");
    assert_eq!(
        (report.verdict, report.followed_ms),
        (Verdict::Succeeded, 0)
    );
}

#[tokio::test]
async fn steps_prove_actions_that_do_not_change_the_status() {
    let id = active("member", "steps", json!({})).await;
    let rebuild = json!({ "rebuild": { "imageRef": cloud().fact("/image") } });
    assert_succeeded(done("member", &id, rebuild).await, "rebuild");
    let image = json!({ "createImage": { "name": "copy" } });
    assert_succeeded(done("member", &id, image).await, "createImage");
    let password = json!({ "changePassword": { "adminPass": "s3cr3t-password" } });
    let report = succeeded(done("member", &id, password).await, "changePassword");
    assert!(!report.to_json().contains("s3cr3t"));
}

#[tokio::test]
async fn a_snapshot_that_fails() {
    let fails = json!({ "hypervisor.snapshot": "error" });
    let id = active("member", "fails", fails).await;
    let image = json!({ "createImage": { "name": "copy" } });
    assert_failed(done("member", &id, image).await, "createImage");
}

#[tokio::test]
async fn locks() {
    let id = active("member", "locked", json!({})).await;
    assert_succeeded(done("member", &id, json!({ "lock": null })).await, "lock");
    let refused = client("member")
        .post("/servers/{id}/action")
        .param("id", &id)
        .json(&json!({ "os-stop": null }))
        .send()
        .await
        .expect_err("locked");
    assert_eq!(refused.code(), Some("conflictingRequest"), "{refused}");
    assert_succeeded(
        done("member", &id, json!({ "unlock": null })).await,
        "unlock",
    );
}

#[tokio::test]
async fn a_deletion() {
    let id = active("member", "deleted", json!({})).await;
    let member = compute("member");
    let accepted = member
        .client()
        .delete("/servers/{id}")
        .param("id", &id)
        .send()
        .await;
    let accepted = accepted.expect("accepted");
    let report = succeeded(end(&member, &id, &accepted).await, "delete");
    let left = report.server.map(|server| server.status);
    assert!(left.is_none_or(|status| status == "DELETED"));
    let history = member
        .explain(&id)
        .send()
        .await
        .expect("a history of a deleted server");
    assert_eq!(
        history.actions[0].verdict,
        Some(Verdict::Succeeded),
        "{history}"
    );
}

#[tokio::test]
async fn a_blocking_client_follows_too() {
    let id = active("member", "blocking", json!({})).await;
    let work = tokio::task::spawn_blocking(move || {
        let client = reqtrail::Client::openstack(cloud().nova())
            .token(cloud().token("member"))
            .attempt_timeout(std::time::Duration::from_secs(60))
            .build_blocking()
            .expect("a client");
        let compute = reqtrail::openstack::Compute::new(client.clone());
        let body = json!({ "resize": { "flavorRef": cloud().flavor("impossible") } });
        let accepted = client
            .post("/servers/{id}/action")
            .param("id", &id)
            .json(&body)
            .send();
        let accepted = accepted.expect("accepted");
        let error = compute
            .follow(&*id, &accepted)
            .send()
            .expect_err("it fits nowhere");
        assert!(matches!(error, ActionError::Failed(_)), "{error}");
        let history = compute.explain(&*id).send().expect("a history");
        assert_eq!(
            history.actions[0].verdict,
            Some(Verdict::Failed),
            "{history}"
        );
        let page = compute.actions(&*id).limit(1).send().expect("a page");
        assert_eq!((page.actions.len(), page.next.is_some()), (1, true));
    });
    work.await.expect("no panic");
}
