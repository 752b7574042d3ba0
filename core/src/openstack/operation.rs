//! Operations as values: what to do, independent of the client that does it.

#[cfg(feature = "unstable-host")]
mod job;
mod kind;
mod result;

use std::future::Future;
use std::pin::Pin;

use super::accepted::get::{Fetched, Get, fetched};
use super::compute::{ActionRef, Compute, OperationAttached, OperationOptions};
use super::identity::Connection;
use super::resources::{ResourceRef, Resources};
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::client::{AnyClient, Client};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::request::RequestBuilder;
use crate::response::Response;
#[cfg(feature = "unstable-host")]
use crate::surface::{OptionError, Value};

pub use crate::surface::operation::OperationKind;
pub use result::{
    OperationError, OperationFailure, OperationOutput, OperationReport, OperationResult,
};

/// An operation: a read, or several calls and the waits between them. It is independent of a client, and may run any
/// number of times.
///
/// [`Compute`] runs the same operations with typed results.
///
/// # Examples
/// ```no_run
/// # async fn example(client: reqtrail::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use reqtrail::openstack::{OperationAttached, Operation, OperationOutput};
///
/// let server = Operation::server("c76a7603-95be-4368-87e9-7b9b89fb1d7e");
/// let output = server.run(&client, OperationAttached::new()).await?;
/// if let OperationOutput::Server(server) = output {
///     println!("{}", server.status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Operation {
    kind: OperationKind,
    server: String,
    action: ActionRef,
    options: OperationOptions,
    connection: Option<Connection>,
}

impl Operation {
    /// Makes an operation of any kind; those without an action ignore `action`. It is for bindings, which have the kind
    /// as data.
    pub fn new(
        kind: OperationKind,
        server: impl Into<String>,
        action: impl Into<ActionRef>,
    ) -> Self {
        Self {
            kind,
            server: server.into(),
            action: action.into(),
            options: OperationOptions::default(),
            connection: None,
        }
    }

    /// Sets the connection whose services it asks: `explain_resource` needs one, and any client drives it. The other kinds
    /// ignore it.
    #[must_use]
    pub fn connection(mut self, connection: &Connection) -> Self {
        self.connection = Some(connection.clone());
        self
    }

    /// Returns what it does.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        self.kind
    }

    /// Sets its options, all of them at once.
    #[must_use]
    pub fn options(mut self, options: OperationOptions) -> Self {
        self.options = options;
        self
    }

    /// Runs it. The result is a future for [`Client`], and for [`blocking::Client`](crate::blocking::Client) it is ready
    /// when this function returns. `client` is one of the compute API.
    pub fn run<C: OperationClient>(self, client: &C, attached: OperationAttached) -> C::Running {
        client.run_operation(self, attached)
    }

    /// Sets an option by its number, as [`OperationOptions::set`].
    ///
    /// # Errors
    /// The operation does not have the option, or the option does not take the value.
    #[cfg(feature = "unstable-host")]
    pub fn set(&mut self, id: u16, value: Value) -> Result<(), OptionError> {
        let option = OperationOptions::OPTIONS.iter().find(|spec| spec.id == id);
        match option {
            Some(spec) if !self.kind.has(spec.name) => Err(OptionError::Invalid {
                option: spec.name,
                message: format!("the operation `{}` does not have this option", self.kind),
            }),
            _ => self.options.set(id, value),
        }
    }

    /// Binds it to a client. What each kind does is here alone.
    fn on<C: AnyClient>(self, client: C, attached: OperationAttached) -> Bound<C> {
        let Self {
            kind,
            server,
            action,
            options,
            connection,
        } = self;
        let compute = Compute::new(client);
        let compute = match &options.microversion {
            Some(version) => compute.microversion(version),
            None => compute,
        };
        let read = (&options, &attached);
        match kind {
            OperationKind::Server => {
                Bound::read(compute.server(server), read, OperationOutput::Server)
            }
            OperationKind::Action => {
                let get = compute.action(server, action.request_id);
                Bound::read(get, read, OperationOutput::Action)
            }
            OperationKind::Actions => {
                let get = compute.actions(server).with_options(&options).into_get();
                Bound::read(get, read, OperationOutput::Actions)
            }
            OperationKind::Follow => Bound::flow(compute, move |compute| {
                let checked = action.checked();
                let follow = compute.follow(server, action).with(&options, attached);
                async {
                    checked?;
                    Ok(OperationOutput::Followed(Box::new(follow.send().await?)))
                }
            }),
            OperationKind::FollowResource => Bound::flow(compute, move |compute| {
                let what = ResourceRef::of(server, action);
                let resources = Resources::new(compute.client().clone());
                let follow = resources.follow(what).with(options, attached);
                async { Ok(OperationOutput::Followed(Box::new(follow.send().await?))) }
            }),
            OperationKind::ServerByName => Bound::flow(compute, move |compute| {
                let read = compute.server_by_name(server).with(&options, attached);
                async { Ok(OperationOutput::Server(read.send().await?)) }
            }),
            OperationKind::Explain => Bound::flow(compute, move |compute| {
                let explain = compute.explain(server).with(&options, attached);
                async { Ok(OperationOutput::Explained(Box::new(explain.send().await?))) }
            }),
            OperationKind::ExplainResource => Bound::flow(compute, move |_| {
                let explain = connection.map(|own| own.explain(server).with(&options, attached));
                async {
                    let text = "the operation `explain_resource` has no connection; set it with `connection`";
                    let explain =
                        explain.ok_or_else(|| Error::new(ErrorKind::InvalidRequest, text))?;
                    Ok(OperationOutput::Story(Box::new(explain.send().await?)))
                }
            }),
        }
    }
}

/// A client that runs operations: either one.
pub trait OperationClient: AnyClient {
    /// What [`Operation::run`] returns: a future of an [`OperationResult`], or the result.
    type Running;

    #[doc(hidden)]
    fn run_operation(&self, operation: Operation, attached: OperationAttached) -> Self::Running;
}

impl OperationClient for Client {
    type Running = Running;

    fn run_operation(&self, operation: Operation, attached: OperationAttached) -> Self::Running {
        Box::pin(operation.on(self.clone(), attached).send())
    }
}

#[cfg(feature = "blocking")]
impl OperationClient for blocking::Client {
    type Running = OperationResult;

    fn run_operation(&self, operation: Operation, attached: OperationAttached) -> Self::Running {
        let bound = operation.on(self.clone(), attached).begin();
        self.run_flow(move |client: Client| bound.over(client).send())
            .unwrap_or_else(|error| Err(error.into()))
    }
}

type Running = Pin<Box<dyn Future<Output = OperationResult> + Send>>;

/// An operation with the client that runs it.
enum Bound<C> {
    /// One call, and what reads its response.
    Read(
        RequestBuilder<C>,
        Box<dyn FnOnce(Result<Response, Error>) -> OperationResult + Send>,
    ),
    /// Several calls, each of which begins when its turn comes.
    Flow(
        Compute<C>,
        Box<dyn FnOnce(Compute<Client>) -> Running + Send>,
    ),
}

impl<C> Bound<C> {
    fn read<V: 'static>(
        get: Get<C, V>,
        (options, attached): (&OperationOptions, &OperationAttached),
        output: fn(Fetched<V>) -> OperationOutput,
    ) -> Self {
        let get = get.with(options.timeout, attached.cancel.as_ref());
        let (request, read) = get.into_parts();
        Self::Read(
            request,
            Box::new(move |outcome| Ok(output(fetched(outcome, read)?))),
        )
    }

    fn flow<F: Future<Output = OperationResult> + Send + 'static>(
        compute: Compute<C>,
        run: impl FnOnce(Compute<Client>) -> F + Send + 'static,
    ) -> Self {
        Self::Flow(compute, Box::new(|compute| Box::pin(run(compute))))
    }

    /// The same over another client.
    #[cfg(feature = "blocking")]
    fn over<D>(self, client: D) -> Bound<D> {
        match self {
            Self::Read(request, read) => Bound::Read(request.over(client), read),
            Self::Flow(compute, run) => Bound::Flow(compute.over(client), run),
        }
    }
}

#[cfg(feature = "blocking")]
impl Bound<blocking::Client> {
    /// Lets a read begin now: it sends the token that the client has at this moment.
    fn begin(self) -> Self {
        match self {
            Self::Read(request, read) => Self::Read(request.begin(), read),
            flow @ Self::Flow(..) => flow,
        }
    }
}

impl Bound<Client> {
    async fn send(self) -> OperationResult {
        match self {
            Self::Read(request, read) => read(request.send().await),
            Self::Flow(compute, run) => run(compute).await,
        }
    }
}
