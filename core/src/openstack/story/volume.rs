//! What block storage tells of a volume or a snapshot: its state, and what it says to users about requests that failed.

use serde_json::Value;

use super::lookup::{self, Thing};
use super::named::Kind;
use super::reader::{Place, Reader, Service};
use super::record::ResourceStory;
use crate::error::Error;
use crate::openstack::accepted::resource::Resource;
use crate::openstack::volume::message::UserMessage;
use crate::openstack::volume::messages;
use crate::openstack::volume::reads::{Access, Wanted};

/// Adds a volume or a snapshot that was read.
///
/// # Errors
/// What ends the story.
pub(super) async fn tell(
    reader: &mut Reader,
    kind: Kind,
    resource: &Resource,
) -> Result<ResourceStory, Error> {
    let wanted = Wanted::Resource(&resource.id);
    let about = format!("the messages about {} {}", kind.as_str(), resource.id);
    let mut messages = read(reader, wanted, &about).await?;
    messages.truncate(reader.limit);
    Ok(with_messages(seen(kind.as_str(), resource), messages))
}

/// Adds a volume by its UUID, as far as block storage shows it.
///
/// # Errors
/// What ends the story.
pub(super) async fn by_id(
    reader: &mut Reader,
    id: &str,
    relation: &str,
) -> Result<ResourceStory, Error> {
    let absent = reader.absent.len();
    let found = lookup::one(reader, Kind::Volume, id).await?;
    let story = match &found {
        Some(Thing::Volume(kind, volume)) => tell(reader, *kind, volume).await?,
        _ => ResourceStory::new("volume", id),
    };
    if reader.absent.len() > absent {
        reader.notes.push(format!(
            "the volume service has no volume {id} for this token (404)"
        ));
    }
    Ok(story.related(relation))
}

/// What a resource shows of itself.
pub(super) fn seen(resource_type: &str, resource: &Resource) -> ResourceStory {
    ResourceStory {
        name: resource.name.clone().filter(|name| !name.is_empty()),
        status: Some(resource.status.clone()),
        ..ResourceStory::new(resource_type, &resource.id)
    }
}

/// Adds the messages, newest first, and what they say about a failure.
pub(super) fn with_messages(mut story: ResourceStory, messages: Vec<UserMessage>) -> ResourceStory {
    let what = &story.resource_type;
    let status = story.status.as_deref();
    let newest = messages.first();
    story.failure = match (newest, status) {
        (Some(newest), Some(status)) if story.is_in_error() => {
            Some(format!("the {what} is in {status}: {newest}"))
        }
        (Some(newest), Some(status)) => Some(format!(
            "the {what} is {status}, and the newest message about it says: {newest}"
        )),
        (Some(newest), None) => Some(newest.to_string()),
        (None, Some(status)) if story.is_in_error() => Some(format!(
            "the {what} is in {status}, and no message to users says why"
        )),
        (None, _) => None,
    };
    story.request_id = newest.and_then(|newest| newest.request_id.clone());
    story.messages = messages;
    story
}

/// The servers that a volume is attached to, by their IDs alone.
pub(super) fn servers(volume: &Resource) -> Vec<ResourceStory> {
    let attachments = volume.other.get("attachments").and_then(Value::as_array);
    let attachments = attachments.into_iter().flatten();
    let servers = attachments.filter_map(|one| {
        let device = one["device"].as_str().filter(|device| !device.is_empty());
        let relation = match device {
            Some(device) => format!("has the volume as {device}"),
            None => "has the volume".to_owned(),
        };
        let id = one["server_id"].as_str().filter(|id| !id.is_empty())?;
        Some(ResourceStory::new("server", id).related(&relation))
    });
    servers.collect()
}

/// Reads messages in the best way that this server has; none if it does not tell any, and a note says why.
///
/// # Errors
/// What ends the story.
pub(super) async fn read(
    reader: &mut Reader,
    wanted: Wanted<'_>,
    about: &str,
) -> Result<Vec<UserMessage>, Error> {
    let Some(Place { client, prefix }) = reader.place(Service::Volume).await? else {
        return Ok(Vec::new());
    };
    let mut access = Access::Filtered;
    while access != Access::None {
        let at = (&client, prefix);
        match messages::read(&mut reader.calls, at, access, wanted, None).await {
            Ok(messages) => return Ok(messages),
            Err(error) => match access.after(&error) {
                Some(next) => access = next,
                None => {
                    reader.missed(Service::Volume, about, error)?;
                    return Ok(Vec::new());
                }
            },
        }
    }
    reader.notes.push(format!(
        "the volume service does not tell {about}: it has none, as before microversion 3.3"
    ));
    Ok(Vec::new())
}
