//! Operations as values, with either client's results as one type.

use reqtrail::openstack::{
    Operation, OperationAttached, OperationKind, OperationOptions, OperationOutput,
    OperationReport, Resources,
};

use super::*;

/// A server that has been stopped.
fn stopped() -> ScriptedTransport {
    let stopped = action("stop", None, &[("compute_stop_instance", Some("Success"))]);
    api(
        vec![scene(0, Some(server("SHUTOFF", None)), Some(stopped))],
        ACTION,
    )
}

/// One of every kind.
fn operations() -> [Operation; 7] {
    [
        Operation::server(SERVER),
        Operation::action(SERVER, ACTION),
        Operation::actions(SERVER),
        Operation::follow(SERVER, ACTION),
        Operation::explain(SERVER),
        Operation::server_by_name("web-1"),
        Operation::follow_resource(format!("server.stop/{SERVER}"), ACTION),
    ]
}

/// What differs between two runs that went alike.
fn steady(json: &str) -> Value {
    let mut value: Value = serde_json::from_str(json).expect("JSON");
    if let Some(trails) = value.get_mut("trails") {
        let paths: Vec<Value> = (trails.as_array().into_iter().flatten())
            .map(|trail| trail["attempts"][0]["url"].clone())
            .collect();
        *trails = paths.into();
    }
    value
}

#[tokio::test(start_paused = true)]
async fn an_operation_returns_what_the_typed_builder_returns() {
    let wire = stopped();
    let compute = compute(&wire);
    let typed = [
        compute.server(SERVER).send().await.expect("it").to_json(),
        (compute.action(SERVER, ACTION).send().await)
            .expect("it")
            .to_json(),
        compute.actions(SERVER).send().await.expect("it").to_json(),
        (compute.follow(SERVER, ACTION).send().await)
            .expect("it")
            .to_json(),
        compute.explain(SERVER).send().await.expect("it").to_json(),
        (compute.server_by_name("web-1").send().await)
            .expect("it")
            .to_json(),
        Resources::new(compute.client().clone())
            .follow(("server.stop", SERVER, ACTION))
            .send()
            .await
            .expect("it")
            .to_json(),
    ];
    let asked = wire.count();
    for (operation, typed) in operations().into_iter().zip(typed) {
        let kind = operation.kind();
        let before = wire.count();
        let output = operation
            .clone()
            .run(compute.client(), OperationAttached::new());
        let output = output.await.expect("an output");
        assert_eq!(steady(&output.to_json()), steady(&typed), "{kind}");
        assert_eq!(output.trails().len(), wire.count() - before, "{kind}");
        let wanted = match output {
            OperationOutput::Server(_) if output.trails().len() > 1 => OperationKind::ServerByName,
            OperationOutput::Server(_) => OperationKind::Server,
            OperationOutput::Action(_) => OperationKind::Action,
            OperationOutput::Actions(_) => OperationKind::Actions,
            OperationOutput::Followed(_) if kind == OperationKind::FollowResource => kind,
            OperationOutput::Followed(_) => OperationKind::Follow,
            OperationOutput::Explained(_) => OperationKind::Explain,
            _ => panic!("another kind"),
        };
        assert_eq!(kind, wanted);
        assert_eq!(OperationKind::from_name(kind.as_str()), Some(kind));
    }
    assert_eq!(wire.count(), 2 * asked);
    // The one that needs a connection has its own tests.
    assert_eq!(OperationKind::ALL.len(), operations().len() + 1);
    assert_eq!(OperationKind::from_name("reboot"), None);
}

#[tokio::test(start_paused = true)]
async fn options_reach_the_requests() {
    let wire = stopped();
    let compute = compute(&wire);
    let mut options = OperationOptions::default();
    options.microversion = Some("2.58".to_owned());
    options.limit = Some(3);
    options.marker = Some("req-0".to_owned());
    options.changes_since = Some(std::time::SystemTime::UNIX_EPOCH + secs(1_795_294_800));
    options.changes_before = options.changes_since;
    let list = Operation::actions(SERVER).options(options);
    list.run(compute.client(), OperationAttached::new())
        .await
        .expect("a page");
    let query = wire.log()[0].url.query().unwrap_or_default().to_owned();
    for part in [
        "limit=3",
        "marker=req-0",
        "changes-since=2026-11-21T",
        "changes-before=2026-11-21T",
    ] {
        assert!(query.contains(part), "{query}");
    }
    assert_eq!(wire.headers("openstack-api-version"), ["compute 2.58"]);
}

#[tokio::test(start_paused = true)]
async fn a_follow_keeps_its_times_and_reports_progress() {
    let busy = action("create", None, &[]);
    let wire = api(
        vec![scene(
            0,
            Some(server("BUILD", Some("spawning"))),
            Some(busy),
        )],
        ACTION,
    );
    let mut options = OperationOptions::default();
    options.poll_interval = Some(secs(1));
    options.max_poll_interval = Some(secs(4));
    options.deadline = Some(secs(14));
    let polls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&polls);
    let attached = OperationAttached::new().on_progress(move |progress| {
        let at = progress.elapsed.as_secs();
        seen.lock().expect("the polls").push(at);
    });
    let follow = Operation::follow(SERVER, ACTION).options(options);
    let output = follow.run(compute(&wire).client(), attached).await;
    let Ok(OperationOutput::Followed(report)) = output else {
        panic!("{output:?}");
    };
    assert_eq!(report.verdict, Verdict::Unknown);
    assert_eq!(*polls.lock().expect("the polls"), [0, 1, 3, 7, 11, 14]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_token_ends_every_kind_of_operation() {
    for operation in operations() {
        let kind = operation.kind();
        let wire = stopped();
        let token = CancelToken::new();
        token.cancel();
        let attached = OperationAttached::new().cancel_token(&token);
        let error = operation.run(compute(&wire).client(), attached).await;
        let error = error.expect_err("it was cancelled");
        let why = error.error().map(reqtrail::Error::kind);
        assert_eq!(why, Some(ErrorKind::Cancelled), "{kind}");
        assert_eq!(wire.count(), 0, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_is_the_plain_data_of_a_result() {
    let wire = stopped();
    let compute = compute(&wire);
    for operation in operations() {
        let kind = operation.kind();
        let result = operation
            .run(compute.client(), OperationAttached::new())
            .await;
        let trails = result.as_ref().expect("an output").trails().len();
        let json = result.as_ref().expect("an output").to_json();
        let report = OperationReport::new(kind, result).expect("a report");
        assert_eq!((report.kind, report.json), (kind, json));
        assert_eq!(report.trails.len(), trails, "{kind}");
        let follows = matches!(kind, OperationKind::Follow | OperationKind::FollowResource);
        let has_text = follows || kind == OperationKind::Explain;
        assert_eq!(report.text.is_some(), has_text, "{kind}");
        assert_eq!(
            report.verdict,
            follows.then_some(Verdict::Succeeded),
            "{kind}"
        );
        assert_eq!(report.request_id.as_deref(), follows.then_some(ACTION));
        assert!(report.apparent.is_none() && report.failure.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_says_why_its_operation_failed() {
    // The action itself: there is no call to blame.
    let failed = action("stop", Some("Error"), &[("compute_stop", Some("Error"))]);
    let wire = api(
        vec![scene(0, Some(server("ACTIVE", None)), Some(failed))],
        ACTION,
    );
    let follow = Operation::follow(SERVER, ACTION);
    let error = follow
        .run(compute(&wire).client(), OperationAttached::new())
        .await;
    let error = error.expect_err("it failed");
    assert!(error.error().is_none());
    let text = error.to_string();
    let report = OperationReport::new(OperationKind::Follow, Err(error)).expect("a report");
    let failure = report.failure.expect("a failure");
    assert_eq!(failure.message, text);
    assert!(failure.cause.is_none());
    assert_eq!(failure.kind(), ErrorKind::Api);
    assert_eq!(report.verdict, Some(Verdict::Failed));
    assert_schema(&report.json);

    // A call of each kind: what was seen until then is there.
    let refusing = || {
        ScriptedTransport::answering(|n, _| {
            answer(403, n, r#"{"forbidden": {"code": 403, "message": "no"}}"#)
        })
    };
    for operation in operations() {
        let kind = operation.kind();
        let wire = refusing();
        let error = operation
            .run(compute(&wire).client(), OperationAttached::new())
            .await;
        let error = error.expect_err("refused");
        let (text, code) = (error.to_string(), error.error().and_then(|e| e.code()));
        assert_eq!(code, Some("forbidden"), "{kind}");
        match OperationReport::new(kind, Err(error)) {
            Ok(report) => {
                let failure = report.failure.expect("a failure");
                let cause = failure.cause.expect("a cause");
                assert_eq!(
                    (failure.message, cause.status()),
                    (text, Some(http::StatusCode::FORBIDDEN))
                );
                assert_eq!(report.trails.len(), wire.count(), "{kind}");
                assert_eq!(report.json.is_empty(), kind == OperationKind::Explain);
            }
            // A read has nothing to add to the error of its call.
            Err(error) => assert_eq!(error.to_string(), text, "{kind}"),
        }
    }
}

#[test]
fn a_kind_knows_its_options() {
    for kind in OperationKind::ALL {
        let follows_any = *kind == OperationKind::FollowResource;
        let asks_several = *kind == OperationKind::ExplainResource;
        let of_compute = !follows_any && !asks_several;
        assert_eq!(kind.has("microversion"), of_compute, "{kind}");
        assert_eq!(kind.has("size"), follows_any, "{kind}");
        assert!(!kind.has("colour"), "{kind}");
        let follows = follows_any || *kind == OperationKind::Follow;
        let reads = !follows && *kind != OperationKind::Explain;
        assert_eq!(kind.has("timeout"), reads, "{kind}");
        assert_eq!(kind.has("deadline"), follows, "{kind}");
        assert_eq!(kind.has("marker"), *kind == OperationKind::Actions);
    }
    assert!(OperationKind::Explain.has("limit") && !OperationKind::Server.has("limit"));
}

#[test]
fn debug_shows_that_a_callback_is_attached() {
    for (attached, shown) in [
        (OperationAttached::new(), "on_progress: false"),
        (
            OperationAttached::new().on_progress(|_| {}),
            "on_progress: true",
        ),
    ] {
        let text = format!("{attached:?}");
        assert!(text.contains(shown), "{text}");
    }
}
