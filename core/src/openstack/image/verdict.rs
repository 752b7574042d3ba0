//! Decides whether an image's data arrived.
//!
//! An import has a task, which says how it ended and under which request's ID it began. The image's own state is not enough: after
//! a failed import it stays `importing` for good.

use super::task::ImageTask;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::resource::Resource;
use crate::redact::one_line;

/// The followed work on an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Work {
    /// The import that a request began.
    Import,
    /// The image itself, until its data are there, whoever brings them.
    Create,
    /// Anything else.
    Unproven,
}

impl Work {
    pub(super) fn of(operation: &str) -> Self {
        match operation {
            "import" => Self::Import,
            "create" => Self::Create,
            _ => Self::Unproven,
        }
    }
}

/// The kinds of work that have a row.
pub(in crate::openstack) const OPERATIONS: [&str; 2] = ["create", "import"];

/// States while data arrive.
const PASSING: [&str; 3] = ["saving", "uploading", "importing"];

/// States of an image that once had its data.
const LATER: [&str; 3] = ["deactivated", "deleted", "pending_delete"];

/// The result of one poll.
#[derive(Debug)]
pub(super) struct Observation<'a> {
    pub(super) work: Work,
    /// The kind of work, as in `import`.
    pub(super) operation: &'a str,
    /// `None` if there is none.
    pub(super) image: Option<&'a Resource>,
    /// Whether it was seen by an earlier poll, or the service accepted work on it.
    pub(super) was_there: bool,
    /// The tasks with this very request's ID: more than one if several requests share a global ID.
    pub(super) tasks: &'a [ImageTask],
    /// Whether the service shows tasks.
    pub(super) has_tasks: bool,
    /// Whether the state has been the same for a while.
    pub(super) settled: bool,
}

/// What a poll proves.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Assessment {
    /// Nothing yet.
    Running,
    /// The end, and the evidence for it.
    Ended(Verdict, String),
    /// An end that proves nothing but looks like this verdict, and the evidence for it.
    Apparent(Verdict, String),
    /// It was never seen with this token.
    NotFound,
}

use Assessment::{Apparent, Ended, NotFound, Running};

/// Judges what was seen.
pub(super) fn judge(seen: &Observation<'_>) -> Assessment {
    let status = seen.image.map(Resource::state);
    // An image that has its data was created, whichever task failed before.
    let tasks_count = match seen.work {
        Work::Import => true,
        Work::Create => status != Some("active"),
        Work::Unproven => false,
    };
    if tasks_count && let Some(end) = of_tasks(seen, status) {
        return end;
    }
    let Some(status) = status else {
        return match (seen.settled, seen.was_there) {
            (false, _) => Running,
            (true, true) => Ended(
                Verdict::Unknown,
                "the image was deleted before the outcome was seen".to_owned(),
            ),
            (true, false) => NotFound,
        };
    };
    match seen.work {
        Work::Create => of_state(seen, status),
        Work::Import => without_task(seen, status),
        Work::Unproven => Ended(
            Verdict::Unknown,
            format!(
                "no test has shown how `image.{}` ends, so no state proves it; the image is {status}",
                seen.operation
            ),
        ),
    }
}

/// What the tasks with the request's ID say: nothing if they differ, since Glance does not say which request began which.
fn of_tasks(seen: &Observation<'_>, status: Option<&str>) -> Option<Assessment> {
    let (task, others) = seen.tasks.split_first()?;
    if others.iter().all(|other| other.status == task.status) {
        return of_task(seen, task, status);
    }
    if status.is_some() && seen.tasks.iter().any(ImageTask::is_running) {
        return Some(Running);
    }
    let listed: Vec<String> = (seen.tasks.iter())
        .map(|task| format!("{} is {}", one_line(&task.id), one_line(&task.status)))
        .collect();
    Some(Ended(
        Verdict::Unknown,
        format!(
            "{} tasks of the image have the ID of this request, and they ended differently ({}); imports that share a global \
             request ID cannot be told apart",
            seen.tasks.len(),
            listed.join(", ")
        ),
    ))
}

/// What a task of the request says.
fn of_task(seen: &Observation<'_>, task: &ImageTask, status: Option<&str>) -> Option<Assessment> {
    match task.status.as_str() {
        "failure" => {
            let reason = task.reason().unwrap_or("the task has no reason");
            let mut evidence = format!("the task of the {} failed: {reason}", seen.operation);
            if let Some(stores) = seen.image.and_then(failed_stores) {
                evidence = format!("{evidence} (not in the stores: {stores})");
            }
            Some(Ended(Verdict::Failed, evidence))
        }
        "success" => match (status, seen.image.and_then(failed_stores)) {
            // With `all_stores_must_succeed: false` a task succeeds if any store has the data.
            (Some("active"), Some(stores)) => Some(Apparent(
                Verdict::Succeeded,
                format!(
                    "its task succeeded and the image is active, but an import into {stores} failed"
                ),
            )),
            (Some("active"), None) => Some(Ended(
                Verdict::Succeeded,
                "its task succeeded and the image is active".to_owned(),
            )),
            _ if !seen.settled => Some(Running),
            (Some(status), _) => Some(Apparent(
                Verdict::Succeeded,
                format!("its task succeeded, but the image is {status}"),
            )),
            (None, _) => Some(Apparent(
                Verdict::Succeeded,
                "its task succeeded, and the image is gone".to_owned(),
            )),
        },
        // The image may be gone, and then the task has no result.
        _ if status.is_some() => Some(Running),
        _ => None,
    }
}

/// The stores into which an import failed to bring the data.
fn failed_stores(image: &Resource) -> Option<&str> {
    image.text("os_glance_failed_import")
}

/// Judges the state of an image whose data may come from anyone.
fn of_state(seen: &Observation<'_>, status: &str) -> Assessment {
    if status == "active" {
        return Ended(Verdict::Succeeded, "the image is active".to_owned());
    }
    if status == "killed" {
        let evidence =
            "the image is killed: its upload failed, and the service does not report the reason";
        return Ended(Verdict::Failed, evidence.to_owned());
    }
    if !seen.settled {
        return Running;
    }
    if let Some(stores) = seen.image.and_then(failed_stores) {
        let evidence = format!("the image is {status}, and an import into {stores} failed");
        return Apparent(Verdict::Failed, evidence);
    }
    if PASSING.contains(&status) {
        return Running;
    }
    if LATER.contains(&status) {
        let evidence =
            format!("the image is {status}, a state that only an image with data reaches");
        return Apparent(Verdict::Succeeded, evidence);
    }
    let evidence = match status {
        "queued" => {
            "the image is queued: it waits for its data, and nothing is under way".to_owned()
        }
        other => format!("the image is {other}, and this state does not show how the work ended"),
    };
    Ended(Verdict::Unknown, evidence)
}

/// Judges an import without a task.
fn without_task(seen: &Observation<'_>, status: &str) -> Assessment {
    let no_task = match seen.has_tasks {
        true => "no task of this request is on record",
        false => "the service does not tell of tasks",
    };
    if status == "killed" {
        return Ended(
            Verdict::Failed,
            format!("the image is killed, and {no_task}"),
        );
    }
    // A record may be late, and a service without records only has the image's state.
    if !seen.settled {
        return Running;
    }
    let failed = seen.image.and_then(failed_stores);
    match (status, failed) {
        (_, Some(stores)) => Apparent(
            Verdict::Failed,
            format!("the image is {status}, an import into {stores} failed, and {no_task}"),
        ),
        ("active", None) => Apparent(
            Verdict::Succeeded,
            format!("the image is active, and {no_task}"),
        ),
        (status, None) if PASSING.contains(&status) => Running,
        (status, None) => Ended(
            Verdict::Unknown,
            format!("the image is {status}, and {no_task}"),
        ),
    }
}

#[cfg(test)]
mod tests;
