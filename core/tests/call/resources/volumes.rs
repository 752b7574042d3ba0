//! How work on volumes and snapshots ends.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_creation_that_fits_nowhere_has_failed() {
    let told = "schedule allocate volume:Could not find any available weighted backend.";
    let wire = Cinder::new(&[(0, Some(("creating", 1))), (400, Some(("error", 1)))])
        .message(300, message(REQUEST, told))
        .message(0, message(ANOTHER, "another's"))
        .start();
    let created = post(&wire, "/volumes", json!({ "volume": { "size": 1 } })).await;
    let error = failed(follow(&wire, &created).send().await);
    assert_eq!(
        error.to_string(),
        format!(
            "create of volume {VOLUME} failed: the volume is in error: {told} (VOLUME_VOLUME_001_003) (request ID {REQUEST})"
        )
    );
    let report = error.report();
    assert_eq!(
        (report.kind(), report.request_id.as_str()),
        (Some("create"), REQUEST)
    );
    assert_eq!(
        (report.resource_type.as_str(), report.resource_id.as_str()),
        ("volume", VOLUME)
    );
    assert_eq!(report.messages.len(), 1, "{:?}", report.messages);
    assert_eq!(
        report.messages[0].event_id.as_deref(),
        Some("VOLUME_VOLUME_001_003")
    );
    assert_eq!(
        report.resource.as_ref().map(|it| it.status.as_str()),
        Some("error")
    );
    // Every request that was sent is in one of the trails, the first of which began it.
    let attempts: usize = report.trails.iter().map(|t| t.attempts().len()).sum();
    assert_eq!(attempts, wire.count());
    assert_eq!(report.trails[0].call_id(), created.trail().call_id());
    let global = created.trail().correlation_id();
    assert_eq!(report.global_request_id.as_deref(), global);
    let text = report.report();
    for part in [
        "FAILED",
        "volume now: error, 1 GiB",
        "message: schedule",
        "both IDs",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["messages"][0]["user_message"], told);
    assert_eq!(json["server_id"], "");
    assert!(!json.to_string().contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn a_failure_without_a_message_waits_for_one() {
    let scenes = [(0, Some(("error", 1)))];
    let wire = Cinder::new(&scenes).start();
    let error = failed(
        follow(&wire, ("volume.create", VOLUME, REQUEST))
            .send()
            .await,
    );
    let report = error.report();
    // Looks at 0, 0.5, 1.5 and 3.5 s: a message may take 2 s.
    assert_eq!(report.followed_ms, 3_500);
    assert!(
        report
            .evidence
            .ends_with("no message to users is about this request"),
        "{}",
        report.evidence
    );
    // One that comes meanwhile is the reason.
    let wire = Cinder::new(&scenes)
        .message(1_000, message(REQUEST, "late"))
        .start();
    let error = failed(
        follow(&wire, ("volume.create", VOLUME, REQUEST))
            .send()
            .await,
    );
    assert_eq!(error.report().followed_ms, 1_500);
    assert!(error.to_string().contains("in error: late"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn size_and_message_decide_an_extend() {
    let extend = json!({ "os-extend": { "new_size": 2 } });
    // It fits nowhere: the volume is as it was, and there is no sign but the message.
    let too_large = "extend volume:Could not find any available weighted backend.";
    let scenes = [(0, Some(("extending", 1))), (400, Some(("available", 1)))];
    let wire = Cinder::new(&scenes)
        .message(300, message(REQUEST, too_large))
        .start();
    let response = post(&wire, "/volumes/{id}/action", extend.clone()).await;
    let error = failed(follow(&wire, &response).send().await);
    let wanted = format!(
        "extend of volume {VOLUME} failed: the volume is available with 1 GiB, not 2: {too_large} \
         (VOLUME_VOLUME_001_003) (request ID {REQUEST})"
    );
    assert_eq!(error.to_string(), wanted);
    // Without a message nobody knows.
    let wire = Cinder::new(&scenes).start();
    let response = post(&wire, "/volumes/{id}/action", extend.clone()).await;
    let report = follow(&wire, &response).send().await.expect("no failure");
    assert_eq!((report.verdict, report.apparent), (Verdict::Unknown, None));
    assert!(
        report.evidence.contains("with 1 GiB, not 2"),
        "{}",
        report.evidence
    );
    // With the new size it succeeded.
    let wire = Cinder::new(&[(0, Some(("extending", 1))), (400, Some(("available", 2)))]).start();
    let response = post(&wire, "/volumes/{id}/action", extend).await;
    let report = follow(&wire, &response).send().await.expect("a success");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Succeeded, Some("extend"))
    );
    assert!(!wire.log().last().expect("a request").url.path().is_empty());
    // By IDs alone the size has to be said.
    let by_id = ("volume.extend", VOLUME, REQUEST);
    let wire = Cinder::new(&[(0, Some(("available", 2)))]).start();
    let report = follow(&wire, by_id)
        .size(2)
        .send()
        .await
        .expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    let report = follow(&wire, by_id).send().await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(
        report.evidence.contains("set the option `size`"),
        "{}",
        report.evidence
    );
}

#[tokio::test(start_paused = true)]
async fn an_extend_by_the_driver_fails_in_a_state_of_its_own() {
    let wire = Cinder::new(&[
        (0, Some(("extending", 1))),
        (400, Some(("error_extending", 1))),
    ])
    .message(
        300,
        message(
            REQUEST,
            "extend volume:Volume Driver failed to extend volume.",
        ),
    )
    .start();
    let response = post(
        &wire,
        "/volumes/{id}/action",
        json!({ "os-extend": { "new_size": 2 } }),
    )
    .await;
    let error = failed(follow(&wire, &response).send().await);
    assert!(
        error
            .to_string()
            .contains("in error_extending: extend volume:Volume Driver failed"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_ends_in_404_or_in_a_state() {
    let delete = async |wire: &ScriptedTransport| {
        let request = client(wire).delete("/volumes/{id}").param("id", VOLUME);
        request.send().await.expect("a 202")
    };
    let wire = Cinder::new(&[(0, Some(("deleting", 1))), (400, None)]).start();
    let report = follow(&wire, &delete(&wire).await)
        .send()
        .await
        .expect("a success");
    assert_eq!(
        (report.verdict, report.evidence.as_str()),
        (Verdict::Succeeded, "the volume is gone")
    );
    assert!(report.resource.is_none());
    // So fast that nobody saw it: the 202 says that it was there.
    let wire = Cinder::new(&[(0, None)]).start();
    let report = follow(&wire, &delete(&wire).await)
        .send()
        .await
        .expect("a success");
    assert_eq!(
        (report.verdict, report.followed_ms),
        (Verdict::Succeeded, 0)
    );
    // IDs alone do not show that it ever existed.
    let report = follow(&wire, ("volume.delete", VOLUME, REQUEST))
        .send()
        .await
        .expect("no failure");
    assert_eq!(
        (report.verdict, report.apparent),
        (Verdict::Unknown, Some(Verdict::Succeeded))
    );
    let wire = Cinder::new(&[
        (0, Some(("deleting", 1))),
        (400, Some(("error_deleting", 1))),
    ])
    .start();
    let error = failed(follow(&wire, &delete(&wire).await).send().await);
    assert!(
        error.to_string().contains("Cinder gives users no reason"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_followed_as_volumes_are() {
    let told = "create snapshot:Snapshot failed to create.";
    let mut of_snapshot = message(REQUEST, told);
    of_snapshot["resource_uuid"] = SNAPSHOT.into();
    let wire = Cinder::new(&[(0, Some(("creating", 1))), (400, Some(("error", 1)))])
        .message(300, of_snapshot)
        .start();
    let body = json!({ "snapshot": { "volume_id": VOLUME } });
    let error = failed(
        follow(&wire, &post(&wire, "/snapshots", body).await)
            .send()
            .await,
    );
    let start = format!("create of snapshot {SNAPSHOT} failed: the snapshot is in error: {told}");
    assert!(error.to_string().starts_with(&start), "{error}");
    let wire = Cinder::new(&[(0, Some(("available", 1)))]).start();
    let what = ("snapshot.create", SNAPSHOT, REQUEST);
    let report = follow(&wire, what).send().await.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert!(
        wire.log()[0]
            .url
            .path()
            .ends_with(&format!("/snapshots/{SNAPSHOT}"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_fails_for_a_while_is_not_the_end() {
    let cinder = Cinder::new(&[(0, Some(("creating", 1))), (3_000, Some(("error", 1)))])
        .message(0, message(REQUEST, "no space"));
    // Of a look's two requests the second fails too.
    let wire = ScriptedTransport::answering(move |n, sent| match n {
        0 => reply(503),
        1 => fails(reqtrail::Failure::Connect),
        _ if sent.url.path().ends_with("/messages") && sent.at < secs(6) => reply(503),
        _ => cinder.answer(n, sent),
    });
    let error = failed(
        follow(&wire, ("volume.create", VOLUME, REQUEST))
            .send()
            .await,
    );
    assert!(error.to_string().contains("no space"), "{error}");
    assert_eq!(error.report().trails.len(), wire.count());
    // A 404 that is not Cinder's is one of a proxy.
    let gone = ScriptedTransport::answering(|n, _| answer(404, n, "<h1>Not Found</h1>"));
    let what = ("volume.delete", VOLUME, REQUEST);
    let report = follow(&gone, what)
        .deadline(secs(5))
        .send()
        .await
        .expect("no failure");
    assert_eq!((report.verdict, report.apparent), (Verdict::Unknown, None));
    assert!(
        report.evidence.contains("within 5 s; the last look failed"),
        "{}",
        report.evidence
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_cancelled_or_not_there_ends_it() {
    let refused = ScriptedTransport::answering(|n, _| {
        answer(
            403,
            n,
            r#"{"forbidden": {"code": 403, "message": "Policy."}}"#,
        )
    });
    let missing = ScriptedTransport::answering(|n, _| answer(404, n, GONE));
    for (wire, code) in [(refused, "forbidden"), (missing, "itemNotFound")] {
        let what = ("volume.create", VOLUME, REQUEST);
        let error = follow(&wire, what)
            .send()
            .await
            .expect_err("no end was seen");
        let ActionError::Unfollowed {
            error: cause,
            report,
        } = &error
        else {
            panic!("nothing says that it failed: {error}")
        };
        assert_eq!(cause.code(), Some(code));
        assert_eq!(
            (report.verdict, report.trails.len()),
            (Verdict::Unknown, wire.count())
        );
    }
    let wire = Cinder::new(&[(0, Some(("creating", 1)))]).start();
    let token = CancelToken::new();
    let work = follow(&wire, ("volume.create", VOLUME, REQUEST))
        .cancel_token(&token)
        .send();
    let work = tokio::spawn(work);
    tokio::time::sleep(ms(100)).await;
    token.cancel_with(CancelReason::Cancelled);
    let error = work.await.expect("no panic").expect_err("cancelled");
    let ActionError::Unfollowed { error, report } = error else {
        panic!("nothing says that it failed")
    };
    assert_eq!(
        (error.kind(), report.trails.len()),
        (ErrorKind::Cancelled, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn progress_has_the_volume() {
    let wire = Cinder::new(&[(0, Some(("creating", 1))), (400, Some(("available", 1)))]).start();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&seen);
    let what = ("volume.create", VOLUME, REQUEST);
    let report = follow(&wire, what)
        .on_progress(move |progress| {
            let volume = progress.resource.expect("a volume");
            let line = format!("{} {}", progress.elapsed.as_millis(), volume.status);
            told.lock().expect("a lock").push(line);
            let json: Value = serde_json::from_str(&progress.to_json()).expect("JSON");
            assert_eq!(json["resource"]["id"], VOLUME);
            assert_eq!(json["server"], Value::Null);
        })
        .send()
        .await
        .expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert_eq!(
        *seen.lock().expect("a lock"),
        ["0 creating", "500 available"]
    );
}

#[tokio::test(start_paused = true)]
async fn work_without_a_row_is_unknown_and_says_so() {
    let wire = Cinder::new(&[(0, Some(("retyping", 1)))]).start();
    let retype = json!({ "os-retype": { "new_type": "x", "migration_policy": "never" } });
    let response = post(&wire, "/volumes/{id}/action", retype).await;
    let report = follow(&wire, &response).send().await.expect("no failure");
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Unknown, Some("retype"))
    );
    assert!(
        report.evidence.contains("`volume.retype`"),
        "{}",
        report.evidence
    );
    assert!(report.evidence.contains("retyping"), "{}", report.evidence);
}

#[tokio::test(start_paused = true)]
async fn an_extend_that_worked_survives_a_later_one_that_failed() {
    let later = message(
        ANOTHER,
        "extend volume:Volume Driver failed to extend volume.",
    );
    let wire = Cinder::new(&[(0, Some(("error_extending", 2)))])
        .message(0, later)
        .start();
    let what = ("volume.extend", VOLUME, REQUEST);
    let report = follow(&wire, what).size(2).send().await;
    let report = report.expect("a success");
    assert_eq!(
        (report.verdict, report.evidence.as_str()),
        (
            Verdict::Succeeded,
            "the volume is error_extending with 2 GiB, the requested size"
        )
    );
    let error = failed(follow(&wire, what).size(3).send().await);
    assert!(error.to_string().contains("error_extending"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_size_proves_no_extend_while_messages_cannot_be_read() {
    let cinder = Cinder::new(&[(0, Some(("available", 2)))]);
    let wire =
        ScriptedTransport::answering(
            move |n, sent| match sent.url.path().ends_with("/messages") {
                true => answer(
                    403,
                    n,
                    r#"{"forbidden": {"code": 403, "message": "Policy."}}"#,
                ),
                false => cinder.answer(n, sent),
            },
        );
    let what = ("volume.extend", VOLUME, REQUEST);
    let report = follow(&wire, what).size(2).send().await;
    let report = report.expect("no failure");
    assert_eq!(
        (report.verdict, report.apparent),
        (Verdict::Unknown, Some(Verdict::Succeeded))
    );
    assert!(report.evidence.contains("(403)"), "{}", report.evidence);
}

#[tokio::test(start_paused = true)]
async fn a_size_that_is_not_shown_is_not_zero() {
    for size in [json!(null), json!("2")] {
        for wanted in [0, 2] {
            let shown = size.clone();
            let wire = ScriptedTransport::answering(move |n, sent| {
                let volume = json!({ "id": VOLUME, "status": "available", "size": shown });
                let body = match sent.url.path().ends_with("/messages") {
                    true => json!({ "messages": [] }),
                    false => json!({ "volume": volume }),
                };
                answer(200, n, &body.to_string())
            });
            let follow = follow(&wire, ("volume.extend", VOLUME, REQUEST)).size(wanted);
            let report = follow.send().await.expect("no failure");
            assert_eq!((report.verdict, report.apparent), (Verdict::Unknown, None));
            let why = "the volume is available and does not show its size";
            assert!(report.evidence.starts_with(why), "{}", report.evidence);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_not_shown_is_said_in_words() {
    for status in [json!(null), json!(["available"])] {
        let wire = ScriptedTransport::answering(move |n, sent| {
            let body = match sent.url.path().ends_with("/messages") {
                true => json!({ "messages": [] }),
                false => json!({ "volume": { "id": VOLUME, "status": status } }),
            };
            answer(200, n, &body.to_string())
        });
        let follow = follow(&wire, ("volume.create", VOLUME, REQUEST));
        let report = follow.send().await.expect("no failure");
        assert_eq!((report.verdict, report.apparent), (Verdict::Unknown, None));
        assert_eq!(
            report.evidence,
            "the volume is in a state that the service does not show, and no message to users is about this request"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn another_volume_proves_nothing() {
    let wire = ScriptedTransport::answering(|n, _| {
        let body = json!({ "volume": { "id": SNAPSHOT, "status": "available" } });
        answer(200, n, &body.to_string())
    });
    let ended = follow(&wire, ("volume.create", VOLUME, REQUEST))
        .send()
        .await;
    let error = ended.expect_err("another volume");
    let why = format!("the service answered with the resource `{SNAPSHOT}`; expected `{VOLUME}`");
    assert!(error.to_string().contains(&why), "{error}");
    assert_eq!(error.report().verdict, Verdict::Unknown);
    assert_eq!((wire.count(), error.report().trails.len()), (1, 1));
}
