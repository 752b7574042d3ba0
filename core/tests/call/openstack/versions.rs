//! Microversions: asked for by client and request, and answered.

use reqtrail::{Client, ErrorKind};

use super::{configured, openstack};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn the_version_that_was_answered() {
    for (header, wanted) in [
        (Some("compute 2.90"), Some("2.90")),
        (Some("volume 3.50, compute 2.70"), Some("2.70")),
        (
            Some("volume 3.50,compute 2.70 ,placement 1.9"),
            Some("2.70"),
        ),
        (Some("volume 3.50"), None),
        (Some("2.90"), None),
        (Some("computed 2.90"), None),
        (Some(""), None),
        (None, None),
    ] {
        let answer = |status| match header {
            Some(text) => reply(status).header("OpenStack-API-Version", text),
            None => reply(status),
        };
        let fixture = openstack([answer(200), answer(404)]);
        let response = fixture.client.get("/x").send().await.expect("a response");
        assert_eq!(response.microversion(), wanted, "{header:?}");
        let error = error(fixture.client.get("/x").send().await);
        let api = error.api().expect("an answer");
        assert_eq!(api.microversion(), wanted, "{header:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_asks_for_its_own_version() {
    let script = || [reply(503), reply(200)];
    let fixture = configured(script(), |b| b.microversion("2.1"));
    let request = fixture.client.get("/x").microversion("2.90");
    request.send().await.expect("a response");
    assert_eq!(
        fixture.wire.headers("openstack-api-version"),
        ["compute 2.90", "compute 2.90"]
    );
    // A default header is the caller's word, too.
    let fixture = configured(script(), |b| {
        b.microversion("2.1")
            .default_header("OpenStack-API-Version", "volume 3.50")
    });
    fixture.client.get("/x").send().await.expect("a response");
    assert_eq!(
        fixture.wire.headers("openstack-api-version"),
        ["volume 3.50", "volume 3.50"]
    );
    let sent = &fixture.wire.log()[0].headers;
    assert_eq!(sent.get_all("openstack-api-version").iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn versions_that_are_none_are_refused() {
    for bad in [
        "",
        "2",
        "2.",
        "v2.1",
        "compute 2.90",
        "2.90\r\n",
        "LATEST",
        "2.1.1",
    ] {
        let fixture = openstack([]);
        let error = error(fixture.client.get("/x").microversion(bad).send().await);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{bad}");
        assert!(error.message().contains("expected a version"), "{error}");
        assert_eq!(fixture.wire.count(), 0);
        let built = Client::openstack(BASE)
            .microversion(bad)
            .build_with(fixture.wire);
        let error = built.expect_err("a bad version");
        assert_eq!(error.kind(), ErrorKind::Config, "{bad}");
        assert!(error.to_string().contains("expected a version") && error.trail().is_none());
    }
    // An API without versions.
    let fixture = novavms([]);
    let error = error(fixture.client.get("/x").microversion("2.90").send().await);
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("`novavms` has none"), "{error}");
    let built = Client::novavms(BASE)
        .microversion("2.90")
        .build_with(fixture.wire);
    let error = built.expect_err("no versions");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("`novavms` has none"), "{error}");
}
