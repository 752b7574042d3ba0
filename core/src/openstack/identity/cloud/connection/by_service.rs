//! Clients of any service: its endpoint, and the version of its API.

#[cfg(feature = "unstable-host")]
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::{Connection, versioned};
#[cfg(feature = "blocking")]
use crate::cancel::CancelToken;
use crate::client::{Client, ClientBuilder};
use crate::dialect::openstack::services;
use crate::error::Error;
#[cfg(feature = "blocking")]
use crate::host::Job;
use crate::openstack::identity::catalog::{ServiceEndpoint, Sought};
use crate::openstack::identity::discovery;
use crate::openstack::identity::service::{Choice, ServiceOptions};
use crate::openstack::identity::session::Session;
use crate::openstack::identity::template;
use crate::request::RequestBuilder;
use crate::response::Response;

/// The service that a connection begins clients of.
#[cfg(feature = "unstable-host")]
pub(super) struct Bound {
    /// `None` for clients that make no calls.
    choice: Option<Choice>,
    pub(super) url: String,
}

/// The location of a service.
enum ServiceUrl {
    /// This URL.
    Known(String),
    /// A URL that names no version of the API.
    Unversioned(Unversioned),
}

/// An endpoint whose version document has to be read.
struct Unversioned {
    /// The URL of the document.
    root: Url,
    /// The project's ID that followed it.
    project: Option<String>,
    /// The endpoint, as it is configured or listed.
    endpoint: String,
}

/// How a service was located.
pub(in crate::openstack) enum Located {
    /// Its client.
    Client(Box<ClientBuilder>),
    /// Its version document has to be read first.
    Asking(Box<Asking>),
}

/// The look-up of a service whose version document has to be read.
pub(in crate::openstack) struct Asking {
    connection: Connection,
    choice: Choice,
    endpoint: Unversioned,
}

impl Asking {
    /// Begins the client that reads the version document.
    pub(in crate::openstack) fn client(&self) -> Result<ClientBuilder, Error> {
        let root = self.endpoint.root.as_str();
        self.connection.begun(root, &self.choice)
    }

    /// Reads the response, and begins the client of the service.
    pub(in crate::openstack) fn learn(
        self,
        answer: Result<Response, Error>,
    ) -> Result<ClientBuilder, Error> {
        let url = (self.connection).learned(&self.choice, &self.endpoint, answer)?;
        self.connection.of_choice(&url, &self.choice)
    }
}

/// The results of version documents: the URL of a version, by the endpoint's URL and the wanted version.
pub(super) type VersionUrls = std::collections::BTreeMap<(String, Option<u32>), String>;

impl Connection {
    /// Returns the endpoints of the catalog: type, region, interface and URL of each. It is empty for a cloud that is used
    /// without a sign-in.
    #[must_use]
    pub fn services(&self) -> &[ServiceEndpoint] {
        self.session()
            .map_or(&[], |session| session.catalog().services())
    }

    /// Returns the same as JSON.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn services_json(&self) -> String {
        serde_json::to_string(self.services()).unwrap_or_default()
    }

    /// Begins a client of a service, such as `volume`, `network` or `image`, as [`compute`](Self::compute) does of the
    /// compute API.
    ///
    /// The endpoint is the configured one of the service (`volume_endpoint_override`, `volume_interface` and so on), or
    /// the catalog's for interface and region: under the given name, or under an alias of the service-types authority
    /// (<https://service-types.openstack.org/>). Trails and logs show the name as given.
    ///
    /// An endpoint with a version of the API, such as `/v3`, is used unchanged. For any other, the version document is read
    /// first, once for each connection and in a separate call, and the highest stable version is used. A service without
    /// such a document is used at its endpoint.
    ///
    /// # Errors
    /// `config`. The error says which endpoint is missing in the catalog, and which exist. Those of the call that reads the
    /// version document, with its trail; `decode` for a document without a usable version.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> Result<(), reqtrail::Error> {
    /// use reqtrail::openstack::{Cloud, ServiceOptions};
    ///
    /// let connection = Cloud::from_env()?.connect().await?;
    /// let options = ServiceOptions::new().microversion("3.70");
    /// let cinder = connection.client("volume", &options).await?.build()?;
    /// let volumes = cinder.get("/volumes").send().await?;
    /// assert_eq!(volumes.trail().service(), Some("volume"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn client(
        &self,
        service: &str,
        options: &ServiceOptions,
    ) -> Result<ClientBuilder, Error> {
        match self.find(service, options)? {
            Located::Client(builder) => Ok(*builder),
            Located::Asking(asking) => {
                let client = asking.client()?.build()?;
                let answer = version_document(&client).send().await;
                asking.learn(answer)
            }
        }
    }

    /// Finds a service as [`client`](Self::client) does, for callers that read the version document themselves.
    pub(in crate::openstack) fn find(
        &self,
        service: &str,
        options: &ServiceOptions,
    ) -> Result<Located, Error> {
        let choice = self.choice(service, options)?;
        Ok(match self.service_url(&choice)? {
            ServiceUrl::Known(url) => Located::Client(Box::new(self.of_choice(&url, &choice)?)),
            ServiceUrl::Unversioned(endpoint) => Located::Asking(Box::new(Asking {
                connection: self.clone(),
                choice,
                endpoint,
            })),
        })
    }

    /// Begins a client of a service like [`client`](Self::client), and blocks the thread if the version document has to
    /// be read.
    ///
    /// # Errors
    /// Those of [`client`](Self::client).
    #[cfg(feature = "blocking")]
    pub fn client_blocking(
        &self,
        service: &str,
        options: &ServiceOptions,
    ) -> Result<ClientBuilder, Error> {
        let choice = self.choice(service, options)?;
        let url = self.found_until(&choice, &CancelToken::new(), None)?;
        self.of_choice(&url, &choice)
    }

    /// Finds a service as [`client_blocking`](Self::client_blocking) does, for a host's caller: the connection that comes back
    /// [begins](Self::begin) clients of that service. `cancel` and `interrupted` are those of
    /// [`Cloud::connect_hosted`](crate::openstack::Cloud::connect_hosted).
    ///
    /// # Errors
    /// Those of [`client`](Self::client).
    #[cfg(feature = "unstable-host")]
    pub fn service_hosted(
        &self,
        service: &str,
        options: &ServiceOptions,
        cancel: &CancelToken,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<Self, Error> {
        let choice = self.choice(service, options)?;
        let url = self.found_until(&choice, cancel, interrupted)?;
        Ok(Self {
            bound: Some(Arc::new(Bound {
                choice: Some(choice),
                url,
            })),
            ..self.clone()
        })
    }

    /// Returns the connection for a client that makes no calls: it drives the operation
    /// [`explain_resource`](crate::openstack::Operation::explain_resource), whose calls go through separate clients. One
    /// such client serves all explanations of a connection.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn driver(&self) -> Self {
        let url = super::UNASKED.to_owned();
        Self {
            bound: Some(Arc::new(Bound { choice: None, url })),
            ..self.clone()
        }
    }

    /// Begins a client of the service that the connection is bound to: the compute API, unless
    /// [`service_hosted`](Self::service_hosted) gave it.
    ///
    /// # Errors
    /// Those of [`endpoint`](Self::endpoint).
    #[cfg(feature = "unstable-host")]
    pub fn begin(&self) -> Result<ClientBuilder, Error> {
        match &self.bound {
            Some(bound) => match &bound.choice {
                Some(choice) => self.of_choice(&bound.url, choice),
                None => Ok(Client::openstack(&bound.url)),
            },
            None => self.compute(),
        }
    }

    /// Locates the service, and reads its version document on this thread if needed.
    #[cfg(feature = "blocking")]
    fn found_until(
        &self,
        choice: &Choice,
        cancel: &CancelToken,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<String, Error> {
        let endpoint = match self.service_url(choice)? {
            ServiceUrl::Known(url) => return Ok(url),
            ServiceUrl::Unversioned(endpoint) => endpoint,
        };
        let client = self
            .begun(endpoint.root.as_str(), choice)?
            .build_blocking()?;
        let request = asking(client.get("/")).cancel_token(cancel);
        let job = Job::Call(request.request, request.attached);
        let answer = client.driver().run(job, interrupted).into_call();
        self.learned(choice, &endpoint, answer)
    }

    fn choice(&self, service: &str, options: &ServiceOptions) -> Result<Choice, Error> {
        services::check(service).map_err(Error::config)?;
        self.cloud.choice(service, options)
    }

    /// A client at this URL, without its microversion.
    fn begun(&self, url: &str, choice: &Choice) -> Result<ClientBuilder, Error> {
        self.signed(of_service(url, &choice.service))
    }

    fn of_choice(&self, url: &str, choice: &Choice) -> Result<ClientBuilder, Error> {
        let builder = self.begun(url, choice)?;
        Ok(match &choice.microversion {
            Some(version) => builder.microversion(version),
            None => builder,
        })
    }

    /// The location of the service, as far as it is known without a request to it.
    fn service_url(&self, choice: &Choice) -> Result<ServiceUrl, Error> {
        let endpoint = self.address(choice)?;
        if choice.is_compute() {
            let is_own = choice.endpoint.is_some();
            let url = if is_own {
                endpoint
            } else {
                versioned(&endpoint)
            };
            return Ok(ServiceUrl::Known(url));
        }
        let Ok(url) = Url::parse(&endpoint) else {
            // The client reports what is wrong with it.
            return Ok(ServiceUrl::Known(endpoint));
        };
        if discovery::names_version(&url) {
            return Ok(ServiceUrl::Known(endpoint));
        }
        let known = self.version_urls().get(&key(&endpoint, choice)).cloned();
        if let Some(known) = known {
            return Ok(ServiceUrl::Known(known));
        }
        let (root, project) = discovery::root(&url, self.session().and_then(Session::project_id));
        Ok(ServiceUrl::Unversioned(Unversioned {
            root,
            project,
            endpoint,
        }))
    }

    /// The URL that is configured or listed for the service.
    pub(super) fn address(&self, choice: &Choice) -> Result<String, Error> {
        let service = &choice.service;
        if let Some(own) = &choice.endpoint {
            let known = self.session().map(Session::templates);
            let own = known.unwrap_or_default().filled(own);
            template::check(&own, service)?;
            return Ok(own);
        }
        let Some(session) = self.session() else {
            let key = match choice.is_compute() {
                true => "endpoint".to_owned(),
                false => format!("{}_endpoint_override", service.replace('-', "_")),
            };
            return Err(Error::config(format!(
                "the cloud has no {service} endpoint, and without a sign-in there is no catalog; set `{key}`"
            )));
        };
        let sought = Sought {
            service,
            types: &choice.types,
            interfaces: &choice.interfaces,
            region: choice.region.as_deref(),
        };
        let mut other = None;
        for endpoint in session.catalog().find(&sought) {
            match wrong_version(choice, endpoint) {
                None => {
                    template::check(&endpoint.url, service)?;
                    return Ok(endpoint.url.clone());
                }
                Some(text) => other = other.or(Some(text)),
            }
        }
        let text = other.unwrap_or_else(|| session.catalog().lack(&sought));
        Err(self.cloud.with_notes(Error::config(text)))
    }

    /// Reads the version document, and keeps its result.
    fn learned(
        &self,
        choice: &Choice,
        endpoint: &Unversioned,
        answer: Result<Response, Error>,
    ) -> Result<String, Error> {
        let service = &choice.service;
        let url = match answer {
            Ok(response) => match response.json::<Value>() {
                Ok(document) => url_of(choice, endpoint, &document)
                    .map_err(|text| response.without(format!("the service `{service}`: {text}")))?,
                Err(_) => None,
            },
            Err(error) if has_no_document(&error) => None,
            Err(error) => return Err(error),
        };
        let url = url.unwrap_or_else(|| {
            tracing::warn!(
                target: "reqtrail",
                "the service `{service}` has no version document at its endpoint, so the endpoint itself is used"
            );
            endpoint.endpoint.clone()
        });
        self.version_urls()
            .insert(key(&endpoint.endpoint, choice), url.clone());
        Ok(url)
    }
}

/// Begins a client of the service at this URL. An option that names another service is refused then.
pub(super) fn of_service(url: &str, service: &str) -> ClientBuilder {
    let builder = Client::openstack(url).service(service);
    builder.with(|options| options.located = Some(service.to_owned()))
}

/// The key under which a version's URL is kept.
fn key(endpoint: &str, choice: &Choice) -> (String, Option<u32>) {
    let wanted = choice.wanted.as_ref().map(|wanted| wanted.major);
    (endpoint.to_owned(), wanted)
}

/// The request for a version document of a client that [`Asking::client`] began.
pub(in crate::openstack) fn version_document(client: &Client) -> RequestBuilder<Client> {
    asking(client.get("/"))
}

/// The request for a version document. Services answer that there are several choices.
fn asking<C>(request: RequestBuilder<C>) -> RequestBuilder<C> {
    request.accept_statuses([http::StatusCode::MULTIPLE_CHOICES])
}

/// The URL of the version that the document and the choice agree on; `None` if it is not a version document.
fn url_of(
    choice: &Choice,
    endpoint: &Unversioned,
    document: &Value,
) -> Result<Option<String>, String> {
    let Some(versions) = discovery::read(document) else {
        return Ok(None);
    };
    let version = discovery::choose(&versions, choice.wanted.as_ref())?;
    let url = discovery::rebased(&endpoint.root, version);
    Ok(Some(match &endpoint.project {
        Some(project) => format!("{}/{project}", url.as_str().trim_end_matches('/')),
        None => url.into(),
    }))
}

/// Whether the service answered that there is nothing to read. A temporary failure does not count.
fn has_no_document(error: &Error) -> bool {
    let status = error.api().map(|api| api.status().as_u16());
    status.is_some_and(|status| {
        matches!(status, 300..=499 | 501) && !matches!(status, 401 | 408 | 429)
    })
}

/// What is wrong with an endpoint under another type than the service's: it may have a version that the service's name
/// does not mean.
fn wrong_version(choice: &Choice, endpoint: &ServiceEndpoint) -> Option<String> {
    let wanted = choice.wanted.as_ref()?;
    if wanted.key.is_none() && endpoint.service_type == choice.service {
        return None;
    }
    let url = Url::parse(&endpoint.url).ok()?;
    let major = discovery::major(&url).filter(|major| *major != wanted.major)?;
    Some(format!(
        "the service `{}`: {} asks for version {} of the API, and the catalog's endpoint of `{}` has version {major}",
        choice.service,
        wanted.by(),
        wanted.major,
        endpoint.service_type
    ))
}
