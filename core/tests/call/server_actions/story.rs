//! The story of a server, and what reports keep to themselves.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_story_lists_the_actions_of_a_server() {
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
    assert_schema(&story.to_json());
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
    assert_schema(&story.to_json());
    assert!(story.server.is_none());
    assert_eq!(story.actions[0].verdict, Some(Verdict::Succeeded));
    assert_eq!(story.trails.len(), wire.count());
    assert!(story.report().contains("gone"));
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
    assert!(
        failed.to_string().ends_with(&failed.error.to_string()),
        "{failed}"
    );
    assert_sources_are_new(&failed, &failed.to_string());
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
