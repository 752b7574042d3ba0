//! Following an action to its end.

use reqtrail::openstack::{Operation, OperationAttached, OperationError};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_resize_that_fits_nowhere_has_failed() {
    let failed = [
        ("cold_migrate", Some("Error")),
        ("conductor_migrate_server", Some("Error")),
    ];
    let wire = api(
        vec![
            scene(
                0,
                Some(server("RESIZE", Some("resize_prep"))),
                Some(action("resize", None, &[("cold_migrate", None)])),
            ),
            scene(
                400,
                Some(server("ACTIVE", None)),
                Some(action("resize", Some("Error"), &failed)),
            ),
        ],
        ACTION,
    );
    let error = follow(&wire).await.expect_err("it failed");
    let text = error.to_string();
    for part in ["resize", SERVER, ACTION, "cold_migrate failed"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(matches!(error, ActionError::Failed(_)));
    let report = error.report();
    assert_eq!(
        (report.verdict, report.kind()),
        (Verdict::Failed, Some("resize"))
    );
    assert_schema(&report.to_json());
    // Every request that was sent is in one of the trails.
    let attempts: usize = report.trails.iter().map(|t| t.attempts().len()).sum();
    assert_eq!(attempts, wire.count());
    let text = report.report();
    assert!(
        text.contains("FAILED") && text.contains("server now: ACTIVE"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["schema"], "reqtrail.action/1");
    assert_eq!(json["verdict"], "failed");
    assert_eq!(
        json["trails"].as_array().map(Vec::len),
        Some(report.trails.len())
    );
    assert!(!json.to_string().contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn a_response_names_the_action_and_its_trail_is_joined() {
    let wire = api(
        vec![
            scene(0, Some(server("ACTIVE", Some("powering-off"))), None),
            scene(
                700,
                Some(server("SHUTOFF", None)),
                Some(action("stop", None, &[])),
            ),
        ],
        "req-00000000-0000-4000-8000-000000000000",
    );
    let compute = compute(&wire);
    let accepted = compute
        .client()
        .post("/servers/{id}/action")
        .param("id", SERVER)
        .json(&json!({ "os-stop": null }))
        .send()
        .await
        .expect("a 202");
    let report = compute
        .follow(SERVER, &accepted)
        .send()
        .await
        .expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert_eq!(
        report.request_id,
        "req-00000000-0000-4000-8000-000000000000"
    );
    let call_id = accepted.trail().call_id();
    assert_eq!(report.trails[0].call_id(), call_id);
    assert_eq!(report.global_request_id, Some(format!("req-{call_id}")));
    assert!(report.report().contains(&call_id.to_string()));
}

#[tokio::test(start_paused = true)]
async fn a_deletion_ends_in_404() {
    let wire = api(
        vec![
            scene(
                0,
                Some(server("ACTIVE", Some("deleting"))),
                Some(action("delete", None, &[])),
            ),
            // Before 2.21 the record is gone with the server, and what it said stays known.
            scene(1_000, None, None),
        ],
        ACTION,
    );
    let report = follow(&wire).await.expect("a success");
    assert_eq!(
        (report.verdict, report.evidence.as_str()),
        (Verdict::Succeeded, "the server is gone")
    );
    assert!(report.server.is_none() && report.action.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_boot_without_an_action_record_fails_by_the_servers_fault() {
    let mut broken = server("ERROR", None);
    broken["fault"] = json!({ "code": 500, "created": "2026-11-21T21:21:30Z", "message": "No valid host was found. " });
    let wire = api(
        vec![
            scene(0, Some(server("BUILD", Some("scheduling"))), None),
            scene(2_000, Some(broken), None),
        ],
        "req-00000000-0000-4000-8000-000000000000",
    );
    let compute = compute(&wire);
    let accepted = compute
        .client()
        .post("/servers")
        .json(&json!({}))
        .send()
        .await;
    let accepted = accepted.expect("a 202");
    let error = compute
        .follow(SERVER, &accepted)
        .send()
        .await
        .expect_err("it failed");
    assert!(
        error.to_string().contains("No valid host was found."),
        "{error}"
    );
    assert_eq!(error.report().fault().map(|f| f.code), Some(Some(500)));
}

#[tokio::test(start_paused = true)]
async fn a_newer_action_makes_the_result_unknown() {
    let wire = api(
        vec![scene(
            0,
            Some(server("SHUTOFF", None)),
            Some(action("stop", None, &[])),
        )],
        "req-another",
    );
    let report = follow(&wire).await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(
        report.evidence.contains("newer action"),
        "{}",
        report.evidence
    );
}

#[tokio::test(start_paused = true)]
async fn polls_double_up_to_the_ceiling_and_stop_at_the_deadline() {
    let wire = api(
        vec![scene(
            0,
            Some(server("BUILD", Some("spawning"))),
            Some(action("create", None, &[])),
        )],
        ACTION,
    );
    let report = compute(&wire)
        .follow(SERVER, ACTION)
        .poll_interval(secs(1), secs(4))
        .deadline(secs(14))
        .send()
        .await
        .expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(
        report.evidence.contains("within 14 s"),
        "{}",
        report.evidence
    );
    // The waits: 1, 2, 4, 4 and what is left; two requests for each look.
    let looks: Vec<u64> = wire
        .log()
        .iter()
        .step_by(2)
        .map(|sent| sent.at.as_secs())
        .collect();
    assert_eq!(looks, [0, 1, 3, 7, 11, 14]);
    assert_eq!(report.followed_ms, 14_000);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_fails_for_a_while_is_not_the_end() {
    let wire = ScriptedTransport::answering(|n, sent| match n {
        0 => reply(503),
        2 => fails(reqtrail::Failure::Connect),
        _ if sent.url.path().ends_with("/os-instance-actions") => {
            answer(200, n, r#"{"instanceActions": []}"#)
        }
        _ if sent.url.path().contains("os-instance-actions") => answer(
            200,
            n,
            &json!({ "instanceAction": action("pause", None, &[]) }).to_string(),
        ),
        _ => answer(
            200,
            n,
            &json!({ "server": server("PAUSED", None) }).to_string(),
        ),
    });
    let report = follow(&wire).await.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert_eq!(report.trails.len(), wire.count());
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_refused_ends_it() {
    let wire = ScriptedTransport::answering(|n, _| match n {
        0 => answer(
            200,
            n,
            &json!({ "instanceAction": action("resize", None, &[]) }).to_string(),
        ),
        _ => answer(
            403,
            n,
            r#"{"forbidden": {"code": 403, "message": "Policy doesn't allow it."}}"#,
        ),
    });
    let error = follow(&wire).await.expect_err("no end was seen");
    let ActionError::Unfollowed {
        error: cause,
        report,
    } = &error
    else {
        panic!("nothing says that the action failed: {error}")
    };
    assert_eq!(cause.code(), Some("forbidden"));
    assert_eq!((report.verdict, report.trails.len()), (Verdict::Unknown, 2));
    assert!(
        error.to_string().contains("could not be followed"),
        "{error}"
    );
    assert!(error.to_string().ends_with(&cause.to_string()), "{error}");
    assert_sources_are_new(&error, &error.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_it_in_a_wait_and_in_a_poll() {
    let reasons = [
        (CancelReason::Cancelled, ErrorKind::Cancelled),
        (CancelReason::Deadline, ErrorKind::Timeout),
    ];
    let stalls = [false, true].into_iter();
    for (stall, (reason, kind)) in stalls.flat_map(|stall| reasons.map(|row| (stall, row))) {
        let wire = if stall {
            ScriptedTransport::answering(|_, _| never())
        } else {
            let busy = scene(0, Some(server("BUILD", Some("spawning"))), None);
            api(vec![busy], ACTION)
        };
        let token = CancelToken::new();
        let work = compute(&wire)
            .follow(SERVER, ACTION)
            .cancel_token(&token)
            .send();
        let work = tokio::spawn(work);
        tokio::time::sleep(ms(100)).await;
        token.cancel_with(reason);
        let error = work.await.expect("no panic").expect_err("cancelled");
        let ActionError::Unfollowed { error, report } = error else {
            panic!("nothing says that the action failed")
        };
        assert_eq!(error.kind(), kind);
        assert_eq!(report.trails.len(), wire.count());
        assert!(report.followed_ms < 200, "at once");
    }
}

fn task_json(task: &str) -> Value {
    if task == "none" {
        Value::Null
    } else {
        task.into()
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_reported_and_a_panic_of_its_callback_is_caught() {
    let wire = api(
        vec![
            scene(
                0,
                Some(server("ACTIVE", Some("pausing"))),
                Some(action("pause", None, &[])),
            ),
            scene(
                900,
                Some(server("PAUSED", None)),
                Some(action("pause", None, &[])),
            ),
        ],
        ACTION,
    );
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&seen);
    let report = compute(&wire)
        .follow(SERVER, ACTION)
        .on_progress(move |progress| {
            let server = progress.server.expect("a server");
            let task = server.task_state.as_deref().unwrap_or("none");
            let line = format!("{} {} {task}", progress.elapsed.as_millis(), server.status);
            told.lock().expect("a lock").push(line);
            let json: Value = serde_json::from_str(&progress.to_json()).expect("JSON");
            assert_eq!(json["elapsed_ms"], progress.elapsed.as_millis() as u64);
            assert_eq!(json["server"]["OS-EXT-STS:task_state"], task_json(task));
            assert_eq!(json["action"]["request_id"], ACTION);
            panic!("the caller's bug");
        })
        .send()
        .await
        .expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    let seen = seen
        .lock()
        .map_or_else(|e| e.into_inner().clone(), |seen| seen.clone());
    assert_eq!(
        seen,
        ["0 ACTIVE pausing", "500 ACTIVE pausing", "1500 PAUSED none"]
    );
}

#[tokio::test(start_paused = true)]
async fn without_an_action_id_no_request_is_sent() {
    let wire = ScriptedTransport::answering(|_, _| reply(202));
    let compute = compute(&wire);
    let accepted = compute
        .client()
        .post("/servers")
        .send()
        .await
        .expect("a 202");
    let report = compute
        .follow(SERVER, &accepted)
        .send()
        .await
        .expect("no failure");
    assert_eq!((report.verdict, wire.count()), (Verdict::Unknown, 1));
    assert!(
        report.evidence.contains("no request ID"),
        "{}",
        report.evidence
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_request_id_is_refused_before_anything_is_sent() {
    let wire = api(Vec::new(), ACTION);
    let compute = compute(&wire);
    let error = compute.follow(SERVER, "").send().await;
    let ActionError::Unfollowed { error, .. } = error.expect_err("no ID") else {
        panic!("nothing was followed");
    };
    let operation = Operation::follow(SERVER, "").run(compute.client(), OperationAttached::new());
    let Err(OperationError::Call(of_operation)) = operation.await else {
        panic!("there is nothing to report");
    };
    for error in [error, of_operation] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(
            error.to_string().contains("the request ID is empty"),
            "{error}"
        );
    }
    assert_eq!(wire.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_looked_for_a_while_and_then_not_found() {
    for (deadline, at_least, at_most) in [(600, 3_000, 9_000), (2, 2_000, 2_000)] {
        let wire = api(vec![scene(0, None, None)], ACTION);
        let follow = compute(&wire)
            .follow(SERVER, ACTION)
            .deadline(secs(deadline));
        let failed = follow.send().await.expect_err("no such server");
        let ActionError::Unfollowed { error, report } = &failed else {
            panic!("nothing says that the action failed: {failed}")
        };
        assert_eq!(error.category(), Some(Category::NotFound));
        assert_eq!(error.code(), Some("itemNotFound"));
        assert_eq!(report.verdict, Verdict::Unknown);
        assert_schema(&report.to_json());
        assert!(report.evidence.contains("neither the server"), "{report}");
        let took = report.followed_ms;
        assert!((at_least..=at_most).contains(&took), "{took}");
        assert_eq!(report.trails.len(), wire.count());
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_deletion_proves_that_the_server_was_there() {
    let wire = ScriptedTransport::answering(|n, sent| match sent.method {
        Method::DELETE => answer(204, n, ""),
        _ => answer(
            404,
            n,
            r#"{"itemNotFound": {"code": 404, "message": "gone"}}"#,
        ),
    });
    let compute = compute(&wire);
    let accepted = compute.client().delete("/servers/{id}").param("id", SERVER);
    let accepted = accepted.send().await.expect("a 204");
    let report = compute.follow(SERVER, &accepted).send().await;
    let report = report.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded, "{report}");
    // Of another server it proves nothing.
    let other = "344174b8-34fd-4017-ae29-b9084dcf3862";
    let failed = compute.follow(other, &accepted).send().await;
    let failed = failed.expect_err("no such server");
    assert!(matches!(failed, ActionError::Unfollowed { .. }), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn requests_that_start_no_action_are_answered_at_once() {
    let wire = ScriptedTransport::answering(|n, _| answer(200, n, r#"{"server": {}}"#));
    let compute = compute(&wire);
    let client = compute.client();
    for (request, sent) in [
        (client.put("/servers/{id}").param("id", SERVER), 1),
        (
            client
                .post(format!("/servers/{SERVER}/metadata"))
                .json(&json!({})),
            2,
        ),
    ] {
        let done = request.send().await.expect("a 200");
        let report = compute.follow(SERVER, &done).send().await;
        let report = report.expect("a success");
        assert_eq!(report.verdict, Verdict::Succeeded);
        assert!(report.evidence.contains("starts no action"), "{report}");
        assert_eq!((report.followed_ms, wire.count()), (0, sent));
        assert_eq!(report.trails.len(), 1);
        assert_schema(&report.to_json());
    }
}

#[tokio::test(start_paused = true)]
async fn a_reboot_ends_with_its_step_and_seems_to_have_succeeded() {
    let mut done = action(
        "reboot",
        None,
        &[("compute_reboot_instance", Some("Success"))],
    );
    done["events"][0]["finish_time"] = json!(BEGAN);
    let wire = api(
        vec![
            scene(
                0,
                Some(server("REBOOT", Some("reboot_started"))),
                Some(action("reboot", None, &[("compute_reboot_instance", None)])),
            ),
            scene(400, Some(server("ACTIVE", None)), Some(done)),
        ],
        ACTION,
    );
    let report = follow(&wire).await.expect("no failure");
    assert_eq!(
        (report.verdict, report.apparent, report.followed_ms),
        (Verdict::Unknown, Some(Verdict::Succeeded), 500)
    );
    assert!(report.evidence.contains("like a success"), "{report}");
    assert!(
        report.report().contains("unknown, apparently succeeded"),
        "{report}"
    );
    assert_schema(&report.to_json());
    let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["apparent"], "succeeded");
    let story = compute(&wire)
        .explain(SERVER)
        .send()
        .await
        .expect("a story");
    assert_schema(&story.to_json());
    let json: Value = serde_json::from_str(&story.to_json()).expect("JSON");
    // The list tells of a resize, and the record of it is not read for another kind.
    assert_eq!(json["actions"][0]["apparent"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_action_without_steps_is_not_waited_for_like_one_with_an_open_step() {
    let record = action("refresh_volume_attachment", None, &[]);
    let wire = api(
        vec![scene(0, Some(server("ACTIVE", None)), Some(record))],
        ACTION,
    );
    let report = follow(&wire).await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.followed_ms <= 9_000, "{}", report.followed_ms);
    let record = action("resetState", None, &[]);
    let wire = api(
        vec![scene(0, Some(server("ERROR", None)), Some(record))],
        ACTION,
    );
    let report = follow(&wire).await.expect("no failure");
    assert_eq!(
        (report.verdict, report.followed_ms),
        (Verdict::Succeeded, 0),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_before_the_first_look_has_the_faults_reason() {
    let mut broken = server("ERROR", None);
    broken["fault"] =
        json!({"code": 500, "created": "2026-11-21T21:21:29Z", "message": "rescue is broken"});
    let failed = [("compute_rescue_instance", Some("Error"))];
    let wire = api(
        vec![scene(
            0,
            Some(broken),
            Some(action("rescue", Some("Error"), &failed)),
        )],
        ACTION,
    );
    let error = follow(&wire).await.expect_err("it failed");
    assert!(error.to_string().contains("rescue is broken"), "{error}");
    assert_eq!(error.report().followed_ms, 0);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_decides_nothing_has_to_stay_and_longer_while_a_step_is_open() {
    for (result, at_least, at_most) in [(Some("Success"), 3_000, 9_000), (None, 30_000, 50_000)] {
        let record = action("brandNew", None, &[("compute_new", result)]);
        let mut record = record;
        record["events"][0]["finish_time"] = result.map_or(Value::Null, |_| BEGAN.into());
        let wire = api(
            vec![scene(0, Some(server("ACTIVE", None)), Some(record))],
            ACTION,
        );
        let report = follow(&wire).await.expect("no failure");
        assert_eq!(report.verdict, Verdict::Unknown);
        let took = report.followed_ms;
        assert!((at_least..=at_most).contains(&took), "{took} {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_novas_own_404_says_that_a_server_is_gone() {
    let record = action("delete", None, &[]);
    let wire = ScriptedTransport::answering(move |n, sent| {
        if sent.url.path().contains("os-instance-actions") {
            let body = json!({ "instanceAction": record }).to_string();
            return answer(200, n, &body);
        }
        answer(404, n, "<html>no such backend</html>")
    });
    let follow = compute(&wire).follow(SERVER, ACTION).deadline(secs(20));
    let report = follow.send().await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.evidence.contains("the last look failed"), "{report}");
    assert!(report.evidence.contains("404"), "{report}");
}
