//! A cloud after the sign-in.

pub(in crate::openstack) mod by_service;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::AUTHORIZATION;
use url::Url;

use super::Cloud;
#[cfg(feature = "blocking")]
use crate::blocking;
#[cfg(feature = "blocking")]
use crate::client::Client;
use crate::client::ClientBuilder;
use crate::dialect::openstack::services::COMPUTE;
use crate::error::Error;
use crate::fork::ForkSafe;
use crate::observe::Observer;
use crate::openstack::identity::discovery::names_version;
use crate::openstack::identity::service::ServiceOptions;
use crate::openstack::identity::session::Session;
use crate::redact::Secret;
use crate::request::{basic_credential, check_basic};

#[cfg(feature = "unstable-host")]
use by_service::Bound;
use by_service::{VersionUrls, of_service};

/// Adds the renewal of the sign-in to a client.
type Renewing = dyn Fn(&Cloud, ClientBuilder) -> Result<ClientBuilder, Error> + Send + Sync;

/// A cloud with a token for it: begins clients of its services, asynchronous and blocking ones. Cheap to clone.
#[derive(Clone)]
pub struct Connection {
    cloud: Arc<Cloud>,
    access: Access,
    /// The versions that the services reported, for all clones. The child of a fork could find its parent's lock held.
    version_urls: Arc<ForkSafe<Mutex<VersionUrls>>>,
    /// The service of a host's clients; compute without one.
    #[cfg(feature = "unstable-host")]
    bound: Option<Arc<Bound>>,
}

#[derive(Clone)]
enum Access {
    Session {
        session: Arc<Session>,
        renewing: Arc<Renewing>,
    },
    Token(Option<Secret>),
    /// User and password.
    Basic(Secret, Secret),
}

impl Connection {
    pub(super) fn new(
        cloud: Cloud,
        session: Session,
        renewing: impl Fn(&Cloud, ClientBuilder) -> Result<ClientBuilder, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            cloud: Arc::new(cloud),
            access: Access::Session {
                session: Arc::new(session),
                renewing: Arc::new(renewing),
            },
            version_urls: Arc::default(),
            #[cfg(feature = "unstable-host")]
            bound: None,
        }
    }

    pub(super) fn unsigned(cloud: Cloud, token: Option<Secret>) -> Self {
        Self {
            cloud: Arc::new(cloud),
            access: Access::Token(token),
            version_urls: Arc::default(),
            #[cfg(feature = "unstable-host")]
            bound: None,
        }
    }

    pub(super) fn basic(cloud: Cloud, user: Secret, password: Secret) -> Self {
        Self {
            cloud: Arc::new(cloud),
            access: Access::Basic(user, password),
            version_urls: Arc::default(),
            #[cfg(feature = "unstable-host")]
            bound: None,
        }
    }

    /// Keystone's response to the sign-in; `None` for a cloud that is used without one.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.access {
            Access::Session { session, .. } => Some(session),
            Access::Token(_) | Access::Basic(..) => None,
        }
    }

    /// The URL of the compute API: the configured one, or the catalog's for interface and region.
    ///
    /// An endpoint without a version, as some catalogs have it, is completed by `/v2.1`. The templates `%(project_id)s`,
    /// `%(tenant_id)s` and `%(user_id)s`, also with `$`, are filled.
    ///
    /// # Errors
    /// `config`. The error says which endpoint is missing in the catalog, and which exist.
    pub fn endpoint(&self) -> Result<String, Error> {
        #[cfg(feature = "unstable-host")]
        if let Some(bound) = &self.bound {
            return Ok(bound.url.clone());
        }
        self.compute_endpoint()
    }

    fn compute_endpoint(&self) -> Result<String, Error> {
        let choice = self.cloud.choice(COMPUTE, &ServiceOptions::new())?;
        let endpoint = self.address(&choice)?;
        Ok(match choice.endpoint {
            Some(_) => endpoint,
            None => versioned(&endpoint),
        })
    }

    fn version_urls(&self) -> MutexGuard<'_, VersionUrls> {
        self.version_urls
            .get()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an observer of the calls of clients that are begun from now on, and of those by which they sign in again (if
    /// the connection was made by [`Cloud::connect_blocking`]).
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.cloud = Arc::new((*self.cloud).clone().observer(observer));
        self
    }

    /// Begins a client of the compute API, with the endpoint, the token and the cloud's TLS options. It signs in again
    /// before its token expires, or after a 401: once for all its calls.
    ///
    /// If signing in again fails, the error of the sign-in, with its trail, is in the chain of sources of the call's.
    ///
    /// # Errors
    /// Those of [`endpoint`](Self::endpoint).
    pub fn compute(&self) -> Result<ClientBuilder, Error> {
        let builder = self.signed(of_service(&self.compute_endpoint()?, COMPUTE))?;
        Ok(match &self.cloud.microversion {
            Some(version) => builder.microversion(version),
            None => builder,
        })
    }

    /// A client that makes no calls itself: it drives operations over several services, each through its own client.
    #[cfg(feature = "blocking")]
    pub(in crate::openstack) fn driving_client() -> Result<blocking::Client, Error> {
        Client::builder(UNASKED).build_blocking()
    }

    /// Adds the cloud's TLS options, and the token with its renewal.
    fn signed(&self, builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        let builder = self.cloud.wired(builder);
        Ok(match &self.access {
            Access::Session { session, renewing } => {
                renewing(&self.cloud, builder.token(session.token()))?
            }
            Access::Token(Some(token)) => builder.token(token.clone()),
            Access::Token(None) => builder,
            Access::Basic(user, password) => {
                check_basic(user, password)
                    .map_err(|why| Error::config(format!("http_basic: {why}")))?;
                builder.default_secret_header(AUTHORIZATION, basic_credential(user, password))
            }
        })
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("cloud", &self.cloud)
            .field("session", &self.session())
            .finish()
    }
}

/// The base URL of clients that make no calls.
#[cfg(feature = "blocking")]
const UNASKED: &str = "http://localhost/";

/// The endpoint with the version of the API that has microversions, unless it names one.
fn versioned(endpoint: &str) -> String {
    let url = Url::parse(endpoint).ok();
    if url.is_none_or(|url| names_version(&url)) {
        return endpoint.to_owned();
    }
    format!("{}/v2.1", endpoint.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_get_a_version() {
        for (catalog, wanted) in [
            ("https://nova.example/v2.1", "https://nova.example/v2.1"),
            ("https://nova.example/v2.1/", "https://nova.example/v2.1/"),
            (
                "https://api.example/compute/v2/0f1e",
                "https://api.example/compute/v2/0f1e",
            ),
            (
                "https://api.example/compute/",
                "https://api.example/compute/v2.1",
            ),
            ("http://nova.example:8774", "http://nova.example:8774/v2.1"),
            ("https://vhost.example/vm", "https://vhost.example/vm/v2.1"),
            ("not a URL", "not a URL"),
        ] {
            assert_eq!(versioned(catalog), wanted);
        }
    }
}
