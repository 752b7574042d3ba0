//! OpenStack: clouds and connections

mod session;

use reqtrail::CancelToken;
use reqtrail::openstack::{Cloud, Connection, ServiceOptions, Session};

use crate::cancel::reqtrail_cancel_token;
use crate::memory::free;
use crate::text::Texts;
use crate::trail::reqtrail_trail;

/// The configuration of a cloud. All threads may use it at the same time.
pub struct reqtrail_cloud {
    cloud: Cloud,
    texts: Texts<1>,
}

impl reqtrail_cloud {
    fn new(cloud: Cloud) -> Self {
        Self {
            cloud,
            texts: Texts::default(),
        }
    }
}

/// A signed-in connection to a cloud. All threads may use it at the same time; what its functions return is borrowed
/// from it.
pub struct reqtrail_connection {
    connection: Connection,
    trail: Option<reqtrail_trail>,
    /// The texts of the session's fields, and three others.
    pub(crate) texts: Texts<{ session::TEXTS + 3 }>,
}

const ENDPOINT: usize = session::TEXTS;
/// The slot of the session's JSON.
pub(crate) const SESSION: usize = ENDPOINT + 1;
const SERVICES: usize = SESSION + 1;

impl reqtrail_connection {
    fn new(connection: Connection) -> Self {
        let trail = connection.session().map(|session| session.trail().clone());
        Self {
            connection,
            trail: trail.map(reqtrail_trail::new),
            texts: Texts::default(),
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn session(&self) -> Option<&Session> {
        self.connection.session()
    }
}

export! {
    /// Finds the cloud that the environment names: clouds.yaml and OS_CLOUD, or the OS_* variables, as openstacksdk
    /// reads them. The caller frees *cloud. Errors: REQTRAIL_ERROR_CONFIG says what is missing or wrong.
    fn reqtrail_cloud_from_env() makes cloud: reqtrail_cloud { reqtrail_cloud::new(Cloud::from_env()?) }

    /// Finds a cloud in clouds.yaml by its name. The caller frees *cloud. Errors: as for `reqtrail_cloud_from_env`.
    fn reqtrail_cloud_named(name: text) makes cloud: reqtrail_cloud { reqtrail_cloud::new(Cloud::named(name)?) }

    /// Finds the cloud with a name, or the one that the environment names if `name` is empty, in a region, or the
    /// configured one if `region` is empty. The caller frees *cloud. Errors: as for `reqtrail_cloud_from_env`.
    fn reqtrail_cloud_find(name: text, region: text) makes cloud: reqtrail_cloud {
        let [name, region] = [name, region].map(|text| Some(text).filter(|text| !text.is_empty()));
        reqtrail_cloud::new(Cloud::find(name, region)?)
    }

    /// Makes a cloud from its description as JSON, with the keys of an entry in clouds.yaml, which docs/options.md
    /// lists. The caller frees *cloud.
    ///
    /// Errors: REQTRAIL_ERROR_CONFIG says what is missing or wrong.
    fn reqtrail_cloud_from_json(json: text) makes cloud: reqtrail_cloud { reqtrail_cloud::new(Cloud::from_json(json)?) }

    /// Returns notes on a configuration that is valid but unusual, one per line: variables such as OS_REGION_NAME that
    /// differ from the cloud that OS_CLOUD names and are not used. The notes contain no secrets. NULL if there are
    /// none.
    fn reqtrail_cloud_notes(cloud: &reqtrail_cloud) -> text[0] {
        Some(cloud.cloud.notes().join("\n")).filter(|notes| !notes.is_empty())
    }

    /// Frees a cloud. NULL is allowed.
    fn reqtrail_cloud_free(cloud: *mut reqtrail_cloud) { free(cloud); }

    /// Signs in to the cloud's Keystone, on this thread. Another thread can end that with `cancel`, which may be NULL.
    ///
    /// The caller frees *connection. Errors: those of any call, with the trail of the sign-in, and
    /// REQTRAIL_ERROR_CONFIG.
    fn reqtrail_cloud_connect(
        cloud: &reqtrail_cloud,
        cancel: *const reqtrail_cancel_token,
    ) makes connection: reqtrail_connection {
        let cancel = cancel.as_ref().map_or_else(CancelToken::new, |token| token.0.clone());
        reqtrail_connection::new(cloud.cloud.connect_hosted(&cancel, None)?)
    }

    /// Finds a service of the cloud by its type, such as "volume", "network" or "image", or an alias of the type.
    /// Clients whose options `reqtrail_client_options_from_connection` makes from *made call that service, and do not
    /// need `connection`.
    ///
    /// An empty `interface`, `region` or `microversion` means the cloud's own. If the endpoint names no version of the
    /// API, this thread asks the service for its versions, once for each connection. Another thread can end that with
    /// `cancel`, which may be NULL. The caller frees *made.
    ///
    /// Errors: REQTRAIL_ERROR_CONFIG says which endpoint is missing and which exist; those of any call, with the trail
    /// of the request for versions.
    fn reqtrail_openstack_connection_service(
        connection: &reqtrail_connection,
        service: text,
        interface: text,
        region: text,
        microversion: text,
        cancel: *const reqtrail_cancel_token,
    ) makes made: reqtrail_connection {
        let cancel = cancel.as_ref().map_or_else(CancelToken::new, |token| token.0.clone());
        let mut options = ServiceOptions::new();
        if !interface.is_empty() { options = options.interface(interface); }
        if !region.is_empty() { options = options.region(region); }
        if !microversion.is_empty() { options = options.microversion(microversion); }
        let found = connection.connection.service_hosted(service, &options, &cancel, None)?;
        reqtrail_connection::new(found)
    }

    /// Returns the endpoints of the catalog as a JSON array of objects with "service_type", "region", "interface" and
    /// "url". It is empty without a sign-in.
    fn reqtrail_connection_services(connection: &reqtrail_connection) -> text[SERVICES] {
        Some(connection.connection.services_json())
    }

    /// Returns the URL of the compute API, or of the service that the connection was made for; NULL if there is none,
    /// and `reqtrail_client_new` then says why.
    fn reqtrail_connection_endpoint(connection: &reqtrail_connection) -> text[ENDPOINT] {
        connection.connection.endpoint().ok()
    }

    /// Returns the trail of the sign-in, which is borrowed from the connection; NULL without a sign-in.
    fn reqtrail_connection_trail(connection: &reqtrail_connection) -> *const reqtrail_trail {
        connection.trail.as_ref().map(std::ptr::from_ref)
    }

    /// Frees a connection. Clients that were made from it stay signed in. NULL is allowed.
    fn reqtrail_connection_free(connection: *mut reqtrail_connection) { free(connection); }
}
