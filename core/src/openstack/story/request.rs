//! What bears a request's ID: messages of block storage, tasks of images, and actions of the servers that these lead to.

use serde::Deserialize;

use super::lookup::{self, Thing};
use super::named::Kind;
use super::reader::{Answer, Reader, Service, ServiceClient};
use super::record::ResourceStory;
use super::{image, server, volume};
use crate::client::AnyClient as _;
use crate::error::Error;
use crate::openstack::accepted::call_group::is_absent;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::lenient;
use crate::openstack::accepted::resource::Resource;
use crate::openstack::volume::message::UserMessage;
use crate::openstack::volume::reads::Wanted;

/// How what bears the ID hangs together with it.
const BEARS: &str = "bears the request's ID";

/// How many images' tasks are looked at: the image service finds no task by its request.
const IMAGES: usize = 10;

/// What compute cannot be asked for.
const SERVERS_ONLY: &str = "compute finds no action by its request ID alone: explain the server, as in `server/NAME`, to see its actions";

/// Reads everything that has the ID.
///
/// # Errors
/// What ends the story; `api` if nothing bears it.
pub(super) async fn tell(reader: &mut Reader, id: &str) -> Result<Vec<ResourceStory>, Error> {
    let (mut told, servers) = messages(reader, id).await?;
    told.extend(tasks(reader, id).await?);
    let actions = actions(reader, id, servers).await?;
    let has_actions = !actions.is_empty();
    told.extend(actions);
    if told.is_empty() {
        reader.absent.push(SERVERS_ONLY.to_owned());
        return Err(reader.nothing(&format!(
            "the request `{}`, by the ID that its own service gave it",
            lookup::about(None, id).trim_matches('`')
        )));
    }
    if !has_actions {
        reader.notes.push(SERVERS_ONLY.to_owned());
    }
    Ok(told)
}

/// The resources that messages of this request are about, and the servers that these are attached to.
async fn messages(
    reader: &mut Reader,
    id: &str,
) -> Result<(Vec<ResourceStory>, Vec<String>), Error> {
    let about = format!("the messages of request {id}");
    let known = reader.notes.len();
    let messages = volume::read(reader, Wanted::Request(id), &about).await?;
    if messages.is_empty() && reader.notes.len() == known {
        reader.absent.push("volume has no message of it".to_owned());
    }
    let mut groups: Vec<(String, String, Vec<UserMessage>)> = Vec::new();
    for message in messages {
        let resource_type = resource_type(&message);
        let uuid = message.resource_uuid.clone().unwrap_or_default();
        let same = groups
            .iter_mut()
            .find(|(kind, own, _)| *kind == resource_type && *own == uuid);
        match same {
            Some((_, _, rows)) => rows.push(message),
            None => groups.push((resource_type, uuid, vec![message])),
        }
    }
    let (mut told, mut servers) = (Vec::new(), Vec::new());
    for (resource_type, uuid, rows) in groups {
        let kinds = [Kind::Volume, Kind::Snapshot];
        let kind = kinds
            .into_iter()
            .find(|kind| kind.as_str() == resource_type);
        let absent = reader.absent.len();
        let found = match kind.filter(|_| !uuid.is_empty()) {
            Some(kind) => lookup::one(reader, kind, &uuid).await?,
            None => None,
        };
        if reader.absent.len() > absent {
            // Cinder shows the messages of a request to whoever has its ID.
            reader.notes.push(format!(
                "the volume service has no {resource_type} {uuid} for this token (404): it was deleted, or it belongs to another \
                 project"
            ));
        }
        let own = match &found {
            Some(Thing::Volume(_, resource)) => {
                servers.extend(volume::servers(resource).into_iter().map(|own| own.id));
                volume::seen(&resource_type, resource)
            }
            _ => ResourceStory::new(&resource_type, &uuid),
        };
        let story = volume::with_messages(own, rows).limited(reader.limit);
        told.push(story.related(BEARS));
    }
    Ok((told, servers))
}

/// What a message is about, as this library calls it.
fn resource_type(message: &UserMessage) -> String {
    let own = message.resource_type.as_deref().unwrap_or("VOLUME");
    match own.strip_prefix("VOLUME_").unwrap_or(own) {
        "" => "volume".to_owned(),
        own => own.to_ascii_lowercase(),
    }
}

/// The images, of the newest, that have tasks of this request.
async fn tasks(reader: &mut Reader, id: &str) -> Result<Vec<ResourceStory>, Error> {
    let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Image).await? else {
        return Ok(Vec::new());
    };
    let request = client.begin("GET", &format!("{prefix}/images"));
    let mut request = request
        .query("sort", "created_at:desc")
        .query("limit", IMAGES.to_string());
    if let Some(project) = reader.project_id() {
        request = request.query("owner", project);
    }
    let get = Get::new(request, |response| response.json::<Images>());
    let what = "the newest images";
    let answer = reader.ask(Service::Image, what, get, |_| false).await?;
    let Answer::Found(Images { images }) = answer else {
        return Ok(Vec::new());
    };
    let mut told = Vec::new();
    let mut looked = 0;
    for image in images.into_iter().take(IMAGES) {
        // It may have stopped to answer.
        if reader.client_of(Service::Image).await?.is_none() {
            break;
        }
        looked += 1;
        let mut tasks = image::tasks(reader, &image.id).await?;
        tasks.retain(|task| task.request_id.as_deref() == Some(id));
        if !tasks.is_empty() {
            let story = image::with_tasks(&image.for_report(), tasks).limited(reader.limit);
            told.push(story.related(BEARS));
        }
    }
    if told.is_empty() {
        let text = format!("image has no task of it among those of the {looked} newest images");
        reader.absent.push(text);
    }
    Ok(told)
}

#[derive(Deserialize)]
struct Images {
    #[serde(deserialize_with = "lenient::rows")]
    images: Vec<Resource>,
}

/// The servers, of those that something leads to, that have an action of this request.
async fn actions(
    reader: &mut Reader,
    id: &str,
    servers: Vec<String>,
) -> Result<Vec<ResourceStory>, Error> {
    let mut told: Vec<ResourceStory> = Vec::new();
    for server_id in servers {
        if told.iter().any(|own| own.id == server_id) {
            continue;
        }
        let Some(compute) = reader.compute().await? else {
            break;
        };
        let what = format!("action {id} of server {server_id}");
        let get = compute.action(&server_id, id);
        let answer = reader.ask(Service::Compute, &what, get, is_absent).await?;
        if let Answer::Found(_) = answer
            && let Some(Thing::Server(server)) =
                lookup::one(reader, Kind::Server, &server_id).await?
        {
            let mut stories = server::tell(reader, &server).await?;
            if let Some(own) = stories.first_mut() {
                own.actions.retain(|told| told.action.request_id == id);
                own.relation = Some(BEARS.to_owned());
            }
            told.extend(stories);
        }
    }
    Ok(told)
}
