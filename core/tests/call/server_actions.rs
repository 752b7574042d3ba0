//! Following and explaining server actions, over a scripted compute API on a paused clock.

use std::sync::{Arc, Mutex};

use http::Method;
use reqtrail::openstack::{ActionError, ActionReport, Compute, Verdict};
use reqtrail::{CancelToken, Client, ErrorKind};
use serde_json::{Value, json};

use crate::support::*;

const SERVER: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";
const ACTION: &str = "req-ea1b0dfc-3186-42a9-84ff-c4f4fb130fae";
const BEGAN: &str = "2026-11-21T21:21:29.982786";

type ComputeApi = Compute<Client<ScriptedTransport>>;

fn server(status: &str, task: Option<&str>) -> Value {
    json!({ "id": SERVER, "status": status, "OS-EXT-STS:task_state": task })
}

fn action(kind: &str, message: Option<&str>, events: &[(&str, Option<&str>)]) -> Value {
    let events: Vec<Value> = events
        .iter()
        .map(|(event, result)| json!({ "event": event, "result": result, "start_time": BEGAN }))
        .collect();
    json!({
        "action": kind, "request_id": ACTION, "start_time": BEGAN, "message": message, "events": events,
    })
}

/// What the API shows from a time on. `None` is a 404.
#[derive(Clone)]
struct Scene {
    from_ms: u64,
    server: Option<Value>,
    action: Option<Value>,
}

fn scene(from_ms: u64, server: Option<Value>, action: Option<Value>) -> Scene {
    Scene {
        from_ms,
        server,
        action,
    }
}

/// A compute API that plays scenes; `newest` is the newest action of its list.
fn api(scenes: Vec<Scene>, newest: &'static str) -> ScriptedTransport {
    ScriptedTransport::answering(move |n, sent| {
        let now = scenes
            .iter()
            .rev()
            .find(|scene| sent.at >= ms(scene.from_ms))
            .expect("a scene from the start");
        let path = sent.url.path();
        let body = if sent.method == Method::POST {
            return answer(202, n, "");
        } else if path.ends_with("/os-instance-actions") {
            let listed = json!({ "action": "resize", "request_id": newest });
            Some(json!({ "instanceActions": [listed] }))
        } else if path.contains("/os-instance-actions/") {
            now.action.as_ref().map(|a| json!({ "instanceAction": a }))
        } else {
            now.server.as_ref().map(|s| json!({ "server": s }))
        };
        match body {
            Some(body) => answer(200, n, &body.to_string()),
            None => answer(
                404,
                n,
                r#"{"itemNotFound": {"code": 404, "message": "gone"}}"#,
            ),
        }
    })
}

fn answer(status: u16, n: usize, body: &str) -> Exchange {
    let id = format!("req-00000000-0000-4000-8000-{n:012}");
    reply(status)
        .header("x-openstack-request-id", id)
        .body(body.to_owned())
}

fn compute(wire: &ScriptedTransport) -> ComputeApi {
    let client = Client::openstack("https://nova.example/v2.1")
        .token("gAAAAA-secret")
        .jitter_seed(7)
        .max_attempts(1)
        .build_with(wire.clone())
        .expect("a client");
    Compute::new(client)
}

async fn follow(wire: &ScriptedTransport) -> Result<ActionReport, ActionError> {
    compute(wire).follow(SERVER, ACTION).send().await
}

#[tokio::test(start_paused = true)]
async fn a_resize_that_fits_nowhere() {
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
    assert!(report.report().contains(&call_id));
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
async fn a_boot_whose_record_never_appears() {
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
async fn a_newer_action_takes_the_proof_away() {
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
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_it_in_a_wait_and_in_a_poll() {
    for stall in [false, true] {
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
        token.cancel();
        let error = work.await.expect("no panic").expect_err("cancelled");
        let ActionError::Unfollowed { error, report } = error else {
            panic!("nothing says that the action failed")
        };
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(report.trails.len(), wire.count());
        assert!(report.followed_ms < 200, "at once");
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_and_its_panic_is_caught() {
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
            assert!(progress.action.is_some());
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
async fn without_an_id_nothing_is_asked() {
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

#[tokio::test(start_paused = true)]
async fn the_story_of_a_server() {
    let wire = ScriptedTransport::answering(|n, sent| {
        let path = sent.url.path();
        let listed = [
            ("resize", "req-2", Some("Error")),
            ("create", "req-1", None),
        ];
        if path.ends_with("/os-instance-actions") {
            let actions: Vec<Value> = listed
                .iter()
                .map(|(kind, id, message)| json!({ "action": kind, "request_id": id, "message": message, "start_time": BEGAN }))
                .collect();
            return answer(200, n, &json!({ "instanceActions": actions }).to_string());
        }
        if let Some((kind, id, message)) = listed.iter().find(|(_, id, _)| path.ends_with(id)) {
            let mut one = action(
                kind,
                *message,
                &[("cold_migrate", message.map(|_| "Error"))],
            );
            one["request_id"] = json!(id);
            return answer(200, n, &json!({ "instanceAction": one }).to_string());
        }
        answer(
            200,
            n,
            &json!({ "server": server("ACTIVE", None) }).to_string(),
        )
    });
    let story = compute(&wire)
        .explain(SERVER)
        .send()
        .await
        .expect("a story");
    let told: Vec<(&str, Option<Verdict>)> = story
        .actions
        .iter()
        .map(|told| (told.action.action.as_str(), told.verdict))
        .collect();
    // What the creation ended in is hidden by the resize: its record alone proves nothing.
    assert_eq!(
        told,
        [
            ("resize", Some(Verdict::Failed)),
            ("create", Some(Verdict::Unknown))
        ]
    );
    assert_eq!(story.trails.len(), wire.count());
    let text = story.report();
    for part in [
        "ACTIVE",
        "resize",
        "FAILED",
        "req-2",
        "cold_migrate Error",
        "create",
        "req-1",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let json: Value = serde_json::from_str(&story.to_json()).expect("JSON");
    assert_eq!(json["schema"], "reqtrail.story/1");
    assert_eq!(json["actions"][0]["verdict"], "failed");
}

#[tokio::test(start_paused = true)]
async fn the_story_of_a_server_that_is_gone() {
    let wire = ScriptedTransport::answering(|n, sent| {
        let path = sent.url.path();
        if path.ends_with("/os-instance-actions") {
            return answer(
                200,
                n,
                &json!({ "instanceActions": [action("delete", None, &[])] }).to_string(),
            );
        }
        answer(
            404,
            n,
            r#"{"itemNotFound": {"code": 404, "message": "gone"}}"#,
        )
    });
    let story = compute(&wire)
        .explain(SERVER)
        .send()
        .await
        .expect("a story");
    assert!(story.server.is_none());
    assert_eq!(story.actions[0].verdict, Some(Verdict::Succeeded));
    assert_eq!(story.trails.len(), wire.count());
    assert!(story.report().contains("gone"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_looked_for_a_while() {
    let wire = api(vec![scene(0, None, None)], ACTION);
    let report = follow(&wire).await.expect("no failure");
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.evidence.contains("neither the server"), "{report}");
    assert!(report.followed_ms >= 3_000, "{}", report.followed_ms);
    assert_eq!(report.trails.len(), wire.count());
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

#[tokio::test(start_paused = true)]
async fn a_story_that_cannot_be_read_keeps_its_trails() {
    let wire = ScriptedTransport::answering(|n, sent| {
        if sent.url.path().ends_with("/os-instance-actions") {
            return answer(403, n, r#"{"forbidden": {"code": 403, "message": "no"}}"#);
        }
        let body = json!({ "server": server("ACTIVE", None) }).to_string();
        answer(200, n, &body)
    });
    let failed = compute(&wire).explain(SERVER).send().await;
    let failed = failed.expect_err("refused");
    assert_eq!((failed.trails.len(), wire.count()), (2, 2));
    assert_eq!(failed.error.code(), Some("forbidden"));
}

#[tokio::test(start_paused = true)]
async fn what_cloud_init_got_stays_out_of_reports() {
    let mut there = server("PAUSED", None);
    there["OS-EXT-SRV-ATTR:user_data"] = json!("s3cr3t-cloud-config");
    let wire = api(
        vec![scene(0, Some(there), Some(action("pause", None, &[])))],
        ACTION,
    );
    let report = follow(&wire).await.expect("a success");
    let story = compute(&wire)
        .explain(SERVER)
        .send()
        .await
        .expect("a story");
    let all = format!(
        "{} {report:?} {} {story:?}",
        report.to_json(),
        story.to_json()
    );
    assert!(!all.contains("s3cr3t"), "{all}");
}
