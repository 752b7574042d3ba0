//! The calls of the block storage API that tell what became of a request.

use serde::Deserialize;

use super::message::UserMessage;
use crate::client::AnyClient;
use crate::dialect::openstack::API_VERSION;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::lenient::{self, Link};
use crate::openstack::accepted::resource::Resource;
use crate::request::RequestBuilder;

/// Which messages are asked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::openstack) enum Wanted<'a> {
    /// Those of one request, by its local ID.
    Request(&'a str),
    /// Those about one resource, by its UUID.
    Resource(&'a str),
}

/// How the messages can be read, in the order in which that is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::openstack) enum Access {
    /// The server filters them, from 3.5.
    Filtered,
    /// At 3.3 and 3.4 it passes over filters without a word, and all come.
    All,
    /// Not at all.
    None,
}

/// Reads a volume, a snapshot or a backup. `prefix` is the path between the client's base URL and the collection, usually
/// empty.
pub(in crate::openstack) fn resource<C: AnyClient>(
    client: &C,
    (prefix, collection): (&str, &str),
    id: &str,
) -> Get<C, Resource> {
    let request = client.begin("GET", &format!("{prefix}/{collection}/{{id}}"));
    Get::new(request.param("id", id.to_owned()), |response| {
        let Member {
            volume,
            snapshot,
            backup,
        } = response.json()?;
        let one = volume.or(snapshot).or(backup);
        one.ok_or_else(|| {
            response.without("the body has neither a volume nor a snapshot nor a backup")
        })
    })
}

/// Reads messages, after the one of this ID. Microversions are the service's own affair here, whatever the client asks for.
pub(in crate::openstack) fn messages<C: AnyClient>(
    client: &C,
    prefix: &str,
    access: Access,
    wanted: Wanted<'_>,
    marker: Option<&str>,
) -> Get<C, Page> {
    let request = client.begin("GET", &format!("{prefix}/messages"));
    let request = match (access, wanted) {
        (Access::Filtered, Wanted::Request(id)) => at(request, "3.5").query("request_id", id),
        (Access::Filtered, Wanted::Resource(id)) => at(request, "3.5").query("resource_uuid", id),
        (Access::All | Access::None, _) => at(request, "3.3"),
    };
    let request = match marker {
        Some(marker) => request.query("marker", marker),
        None => request,
    };
    Get::new(request, |response| response.json())
}

fn at<C: AnyClient>(request: RequestBuilder<C>, version: &str) -> RequestBuilder<C> {
    // Cinder takes no other name here, whichever its catalog has.
    request.header(API_VERSION.as_str(), format!("volume {version}"))
}

/// A page of messages.
#[derive(Deserialize)]
pub(in crate::openstack) struct Page {
    #[serde(deserialize_with = "lenient::rows")]
    pub(in crate::openstack) messages: Vec<UserMessage>,
    #[serde(default, deserialize_with = "lenient::rows")]
    messages_links: Vec<Link>,
}

impl Page {
    pub(in crate::openstack) fn has_next(&self) -> bool {
        self.messages_links.iter().any(Link::is_next)
    }
}

/// The body of one resource, by what it is.
#[derive(Deserialize)]
struct Member {
    volume: Option<Resource>,
    snapshot: Option<Resource>,
    backup: Option<Resource>,
}
