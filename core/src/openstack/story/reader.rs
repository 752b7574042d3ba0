//! The calls of a story: a client for each service, and what becomes of a call that fails.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::client::{Client, ClientBuilder};
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::openstack::accepted::call_group::CallGroup;
use crate::openstack::accepted::get::{Get, missing_version};
use crate::openstack::compute::Compute;
use crate::openstack::identity::{Connection, Located, ServiceOptions, version_document};
use crate::trail::{Attempt, Trail};

/// Builds the client of a service.
pub(super) type Build = dyn Fn(ClientBuilder) -> Result<Client, Error> + Send + Sync;

/// A service that is asked.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Service {
    Compute,
    Volume,
    Image,
    Network,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Volume => "volume",
            Self::Image => "image",
            Self::Network => "network",
        }
    }

    /// The version of the API in paths, if the endpoint names none.
    fn version(self) -> &'static str {
        match self {
            Self::Compute | Self::Volume => "",
            Self::Image => "/v2",
            Self::Network => "/v2.0",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a service says to a question.
pub(super) enum Answer<V> {
    Found(V),
    /// The service says that there is no such thing.
    Absent,
    /// It says nothing; a note says why.
    Unknown,
}

impl<V> Answer<V> {
    pub(super) fn map<W>(self, change: impl FnOnce(V) -> W) -> Answer<W> {
        match self {
            Self::Found(value) => Answer::Found(change(value)),
            Self::Absent => Answer::Absent,
            Self::Unknown => Answer::Unknown,
        }
    }
}

/// A client of a service, and the path before its collections.
#[derive(Clone)]
pub(super) struct ServiceClient {
    pub(super) client: Client,
    pub(super) prefix: &'static str,
}

/// Reads what a story needs, and keeps the trails.
pub(super) struct Reader {
    connection: Connection,
    build: Arc<Build>,
    pub(super) calls: CallGroup,
    /// How many actions, messages and tasks a resource has at most.
    pub(super) limit: usize,
    clients: BTreeMap<Service, Option<ServiceClient>>,
    pub(super) notes: Vec<String>,
    /// What the services answered that do not have what is looked for.
    pub(super) absent: Vec<String>,
    /// Whether a service did not answer at all, which may have what is looked for.
    was_down: bool,
}

impl Reader {
    pub(super) fn new(
        connection: Connection,
        build: Arc<Build>,
        calls: CallGroup,
        limit: usize,
    ) -> Self {
        Self {
            connection,
            build,
            calls,
            limit,
            clients: BTreeMap::new(),
            notes: Vec::new(),
            absent: Vec::new(),
            was_down: false,
        }
    }

    /// The project of the token, where it is known.
    pub(super) fn project_id(&self) -> Option<String> {
        let session = self.connection.session()?;
        session.project_id().map(str::to_owned)
    }

    /// A client of the service; `None` if it cannot be asked, and a note says why.
    ///
    /// # Errors
    /// What ends the story.
    pub(super) async fn client_of(
        &mut self,
        service: Service,
    ) -> Result<Option<ServiceClient>, Error> {
        if let Some(known) = self.clients.get(&service) {
            return Ok(known.clone());
        }
        let opened = match self.open(service).await {
            Ok(client) => {
                let prefix = missing_version(client.base_path(), service.version());
                Some(ServiceClient { client, prefix })
            }
            Err(error) if error.kind() == ErrorKind::Config => {
                let why = error.message();
                self.notes
                    .push(format!("the {service} service was not asked: {why}"));
                None
            }
            Err(error) => {
                self.missed(service, "its versions", error)?;
                None
            }
        };
        self.clients.insert(service, opened.clone());
        Ok(opened)
    }

    /// The compute API at its newest: the older ones do not show an action's steps.
    pub(super) async fn compute(&mut self) -> Result<Option<Compute>, Error> {
        let opened = self.client_of(Service::Compute).await?;
        Ok(opened.map(|own| Compute::new(own.client).microversion("latest")))
    }

    async fn open(&mut self, service: Service) -> Result<Client, Error> {
        let found = (self.connection).find(service.name(), &ServiceOptions::new())?;
        let builder = match found {
            Located::Client(builder) => *builder,
            Located::Asking(asking) => {
                let client = (self.build)(asking.client()?)?;
                let answer = self.calls.send(version_document(&client)).await;
                asking.learn(answer)?
            }
        };
        (self.build)(builder)
    }

    /// Asks a service for `what`. `is_absent` knows the service's own 404.
    ///
    /// # Errors
    /// What ends the story.
    pub(super) async fn ask<V: Send + 'static>(
        &mut self,
        service: Service,
        what: &str,
        get: Get<Client, V>,
        is_absent: fn(&Error) -> bool,
    ) -> Result<Answer<V>, Error> {
        match self.calls.ask(get, None).await {
            Ok(value) => Ok(Answer::Found(value)),
            Err(error) if is_absent(&error) && !self.calls.has_ended() => Ok(Answer::Absent),
            Err(error) => self.missed(service, what, error).map(|()| Answer::Unknown),
        }
    }

    /// Notes that a service did not tell `what`. One that does not answer at all is not asked again.
    ///
    /// # Errors
    /// The same error, if it ends the story: a cancellation, the deadline, a sign-in that failed.
    pub(super) fn missed(
        &mut self,
        service: Service,
        what: &str,
        error: Error,
    ) -> Result<(), Error> {
        let ends = matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::Internal)
            || error.category() == Some(Category::Authentication);
        if ends || self.calls.has_ended() {
            return Err(error);
        }
        let id = request_id(&error);
        let why = error.message().trim();
        self.notes.push(match error.status() {
            Some(status) if error.kind() == ErrorKind::Api => format!(
                "the {service} service answered {}{id} when it was asked for {what}: {why}",
                status.as_u16()
            ),
            _ => format!("the {service} service did not tell {what}{id}: {why}"),
        });
        let is_down = matches!(
            error.kind(),
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport
        ) || error.category() == Some(Category::Unavailable);
        if is_down {
            self.was_down = true;
            self.clients.insert(service, None);
        }
        Ok(())
    }

    /// The error of a story that has nothing to tell: what was asked of which service, and what each said.
    pub(super) fn nothing(&self, what: &str) -> Error {
        let said = self.notes.iter().chain(&self.absent);
        let said: Vec<&str> = said.map(String::as_str).collect();
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(": {}", said.join("; ")),
        };
        let last = self.calls.trails.last().and_then(Trail::last);
        // What a service that was down could not be asked for may be there. Otherwise a 404 of the last call says more
        // than a note.
        let category = match (self.was_down, self.notes.is_empty()) {
            (true, _) => Category::Unknown,
            (false, true) => Category::NotFound,
            (false, false) => last
                .and_then(Attempt::category)
                .unwrap_or(Category::Unknown),
        };
        refused(category, format!("nothing was found of {what}{said}"))
    }
}

/// An error about answers that were good ones but not what was asked for. It has no trail: no single call failed, and the
/// request ID of one that was answered would mislead.
pub(super) fn refused(category: Category, text: String) -> Error {
    Error::new(ErrorKind::Api, text).with_category(Some(category))
}

/// The request ID of a failed call, in words.
fn request_id(error: &Error) -> String {
    let id = error.request_id();
    id.map_or_else(String::new, |id| format!(", request ID {id}"))
}
