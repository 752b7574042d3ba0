//! Finding the resource that a UUID or a name means.

use super::named::Kind;
use super::reader::{Answer, Reader, Service, ServiceClient, refused};
use crate::client::AnyClient as _;
use crate::codes::Category;
use crate::error::Error;
use crate::openstack::accepted::call_group;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::name_list::{self, LISTED};
use crate::openstack::accepted::resource::Resource;
use crate::openstack::compute::Server;
use crate::openstack::compute::lookup::{self, shown};
use crate::openstack::{image, volume};

/// What was found.
pub(super) enum Thing {
    Server(Box<Server>),
    /// What may be a server that compute does not have any more: the kind that was asked for, and its UUID. Its actions may
    /// still be readable.
    Gone(Option<Kind>, String),
    /// A volume or a snapshot, by its kind.
    Volume(Kind, Resource),
    Image(Resource),
}

/// Finds what a UUID means, of a kind or of any.
///
/// # Errors
/// What ends the story; `api` if no service has it.
pub(super) async fn by_id(
    reader: &mut Reader,
    kind: Option<Kind>,
    id: &str,
) -> Result<Thing, Error> {
    let kinds = kind.map_or_else(|| Kind::ALL.to_vec(), |kind| vec![kind]);
    for kind in &kinds {
        if let Some(thing) = one(reader, *kind, id).await? {
            return Ok(thing);
        }
    }
    // A server that is gone has a record for a while.
    if kinds.contains(&Kind::Server) && reader.compute().await?.is_some() {
        return Ok(Thing::Gone(kind, id.to_owned()));
    }
    Err(reader.nothing(&about(kind, id)))
}

/// What was asked for, in words.
pub(super) fn about(kind: Option<Kind>, text: &str) -> String {
    let kind = kind.map_or_else(String::new, |kind| format!("the {} ", kind.as_str()));
    format!("{kind}`{}`", shown(text))
}

/// Reads a resource of this kind; `None` if its service does not have it or does not tell.
pub(super) async fn one(reader: &mut Reader, kind: Kind, id: &str) -> Result<Option<Thing>, Error> {
    let what = format!("{} {id}", kind.as_str());
    let found = read(reader, kind, id, &what).await?;
    Ok(match found {
        Some(Answer::Found(thing)) => Some(thing),
        Some(Answer::Absent) => {
            let service = service(kind);
            let text = format!("{service} has no {} (404)", kind.as_str());
            reader.absent.push(text);
            None
        }
        Some(Answer::Unknown) | None => None,
    })
}

/// Asks the service of this kind; `None` if that cannot be asked.
async fn read(
    reader: &mut Reader,
    kind: Kind,
    id: &str,
    what: &str,
) -> Result<Option<Answer<Thing>>, Error> {
    Ok(Some(match kind {
        Kind::Server => {
            let Some(compute) = reader.compute().await? else {
                return Ok(None);
            };
            let get = compute.server(id);
            let absent = call_group::is_absent;
            let answer = reader.ask(Service::Compute, what, get, absent).await?;
            answer.map(|server| Thing::Server(Box::new(server.for_report())))
        }
        Kind::Volume | Kind::Snapshot => {
            let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Volume).await?
            else {
                return Ok(None);
            };
            let get = volume::reads::resource(&client, (prefix, collection(kind)), id);
            let absent = call_group::is_absent;
            let answer = reader.ask(Service::Volume, what, get, absent).await?;
            answer.map(|one| Thing::Volume(kind, one.for_report()))
        }
        Kind::Image => {
            let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Image).await?
            else {
                return Ok(None);
            };
            let get = image::reads::image(&client, prefix, id);
            let absent = image::reads::is_absent;
            let answer = reader.ask(Service::Image, what, get, absent).await?;
            answer.map(|one| Thing::Image(one.for_report()))
        }
    }))
}

/// The service that has the resources of this kind.
fn service(kind: Kind) -> Service {
    match kind {
        Kind::Server => Service::Compute,
        Kind::Volume | Kind::Snapshot => Service::Volume,
        Kind::Image => Service::Image,
    }
}

/// Finds the one resource of a name, of a kind or of any that is looked up by name.
///
/// # Errors
/// What ends the story; `api` if no service has it, or if several resources have the name: the error lists them.
pub(super) async fn by_name(
    reader: &mut Reader,
    kind: Option<Kind>,
    name: &str,
) -> Result<Thing, Error> {
    let kinds = match kind {
        Some(kind) => vec![kind],
        None => vec![Kind::Server, Kind::Volume, Kind::Image],
    };
    let mut found: Vec<(Kind, String)> = Vec::new();
    for kind in kinds {
        let ids = ids(reader, kind, name).await?;
        found.extend(ids.into_iter().map(|id| (kind, id)));
    }
    match found.as_slice() {
        [] => Err(reader.nothing(&about(kind, name))),
        [(kind, id)] => match one(reader, *kind, id).await? {
            Some(thing) => Ok(thing),
            None => Err(reader.nothing(&about(Some(*kind), id))),
        },
        several => {
            let listed = several.iter().take(LISTED);
            let listed: Vec<String> = listed
                .map(|(kind, id)| format!("{}/{id}", kind.as_str()))
                .collect();
            let more = if several.len() > LISTED { ", …" } else { "" };
            let text = format!(
                "several resources have the name `{}`; expected one of: {}{more}",
                shown(name),
                listed.join(", ")
            );
            Err(refused(Category::Invalid, text))
        }
    }
}

/// The UUIDs of the resources of this kind that have exactly this name.
async fn ids(reader: &mut Reader, kind: Kind, name: &str) -> Result<Vec<String>, Error> {
    let what = format!("the {}s with the name `{}`", kind.as_str(), shown(name));
    let ids = match kind {
        Kind::Server => {
            let Some(compute) = reader.compute().await? else {
                return Ok(Vec::new());
            };
            lookup::ids(&compute, &mut reader.calls, name, None).await
        }
        Kind::Volume | Kind::Snapshot | Kind::Image => {
            let Some(service_client) = reader.client_of(service(kind)).await? else {
                return Ok(Vec::new());
            };
            listed(reader, &service_client, collection(kind), name).await
        }
    };
    match ids {
        Ok(ids) => {
            if ids.is_empty() {
                let service = service(kind);
                let text = format!("{service} has no {} of this name", kind.as_str());
                reader.absent.push(text);
            }
            Ok(ids)
        }
        Err(error) => {
            reader.missed(service(kind), &what, error)?;
            Ok(Vec::new())
        }
    }
}

/// Reads a list that its service filters by name.
async fn listed(
    reader: &mut Reader,
    service_client: &ServiceClient,
    collection: &str,
    name: &str,
) -> Result<Vec<String>, Error> {
    let path = format!("{}/{collection}", service_client.prefix);
    name_list::ids(&mut reader.calls, name, None, |marker| {
        let mut request = service_client
            .client
            .begin("GET", &path)
            .query("name", name);
        if let Some(marker) = marker {
            request = request.query("marker", marker);
        }
        Get::new(request, |response| response.json())
    })
    .await
}

/// The API's collection of the resources of this kind.
fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Server => "servers",
        Kind::Volume => "volumes",
        Kind::Snapshot => "snapshots",
        Kind::Image => "images",
    }
}
