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
    task: Option<&'a ImageTask>,
) -> Observation<'a> {
    Observation {
        work: Work::of(operation),
        operation,
        image,
        was_there: true,
        task,
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
fn judged(operation: &str, status: Option<&str>, failed: &str, of: Option<&str>) -> [String; 2] {
    let image = status.map(|status| image(status, failed));
    let task = of.map(task);
    let first = look(operation, image.as_ref(), task.as_ref());
    let settled = Observation {
        settled: true,
        ..look(operation, image.as_ref(), task.as_ref())
    };
    [first, settled].map(|seen| short(&judge(&seen)))
}

#[test]
fn the_task_tells_how_an_import_ended() {
    let well = "unknown, apparently succeeded";
    let badly = "unknown, apparently failed";
    for (status, failed, task, wanted) in [
        (Some("importing"), "", Some("processing"), ["running"; 2]),
        (Some("importing"), "", Some("pending"), ["running"; 2]),
        (Some("active"), "", Some("success"), ["succeeded"; 2]),
        // A failed import stays so for good.
        (Some("importing"), "files", Some("failure"), ["failed"; 2]),
        (Some("active"), "files", Some("failure"), ["failed"; 2]),
        (None, "", Some("failure"), ["failed"; 2]),
        (Some("importing"), "", Some("success"), ["running", well]),
        (None, "", Some("success"), ["running", well]),
        (None, "", Some("processing"), ["running", "unknown"]),
        (Some("importing"), "", None, ["running"; 2]),
        (Some("importing"), "files", None, ["running", badly]),
        (Some("active"), "", None, ["running", well]),
        (Some("queued"), "", None, ["running", "unknown"]),
        (Some("killed"), "", None, ["failed"; 2]),
        (None, "", None, ["running", "unknown"]),
    ] {
        let said = judged("import", status, failed, task);
        assert_eq!(said, wanted, "{status:?} {failed} {task:?}");
    }
    let (image, task) = (image("importing", "files"), task("failure"));
    let Ended(_, evidence) = judge(&look("import", Some(&image), Some(&task))) else {
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
        let said = judged("create", status, failed, None);
        assert_eq!(said, wanted, "{status:?} {failed}");
    }
}

#[test]
fn other_work_and_other_images_have_no_verdict() {
    let active = image("active", "");
    let seen = look("convert", Some(&active), None);
    let Ended(Verdict::Unknown, evidence) = judge(&seen) else {
        panic!("a verdict");
    };
    assert!(evidence.contains("`image.convert`"), "{evidence}");
    let seen = Observation {
        was_there: false,
        settled: true,
        ..look("import", None, None)
    };
    assert_eq!(judge(&seen), NotFound);
}
