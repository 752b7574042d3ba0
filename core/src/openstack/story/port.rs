//! What the network service tells of a server's ports: their states, of which it keeps no record.

use serde::Deserialize;

use super::reader::{Answer, Reader, Service, ServiceClient};
use super::record::ResourceStory;
use super::volume;
use crate::client::AnyClient as _;
use crate::error::Error;
use crate::openstack::accepted::get::Get;
use crate::openstack::accepted::lenient;
use crate::openstack::accepted::resource::Resource;

/// Reads the ports of a server.
///
/// # Errors
/// What ends the story.
pub(super) async fn tell(
    reader: &mut Reader,
    server_id: &str,
    is_active: bool,
) -> Result<Vec<ResourceStory>, Error> {
    let Some(ServiceClient { client, prefix }) = reader.client_of(Service::Network).await? else {
        return Ok(Vec::new());
    };
    let request = client.begin("GET", &format!("{prefix}/ports"));
    let request = request.query("device_id", server_id);
    let get = Get::new(request, |response| response.json::<Ports>());
    let what = format!("the ports of server {server_id}");
    let answer = reader.ask(Service::Network, &what, get, |_| false).await?;
    let Answer::Found(Ports { ports }) = answer else {
        return Ok(Vec::new());
    };
    // A filter may be passed over.
    let own = ports
        .into_iter()
        .filter(|port| port.text("device_id") == Some(server_id));
    Ok(own.map(|port| story(&port, is_active)).collect())
}

#[derive(Deserialize)]
struct Ports {
    #[serde(deserialize_with = "lenient::rows")]
    ports: Vec<Resource>,
}

fn story(port: &Resource, is_active: bool) -> ResourceStory {
    let mut story = volume::seen("port", port).related("a port of the server");
    let is_unbound = port.text("binding:vif_type") == Some("binding_failed");
    story.failure = match port.status.as_str() {
        _ if is_unbound => Some("the port could not be bound on the server's host".to_owned()),
        "ERROR" => {
            Some("the port is in ERROR; the network service does not report the reason".to_owned())
        }
        "DOWN" if is_active => Some("the port is DOWN while the server is ACTIVE".to_owned()),
        _ => None,
    };
    story
}
