//! The calls of the compute API that show the result of a request.

use std::future::Future;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::action::ServerAction;
use super::options::OperationOptions;
use super::server::Server;
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::client::{AnyClient, Client};
use crate::error::Error;
use crate::openstack::accepted::get::{Fetched, Get};
use crate::openstack::accepted::lenient::{self, Link};
use crate::openstack::accepted::time::iso8601;
use crate::request::RequestBuilder;

/// Reads servers and their actions, follows actions to their end, and explains servers. Over either client: what it
/// begins ends with `send`, which is a future for [`Client`] and blocks for [`blocking::Client`](crate::blocking::Client).
///
/// # Examples
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use reqtrail::Client;
/// use reqtrail::openstack::Compute;
///
/// const SERVER: &str = "c76a7603-95be-4368-87e9-7b9b89fb1d7e";
///
/// let client = Client::openstack("https://nova.example/v2.1").token("gAAAAA…").build()?;
/// let compute = Compute::new(client.clone());
///
/// let resize = client
///     .post("/servers/{id}/action")
///     .param("id", SERVER)
///     .json(&serde_json::json!({ "resize": { "flavorRef": "2" } }))
///     .send()
///     .await?; // 202: accepted, and no more than that
/// match compute.follow(SERVER, &resize).send().await {
///     Ok(report) => println!("{report}"),
///     Err(failed) => eprintln!("{failed}"), // action, server, request ID and reason, in one line
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Compute<C = Client> {
    client: C,
    microversion: Option<String>,
}

impl<C: AnyClient> Compute<C> {
    /// Reads through a client of the compute API. A client that asks for no microversion is asked for `latest` here,
    /// since the older ones do not show the steps of an action.
    pub fn new(client: C) -> Self {
        let microversion = (!client.has_microversion()).then(|| "latest".to_owned());
        Self {
            client,
            microversion,
        }
    }

    /// Asks for this microversion in all its requests, instead of the client's.
    #[must_use]
    pub fn microversion(mut self, version: impl Into<String>) -> Self {
        self.microversion = Some(version.into());
        self
    }

    /// Returns the client that it reads through.
    pub fn client(&self) -> &C {
        &self.client
    }

    /// Reads a server, including its fault.
    pub fn server(&self, server_id: impl Into<String>) -> Get<C, Server> {
        let request = self
            .get("/servers/{server_id}")
            .param("server_id", server_id.into());
        Get::new(request, |response| {
            Ok(response.json::<ServerBody>()?.server)
        })
    }

    /// Reads an action by the ID of the request that started it: the local one, from its response.
    ///
    /// A deleted server's actions can be read from microversion 2.21.
    pub fn action(
        &self,
        server_id: impl Into<String>,
        request_id: impl Into<String>,
    ) -> Get<C, ServerAction> {
        let request = self
            .get("/servers/{server_id}/os-instance-actions/{request_id}")
            .param("server_id", server_id.into())
            .param("request_id", request_id.into());
        Get::new(request, |response| {
            Ok(response.json::<ActionBody>()?.action)
        })
    }

    /// Lists a server's actions, newest first, without their steps.
    pub fn actions(&self, server_id: impl Into<String>) -> ListActions<C> {
        let request = self
            .get("/servers/{server_id}/os-instance-actions")
            .param("server_id", server_id.into());
        ListActions {
            get: Get::new(request, |response| Ok(response.json::<PageBody>()?.into())),
        }
    }

    /// Begins a read, in the version that it asks for.
    pub(in crate::openstack) fn get(&self, path: &str) -> RequestBuilder<C> {
        let request = self.client.begin("GET", path);
        match &self.microversion {
            Some(version) => request.microversion(version),
            None => request,
        }
    }
}

impl<C> Compute<C> {
    /// Moves it to another client.
    #[cfg(feature = "blocking")]
    pub(in crate::openstack) fn over<D>(self, client: D) -> Compute<D> {
        Compute {
            client,
            microversion: self.microversion,
        }
    }
}

/// A list of actions that ends with `send`.
#[must_use = "a request does nothing until `send` is called"]
#[derive(Debug)]
pub struct ListActions<C> {
    get: Get<C, ActionPage>,
}

/// A page of a server's actions, newest first.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ActionPage {
    /// The actions, without their steps.
    pub actions: Vec<ServerAction>,
    /// The link to the next page, for `request_link`; from microversion 2.58.
    pub next: Option<String>,
}

impl<C> ListActions<C> {
    /// Sets the maximum number of actions; from microversion 2.58.
    pub fn limit(self, actions: u32) -> Self {
        self.query("limit", actions.to_string())
    }

    /// Begins after the action of this request ID; from microversion 2.58.
    pub fn marker(self, request_id: impl Into<String>) -> Self {
        self.query("marker", request_id.into())
    }

    /// Lists only those that changed at this time or later; from microversion 2.58.
    pub fn changes_since(self, time: SystemTime) -> Self {
        self.query("changes-since", iso8601(time))
    }

    /// Lists only those that changed at this time or earlier; from microversion 2.66.
    pub fn changes_before(self, time: SystemTime) -> Self {
        self.query("changes-before", iso8601(time))
    }

    /// Changes the request: its timeout, its cancel token, its correlation ID.
    pub fn request(mut self, change: impl FnOnce(RequestBuilder<C>) -> RequestBuilder<C>) -> Self {
        self.get = self.get.request(change);
        self
    }

    /// Takes the options of a list.
    pub(in crate::openstack) fn with_options(mut self, options: &OperationOptions) -> Self {
        if let Some(limit) = options.limit {
            self = self.limit(limit);
        }
        if let Some(marker) = &options.marker {
            self = self.marker(marker);
        }
        if let Some(time) = options.changes_since {
            self = self.changes_since(time);
        }
        if let Some(time) = options.changes_before {
            self = self.changes_before(time);
        }
        self
    }

    /// The plain read below it.
    pub(in crate::openstack) fn into_get(self) -> Get<C, ActionPage> {
        self.get
    }

    fn query(self, name: &str, value: String) -> Self {
        self.request(|request| request.query(name, value))
    }
}

impl ListActions<Client> {
    /// Makes the call.
    ///
    /// # Errors
    /// Those of any call; `decode` if the response is not what the API documents.
    pub fn send(self) -> impl Future<Output = Result<Fetched<ActionPage>, Error>> + Send + 'static {
        self.get.send()
    }
}

#[cfg(feature = "blocking")]
impl ListActions<blocking::Client> {
    /// Makes the call and waits for its end.
    ///
    /// # Errors
    /// Those of any call; `decode` if the response is not what the API documents.
    pub fn send(self) -> Result<Fetched<ActionPage>, Error> {
        self.get.send()
    }
}

#[derive(Deserialize)]
struct ServerBody {
    server: Server,
}

#[derive(Deserialize)]
struct ActionBody {
    #[serde(rename = "instanceAction")]
    action: ServerAction,
}

#[derive(Deserialize)]
struct PageBody {
    #[serde(rename = "instanceActions", deserialize_with = "lenient::rows")]
    actions: Vec<ServerAction>,
    #[serde(default, deserialize_with = "lenient::rows")]
    links: Vec<Link>,
}

impl From<PageBody> for ActionPage {
    fn from(body: PageBody) -> Self {
        let mut links = body.links.into_iter().filter(Link::is_next);
        Self {
            actions: body.actions,
            next: links.find_map(|link| link.href),
        }
    }
}
