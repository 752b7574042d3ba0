//! Operations as values: what to do, apart from the client that does it.

#[cfg(feature = "unstable-host")]
mod job;
mod result;

use std::future::Future;
use std::pin::Pin;

use super::action::ServerAction;
use super::action_ref::ActionRef;
use super::explain::Explain;
use super::follow::Follow;
use super::options::{OperationAttached, OperationOptions};
use super::reads::{ActionPage, Compute, Get};
use super::server::Server;
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::client::{AnyClient, Client};

pub use result::{
    OperationError, OperationFailure, OperationOutput, OperationReport, OperationResult,
};

/// An operation of the compute API: a read, or several calls and the waits between them. It knows no client, and may run
/// any number of times.
///
/// [`Compute`] runs the same operations with results of their own types.
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
}

/// What an [`Operation`] does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OperationKind {
    /// Reads a server.
    Server,
    /// Reads an action of a server.
    Action,
    /// Lists the actions of a server.
    Actions,
    /// Follows an action to its end.
    Follow,
    /// Tells what was done to a server, and what became of it.
    Explain,
}

impl OperationKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::Server,
        Self::Action,
        Self::Actions,
        Self::Follow,
        Self::Explain,
    ];

    /// Returns the name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Action => "action",
            Self::Actions => "actions",
            Self::Follow => "follow",
            Self::Explain => "explain",
        }
    }

    /// Returns the kind of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Returns whether operations of this kind have an option, which is named as in [`OperationOptions`], or the callback
    /// `on_progress`.
    #[must_use]
    pub fn has(self, option: &str) -> bool {
        match option {
            "microversion" => true,
            "timeout" => matches!(self, Self::Server | Self::Action | Self::Actions),
            "limit" => matches!(self, Self::Actions | Self::Explain),
            "marker" | "changes_since" | "changes_before" => self == Self::Actions,
            "poll_interval" | "max_poll_interval" | "deadline" | "settle_time" | "on_progress" => {
                self == Self::Follow
            }
            _ => false,
        }
    }
}

impl std::fmt::Display for OperationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Operation {
    /// Reads a server, its fault included.
    pub fn server(server_id: impl Into<String>) -> Self {
        Self::new(OperationKind::Server, server_id, ActionRef::none())
    }

    /// Reads an action of a server, by the response of the request that started it, or by that request's local ID.
    pub fn action(server_id: impl Into<String>, action: impl Into<ActionRef>) -> Self {
        Self::new(OperationKind::Action, server_id, action)
    }

    /// Lists a server's actions, newest first, without their steps.
    pub fn actions(server_id: impl Into<String>) -> Self {
        Self::new(OperationKind::Actions, server_id, ActionRef::none())
    }

    /// Follows what a request started until it has ended; see [`Compute::follow`].
    pub fn follow(server: impl Into<String>, action: impl Into<ActionRef>) -> Self {
        Self::new(OperationKind::Follow, server, action)
    }

    /// Tells the history of a server; see [`Compute::explain`].
    pub fn explain(server: impl Into<String>) -> Self {
        Self::new(OperationKind::Explain, server, ActionRef::none())
    }

    /// Makes an operation of any kind; those that name no action pass `action` over. For bindings, which have the kind
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
        }
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

    /// Runs it. The result is a future for [`Client`], and for [`blocking::Client`](crate::blocking::Client) it is there
    /// when this function returns. `client` is one of the compute API.
    pub fn run<C: OperationClient>(self, client: &C, attached: OperationAttached) -> C::Running {
        client.run_operation(self, attached)
    }

    /// Binds it to a client.
    fn on<C: AnyClient>(self, client: C, attached: OperationAttached) -> Bound<C> {
        let Self {
            kind,
            server,
            action,
            options,
        } = self;
        let compute = Compute::new(client);
        let compute = match &options.microversion {
            Some(version) => compute.microversion(version),
            None => compute,
        };
        match kind {
            OperationKind::Server => {
                Bound::Server(compute.server(server).with(&options, &attached))
            }
            OperationKind::Action => {
                let get = compute.action(server, action.request_id);
                Bound::Action(get.with(&options, &attached))
            }
            OperationKind::Actions => {
                let get = compute.actions(server).with_options(&options).into_get();
                Bound::Actions(get.with(&options, &attached))
            }
            OperationKind::Follow => {
                let follow = compute.follow(server, action);
                Bound::Follow(Box::new(follow.with(&options, attached)))
            }
            OperationKind::Explain => {
                Bound::Explain(compute.explain(server).with(&options, attached))
            }
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
    type Running = Pin<Box<dyn Future<Output = OperationResult> + Send>>;

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

/// An operation with the client that runs it.
enum Bound<C> {
    Server(Get<C, Server>),
    Action(Get<C, ServerAction>),
    Actions(Get<C, ActionPage>),
    Follow(Box<Follow<C>>),
    Explain(Explain<C>),
}

impl<C> Bound<C> {
    /// The same over another client.
    #[cfg(feature = "blocking")]
    fn over<D>(self, client: D) -> Bound<D> {
        match self {
            Self::Server(get) => Bound::Server(get.over(client)),
            Self::Action(get) => Bound::Action(get.over(client)),
            Self::Actions(get) => Bound::Actions(get.over(client)),
            Self::Follow(follow) => Bound::Follow(Box::new(follow.over(client))),
            Self::Explain(explain) => Bound::Explain(explain.over(client)),
        }
    }
}

#[cfg(feature = "blocking")]
impl Bound<blocking::Client> {
    /// Lets a read begin now: it sends the token that the client has at this moment.
    fn begin(self) -> Self {
        match self {
            Self::Server(get) => Self::Server(get.begin()),
            Self::Action(get) => Self::Action(get.begin()),
            Self::Actions(get) => Self::Actions(get.begin()),
            // Each of their calls begins when its turn comes.
            flow @ (Self::Follow(_) | Self::Explain(_)) => flow,
        }
    }
}

impl Bound<Client> {
    async fn send(self) -> OperationResult {
        Ok(match self {
            Self::Server(get) => OperationOutput::Server(get.send().await?),
            Self::Action(get) => OperationOutput::Action(get.send().await?),
            Self::Actions(get) => OperationOutput::Actions(get.send().await?),
            Self::Follow(follow) => OperationOutput::Followed(Box::new(follow.send().await?)),
            Self::Explain(explain) => OperationOutput::Explained(Box::new(explain.send().await?)),
        })
    }
}
