//! The path of a request that began work: the collection in it, and what is before and after that.

use crate::client::Client;
use crate::codes::ErrorKind;
use crate::dialect::openstack::services::{COMPUTE, Service, is_version};
use crate::error::Error;
use crate::trail::{Attempt, Trail};

/// The collections of resources in paths: the name of one resource, and the service that has them.
const COLLECTIONS: [(&str, &str, &str); 7] = [
    ("volumes", "volume", BLOCK_STORAGE),
    ("snapshots", "snapshot", BLOCK_STORAGE),
    ("backups", "backup", BLOCK_STORAGE),
    ("attachments", "attachment", BLOCK_STORAGE),
    ("images", "image", "image"),
    ("servers", "server", COMPUTE),
    ("os-volumes_boot", "server", COMPUTE),
];

/// Cinder's type.
const BLOCK_STORAGE: &str = "block-storage";

/// A collection of Heat, whose members have collections with the names of Cinder's.
const STACKS: &str = "stacks";

/// The path of a request.
pub(in crate::openstack) struct SentPath {
    /// The segments before the collection.
    before: Vec<String>,
    pub(in crate::openstack) resource_type: &'static str,
    pub(in crate::openstack) id: Option<String>,
    /// The segments after the ID.
    pub(in crate::openstack) rest: Vec<String>,
}

impl SentPath {
    /// Finds the collection in the path that the program wrote, and the rest in the URL that was sent; `None` if there is no
    /// known collection.
    pub(in crate::openstack) fn of(trail: &Trail) -> Option<Self> {
        let template = segments(trail.path());
        let row = |segment: &str| COLLECTIONS.iter().find(|(own, ..)| *own == segment);
        let place = template.iter().position(|segment| row(segment).is_some())?;
        let (_, resource_type, _) = row(template[place])?;
        if template[..place].contains(&STACKS) {
            return None;
        }
        let sent = segments(path_of(trail.last().map_or("", Attempt::url)));
        // The base URL may have segments before those of the template.
        let place = sent.len().checked_sub(template.len())? + place;
        let owned = |segment: &&str| (*segment).to_owned();
        let mut after = sent[place + 1..].iter().map(owned);
        Some(Self {
            before: sent[..place].iter().map(owned).collect(),
            resource_type,
            // `detail` is a list.
            id: after.next(),
            rest: after.collect(),
        })
    }

    /// The path between a client's base URL and the collection.
    pub(in crate::openstack) fn prefix(&self, client: &Client) -> String {
        let base = segments(client.base_path());
        let is_below = self.before.iter().zip(&base).all(|(own, base)| own == base);
        let own = match is_below {
            true => self.before.get(base.len()..).unwrap_or_default(),
            false => &[],
        };
        own.iter().map(|segment| format!("/{segment}")).collect()
    }
}

/// Whether this is the name of one resource of a known collection.
pub(in crate::openstack) fn is_resource_type(name: &str) -> bool {
    COLLECTIONS.iter().any(|(_, own, _)| *own == name)
}

/// Whether a request or a client of this service is concerned with resources of this type. Cinder, Glance and Nova are used
/// without the name of a service, too, which is compute's then.
pub(in crate::openstack) fn is_of_service(resource_type: &str, service: Option<&str>) -> bool {
    let known = service.and_then(Service::named);
    let is_its = |canonical: &str| {
        let mut rows = COLLECTIONS.iter();
        rows.any(|(_, own, service)| *own == resource_type && *service == canonical)
    };
    known.is_none_or(|known| known.canonical == COMPUTE || is_its(known.canonical))
}

/// Checks that a client asks the endpoint that accepted a request: another region's or project's 404 says nothing about the
/// resource.
///
/// # Errors
/// `invalid_request`, with both endpoints.
pub(in crate::openstack) fn check_endpoint(trail: &Trail, client: &Client) -> Result<(), Error> {
    let base = segments(client.base_path());
    let before = SentPath::of(trail).map_or_else(Vec::new, |path| path.before);
    let is_same = |(own, base): (&String, &&str)| {
        own == base || (is_version(own) && is_version(base)) // as in `/v2` and `/v2.1`
    };
    if trail.origin() == client.origin() && before.iter().zip(&base).all(is_same) {
        return Ok(());
    }
    let sent: String = before.iter().map(|segment| format!("/{segment}")).collect();
    Err(Error::new(
        ErrorKind::InvalidRequest,
        format!(
            "the request went to {}{sent}, and this client asks {}{}; expected a client of the same region and project, or \
             the kind of work, the resource's UUID and the request's ID if both are the same cloud",
            trail.origin(),
            client.origin(),
            client.base_path()
        ),
    ))
}

fn segments(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .collect()
}

/// The path of a URL.
fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.find('/').map_or("", |at| &after[at..])
}
