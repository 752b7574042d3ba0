//! Reading servers and their actions.

use super::*;

#[tokio::test(start_paused = true)]
async fn reads_ask_for_the_latest_version_unless_the_client_has_one() {
    for (given, wanted) in [(None, "compute latest"), (Some("2.60"), "compute 2.60")] {
        let wire = api(vec![scene(0, Some(server("ACTIVE", None)), None)], ACTION);
        let mut builder = Client::openstack("https://nova.example/v2.1").token("t-secret");
        if let Some(version) = given {
            builder = builder.microversion(version);
        }
        let compute = Compute::new(builder.build_with(wire.clone()).expect("a client"));
        let server = compute.server(SERVER).send().await.expect("a server");
        assert_eq!(
            (server.status.as_str(), server.trail().attempts().len()),
            ("ACTIVE", 1)
        );
        assert_eq!(wire.headers("openstack-api-version"), [wanted]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_has_its_filters_and_the_link_to_the_next_page() {
    let wire = ScriptedTransport::answering(|n, _| {
        let next =
            format!("https://nova.example/v2.1/servers/{SERVER}/os-instance-actions?marker=req-1");
        let body = json!({
            "instanceActions": [{ "action": "stop", "request_id": "req-1", "message": null }],
            "links": [{ "rel": "next", "href": next }],
        });
        answer(200, n, &body.to_string())
    });
    let compute = compute(&wire);
    let time = std::time::SystemTime::UNIX_EPOCH + secs(1_795_294_800);
    let page = compute
        .actions(SERVER)
        .limit(1)
        .marker("req-0")
        .changes_since(time)
        .changes_before(time)
        .send()
        .await
        .expect("a page");
    assert_eq!(page.actions[0].request_id, "req-1");
    assert!(page.actions[0].events.is_none());
    let query = wire.log()[0].url.query().unwrap_or_default().to_owned();
    for part in [
        "limit=1",
        "marker=req-0",
        "changes-since=2026-11-21T",
        "changes-before=2026-11-21T",
    ] {
        assert!(query.contains(part), "{query}");
    }
    let next = page.next.clone().expect("a next page");
    compute
        .client()
        .request_link("GET", next)
        .send()
        .await
        .expect("a page");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_a_decode_error() {
    let wire = ScriptedTransport::answering(|n, _| answer(200, n, r#"{"servers": []}"#));
    let error = compute(&wire)
        .server(SERVER)
        .send()
        .await
        .expect_err("no server in it");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.trail().map(|t| t.attempts().len()), Some(1));
}
