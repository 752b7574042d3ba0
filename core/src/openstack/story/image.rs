//! What the image service tells of an image: its state, and the tasks that brought its data.

use super::reader::{Reader, Service, ServiceClient};
use super::record::ResourceStory;
use super::volume;
use crate::error::Error;
use crate::openstack::accepted::resource::Resource;
use crate::openstack::image::reads;
use crate::openstack::image::task::ImageTask;
use crate::redact::one_line;

/// Adds an image that was read.
///
/// # Errors
/// What ends the story.
pub(super) async fn tell(reader: &mut Reader, image: &Resource) -> Result<ResourceStory, Error> {
    let tasks = tasks(reader, &image.id).await?;
    Ok(with_tasks(image, tasks).limited(reader.limit))
}

/// Reads the tasks of an image, newest first; none if the service does not tell them, and a note says why.
///
/// # Errors
/// What ends the story.
pub(super) async fn tasks(reader: &mut Reader, id: &str) -> Result<Vec<ImageTask>, Error> {
    let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Image).await? else {
        return Ok(Vec::new());
    };
    match reader
        .calls
        .ask(reads::tasks(&client, prefix, id), None)
        .await
    {
        Ok(read) => {
            let tasks = read.tasks.into_iter().map(ImageTask::for_report);
            let mut tasks: Vec<ImageTask> = tasks.collect();
            tasks.sort_by_key(|task| std::cmp::Reverse(task.created()));
            Ok(tasks)
        }
        Err(error) => {
            reader.missed(Service::Image, &format!("the tasks of image {id}"), error)?;
            Ok(Vec::new())
        }
    }
}

/// Adds the tasks, newest first, and what they say about a failure.
pub(super) fn with_tasks(image: &Resource, tasks: Vec<ImageTask>) -> ResourceStory {
    let mut story = volume::seen("image", image);
    let stores = image.text("os_glance_failed_import");
    let status = image.status.as_str();
    let failed = tasks.first().filter(|task| task.status == "failure");
    story.failure = match (failed, stores) {
        (Some(task), _) => {
            let reason = one_line(task.reason().unwrap_or("the task has no reason"));
            let stores = stores.map_or_else(String::new, |stores| {
                format!(" (not in the stores: {stores})")
            });
            let what = task.task_type.as_deref().unwrap_or("its task");
            Some(format!(
                "the image is {status}, and {what} failed: {reason}{stores}"
            ))
        }
        (None, Some(stores)) => Some(format!(
            "the image is {status}, and an import into {stores} failed"
        )),
        (None, None) if status == "killed" => {
            Some("the image is killed: its upload failed".to_owned())
        }
        (None, None) => None,
    };
    story.request_id = failed.and_then(|task| task.request_id.clone());
    story.tasks = tasks;
    story
}
