//! The global request ID: the call's own, a caller's, a client's, and where it is reported.

use reqtrail::{Client, ErrorKind};

use super::{GLOBAL, ID, LOCAL, configured, fault, openstack};
use crate::support::*;

const OTHER_ID: &str = "req-d7bc29d0-7b99-4aeb-a356-89975043ab5e";

#[tokio::test(start_paused = true)]
async fn the_calls_own_correlation_id() {
    let fixture = openstack([reply(503), reply(200)]);
    let outcome = fixture.client.get("/x").send().await;
    let id = format!("req-{}", trail(&outcome).call_id());
    assert_eq!(trail(&outcome).correlation_id(), Some(&*id));
    assert_eq!(fixture.wire.headers(GLOBAL), [&*id, &*id]);
    // Where nothing is sent, no attempt carried one.
    let outcome = fixture.client.get("//x").send().await;
    assert_eq!(trail(&outcome).correlation_id(), None);
    let outcome = novavms([reply(200)]).client.get("/x").send().await;
    assert_eq!(trail(&outcome).correlation_id(), None);
}

#[tokio::test(start_paused = true)]
async fn a_callers_correlation_id() {
    let hop = || reply(307).header("location", "/y");
    let fixture = openstack([reply(503), hop(), reply(200)]);
    // What is said of the request itself outranks a header that was put together elsewhere.
    let request = fixture.client.get("/x").header(GLOBAL, OTHER_ID);
    let outcome = request.correlation_id(ID).send().await;
    assert_eq!(trail(&outcome).correlation_id(), Some(ID));
    assert_eq!(fixture.wire.headers(GLOBAL), [ID; 3]);

    for bad in [
        "",
        "order-4711",
        "3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
        "REQ-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
        "req-3DCCB8C4-08fe-4706-a91d-e843b8fe9ed2",
        "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2 ",
        "req-3dccb8c4-08fe-4706-a91d-e843b8fe9ed2\r\nx-evil: 1",
        "req-\u{e9}dccb8c4-08fe-4706-a91d-e843b8fe9ed2",
    ] {
        let fixture = openstack([]);
        let error = error(fixture.client.get("/x").correlation_id(bad).send().await);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{bad}");
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
        assert_eq!((fixture.wire.count(), error.request_ids().len()), (0, 0));
    }

    // Another API takes what it likes, or has no such header.
    let acme = r#"{"name": "acme", "correlation_header": "X-Acme-Correlation"}"#;
    let fixture = with([reply(200)], |b| b.dialect(dialect(acme)));
    let outcome = fixture
        .client
        .get("/x")
        .correlation_id("order-4711")
        .send()
        .await;
    assert_eq!(trail(&outcome).correlation_id(), Some("order-4711"));
    assert_eq!(fixture.wire.headers("x-acme-correlation"), ["order-4711"]);
    let fixture = novavms([]);
    let error = error(fixture.client.get("/x").correlation_id(ID).send().await);
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("no correlation header"), "{error}");
    assert_eq!(fixture.wire.count(), 0);
}

/// A service that handles a request passes its ID on with all its calls.
#[tokio::test(start_paused = true)]
async fn a_clients_correlation_id() {
    let fixture = configured([reply(503), reply(200), reply(200)], |b| {
        b.default_header("X-Openstack-Request-Id", ID)
    });
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(trail(&outcome).correlation_id(), Some(ID));
    let request = fixture.client.get("/x").correlation_id(OTHER_ID);
    assert_eq!(
        trail(&request.send().await).correlation_id(),
        Some(OTHER_ID)
    );
    assert_eq!(fixture.wire.headers(GLOBAL), [ID, ID, OTHER_ID]);
    let log = fixture.wire.log();
    assert!(
        log.iter()
            .all(|sent| sent.headers.get_all(GLOBAL).iter().count() == 1)
    );

    let builder = || Client::openstack(BASE).default_header(GLOBAL, ID);
    for builder in [
        builder().default_header(GLOBAL, OTHER_ID),
        Client::openstack(BASE).default_header(GLOBAL, "order-4711"),
        Client::openstack(BASE).default_header(GLOBAL, ID.to_uppercase()),
    ] {
        let built = builder.build_with(ScriptedTransport::playing([]));
        let error = built.expect_err("a bad ID");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("default_header"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_names_the_correlation_id() {
    let fixture = openstack([fault(404, "itemNotFound", "why"), reply(200)]);
    let request = || fixture.client.get("/x").correlation_id(ID);
    let report = trail(&request().send().await).report();
    let note = format!("- Every attempt carried the correlation ID {ID}; look for it in");
    assert!(report.contains(&note) && report.contains(LOCAL), "{report}");
    assert!(
        report.lines().all(|line| line.chars().count() <= 100),
        "{report}"
    );
    // A success needs no looking for.
    let report = trail(&request().send().await).report();
    assert!(!report.contains(ID), "{report}");
}
