//! Requests for a story, and how it is composed.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::lookup::{self, Thing};
use super::named::Named;
use super::reader::{Build, Reader};
use super::record::{ResourceStory, Story};
use super::{image, request, server, volume};
use crate::cancel::CancelToken;
use crate::client::{Client, ClientBuilder};
use crate::error::Error;
use crate::openstack::accepted::call_group::CallGroup;
use crate::openstack::compute::{ExplainError, OperationAttached, OperationOptions};
use crate::openstack::identity::Connection;

/// How many actions, messages and tasks a resource has unless set otherwise.
const LIMIT: usize = 20;

/// Reads the story of a resource or of a request; begun by [`Connection::explain`].
#[must_use = "it does nothing until `send` is called"]
pub struct Explanation {
    connection: Connection,
    asked: String,
    limit: usize,
    timeout: Option<Duration>,
    cancel: Option<CancelToken>,
    build: Arc<Build>,
}

impl Connection {
    /// Reads the story of a server, a volume, a snapshot or an image over the services of the cloud, or of everything
    /// with a request's ID: what happened to it, why, and which request IDs to give to the operator.
    ///
    /// `what` is a UUID, an exact name, or a request ID `req-…`; with its kind and a slash in front, as in `volume/data`,
    /// only that kind is searched for. The kinds are `server`, `volume`, `snapshot`, `image` and `request`. Without a kind,
    /// a name is that of a server, a volume or an image.
    ///
    /// The story of a server includes its volumes and its ports. If a service is missing in the catalog, refuses or does not
    /// answer, the story has a note.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let connection = reqtrail::openstack::Cloud::from_env()?.connect().await?;
    /// let story = connection.explain("web-1").send().await?;
    /// if let Some(failure) = &story.failure {
    ///     println!("{failure}; give the operator {}", story.request_ids.join(", "));
    /// }
    /// println!("{story}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn explain(&self, what: impl Into<String>) -> Explanation {
        Explanation {
            connection: self.clone(),
            asked: what.into(),
            limit: LIMIT,
            timeout: None,
            cancel: None,
            build: Arc::new(ClientBuilder::build),
        }
    }
}

impl Explanation {
    /// Sets the maximum number of actions, messages and tasks of each resource, newest first; the default is 20. Each action
    /// needs a call for its steps.
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = rows;
        self
    }

    /// Sets the timeout of the whole story; there is no limit by default, and each call has its client's timeout. A story
    /// that exceeds it ends with an error of the kind `timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Lets a token cancel it.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Sets the function that builds the client of each service, [`ClientBuilder::build`] by default: for a proxy, other
    /// timeouts, or your own transport.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(connection: reqtrail::openstack::Connection) -> Result<(), Box<dyn std::error::Error>> {
    /// let story = connection
    ///     .explain("web-1")
    ///     .clients(|builder| builder.max_attempts(2).build())
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn clients(
        mut self,
        build: impl Fn(ClientBuilder) -> Result<Client, Error> + Send + Sync + 'static,
    ) -> Self {
        self.build = Arc::new(build);
        self
    }

    /// Takes the options of an operation, and what is attached to it.
    pub(in crate::openstack) fn with(
        mut self,
        options: &OperationOptions,
        attached: OperationAttached,
    ) -> Self {
        if let Some(limit) = options.limit {
            self.limit = limit as usize;
        }
        self.timeout = options.timeout;
        self.cancel = attached.cancel;
        self
    }

    /// Reads it.
    ///
    /// # Errors
    /// `api` of the category `not_found` if no service has it, with what each of them answered, and of `invalid` if several
    /// resources have the name, with the kind and the UUID of each; `invalid_request` for a kind that is not known. Those of a
    /// sign-in, a cancellation, and a time that is over.
    pub fn send(self) -> impl Future<Output = Result<Story, ExplainError>> + Send + 'static {
        tell(self)
    }

    /// Reads it on the calling thread, and waits for its end.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Story, ExplainError> {
        let nowhere = |error| ExplainError {
            error,
            trails: Vec::new(),
        };
        let driver = Connection::driving_client().map_err(nowhere)?;
        let ran = driver.run_flow(move |_| tell(self));
        ran.unwrap_or_else(|error| Err(nowhere(error)))
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("asked", &self.asked)
            .field("limit", &self.limit)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

async fn tell(explanation: Explanation) -> Result<Story, ExplainError> {
    let Explanation {
        connection,
        asked,
        limit,
        timeout,
        cancel,
        build,
    } = explanation;
    let calls = CallGroup::new(cancel, Vec::new()).within(timeout);
    let mut reader = Reader::new(connection, build, calls, limit);
    let resources = resources(&mut reader, &asked).await;
    let Reader { calls, notes, .. } = reader;
    let trails = calls.trails;
    match resources {
        Ok(resources) => Ok(Story {
            asked,
            failure: None,
            request_ids: Vec::new(),
            resources,
            notes,
            trails,
        }
        .conclude()),
        Err(error) => Err(ExplainError { error, trails }),
    }
}

async fn resources(reader: &mut Reader, asked: &str) -> Result<Vec<ResourceStory>, Error> {
    let thing = match Named::read(asked)? {
        Named::Request(id) => return request::tell(reader, &id).await,
        Named::Id(kind, id) => lookup::by_id(reader, kind, &id).await?,
        Named::Name(kind, name) => lookup::by_name(reader, kind, &name).await?,
    };
    match thing {
        Thing::Server(server) => server::tell(reader, &server).await,
        Thing::Gone(kind, id) => match server::gone(reader, &id).await? {
            Some(gone) => Ok(vec![gone]),
            None => Err(reader.nothing(&lookup::about(kind, &id))),
        },
        Thing::Volume(kind, resource) => {
            let mut told = vec![volume::tell(reader, kind, &resource).await?];
            told.extend(volume::servers(&resource));
            Ok(told)
        }
        Thing::Image(image) => Ok(vec![image::tell(reader, &image).await?]),
    }
}
