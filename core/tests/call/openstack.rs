//! The OpenStack dialect, as far as scenarios cannot show it.

mod correlation;
mod versions;

use reqtrail::openstack::Fault;
use reqtrail::{Category, ClientBuilder, Failure};
use serde_json::json;

use crate::support::*;

const ID: &str = "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2";
const LOCAL: &str = "req-58552ee2-cd12-457c-bb57-60275f53b0ac";
const GLOBAL: &str = "x-openstack-request-id";

fn openstack(script: impl IntoIterator<Item = Exchange>) -> Fixture {
    configured(script, |b| b)
}

fn configured(
    script: impl IntoIterator<Item = Exchange>,
    options: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Fixture {
    with(script, |b| {
        options(b.dialect(reqtrail::Dialect::openstack()))
    })
}

/// A fault as Nova writes it.
fn fault(status: u16, root: &str, message: &str) -> Exchange {
    let body = json!({root: {"code": status, "message": message}});
    reply(status).header(GLOBAL, LOCAL).body(body.to_string())
}

#[tokio::test(start_paused = true)]
async fn faults_are_typed() {
    for (status, root, wanted, category) in [
        (400, "badRequest", Fault::BadRequest, Category::Invalid),
        (403, "forbidden", Fault::Forbidden, Category::Permission),
        (404, "itemNotFound", Fault::ItemNotFound, Category::NotFound),
        (
            409,
            "conflictingRequest",
            Fault::ConflictingRequest,
            Category::Conflict,
        ),
        (410, "computeFault", Fault::ComputeFault, Category::NotFound),
        (
            501,
            "notImplemented",
            Fault::NotImplemented,
            Category::Server,
        ),
        (
            418,
            "brandNew",
            Fault::Unknown("brandNew".to_owned()),
            Category::Invalid,
        ),
        (
            400,
            "BadRequest",
            Fault::Unknown("BadRequest".to_owned()),
            Category::Invalid,
        ),
    ] {
        let fixture = openstack([fault(status, root, "why")]);
        let error = error(fixture.client.get("/x").send().await);
        let api = error.api().expect("an answer");
        let hinted = !matches!(wanted, Fault::Unknown(_));
        assert_eq!(api.openstack_fault(), Some(wanted), "{root}");
        assert_eq!((api.code(), api.raw_code()), (Some(root), Some(root)));
        assert_eq!(
            (api.category(), api.message()),
            (category, Some("why")),
            "{root}"
        );
        assert_eq!(api.hint().is_some(), hinted, "{root}: {:?}", api.hint());
        let page = api.documentation_url().unwrap_or_default();
        let has_page = page.starts_with("https://docs.openstack.org/api-guide/compute/");
        assert_eq!(has_page, hinted, "{root}: {page}");
        assert!(api.novavms_code().is_none() && api.title().is_none());
    }
    // Another API's code is not a fault, whatever its name.
    let fixture = novavms([reply(404).body(r#"{"error":"itemNotFound"}"#)]);
    let error = error(fixture.client.get("/x").send().await);
    let api = error.api().expect("an answer");
    assert_eq!(
        (api.code(), api.openstack_fault()),
        (Some("itemNotFound"), None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_heading_is_no_code() {
    for (status, body) in [
        (
            401,
            r#"{"error": {"code": 401, "title": "Heading", "message": "why"}}"#,
        ),
        (
            404,
            r#"{"message": "why", "code": "404 Not Found", "title": "Heading"}"#,
        ),
        (
            409,
            r#"{"errors": [{"title": "Heading", "detail": "why"}, {"code": "second"}]}"#,
        ),
    ] {
        let fixture = openstack([reply(status).body(body)]);
        let error = error(fixture.client.get("/x").send().await);
        let api = error.api().expect("an answer");
        assert_eq!(
            (api.title(), api.message()),
            (Some("Heading"), Some("why")),
            "{body}"
        );
        assert_eq!((api.code(), api.openstack_fault()), (None, None), "{body}");
        assert!(!error.to_string().contains("Heading"), "{error}");
    }
}

/// Nova gives administrators a stack trace; a service may put anything there.
#[tokio::test(start_paused = true)]
async fn details_have_to_be_asked_for() {
    let body =
        json!({"computeFault": {"code": 500, "message": "why", "details": "File \"nova.py\""}});
    let fixture = openstack([reply(500).header(GLOBAL, LOCAL).body(body.to_string())]);
    let failed = error(fixture.client.post("/x").send().await);
    let api = failed.api().expect("an answer");
    assert_eq!(api.details(), Some("File \"nova.py\""));
    let trail = failed.trail().expect("a trail");
    let shown = format!(
        "{failed} {failed:?} {api:?} {trail:?} {} {}",
        trail.report(),
        trail.to_json()
    );
    assert!(
        shown.contains("why") && !shown.contains("nova.py"),
        "{shown}"
    );
    // The token is taken out of them as of all text.
    let body = json!({"badRequest": {"message": "m", "details": TOKEN, "code": 400}});
    let heading = json!({"error": {"message": "m", "title": TOKEN}});
    let fixture = openstack([
        reply(400).body(body.to_string()),
        reply(401).body(heading.to_string()),
    ]);
    let mut texts = Vec::new();
    for _ in 0..2 {
        let error = error(fixture.client.get("/x").send().await);
        let api = error.api().expect("an answer");
        texts.extend(api.details().or(api.title()).map(str::to_owned));
    }
    assert_eq!(texts, ["[redacted]", "[redacted]"]);
}

#[tokio::test(start_paused = true)]
async fn a_quota_is_told_from_a_policy_by_its_words() {
    for (message, category) in [
        (
            "Quota exceeded for instances: Requested 1, but already used 0 of 0 instances",
            Category::Quota,
        ),
        (
            "Maximum number of metadata items exceeds 128",
            Category::Quota,
        ),
        (
            "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.",
            Category::Permission,
        ),
    ] {
        let fixture = openstack([fault(403, "forbidden", message)]);
        let error = error(fixture.client.post("/x").send().await);
        assert_eq!(error.category(), Some(category), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_default_accept_outranks_the_dialects() {
    let fixture = openstack([reply(200)]);
    fixture.client.get("/x").send().await.expect("a response");
    assert_eq!(fixture.wire.headers("accept"), ["application/json"]);
    let fixture = configured([reply(200)], |b| b.default_header("Accept", "*/*"));
    fixture.client.get("/x").send().await.expect("a response");
    let sent = &fixture.wire.log()[0].headers;
    assert_eq!(sent.get_all("accept").iter().collect::<Vec<_>>(), ["*/*"]);
}

/// The line that operators look for: method, service, URL and the ID of the request.
#[tokio::test(start_paused = true)]
async fn the_log_has_the_line_of_each_attempt() {
    let log = Log::default();
    let guard = log.begin();
    let body = json!({"unauthorized": {"message": TOKEN, "details": "s3cr3t-details"}});
    let fixture = openstack([
        reply(401).header(GLOBAL, LOCAL).body(body.to_string()),
        fails(Failure::Broken).sent(),
    ]);
    let request = |path| {
        let request = fixture.client.get(path).secret_param("id", "s3cr3t-id");
        let request = request.query("limit", 5).query("sig", "s3cr3t-query");
        request.max_attempts(1).header("X-Private", "s3cr3t-header")
    };
    request("/servers/{id}")
        .correlation_id(ID)
        .send()
        .await
        .expect_err("a 401");
    let outcome = request("/servers/{id}").send().await;
    drop(guard);

    let lines = log.lines();
    let told: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("call to compute"))
        .collect();
    let url = "https://api.example/api/v1/servers/{id}?limit=5&sig=[redacted]";
    let own = format!("req-{}", trail(&outcome).call_id());
    assert_eq!(told.len(), 2, "{lines:#?}");
    for (line, used, global) in [(told[0], LOCAL, ID), (told[1], "-", &own)] {
        for part in [
            format!("GET call to compute for {url} used request id {used} "),
            format!("global_request_id=\"{global}\""),
            "attempt=1".to_owned(),
        ] {
            assert!(line.contains(&part), "{part} in {line}");
        }
    }
    let text = lines.join("\n");
    for secret in [TOKEN, "s3cr3t"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // Other APIs keep the plain event.
    let log = Log::default();
    let guard = log.begin();
    novavms([reply(200)])
        .client
        .get("/x")
        .send()
        .await
        .expect("a response");
    drop(guard);
    let text = log.lines().join("\n");
    assert!(
        text.contains("attempt finished") && !text.contains("used request id"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_token_is_marked_and_can_be_set() {
    let fixture = openstack([reply(200), reply(200)]);
    fixture.client.get("/x").send().await.expect("a response");
    fixture.client.set_token(FRESH).expect("a token");
    fixture.client.get("/x").send().await.expect("a response");
    assert_eq!(fixture.wire.headers("x-auth-token"), [TOKEN, FRESH]);
    assert_eq!(fixture.wire.headers("authorization"), ["", ""]);
    let log = fixture.wire.log();
    assert!(
        log.iter()
            .all(|sent| sent.headers["x-auth-token"].is_sensitive())
    );
}
