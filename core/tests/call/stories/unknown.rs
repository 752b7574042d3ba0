//! What is not found, what is ambiguous, and what services do not tell.

use reqtrail::Failure;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_name_of_nothing_says_what_each_service_said() {
    let cloud = Scripted::new().start().await;
    let error = cloud.error("nothing").await;
    assert_eq!(error.error.kind(), ErrorKind::Api);
    assert_eq!(error.error.category(), Some(Category::NotFound));
    assert_eq!(
        error.to_string(),
        "the story could not be read: api: nothing was found of `nothing`: compute has no server of this name; \
         volume has no volume of this name; image has no image of this name"
    );
    assert_no_call(&error);
}

/// The request that was answered last is not what failed: its path and its request ID would mislead the operator.
fn assert_no_call(error: &ExplainError) {
    let own = &error.error;
    assert!(own.trail().is_none(), "{own:?}");
    assert_eq!((own.status(), own.request_id()), (None, None));
    assert!(!error.trails.is_empty());
    let said = format!("{error} {own:?}");
    for part in ["GET", "/v2", "req-n", "request ID", "attempt"] {
        assert!(!said.contains(part), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_uuid_of_nothing_says_what_each_service_said() {
    let cloud = Scripted::new().start().await;
    let error = cloud.error(VOLUME).await;
    assert_eq!(error.error.category(), Some(Category::NotFound));
    let said = error.to_string();
    for part in [
        "nothing was found of `86a92e20-c6ef-44cc-9712-5a931ec997fe`",
        "compute has no server (404)",
        "volume has no volume (404)",
        "volume has no snapshot (404)",
        "image has no image (404)",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_no_call(&error);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_was_keeps_its_kind() {
    let cloud = Scripted::new().start().await;
    let error = cloud.error(&format!("server/{SERVER}")).await;
    assert_eq!(error.error.category(), Some(Category::NotFound));
    let said = error.error.message();
    let wanted = format!("nothing was found of the server `{SERVER}`: compute has no server (404)");
    assert!(said.starts_with(&wanted), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_name_of_several_lists_kind_and_id_of_each() {
    let cloud = Scripted::new()
        .has(
            "compute",
            "/servers",
            json!({"servers": [{"id": SERVER, "name": "data"}]}),
        )
        // The filter is passed over.
        .has(
            "volume",
            "/volumes",
            json!({"volumes": [{"id": VOLUME, "name": "data"}, {"id": "v2", "name": "data-2"}]}),
        )
        .start()
        .await;
    let error = cloud.error("data").await;
    assert_eq!(error.error.category(), Some(Category::Invalid));
    assert_eq!(
        error.to_string(),
        format!(
            "the story could not be read: api: several resources have the name `data`; expected one of: \
             server/{SERVER}, volume/{VOLUME}"
        )
    );
    assert_no_call(&error);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_kind_is_refused_before_anything_is_asked() {
    let cloud = Scripted::new().start().await;
    for (what, why) in [
        ("port/x", "`port` is not a kind of resource; "),
        ("port/", "`port` is not a kind of resource; "),
        ("/", "`` is not a kind of resource; "),
        ("", "what to explain is empty; "),
        ("volume/", "what to explain of the volume is empty; "),
        ("request/", "what to explain of the request is empty; "),
    ] {
        let error = cloud.error(what).await;
        assert_eq!(error.error.kind(), ErrorKind::InvalidRequest);
        let said = error.error.message();
        assert!(said.starts_with(why), "{what}: {said}");
    }
    assert_eq!(cloud.wire.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn pages_of_names_are_read_to_their_end() {
    let cloud = Scripted::new()
        .but(|_, path, sent| {
            let is_last = sent.url.query().unwrap_or_default().contains("marker=v1");
            let link = json!([{"rel": "next", "href": "https://volume.example/x"}]);
            (path == "/volumes").then(|| {
                let body = match is_last {
                    true => json!({"volumes": [{"id": VOLUME, "name": "data"}]}),
                    false => {
                        json!({"volumes": [{"id": "v1", "name": "other"}], "volumes_links": link})
                    }
                };
                reply(200).body(body.to_string())
            })
        })
        .volume(&volume("available"), &[])
        .start()
        .await;
    let story = cloud.story("volume/data").await;
    assert_eq!(first(&story).id, VOLUME);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_the_catalog_lacks_is_a_note() {
    let cloud = Scripted::new()
        .server(
            &server("ACTIVE", None, &[VOLUME]),
            &[action("create", BOOTED, None)],
        )
        .without("volumev3")
        .without("network")
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(kinds(&story), ["server", "volume"]);
    assert_eq!(story.resources[1].status, None);
    let notes = story.notes.join("\n");
    assert!(
        notes.contains(
            "the volume service was not asked: the catalog has no service of the type `volume`"
        ),
        "{notes}"
    );
    assert!(
        notes.contains("the network service was not asked: the catalog has no service"),
        "{notes}"
    );
    assert_eq!(story.notes.len(), 2, "{notes}");
    let none = Scripted::new()
        .without("compute")
        .without("volumev3")
        .without("image")
        .start()
        .await;
    let error = none.error("x").await;
    assert!(
        error.to_string().contains("compute service was not asked"),
        "{error}"
    );
    assert_eq!(none.wire.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_is_a_note_and_the_rest_is_told() {
    let cloud = Scripted::new()
        .volume(&volume("error"), &[])
        .but(|service, path, _| (service == "volume" && path == "/messages").then(|| refusal(403)))
        .start()
        .await;
    let story = cloud.story(VOLUME).await;
    assert_eq!(
        story.failure.as_deref(),
        Some("the volume is in error, and no message to users says why")
    );
    assert_eq!(story.notes.len(), 1);
    for part in [
        "the volume service answered 403, request ID req-refused",
        "the messages about volume",
        "Policy does not allow it.",
    ] {
        assert!(story.notes[0].contains(part), "{:?}", story.notes);
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_is_asked_once() {
    let ports = json!({"ports": [{"id": "p-1", "status": "ERROR", "device_id": SERVER}]});
    let cloud = Scripted::new()
        .server(
            &server("ERROR", Some("no"), &[VOLUME, "v-2", "v-3"]),
            &[action("create", BOOTED, Some("Error"))],
        )
        .has("network", "/ports", ports)
        .but(|service, _, _| (service == "volume").then(|| refusal(503)))
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(
        kinds(&story),
        ["server", "volume", "volume", "volume", "port"]
    );
    assert_eq!(story.notes.len(), 1, "{:?}", story.notes);
    assert!(
        story.notes[0].contains("the volume service answered 503, request ID req-refused"),
        "{:?}",
        story.notes
    );
    let asked = cloud
        .asked()
        .iter()
        .filter(|own| own.starts_with("volume"))
        .count();
    assert_eq!(asked, 4, "the attempts of one call");
    assert_eq!(story.request_ids, [BOOTED]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_asked_is_not_said_to_be_absent() {
    let cloud = Scripted::new()
        .but(|service, _, _| (service == "image").then(|| refusal(403)))
        .start()
        .await;
    let error = cloud.error(IMAGE).await;
    let said = error.to_string();
    assert!(said.contains("the image service answered 403"), "{said}");
    assert!(said.contains("compute has no server"), "{said}");
}

/// The last attempt is the one that failed, but the error is not about it.
#[tokio::test(start_paused = true)]
async fn a_service_that_is_down_does_not_decide_the_category() {
    let two = json!({"volumes": [{"id": VOLUME, "name": "data"}, {"id": "v2", "name": "data"}]});
    for (what, category) in [
        ("data", Category::Invalid),
        // The image service may have it.
        ("nothing", Category::Unknown),
        (IMAGE, Category::Unknown),
    ] {
        let down: [fn() -> Exchange; 3] = [|| refusal(503), || fails(Failure::Connect), never];
        for answer in down {
            let cloud = Scripted::new()
                .has("volume", "/volumes", two.clone())
                .but(move |service, _, _| (service == "image").then(answer))
                .start()
                .await;
            let error = cloud.error(what).await.error;
            assert_eq!(error.category(), Some(category), "{what}: {error}");
            assert_eq!(error.status(), None, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_others_never_appear() {
    // At 3.3 the filter is passed over without a word.
    let rows = json!({"messages": [message(ANOTHER, "v-of-another"), message(CREATED, VOLUME)]});
    let cloud = Scripted::new()
        .has("volume", format!("/volumes/{VOLUME}"), json!({"volume": volume("error")}))
        .but(move |_, path, sent| {
            (path == "/messages").then(|| match sent.header("openstack-api-version") {
                Some("volume 3.3") => reply(200).body(rows.to_string()),
                _ => reply(406).body(r#"{"computeFault": {"code": 406, "message": "Version 3.5 is not supported."}}"#),
            })
        })
        .start()
        .await;
    for what in [VOLUME, CREATED] {
        let story = cloud.explain(what).send().await.expect("a story");
        assert_eq!(first(&story).messages.len(), 1);
        assert!(!story.to_json().contains("v-of-another"), "{story}");
    }
    let error = cloud
        .explain("req-00000000-0000-4000-8000-000000000000")
        .send()
        .await;
    let said = error.expect_err("nothing").to_string();
    assert!(
        said.contains("volume has no message of it") && !said.contains(NO_BACKEND),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_volume_of_a_server_that_is_not_there_is_a_note() {
    let cloud = Scripted::new()
        .server(&server("ACTIVE", None, &[VOLUME]), &[])
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(story.notes.len(), 1, "{:?}", story.notes);
    assert!(story.notes[0].contains(VOLUME), "{:?}", story.notes);
}

#[tokio::test(start_paused = true)]
async fn one_action_that_cannot_be_read_leaves_the_others() {
    let failing = format!("/servers/{SERVER}/os-instance-actions/{ANOTHER}");
    let cloud = Scripted::new()
        .server(
            &server("ACTIVE", None, &[]),
            &[
                action("reboot", ANOTHER, None),
                action("create", BOOTED, None),
            ],
        )
        .but(move |_, path, _| (path == failing).then(|| refusal(403)))
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(first(&story).actions.len(), 2);
    assert!(
        story.notes[0].contains("the actions of server"),
        "{:?}",
        story.notes
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_nothing_bears_is_not_found() {
    let cloud = Scripted::new().start().await;
    let error = cloud.error(CREATED).await;
    assert_eq!(error.error.kind(), ErrorKind::Api);
    assert_eq!(error.error.category(), Some(Category::NotFound));
    let said = error.to_string();
    for part in [
        "nothing was found of the request `req-05c51f8b",
        "volume has no message of it",
        "image has no task of it",
        "compute finds no action by its request ID alone",
    ] {
        assert!(said.contains(part), "{said}: no {part}");
    }
    // What could not be asked may have it.
    let cloud = Scripted::new()
        .but(|service, _, _| (service == "volume").then(|| refusal(403)))
        .start()
        .await;
    let error = cloud.error(CREATED).await;
    assert_eq!(error.error.category(), Some(Category::Unknown));
}

/// A cloud whose list of this name has another row and another page each time.
async fn endless(list: &'static str, first: Value) -> Started {
    let links = format!("{}_links", &list[1..]);
    let cloud = Scripted::new().but(move |_, path, sent| {
        let query = sent.url.query().unwrap_or_default();
        let (row, n) = match query.split_once("marker=") {
            None => (first.clone(), 0),
            Some((_, marker)) => (json!({"id": format!("{marker}x"), "name": "x"}), 1),
        };
        let next = json!([{"rel": "next", "href": "https://another.example/x"}]);
        let body = json!({ &list[1..]: [row], &links: next });
        (path == list).then(|| answer(n, 200, &body))
    });
    cloud.volume(&volume("available"), &[]).start().await
}

#[tokio::test(start_paused = true)]
async fn a_list_of_names_that_never_ends_is_a_note_and_not_a_unique_name() {
    for name in ["data", "other"] {
        let cloud = endless("/volumes", json!({"id": VOLUME, "name": name})).await;
        let error = cloud.error("volume/data").await;
        let text = error.to_string();
        for part in [
            "the volume service did not tell the volumes with the name `data`",
            "the list of names did not end within 100 pages",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(error.error.category(), Some(Category::Unknown));
        assert_eq!(cloud.wire.count(), 100);
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_never_end_are_told_as_far_as_they_were_read() {
    let own = message(CREATED, VOLUME);
    let cloud = endless("/messages", own).await;
    let story = cloud.story(VOLUME).await;
    assert_eq!(first(&story).messages.len(), 1);
    let why = format!(
        "the messages about volume {VOLUME} are not complete: their list did not end within 100 pages"
    );
    assert!(story.notes.contains(&why), "{:?}", story.notes);
}
