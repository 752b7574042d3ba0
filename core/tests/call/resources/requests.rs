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
            r#"{"volume": {"id": "86a92e20-c6ef-44cc-9712-5a931ec997fe", "status": "available", "size": 1}, "messages": []}"#,
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

#[tokio::test(start_paused = true)]
async fn another_region_or_project_proves_nothing() {
    let one = "https://one.example/v3/p1";
    for (path, accepted_at, asked_at, parts) in [
        (
            "/volumes/{id}",
            one,
            "https://two.example/v3/p1",
            ["https://one.example/v3/p1", "https://two.example/v3/p1"],
        ),
        (
            "/volumes/{id}",
            one,
            "https://one.example/v3/p2",
            ["https://one.example/v3/p1", "https://one.example/v3/p2"],
        ),
        (
            "/snapshots/{id}",
            one,
            "http://one.example/v3/p1",
            ["https://one.example/v3/p1", "http://one.example/v3/p1"],
        ),
        (
            "/servers/{id}",
            "https://one.example/v2.1",
            "https://two.example/v2.1",
            ["https://one.example/v2.1", "https://two.example/v2.1"],
        ),
        (
            "/servers/{id}",
            "https://one.example/v2.1/p1",
            "https://one.example/v2/p2",
            ["https://one.example/v2.1/p1", "https://one.example/v2/p2"],
        ),
    ] {
        let wire = ScriptedTransport::answering(|n, sent| match sent.method {
            Method::GET => answer(404, n, GONE),
            _ => accepted(""),
        });
        let at = |base: &str| {
            let client = Client::openstack(base).token("t").max_attempts(1);
            client.build_with(wire.clone()).expect("a client")
        };
        let request = at(accepted_at).delete(path).param("id", VOLUME);
        let response = request.send().await.expect("a 202");
        let there = Resources::new(at(accepted_at))
            .follow(&response)
            .send()
            .await;
        assert_eq!(
            there.expect("a success").verdict,
            Verdict::Succeeded,
            "{path}"
        );
        let sent = wire.count();
        let error = Resources::new(at(asked_at)).follow(&response).send().await;
        let error = error.expect_err("another cloud");
        assert_eq!(error.report().verdict, Verdict::Unknown);
        assert_eq!(wire.count(), sent, "nothing is asked there");
        let said = error.to_string();
        for part in parts.into_iter().chain(["same region and project"]) {
            assert!(said.contains(part), "{said}: no {part}");
        }
        assert_schema(&error.report().to_json());
    }
}

#[tokio::test(start_paused = true)]
async fn the_snapshots_of_other_services_are_not_cinders() {
    for (service, path) in [
        ("shared-file-system", "/snapshots"),
        ("sharev2", "/snapshots"),
        ("orchestration", "/stacks/s/1/snapshots"),
        // Without the name of its service the path shows it.
        ("compute", "/stacks/s/1/snapshots"),
        ("application-container", "/images"),
    ] {
        let wire = any();
        let client = Client::openstack("https://cloud.example/v2/p1")
            .token("t")
            .service(service)
            .build_with(wire.clone())
            .expect("a client");
        let response = client
            .post(path)
            .json(&json!({}))
            .send()
            .await
            .expect("a 202");
        let error = follow(&wire, &response).send().await.expect_err(service);
        let said = error.to_string();
        assert!(
            said.contains(&format!("nothing is known of what `POST {path}`")),
            "{said}"
        );
        assert!(said.contains(service) || service == "compute", "{said}");
        assert_eq!(wire.count(), 1, "nothing is asked");
    }
    // Nor can they be followed through a client of such a service.
    let wire = any();
    for (service, kind, is_its) in [
        ("shared-file-system", "snapshot.create", false),
        ("image", "volume.create", false),
        ("volume", "image.create", false),
        ("volumev3", "volume.create", true),
        ("block-storage", "volume.create", true),
        ("cinder", "volume.create", true),
    ] {
        let client = Client::openstack("https://cloud.example/v3")
            .token("t")
            .service(service);
        let client = client.build_with(wire.clone()).expect("a client");
        let what = (kind, VOLUME, REQUEST);
        match Resources::new(client).follow(what).send().await {
            Ok(report) => assert!(is_its, "{service}: {report}"),
            Err(error) => {
                let wanted = format!("the client is one of the service `{service}`");
                assert!(!is_its && error.to_string().contains(&wanted), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_response_of_another_request_proves_nothing_of_a_volume() {
    let wire = Cinder::new(&[(0, None)]).start();
    // A list was read, and another volume was created.
    let list = ScriptedTransport::answering(|n, _| answer(200, n, r#"{"volumes": []}"#));
    let list = client(&list).get("/volumes").send().await.expect("a list");
    let created = post(&wire, "/volumes", json!({ "volume": { "size": 1 } })).await;
    for (id, response) in [(VOLUME, &list), (SNAPSHOT, &created)] {
        let what = ResourceRef::new("volume.delete", id, response);
        let report = follow(&wire, what).send().await.expect("no failure");
        let ends = (report.verdict, report.apparent);
        assert_eq!(ends, (Verdict::Unknown, Some(Verdict::Succeeded)), "{id}");
    }
    // Its own creation or deletion proves that it was there.
    let deleted = client(&wire).delete("/volumes/{id}").param("id", VOLUME);
    let deleted = deleted.send().await.expect("a 202");
    for response in [&created, &deleted] {
        let what = ResourceRef::new("volume.delete", VOLUME, response);
        let report = follow(&wire, what).send().await.expect("a success");
        assert_eq!(report.verdict, Verdict::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_attempt_that_may_have_succeeded_says_so() {
    let wire = ScriptedTransport::answering(|n, _| match n {
        0 => never().sent(),
        _ => answer(404, n, GONE),
    });
    let client = Client::openstack("https://cloud.example/v3")
        .token("gAAAAA-secret")
        .build_with(wire.clone())
        .expect("a client");
    let deleted = client.delete("/volumes/{id}").param("id", VOLUME);
    let error = deleted.send().await.expect_err("a 404");
    assert!(error.to_string().contains("404"), "{error}");
    let trail = error.trail().expect("a trail");
    let failed = Resources::new(client.clone()).follow(trail).send().await;
    let text = failed.expect_err("nothing to follow").to_string();
    for part in [
        "the last attempt was refused with 404",
        "an earlier attempt may have begun",
        "expected the kind of work, the resource's UUID",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("began nothing"), "{text}");
}
