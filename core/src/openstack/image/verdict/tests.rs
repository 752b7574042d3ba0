//! The rules against what a real Glance 31 showed, and what it could show.

use serde_json::json;

use super::*;

fn image(status: &str, failed: &str) -> Resource {
    let json = json!({ "id": "71252fd2-b48d-43c3-9391-153739746e29", "status": status, "os_glance_failed_import": failed });
    serde_json::from_value(json).expect("an image")
}

fn task(status: &str) -> ImageTask {
    let json = json!({ "id": "7cbd928b", "status": status, "message": "Task failed due to Internal Error" });
    serde_json::from_value(json).expect("a task")
}

fn look<'a>(
    operation: &'a str,
    image: Option<&'a Resource>,
    tasks: &'a [ImageTask],
) -> Observation<'a> {
    Observation {
        work: Work::of(operation),
        operation,
        image,
        was_there: true,
        tasks,
        has_tasks: true,
        settled: false,
    }
}

fn short(assessment: &Assessment) -> String {
    match assessment {
        Running => "running".to_owned(),
        Ended(verdict, _) => verdict.to_string(),
        Apparent(verdict, _) => format!("unknown, apparently {verdict}"),
        NotFound => "not found".to_owned(),
    }
}

/// What is said of an image at first, and once it stays the same.
fn judged(operation: &str, status: Option<&str>, failed: &str, tasks: &[&str]) -> [String; 2] {
    let image = status.map(|status| image(status, failed));
    let tasks: Vec<ImageTask> = tasks.iter().map(|status| task(status)).collect();
    let first = look(operation, image.as_ref(), &tasks);
    let settled = Observation {
        settled: true,
        ..look(operation, image.as_ref(), &tasks)
    };
    [first, settled].map(|seen| short(&judge(&seen)))
}

#[test]
fn the_task_tells_how_an_import_ended() {
    let well = "unknown, apparently succeeded";
    let badly = "unknown, apparently failed";
    for (status, failed, task, wanted) in [
        (Some("importing"), "", &["processing"][..], ["running"; 2]),
        (Some("importing"), "", &["pending"], ["running"; 2]),
        (Some("active"), "", &["success"], ["succeeded"; 2]),
        // With `all_stores_must_succeed: false` a store may lack the data.
        (Some("active"), "files", &["success"], [well; 2]),
        // A failed import stays so for good.
        (Some("importing"), "files", &["failure"], ["failed"; 2]),
        (Some("active"), "files", &["failure"], ["failed"; 2]),
        (None, "", &["failure"], ["failed"; 2]),
        (Some("importing"), "", &["success"], ["running", well]),
        (None, "", &["success"], ["running", well]),
        (None, "", &["processing"], ["running", "unknown"]),
        (Some("importing"), "", &[], ["running"; 2]),
        (Some("importing"), "files", &[], ["running", badly]),
        (Some("active"), "", &[], ["running", well]),
        (Some("queued"), "", &[], ["running", "unknown"]),
        (Some("killed"), "", &[], ["failed"; 2]),
        (None, "", &[], ["running", "unknown"]),
    ] {
        let said = judged("import", status, failed, task);
        assert_eq!(said, wanted, "{status:?} {failed} {task:?}");
    }
    let (image, task) = (image("importing", "files"), task("failure"));
    let Ended(_, evidence) = judge(&look("import", Some(&image), &[task])) else {
        panic!("no end");
    };
    assert_eq!(
        evidence,
        "the task of the import failed: Task failed due to Internal Error (not in the stores: files)"
    );
}

#[test]
fn the_state_tells_whether_an_image_has_its_data() {
    let well = "unknown, apparently succeeded";
    let badly = "unknown, apparently failed";
    for (status, failed, wanted) in [
        (Some("active"), "", ["succeeded"; 2]),
        (Some("killed"), "", ["failed"; 2]),
        (Some("queued"), "", ["running", "unknown"]),
        (Some("saving"), "", ["running"; 2]),
        (Some("uploading"), "", ["running"; 2]),
        (Some("importing"), "", ["running"; 2]),
        (Some("importing"), "files", ["running", badly]),
        (Some("deactivated"), "", ["running", well]),
        (Some("deleted"), "", ["running", well]),
        (Some("pending_delete"), "", ["running", well]),
        (None, "", ["running", "unknown"]),
    ] {
        let said = judged("create", status, failed, &[]);
        assert_eq!(said, wanted, "{status:?} {failed}");
    }
}

#[test]
fn other_work_and_other_images_have_no_verdict() {
    let active = image("active", "");
    let seen = look("convert", Some(&active), &[]);
    let Ended(Verdict::Unknown, evidence) = judge(&seen) else {
        panic!("a verdict");
    };
    assert!(evidence.contains("`image.convert`"), "{evidence}");
    let seen = Observation {
        was_there: false,
        settled: true,
        ..look("import", None, &[])
    };
    assert_eq!(judge(&seen), NotFound);
}

#[test]
fn tasks_with_one_request_id_prove_what_they_agree_on() {
    for (operation, status, tasks, wanted) in [
        (
            "import",
            "active",
            &["success", "success"][..],
            ["succeeded"; 2],
        ),
        ("import", "active", &["failure", "failure"], ["failed"; 2]),
        ("import", "active", &["success", "failure"], ["unknown"; 2]),
        (
            "import",
            "active",
            &["processing", "failure"],
            ["running"; 2],
        ),
        (
            "import",
            "importing",
            &["processing", "success"],
            ["running"; 2],
        ),
        // Whichever task brought them, the image has its data.
        (
            "create",
            "active",
            &["success", "failure"],
            ["succeeded"; 2],
        ),
        ("create", "active", &["failure"], ["succeeded"; 2]),
        ("create", "importing", &["failure"], ["failed"; 2]),
        (
            "create",
            "importing",
            &["success", "failure"],
            ["unknown"; 2],
        ),
    ] {
        let said = judged(operation, Some(status), "", tasks);
        assert_eq!(said, wanted, "{operation} {status} {tasks:?}");
    }
    let (image, tasks) = (image("active", ""), ["success", "failure"].map(task));
    let Ended(_, evidence) = judge(&look("import", Some(&image), &tasks)) else {
        panic!("no end");
    };
    assert_eq!(
        evidence,
        "2 tasks of the image have the ID of this request, and they ended differently (7cbd928b is success, 7cbd928b is \
         failure); imports that share a global request ID cannot be told apart"
    );
    // No test has shown how a conversion ends, whatever a task of its request is.
    assert_eq!(
        judged("convert", Some("active"), "", &["success"]),
        ["unknown"; 2]
    );
}
