//! What requests begin, and what cannot be followed.

use super::*;

const SERVER: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";

/// Any service: everything is accepted, and found by its own path.
fn any() -> ScriptedTransport {
    ScriptedTransport::answering(|n, sent| match (&sent.method, sent.url.path()) {
        (&Method::GET, path)
            if path.contains("/servers/") && path.contains("os-instance-actions") =>
        {
            let action = json!({
                "action": "stop", "request_id": REQUEST, "start_time": "2026-11-21T21:00:00.000000", "message": null,
                "events": [],
            });
            let key = if path.ends_with("actions") {
                json!({ "instanceActions": [action] })
            } else {
                json!({ "instanceAction": action })
            };
            answer(200, n, &key.to_string())
        }
        (&Method::GET, path) if path.contains("/servers/") => {
            let server =
                json!({ "id": SERVER, "status": "SHUTOFF", "OS-EXT-STS:task_state": null });
            answer(200, n, &json!({ "server": server }).to_string())
        }
        (&Method::GET, _) => answer(
            200,
            n,
            r#"{"volume": {"id": "v", "status": "available", "size": 1}, "messages": []}"#,
        ),
        _ => accepted(r#"{"volume": {"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe"}}"#),
    })
}

async fn send(wire: &ScriptedTransport, method: &str, path: &str) -> Response {
    let request = client(wire).request(method, path).body(b"{}".to_vec());
    request.send().await.expect("a success")
}

#[tokio::test(start_paused = true)]
async fn requests_that_begin_nothing_are_done_when_they_are_answered() {
    for (method, path) in [
        ("GET", "/volumes/v"),
        ("GET", "/anything"),
        ("PUT", "/volumes/v"),
        ("PUT", "/volumes/v/metadata"),
        ("POST", "/volumes/v/metadata"),
        ("DELETE", "/volumes/v/metadata/key"),
        ("PUT", "/v2/images/i/file"),
        ("PUT", "/v2/images/i/stage"),
        ("PATCH", "/v2/images/i"),
        ("DELETE", "/v2/images/i"),
    ] {
        let wire = any();
        let response = send(&wire, method, path).await;
        let report = follow(&wire, &response).send().await.expect("a success");
        assert_eq!(report.verdict, Verdict::Succeeded, "{method} {path}");
        assert!(
            report.evidence.contains("it was done when it was answered"),
            "{}",
            report.evidence
        );
        assert_eq!(
            (wire.count(), report.trails.len()),
            (1, 1),
            "nothing is asked"
        );
        assert_schema(&report.to_json());
    }
}

#[tokio::test(start_paused = true)]
async fn accepted_work_that_no_table_knows_is_refused() {
    for path in ["/volumes/v/transfer", "/v2/images/i/rebuild"] {
        let wire = any();
        let response = send(&wire, "POST", path).await;
        let failed = follow(&wire, &response).send().await;
        let text = failed.expect_err("unknown work").to_string();
        let wanted = format!("nothing is known of what `POST {path}` begins");
        assert!(text.contains(&wanted), "{text}");
        assert_eq!(wire.count(), 1, "nothing is asked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_servers_action_is_followed_as_compute_does_it() {
    let wire = any();
    let request = client(&wire)
        .post("/servers/{id}/action")
        .param("id", SERVER);
    let response = request
        .json(&json!({ "os-stop": null }))
        .send()
        .await
        .expect("a 202");
    let report = follow(&wire, &response).send().await.expect("a success");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Succeeded, Some("stop"))
    );
    assert_eq!(
        (report.server_id.as_str(), report.resource_id.as_str()),
        (SERVER, SERVER)
    );
    assert_eq!(report.resource_type, "server");
    let report = follow(&wire, ("server.stop", SERVER, REQUEST))
        .send()
        .await
        .expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn the_paths_of_a_request_are_those_of_its_own_reads() {
    // The base URL has no project, and the program's paths have it.
    for (base, path, wanted) in [
        (
            "https://cloud.example/v3",
            "/{project}/volumes",
            "/v3/0a/volumes/",
        ),
        (
            "https://cloud.example/volumes/v3",
            "/{project}/volumes",
            "/volumes/v3/0a/volumes/",
        ),
        (
            "https://cloud.example",
            "/v3/{project}/volumes",
            "/v3/0a/volumes/",
        ),
    ] {
        let wire = any();
        let client = Client::openstack(base)
            .token("t")
            .build_with(wire.clone())
            .expect("a client");
        let request = client.post(path).param("project", "0a").json(&json!({}));
        let response = request.send().await.expect("a 202");
        let report = Resources::new(client)
            .follow(&response)
            .send()
            .await
            .expect("a success");
        assert_eq!(report.verdict, Verdict::Succeeded, "{}", report.evidence);
        let read = wire.log()[1].url.path().to_owned();
        assert_eq!(read, format!("{wanted}{VOLUME}"));
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_use_says_what_would_be_right() {
    let wire = any();
    let network = send(&wire, "POST", "/v2.0/networks").await;
    let nameless = {
        let wire = ScriptedTransport::answering(|_, _| accepted(""));
        send(&wire, "POST", "/volumes").await
    };
    for (what, parts) in [
        (
            ResourceRef::from(&network),
            &[
                "POST /v2.0/networks",
                "`volume.create`",
                "`image.import`",
                "`server.resize`",
            ][..],
        ),
        (
            ResourceRef::from(&nameless),
            &["does not name the volume", "`volume.create`"],
        ),
        (
            ("volume.extend", "", REQUEST).into(),
            &["the resource's ID is empty", "UUID of the volume"],
        ),
        (
            ("volume.extend", VOLUME, "").into(),
            &["the request ID is empty"],
        ),
        (
            ("extend", VOLUME, REQUEST).into(),
            &["kind is `extend`; expected `volume.create`"],
        ),
        (
            ("network.create", VOLUME, REQUEST).into(),
            &["kind is `network.create`; expected"],
        ),
        (("", "", REQUEST).into(), &["kind is ``; expected"]),
    ] {
        let shown = format!("{what:?}");
        let error = follow(&wire, what).send().await.expect_err(&shown);
        let ActionError::Unfollowed { error, report } = error else {
            panic!("{shown} failed")
        };
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{error}: no {part}");
        }
        assert_eq!(report.verdict, Verdict::Unknown);
        assert_schema(&report.to_json());
    }
    let error = follow(&wire, ("volume.create", VOLUME, REQUEST))
        .size(2)
        .send()
        .await;
    let error = error.expect_err("a size").to_string();
    assert!(
        error.contains("size: only `volume.extend` has one, not `volume.create`"),
        "{error}"
    );
    assert_eq!(wire.count(), 1, "nothing of it was asked");
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_began_nothing() {
    let wire = ScriptedTransport::answering(|n, _| {
        answer(
            413,
            n,
            r#"{"overLimit": {"code": 413, "message": "VolumeLimitExceeded"}}"#,
        )
    });
    let request = client(&wire).post("/volumes").json(&json!({}));
    let refused = request.send().await.expect_err("a refusal");
    let trail = refused.trail().expect("a trail");
    let error = follow(&wire, trail)
        .send()
        .await
        .expect_err("nothing to follow");
    assert!(
        error
            .to_string()
            .contains("the request was refused with 413"),
        "{error}"
    );
}
