//! Faults by shape, role and status.

use reqtrail::openstack::Fault;
use reqtrail::{Category, Client, Error, ErrorKind};
use serde_json::json;

use crate::support::{active, client, cloud};

/// Returns the error of a call after a check of its request ID.
fn refused(outcome: Result<reqtrail::Response, Error>, status: u16) -> Error {
    let error = outcome.expect_err("an error");
    assert_eq!(
        (error.kind(), error.status().map(|s| s.as_u16())),
        (ErrorKind::Api, Some(status)),
        "{error}"
    );
    let id = error.request_id().expect("an ID").to_string();
    assert!(
        id.starts_with("req-") && error.to_string().contains(&id),
        "{error}"
    );
    error
}

fn fault(error: &Error) -> Option<Fault> {
    error.api().and_then(reqtrail::ApiError::openstack_fault)
}

#[tokio::test]
async fn the_root_of_a_fault_is_its_code() {
    let member = client("member");
    let unknown = "344174b8-34fd-4017-ae29-b9084dcf3861";
    let error = member
        .get("/servers/{id}")
        .param("id", unknown)
        .send()
        .await;
    let error = refused(error, 404);
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::ItemNotFound), Some(Category::NotFound))
    );
    let error = refused(
        member
            .post("/servers")
            .json(&json!({ "server": {} }))
            .send()
            .await,
        400,
    );
    assert_eq!(fault(&error), Some(Fault::BadRequest));
    let error = refused(member.get("/os-hypervisors").send().await, 403);
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::Forbidden), Some(Category::Permission))
    );
    let error = refused(
        member.get("/servers").microversion("2.999").send().await,
        406,
    );
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::ComputeFault), Some(Category::Invalid))
    );
    let error = member
        .post("/servers")
        .header("Content-Type", "application/xml")
        .body("<x/>")
        .send()
        .await;
    assert_eq!(fault(&refused(error, 415)), Some(Fault::BadMediaType));
}

#[tokio::test]
async fn a_conflict_names_the_state() {
    let id = active("member", "conflict", json!({})).await;
    let unpause = json!({ "unpause": null });
    let error = client("member")
        .post("/servers/{id}/action")
        .param("id", &id)
        .json(&unpause)
        .send()
        .await;
    let error = refused(error, 409);
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::ConflictingRequest), Some(Category::Conflict))
    );
    assert!(error.message().contains("vm_state active"), "{error}");
}

#[tokio::test]
async fn a_quota_and_a_policy_are_different_faults() {
    let server = json!({ "server": {
        "name": "q", "imageRef": cloud().fact("/image"), "flavorRef": cloud().flavor("small"), "networks": "none",
    }});
    let boot = |user: &str| {
        client(user)
            .post("/servers")
            .microversion("2.37")
            .json(&server)
            .send()
    };
    let error = refused(boot("noquota").await, 403);
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::Forbidden), Some(Category::Quota)),
        "{error}"
    );
    let error = refused(boot("reader").await, 403);
    assert_eq!(
        (fault(&error), error.category()),
        (Some(Fault::Forbidden), Some(Category::Permission)),
        "{error}"
    );
}

#[tokio::test]
async fn roles_see_what_they_are_allowed_to() {
    let id = active("member", "roles", json!({})).await;
    let show = |user: &str| client(user).get("/servers/{id}").param("id", &id).send();
    for user in ["reader", "member", "admin"] {
        assert!(show(user).await.is_ok(), "{user}");
    }
    // Servers of another project are not found.
    assert_eq!(
        fault(&refused(show("other").await, 404)),
        Some(Fault::ItemNotFound)
    );
    let stop = json!({ "os-stop": null });
    let error = client("reader")
        .post("/servers/{id}/action")
        .param("id", &id)
        .json(&stop)
        .send()
        .await;
    assert_eq!(refused(error, 403).category(), Some(Category::Permission));
}

#[tokio::test]
async fn the_middleware_has_titles_and_no_codes() {
    let error = refused(client("expired").get("/servers").send().await, 401);
    assert_eq!(
        (error.code(), error.category()),
        (None, Some(Category::Authentication))
    );
    assert_eq!(
        error.api().and_then(|api| api.title()),
        Some("Unauthorized")
    );
    let error = refused(client("member").get("/no-such-thing").send().await, 404);
    assert_eq!(
        (error.code(), error.category()),
        (None, Some(Category::NotFound))
    );
    assert_eq!(error.api().and_then(|api| api.title()), Some("Not Found"));
}

#[tokio::test]
async fn a_body_too_large_is_refused_before_the_token_is_checked() {
    for token in ["member", "expired"] {
        let body = vec![b' '; 200_000];
        let error = refused(client(token).post("/servers").body(body).send().await, 413);
        assert_eq!(
            (error.code(), error.category()),
            (None, Some(Category::Invalid)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn keystone_down_is_unavailable_and_a_read_is_repeated() {
    let client = Client::openstack(cloud().nova())
        .token(cloud().token("keystone_down"))
        .max_attempts(2)
        .base_delay(std::time::Duration::from_millis(1))
        .build()
        .expect("a client");
    let error = refused(client.get("/servers").send().await, 503);
    assert_eq!(error.category(), Some(Category::Unavailable));
    assert_eq!(error.request_ids().len(), 2, "each attempt has its own ID");
    let error = refused(client.post("/servers").json(&json!({})).send().await, 503);
    assert_eq!(error.request_ids().len(), 1, "a creation is not repeated");
}

#[tokio::test]
async fn both_spellings_of_the_id_agree() {
    let response = client("member")
        .get("/servers")
        .send()
        .await
        .expect("servers");
    let headers = response.headers();
    assert_eq!(
        headers.get("x-openstack-request-id"),
        headers.get("x-compute-request-id")
    );
    assert!(response.trail().attempts()[0].request_id_notes().is_empty());
}
