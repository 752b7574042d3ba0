//! What a story says about a failure.

use super::*;

const FAULT: &str = "Build of instance c76a7603-95be-4368-87e9-7b9b89fb1d7e aborted: Volume \
    86a92e20-c6ef-44cc-9712-5a931ec997fe did not finish being created even after we waited 3 seconds or 2 attempts. And its \
    status is error.";

#[tokio::test(start_paused = true)]
async fn a_volume_that_failed_to_be_created() {
    for what in ["data", "volume/data", VOLUME, &format!("volume/{VOLUME}")] {
        let cloud = Scripted::new()
            .has(
                "volume",
                "/volumes",
                json!({"volumes": [{"id": VOLUME, "name": "data"}]}),
            )
            .volume(&volume("error"), &[message(CREATED, VOLUME)])
            .start()
            .await;
        let story = cloud.story(what).await;
        assert_eq!(kinds(&story), ["volume"]);
        assert_eq!(story.request_ids, [CREATED]);
        let failure = format!("the volume is in error: {NO_BACKEND} (VOLUME_VOLUME_001_003)");
        assert_eq!(story.failure.as_deref(), Some(failure.as_str()));
        let own = first(&story);
        assert_eq!(
            (own.id.as_str(), own.status.as_deref()),
            (VOLUME, Some("error"))
        );
        assert_eq!(own.messages.len(), 1);
        let report = story.report();
        let head: Vec<&str> = report.lines().take(5).collect();
        let head = head.join("\n");
        for part in [
            "volume 86a92e20",
            "data: error",
            "why: the volume is in error: schedule",
            "give the operator: req-05c5",
        ] {
            assert!(head.contains(part), "{report}");
        }
        assert!(story.notes.is_empty(), "{:?}", story.notes);
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_kind_no_other_service_is_asked() {
    let cloud = Scripted::new()
        .volume(&volume("available"), &[])
        .start()
        .await;
    let story = cloud.story(&format!("volume/{VOLUME}")).await;
    assert_eq!((story.failure.as_ref(), story.request_ids.len()), (None, 0));
    assert!(
        story
            .report()
            .contains("nothing that was read says that anything failed")
    );
    assert_eq!(
        cloud.asked(),
        [
            format!("volume /v3/p1/volumes/{VOLUME}"),
            format!("volume /v3/p1/messages?resource_uuid={VOLUME}"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_with_a_volume_that_failed() {
    let port = json!({"ports": [
        {"id": "p-1", "name": "", "status": "DOWN", "device_id": SERVER},
        {"id": "p-2", "name": "", "status": "ERROR", "device_id": "another"},
    ]});
    let cloud = Scripted::new()
        .server(
            &server("ERROR", Some("No valid host was found. "), &[VOLUME]),
            &[action("create", BOOTED, Some("Error"))],
        )
        .volume(
            &volume("error"),
            &[message(CREATED, VOLUME), message(ANOTHER, "9-of-another")],
        )
        .has("network", "/ports", port)
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(kinds(&story), ["server", "volume", "port"]);
    let own = first(&story);
    assert_eq!(
        (own.name.as_deref(), own.status.as_deref()),
        (Some("web-1"), Some("ERROR"))
    );
    assert_eq!(own.fault.as_deref(), Some("No valid host was found."));
    assert_eq!(own.request_id.as_deref(), Some(BOOTED));
    assert_eq!(own.actions[0].verdict, Some(Verdict::Failed));
    assert_eq!(own.relation, None);
    let failure = story.failure.as_deref().unwrap_or_default();
    for part in [
        "the boot from volume failed: No valid host was found; volume",
        VOLUME,
        NO_BACKEND,
    ] {
        assert!(failure.contains(part), "{failure}");
    }
    assert_eq!(story.request_ids, [BOOTED, CREATED]);
    let of_volume = &story.resources[1];
    assert_eq!(
        of_volume.relation.as_deref(),
        Some("a volume of the server")
    );
    assert_eq!(of_volume.messages.len(), 1, "none of another volume");
    let of_port = &story.resources[2];
    assert_eq!(
        (of_port.id.as_str(), of_port.status.as_deref()),
        ("p-1", Some("DOWN"))
    );
    assert_eq!(
        of_port.failure, None,
        "a server that is not ACTIVE has ports that are DOWN"
    );
    assert!(cloud.asked().contains(&format!(
        "network /networking/v2.0/ports?device_id={SERVER}"
    )));
    let report = story.report();
    assert!(
        report.contains(&format!("{BOOTED} (server), {CREATED} (volume)"))
            || report.contains(CREATED),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_boot_from_volume_that_failed() {
    let cloud = Scripted::new()
        .has(
            "compute",
            "/servers",
            json!({"servers": [{"id": SERVER, "name": "web-1"}]}),
        )
        .server(
            &server("ERROR", Some(FAULT), &[]),
            &[action("create", BOOTED, None)],
        )
        .volume(&volume("error"), &[message(CREATED, VOLUME)])
        .start()
        .await;
    let story = cloud.story("web-1").await;
    assert_eq!(kinds(&story), ["server", "volume"]);
    let failure = story.failure.as_deref().unwrap_or_default();
    assert!(
        failure.starts_with("the boot from volume failed: Build of instance"),
        "{failure}"
    );
    assert!(failure.contains(NO_BACKEND), "{failure}");
    assert_eq!(story.request_ids, [BOOTED, CREATED]);
    assert!(
        failure.contains(&format!(
            "status is error; volume {VOLUME} is in error: schedule"
        )),
        "{failure}"
    );
    let relation = story.resources[1].relation.as_deref();
    assert_eq!(relation, Some("a volume that the server's fault names"));
    // The fault is at the top, and nowhere else.
    let report = story.report().replace("\n  ", " ");
    assert_eq!(
        report.matches("did not finish being created").count(),
        1,
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_newest_action_failed() {
    let mut there = server("ACTIVE", None, &[]);
    there["OS-SRV-USG:launched_at"] = json!("2026-11-21T20:00:00.000000");
    let cloud = Scripted::new()
        .server(
            &there,
            &[
                action("resize", ANOTHER, Some("Error")),
                action("create", BOOTED, None),
            ],
        )
        .has(
            "network",
            "/ports",
            json!({"ports": [{"id": "p-1", "status": "DOWN", "device_id": SERVER}]}),
        )
        .start()
        .await;
    let story = cloud.story(&format!("server/{SERVER}")).await;
    let failure = story.failure.as_deref().unwrap_or_default();
    assert!(failure.starts_with("resize failed: "), "{failure}");
    assert_eq!(story.request_ids, [ANOTHER]);
    let port = story.resources[1].failure.as_deref();
    assert_eq!(port, Some("the port is DOWN while the server is ACTIVE"));
    let limited = cloud
        .explain(SERVER)
        .limit(1)
        .send()
        .await
        .expect("a story");
    assert_eq!(first(&limited).actions.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_image_whose_import_failed() {
    let cloud = Scripted::new()
        .image(&image("importing"), &[task(CREATED, "failure")])
        .start()
        .await;
    let story = cloud.story(IMAGE).await;
    assert_eq!(kinds(&story), ["image"]);
    assert_eq!(
        story.failure.as_deref(),
        Some(
            "the image is importing, and api_image_import failed: Task failed due to Internal Error (not in the stores: files)"
        )
    );
    assert_eq!(story.request_ids, [CREATED]);
    assert_eq!(first(&story).tasks.len(), 1);
    let all = format!("{story:?} {} {story}", story.to_json());
    assert!(!all.contains("pass@"), "{all}");
    // Other services were asked before, and do not have it.
    assert!(story.notes.is_empty(), "{:?}", story.notes);
    let root = cloud.asked().iter().filter(|own| *own == "image /").count();
    assert_eq!(root, 1, "the versions are read once");
}

#[tokio::test(start_paused = true)]
async fn a_volume_tells_the_servers_that_have_it() {
    let mut there = volume("in-use");
    there["attachments"] = json!([{"server_id": SERVER, "device": "/dev/vdb"}, {"server_id": ""}]);
    let cloud = Scripted::new().volume(&there, &[]).start().await;
    let story = cloud.story(VOLUME).await;
    assert_eq!(kinds(&story), ["volume", "server"]);
    let own = &story.resources[1];
    assert_eq!((own.id.as_str(), own.status.as_deref()), (SERVER, None));
    assert_eq!(own.relation.as_deref(), Some("has the volume as /dev/vdb"));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_found_by_its_id() {
    let id = "ce07f42b-e024-4dac-a9e6-f5268c31d82c";
    let mut row = message(CREATED, id);
    row["resource_type"] = json!("VOLUME_SNAPSHOT");
    let cloud = Scripted::new()
        .has(
            "volume",
            format!("/snapshots/{id}"),
            json!({"snapshot": {"id": id, "status": "error"}}),
        )
        .has("volume", "/messages", json!({"messages": [row]}))
        .start()
        .await;
    let story = cloud.story(id).await;
    assert_eq!(kinds(&story), ["snapshot"]);
    assert_eq!(story.request_ids, [CREATED]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_has_its_actions() {
    let base = format!("/servers/{SERVER}/os-instance-actions");
    let deleted = action("delete", BOOTED, None);
    let cloud = Scripted::new()
        .has("compute", &base, json!({"instanceActions": [deleted]}))
        .has(
            "compute",
            format!("{base}/{BOOTED}"),
            json!({"instanceAction": deleted}),
        )
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(first(&story).status, None);
    assert_eq!(first(&story).actions.len(), 1);
    assert!(story.report().contains("gone"), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_request_is_told_by_what_bears_its_id() {
    let mut there = volume("error");
    there["attachments"] = json!([{"server_id": SERVER}]);
    let cloud = Scripted::new()
        .volume(
            &there,
            &[message(CREATED, VOLUME), message(ANOTHER, VOLUME)],
        )
        .server(
            &server("ACTIVE", None, &[]),
            &[
                action("attach_volume", CREATED, Some("Error")),
                action("create", BOOTED, None),
            ],
        )
        .has("image", "/images", json!({"images": [image("importing")]}))
        .image(
            &image("importing"),
            &[task(CREATED, "failure"), task(ANOTHER, "failure")],
        )
        .start()
        .await;
    for what in [CREATED.to_owned(), format!("request/{CREATED}")] {
        let story = cloud.explain(&what).send().await.expect("a story");
        assert_story(&story);
        assert_eq!(kinds(&story), ["volume", "image", "server"]);
        assert!(
            !story
                .to_json()
                .contains(&format!(r#""request_id":"{ANOTHER}""#)),
            "{story}"
        );
        assert_eq!(story.request_ids, [CREATED]);
        assert_eq!(first(&story).messages.len(), 1);
        assert_eq!(story.resources[1].tasks.len(), 1);
        assert_eq!(story.resources[2].actions.len(), 1);
        assert!(story.notes.is_empty(), "{:?}", story.notes);
        assert!(
            story
                .report()
                .starts_with(&format!("request {CREATED}: 3 resources\n")),
            "{story}"
        );
    }
    let asked = cloud.asked();
    assert!(
        asked.contains(&format!("volume /v3/p1/messages?request_id={CREATED}")),
        "{asked:?}"
    );
    let versions = cloud.wire.headers("openstack-api-version");
    assert!(versions.contains(&"volume 3.5".to_owned()), "{versions:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_of_which_compute_alone_may_know_says_so() {
    let cloud = Scripted::new()
        .volume(&volume("error"), &[message(CREATED, VOLUME)])
        .start()
        .await;
    let story = cloud.story(CREATED).await;
    assert_eq!(kinds(&story), ["volume"]);
    assert!(
        story.notes[0].contains("explain the server, as in `server/NAME`"),
        "{:?}",
        story.notes
    );
}

#[tokio::test(start_paused = true)]
async fn an_older_failure_is_not_why_a_volume_is_as_it_is() {
    let mut mild = message(ANOTHER, VOLUME);
    mild["message_level"] = json!("INFO");
    // The message is of 21:00:03.
    for (status, updated_at, level, failed) in [
        ("available", "2026-11-21T21:00:03.000000", "ERROR", true),
        ("available", "2026-11-21T21:00:05.000000", "ERROR", true),
        ("available", "2026-11-22T08:00:00.000000", "ERROR", false),
        ("in-use", "2026-11-22T08:00:00.000000", "ERROR", false),
        ("error", "2026-11-22T08:00:00.000000", "ERROR", true),
        ("available", "2026-11-21T21:00:03.000000", "INFO", false),
    ] {
        let mut there = volume(status);
        there["updated_at"] = json!(updated_at);
        let mut row = message(CREATED, VOLUME);
        row["message_level"] = json!(level);
        let cloud = Scripted::new().volume(&there, &[row]).start().await;
        let story = cloud.story(VOLUME).await;
        assert_eq!(
            story.failure.is_some(),
            failed,
            "{status} {updated_at} {level}: {story}"
        );
        assert_eq!(story.request_ids.len(), usize::from(failed));
        // It is shown in any case.
        assert_eq!(first(&story).messages.len(), 1);
    }
    let cloud = Scripted::new()
        .volume(&volume("error"), &[mild])
        .start()
        .await;
    let story = cloud.story(VOLUME).await;
    let failure = story.failure.as_deref();
    assert_eq!(
        failure,
        Some("the volume is in error, and no message to users says why")
    );
}

#[tokio::test(start_paused = true)]
async fn a_limit_hides_rows_but_never_the_reason() {
    let mut mild = message(CREATED, VOLUME);
    mild["id"] = json!("m-newer");
    mild["message_level"] = json!("INFO");
    mild["created_at"] = json!("2026-11-21T21:00:09.000000");
    let cloud = Scripted::new()
        .volume(&volume("error"), &[mild, message(CREATED, VOLUME)])
        .has("image", "/images", json!({"images": [image("importing")]}))
        .image(&image("importing"), &[task(CREATED, "failure")])
        .start()
        .await;
    for (what, limit) in [
        (VOLUME, 0),
        (VOLUME, 1),
        (CREATED, 0),
        (CREATED, 1),
        (IMAGE, 0),
    ] {
        let story = cloud.explain(what).limit(limit).send().await;
        let story = story.expect("a story");
        assert_story(&story);
        let reason = match what {
            IMAGE => "Task failed due to Internal Error",
            _ => NO_BACKEND,
        };
        let failure = story.failure.as_deref().unwrap_or_default();
        assert!(failure.contains(reason), "{what} {limit}: {failure}");
        assert_eq!(story.request_ids, [CREATED], "{what} {limit}");
        for own in &story.resources {
            assert!(own.messages.len() <= limit && own.tasks.len() <= limit);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_requests_volume_that_this_token_does_not_see_is_a_note() {
    let cloud = Scripted::new()
        .has(
            "volume",
            "/messages",
            json!({"messages": [message(CREATED, VOLUME)]}),
        )
        .start()
        .await;
    let story = cloud.story(CREATED).await;
    assert_eq!(kinds(&story), ["volume"]);
    assert_eq!(
        (first(&story).id.as_str(), first(&story).status.as_deref()),
        (VOLUME, None)
    );
    assert_eq!(story.request_ids, [CREATED]);
    assert!(
        story.notes[0].contains(&format!(
            "the volume service has no volume {VOLUME} for this token (404): it was deleted, or it belongs to another project"
        )),
        "{:?}",
        story.notes
    );
}

#[tokio::test(start_paused = true)]
async fn odd_rows_of_any_service_hide_no_others() {
    let null = Value::Null;
    let mut there = server("ACTIVE", None, &[VOLUME]);
    there["name"] = json!(7);
    there["fault"] = json!({"code": "500", "message": null, "created": null});
    let mut odd = action("resize", ANOTHER, None);
    odd["events"] = json!([null, {"event": null, "result": 7, "host": []}]);
    odd["message"] = json!(7);
    let mut no_status = volume("available");
    no_status["status"] = null.clone();
    no_status["size"] = json!("100");
    let ports = json!({"ports": [null, 7, {"id": "p-0"}, {"id": "p-1", "status": null, "device_id": SERVER}]});
    let cloud = Scripted::new()
        .server(
            &there,
            &[odd, action("create", BOOTED, None), json!({"action": null})],
        )
        .volume(&no_status, &[null.clone(), message(CREATED, VOLUME)])
        .has("network", "/ports", ports)
        .start()
        .await;
    let story = cloud.story(SERVER).await;
    assert_eq!(kinds(&story), ["server", "volume", "port"]);
    assert_eq!(first(&story).actions.len(), 2);
    assert_eq!(story.resources[1].messages.len(), 1);
    // A fault that is not an object, too.
    there["fault"] = json!("no host");
    let cloud = Scripted::new().server(&there, &[]).start().await;
    assert_eq!(first(&cloud.story(SERVER).await).id, SERVER);
    let mut row = task(CREATED, "failure");
    row["message"] = null.clone();
    let tasks = [null.clone(), json!({"id": null, "status": null}), row];
    let cloud = Scripted::new()
        .image(&image("importing"), &tasks)
        .start()
        .await;
    let story = cloud.story(IMAGE).await;
    assert_eq!(first(&story).tasks.len(), 2);
    // A list with a row without an ID, and a link without a relation.
    let listed = json!({"volumes": [{"name": "data"}, {"id": VOLUME, "name": "data"}, {"id": "v2", "name": null}],
        "volumes_links": [{"href": "x"}, null]});
    let cloud = Scripted::new()
        .has("volume", "/volumes", listed)
        .volume(&volume("available"), &[])
        .start()
        .await;
    assert_eq!(first(&cloud.story("volume/data").await).id, VOLUME);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_one_line_in_the_record_too() {
    let mut row = message(CREATED, VOLUME);
    row["user_message"] = json!("no\nbackend\u{1b}[31m");
    let cloud = Scripted::new().volume(&volume("error"), &[row]);
    let story = cloud.start().await.story(VOLUME).await;
    let why = r"the volume is in error: no\nbackend\u{1b}[31m (VOLUME_VOLUME_001_003)";
    assert_eq!(story.failure.as_deref(), Some(why));
    // The row itself is as it came.
    assert_eq!(
        first(&story).messages[0].user_message,
        "no\nbackend\u{1b}[31m"
    );
    let mut row = task(CREATED, "failure");
    row["message"] = json!("no\nroom");
    let cloud = Scripted::new().image(&image("importing"), &[row]);
    let story = cloud.start().await.story(IMAGE).await;
    let failure = story.failure.expect("a failure");
    assert!(failure.contains(r"failed: no\nroom (not in"), "{failure}");
}
