//! What block storage tells of a volume or a snapshot: its state, and what it says to users about requests that failed.

use jiff::SignedDuration;
use serde_json::Value;

use super::lookup::{self, Thing};
use super::named::Kind;
use super::reader::{Reader, Service, ServiceClient};
use super::record::ResourceStory;
use crate::error::Error;
use crate::openstack::accepted::resource::Resource;
use crate::openstack::accepted::time::stamp;
use crate::openstack::volume::message::UserMessage;
use crate::openstack::volume::messages::{self, Listed};
use crate::openstack::volume::reads::{Access, Wanted};

/// How long after a message Cinder may still change the resource because of the same failure.
const SAME_FAILURE: SignedDuration = SignedDuration::from_secs(5);

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
    let messages = read(reader, wanted, &about).await?;
    let story = seen(kind.as_str(), resource);
    // What failed before the last change of a resource that works again is not why it is in its state.
    let changed = resource.updated_at.as_deref().and_then(stamp);
    let is_settled = |message: &UserMessage| {
        let created = message.created();
        let after = changed
            .zip(created)
            .map(|(changed, created)| changed.duration_since(created));
        after.is_some_and(|after| after > SAME_FAILURE)
    };
    let blamed = messages.iter().find(|message| message.is_error());
    let blamed = blamed
        .filter(|message| story.is_in_error() || !is_settled(message))
        .cloned();
    Ok(blame(story, blamed.as_ref(), messages).limited(reader.limit))
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

/// Adds the messages of a request, newest first: it failed if one of them says so.
pub(super) fn with_messages(story: ResourceStory, messages: Vec<UserMessage>) -> ResourceStory {
    let blamed = messages.iter().find(|message| message.is_error()).cloned();
    blame(story, blamed.as_ref(), messages)
}

/// Adds messages, newest first, and the failure that one of them reports.
fn blame(
    mut story: ResourceStory,
    blamed: Option<&UserMessage>,
    messages: Vec<UserMessage>,
) -> ResourceStory {
    let what = &story.resource_type;
    let status = story.status.as_deref();
    story.failure = match (blamed, status) {
        (Some(message), Some(status)) if story.is_in_error() => {
            Some(format!("the {what} is in {status}: {message}"))
        }
        (Some(message), Some(status)) => Some(format!(
            "the {what} is {status}, and the newest message about it says: {message}"
        )),
        (Some(message), None) => Some(message.to_string()),
        (None, Some(status)) if story.is_in_error() => Some(format!(
            "the {what} is in {status}, and no message to users says why"
        )),
        (None, _) => None,
    };
    story.request_id = blamed.and_then(|message| message.request_id.clone());
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
    let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Volume).await? else {
        return Ok(Vec::new());
    };
    let mut access = Access::Filtered;
    while access != Access::None {
        let at = (&client, prefix);
        match messages::read(&mut reader.calls, at, access, wanted, None).await {
            Ok(Listed { messages, is_whole }) => {
                if !is_whole {
                    let why = messages::why_missing();
                    reader
                        .notes
                        .push(format!("{about} are not complete: {why}"));
                }
                return Ok(messages);
            }
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
