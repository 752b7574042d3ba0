//! A cloud that has been signed in to.

use std::sync::Arc;

use url::Url;

use super::Cloud;
use crate::client::{Client, ClientBuilder};
use crate::error::Error;
use crate::observe::Observer;
use crate::openstack::identity::session::Session;
use crate::openstack::identity::template;
use crate::redact::Secret;

/// Adds to a client what signs it in again.
type Renewing = dyn Fn(&Cloud, ClientBuilder) -> Result<ClientBuilder, Error> + Send + Sync;

/// A cloud with a token for it: begins clients of its compute API, asynchronous and blocking ones. Cheap to clone.
#[derive(Clone)]
pub struct Connection {
    cloud: Arc<Cloud>,
    access: Access,
}

#[derive(Clone)]
enum Access {
    Session {
        session: Arc<Session>,
        renewing: Arc<Renewing>,
    },
    Token(Option<Secret>),
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
        }
    }

    pub(super) fn unsigned(cloud: Cloud, token: Option<Secret>) -> Self {
        Self {
            cloud: Arc::new(cloud),
            access: Access::Token(token),
        }
    }

    /// What Keystone answered to the sign-in; `None` for a cloud that is used without one.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.access {
            Access::Session { session, .. } => Some(session),
            Access::Token(_) => None,
        }
    }

    /// The URL of the compute API: what the configuration says in its place, or the catalog's for interface and region.
    ///
    /// An endpoint without a version, as some catalogs have it, is completed by `/v2.1`. The templates `%(project_id)s`,
    /// `%(tenant_id)s` and `%(user_id)s`, also with `$`, are filled.
    ///
    /// # Errors
    /// `config`: says which endpoint is missing in the catalog, and which there are.
    pub fn endpoint(&self) -> Result<String, Error> {
        if let Some(own) = &self.cloud.endpoint {
            let known = self.session().map(Session::templates);
            let own = known.unwrap_or_default().filled(own);
            template::check(&own)?;
            return Ok(own);
        }
        let Some(session) = self.session() else {
            return Err(Error::config(
                "the cloud has no compute endpoint, and without a sign-in there is no catalog; set `endpoint`",
            ));
        };
        let found = session.catalog().first(
            &self.cloud.service_type,
            &self.cloud.interfaces,
            self.cloud.region.as_deref(),
        );
        let found = found.map_err(|error| self.cloud.with_notes(error))?;
        template::check(found)?;
        Ok(versioned(found))
    }

    /// Adds an observer of the calls of the clients that are begun from here on, and of those by which they sign in again
    /// (if the connection was made by [`Cloud::connect_blocking`]).
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.cloud = Arc::new((*self.cloud).clone().observer(observer));
        self
    }

    /// Begins a client of the compute API, with the endpoint, the token and the cloud's TLS options. It signs in again
    /// before its token ends, or after a 401: once for all its calls.
    ///
    /// If signing in again fails, the error of the sign-in, with its trail, is in the chain of sources of the call's.
    ///
    /// # Errors
    /// Those of [`endpoint`](Self::endpoint).
    pub fn compute(&self) -> Result<ClientBuilder, Error> {
        let mut builder = self.cloud.wired(Client::openstack(self.endpoint()?));
        if let Some(version) = &self.cloud.microversion {
            builder = builder.microversion(version);
        }
        Ok(match &self.access {
            Access::Session { session, renewing } => {
                renewing(&self.cloud, builder.token(session.token()))?
            }
            Access::Token(Some(token)) => builder.token(token.clone()),
            Access::Token(None) => builder,
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

/// The endpoint with the version of the API that has microversions, unless it names one.
fn versioned(endpoint: &str) -> String {
    let is_version = |segment: &str| {
        let number = segment.strip_prefix('v').unwrap_or_default();
        number.starts_with(|c: char| c.is_ascii_digit())
    };
    let url = Url::parse(endpoint).ok();
    let names_one = |url: Url| url.path_segments().is_some_and(|mut s| s.any(is_version));
    if url.is_none_or(names_one) {
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
