//! How an image's data come.

use super::*;

const IMAGE: &str = "71252fd2-b48d-43c3-9391-153739746e29";

const NO_IMAGE: &str = r#"{"message": "No image found with ID 71252fd2<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#;

/// What Glance shows from a time on: the image's status, the stores that it failed in, and the task's status.
type Scene = (u64, &'static str, &'static str, &'static str);

fn glance(scenes: &'static [Scene]) -> ScriptedTransport {
    ScriptedTransport::answering(move |n, sent| {
        let now = scenes.iter().rev().find(|(from, ..)| sent.at >= ms(*from));
        let &(_, status, failed, task) = now.expect("a scene from the start");
        let path = sent.url.path();
        if sent.method == Method::POST {
            return accepted("");
        }
        if path.ends_with("/tasks") {
            let tasks = match task {
                "" => json!([]),
                "none" => return answer(404, n, "<h1>Not Found</h1>"),
                task => json!([
                    {
                        "id": "1", "type": "api_image_import", "status": "success", "request_id": ANOTHER,
                        "message": "",
                    },
                    {
                        "id": "2", "type": "api_image_import", "status": task, "request_id": REQUEST,
                        "message": if task == "failure" { "Task failed due to Internal Error" } else { "" },
                        "input": { "import_req": { "method": { "uri": "https://u:hunter2@h/" } } },
                    },
                ]),
            };
            return answer(200, n, &json!({ "tasks": tasks }).to_string());
        }
        if status == "gone" {
            return answer(404, n, NO_IMAGE);
        }
        let image = json!({
            "id": IMAGE, "name": "imp", "status": status, "size": 9, "os_glance_failed_import": failed,
            "direct_url": "swift+https://u:hunter2@h/",
        });
        answer(200, n, &image.to_string())
    })
}

async fn import(wire: &ScriptedTransport) -> Result<ActionReport, ActionError> {
    let request = image_client(wire)
        .post("/images/{id}/import")
        .param("id", IMAGE);
    let body = json!({ "method": { "name": "glance-direct" } });
    let accepted = request.json(&body).send().await.expect("a 202");
    Resources::new(image_client(wire))
        .follow(&accepted)
        .send()
        .await
}

fn image_client(wire: &ScriptedTransport) -> Client {
    Client::openstack("https://image.example/v2")
        .token("t")
        .max_attempts(1)
        .build_with(wire.clone())
        .expect("a client")
}

#[tokio::test(start_paused = true)]
async fn a_failed_import_has_the_reason_of_its_task() {
    let wire = glance(&[
        (0, "importing", "", "processing"),
        (400, "importing", "files", "failure"),
    ]);
    let error = failed(import(&wire).await);
    assert_eq!(
        error.to_string(),
        format!(
            "import of image {IMAGE} failed: the task of the import failed: Task failed due to Internal Error (not in the \
             stores: files) (request ID {REQUEST})"
        )
    );
    let report = error.report();
    let task = report.task.as_ref().expect("a task");
    assert_eq!(
        (task.id.as_str(), task.request_id.as_deref()),
        ("2", Some(REQUEST))
    );
    let text = report.report();
    assert!(text.contains("image now: importing, 9 bytes"), "{text}");
    assert!(
        text.contains("task: api_image_import failure: Task failed"),
        "{text}"
    );
    assert!(
        !report.to_json().contains("hunter2"),
        "{}",
        report.to_json()
    );
    let read = wire.log()[1].url.path().to_owned();
    assert_eq!(read, format!("/v2/images/{IMAGE}/tasks"));
}

#[tokio::test(start_paused = true)]
async fn an_import_that_succeeds_is_done() {
    let wire = glance(&[
        (0, "importing", "", "processing"),
        (400, "active", "", "success"),
    ]);
    let report = import(&wire).await.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert_schema(&report.to_json());
}

#[tokio::test(start_paused = true)]
async fn without_its_task_an_import_is_unknown() {
    for scenes in [&[(0, "active", "", "")][..], &[(0, "active", "", "none")]] {
        let wire = glance(scenes);
        let report = import(&wire).await.expect("no failure");
        assert_eq!(
            (report.verdict, report.apparent),
            (Verdict::Unknown, Some(Verdict::Succeeded))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_image_is_followed_until_it_has_its_data() {
    let wire = glance(&[
        (0, "queued", "", "none"),
        (400, "saving", "", "none"),
        (1_000, "active", "", "none"),
    ]);
    let what = ("image.create", IMAGE, REQUEST);
    let report = Resources::new(image_client(&wire))
        .follow(what)
        .send()
        .await
        .expect("a success");
    assert_eq!(
        (report.verdict, report.evidence.as_str()),
        (Verdict::Succeeded, "the image is active")
    );
    let wire = glance(&[(0, "killed", "", "none")]);
    let error = failed(
        Resources::new(image_client(&wire))
            .follow(what)
            .send()
            .await,
    );
    assert!(error.to_string().contains("the image is killed"), "{error}");
    // What is not there for this token cannot be followed.
    let wire = glance(&[(0, "gone", "", "none")]);
    let error = Resources::new(image_client(&wire))
        .follow(what)
        .send()
        .await
        .expect_err("nothing");
    assert!(error.to_string().contains("No image found"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_version_is_in_the_base_url_or_in_the_path() {
    for (base, wanted) in [
        ("https://image.example", "/v2/images/"),
        ("https://image.example/image", "/image/v2/images/"),
        ("https://image.example/v2", "/v2/images/"),
        ("https://image.example/v2.17", "/v2.17/images/"),
    ] {
        let wire = glance(&[(0, "active", "", "none")]);
        let client = Client::openstack(base)
            .token("t")
            .build_with(wire.clone())
            .expect("a client");
        let what = ("image.create", IMAGE, REQUEST);
        let report = Resources::new(client)
            .follow(what)
            .send()
            .await
            .expect("a success");
        assert_eq!(report.verdict, Verdict::Succeeded);
        assert!(
            wire.log()[1].url.path().starts_with(wanted),
            "{}",
            wire.log()[1].url
        );
    }
}

/// What two tasks of the image are, both with the ID of the followed request.
async fn import_beside_another(tasks: [&'static str; 2]) -> Result<ActionReport, ActionError> {
    let wire = ScriptedTransport::answering(move |n, sent| {
        if sent.method == Method::POST {
            return accepted("");
        }
        if sent.url.path().ends_with("/tasks") {
            let row = |(number, status): (usize, &&str)| {
                json!({
                    "id": format!("t-{number}"), "type": "api_image_import", "status": status, "request_id": REQUEST,
                    "message": null, "created_at": format!("2026-11-21T21:00:0{number}.000000"),
                })
            };
            let rows: Vec<Value> = tasks.iter().enumerate().map(row).collect();
            return answer(200, n, &json!({ "tasks": rows }).to_string());
        }
        let image = json!({ "id": IMAGE, "status": "active", "os_glance_failed_import": "" });
        answer(200, n, &image.to_string())
    });
    import(&wire).await
}

#[tokio::test(start_paused = true)]
async fn imports_under_one_global_id_cannot_be_told_apart() {
    let report = import_beside_another(["failure", "success"]).await;
    let report = report.expect("no failure");
    assert_eq!((report.verdict, report.apparent), (Verdict::Unknown, None));
    for part in [
        "2 tasks of the image have the ID of this request",
        "t-1 is success, t-0 is failure",
        "share a global request ID",
    ] {
        assert!(report.evidence.contains(part), "{}", report.evidence);
    }
    assert!(report.task.is_none(), "{:?}", report.task);
    assert_schema(&report.to_json());
    // Where they agree, it does not matter which is meant.
    let report = import_beside_another(["success", "success"]).await;
    let report = report.expect("a success");
    assert_eq!(report.verdict, Verdict::Succeeded);
    assert_eq!(report.task.map(|task| task.id).as_deref(), Some("t-1"));
    failed(import_beside_another(["failure", "failure"]).await);
    // One of them may be the one that has not ended.
    let report = import_beside_another(["processing", "success"]).await;
    let report = report.expect("no failure");
    assert!(report.evidence.contains("no end was seen"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn an_import_that_missed_a_store_is_not_a_plain_success() {
    let wire = glance(&[(0, "active", "ceph", "success")]);
    let report = import(&wire).await.expect("no failure");
    assert_eq!(
        (report.verdict, report.apparent, report.evidence.as_str()),
        (
            Verdict::Unknown,
            Some(Verdict::Succeeded),
            "its task succeeded and the image is active, but an import into ceph failed"
        )
    );
    assert!(report.report().contains("an import into ceph failed"));
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_task_repeats_no_password() {
    let wire = ScriptedTransport::answering(|n, sent| {
        let task = json!({
            "id": "1", "status": "failure", "request_id": REQUEST,
            "message": "Cannot read https://u:hunter2@h/image: 403",
        });
        let body = match (&sent.method, sent.url.path().ends_with("/tasks")) {
            (&Method::POST, _) => return accepted(""),
            (_, true) => json!({ "tasks": [task] }),
            _ => json!({ "id": IMAGE, "status": "importing" }),
        };
        answer(200, n, &body.to_string())
    });
    let error = failed(import(&wire).await);
    let text = error.to_string();
    let why = "failed: Cannot read https://[redacted]@h/image: 403";
    assert!(text.contains(why), "{text}");
    let report = error.report();
    let all = format!("{error:?} {report} {report:?} {}", report.to_json());
    assert!(!all.contains("hunter2"), "{all}");
}
