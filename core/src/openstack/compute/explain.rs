//! The story of a server: what was done to it, the result of each action, and why it is in its state.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;

use serde::Serialize;

use super::action::ServerAction;
use super::lookup::{self, Lookup};
use super::options::{OperationAttached, OperationOptions};
use super::reads::Compute;
use super::report::steps;
use super::server::Server;
use super::verdict::{Assessment, Observation, judge};
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, Client};
use crate::dialect::openstack::plain;
use crate::error::Error;
use crate::openstack::accepted::call_group::{CallGroup, optional};
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::document;
use crate::redact::one_line;
use crate::trail::{Trail, report::Lines};

/// How many actions a story has by default.
const ACTIONS: usize = 20;

/// Reads the story of a server; begun by [`Compute::explain`].
#[must_use = "it does nothing until `send` is called"]
#[derive(Debug)]
pub struct Explain<C> {
    compute: Compute<C>,
    plan: ExplainPlan,
}

#[derive(Debug)]
struct ExplainPlan {
    server_id: String,
    actions: usize,
    cancel: Option<CancelToken>,
}

impl<C: AnyClient> Compute<C> {
    /// Reads the story of a server: its actions, newest first, each with its request ID, its outcome and its steps, and
    /// the server's fault.
    ///
    /// `server` is the server's UUID, or its exact name, which is looked up first.
    pub fn explain(&self, server: impl Into<String>) -> Explain<C> {
        Explain::new(self.clone(), server.into())
    }
}

impl<C: AnyClient> Explain<C> {
    fn new(compute: Compute<C>, server_id: String) -> Self {
        Self {
            compute,
            plan: ExplainPlan {
                server_id,
                actions: ACTIONS,
                cancel: None,
            },
        }
    }

    /// Sets the maximum number of actions, newest first; the default is 20. Each needs a separate call for its steps.
    pub fn limit(mut self, actions: usize) -> Self {
        self.plan.actions = actions;
        self
    }

    /// Lets a token cancel it.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.plan.cancel = Some(token.clone());
        self
    }
}

impl<C> Explain<C> {
    /// Takes the options of an operation, and what is attached to it.
    pub(in crate::openstack) fn with(
        mut self,
        options: &OperationOptions,
        attached: OperationAttached,
    ) -> Self {
        if let Some(limit) = options.limit {
            self.plan.actions = limit as usize;
        }
        self.plan.cancel = attached.cancel;
        self
    }
}

impl Explain<Client> {
    /// Reads it.
    ///
    /// # Errors
    /// Those of any call. A deleted server is not an error as long as its actions can be read, from microversion 2.21.
    pub fn send(
        self,
    ) -> impl Future<Output = Result<ServerHistory, ExplainError>> + Send + 'static {
        tell(self.compute, self.plan)
    }
}

#[cfg(feature = "blocking")]
impl Explain<blocking::Client> {
    /// Reads it and waits for its end.
    ///
    /// # Errors
    /// Those of any call. A deleted server is not an error as long as its actions can be read, from microversion 2.21.
    pub fn send(self) -> Result<ServerHistory, ExplainError> {
        let Self { compute, plan } = self;
        let client = compute.client().clone();
        client
            .run_flow(move |client: Client| tell(compute.over(client), plan))
            .unwrap_or_else(|error| {
                Err(ExplainError {
                    error,
                    trails: Vec::new(),
                })
            })
    }
}

/// The story of a server, or of another resource, could not be read. The display ends with that of
/// [`error`](Self::error), which is therefore not among the sources.
#[derive(Debug)]
#[non_exhaustive]
pub struct ExplainError {
    /// Why not.
    pub error: Error,
    /// The trails of all calls that were made for it, including the failed one.
    pub trails: Vec<Trail>,
}

impl fmt::Display for ExplainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the story could not be read: {}", self.error)
    }
}

impl StdError for ExplainError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

async fn tell(compute: Compute<Client>, plan: ExplainPlan) -> Result<ServerHistory, ExplainError> {
    let mut calls = CallGroup::new(plan.cancel.clone(), Vec::new());
    let read = read(&compute, &plan, &mut calls).await;
    let trails = calls.trails;
    match read {
        Ok(read) => Ok(ServerHistory {
            server_id: read.server_id,
            server: read.server,
            actions: read.actions,
            trails,
        }),
        Err(error) => Err(ExplainError { error, trails }),
    }
}

async fn read(
    compute: &Compute<Client>,
    plan: &ExplainPlan,
    calls: &mut CallGroup,
) -> Result<Read, Error> {
    let server_id = if lookup::is_name(&plan.server_id) {
        match lookup::look_up(compute, calls, &plan.server_id, None).await? {
            Lookup::Found(id) => id,
            Lookup::NotOne(error) => return Err(error),
        }
    } else {
        plan.server_id.clone()
    };
    let server = optional(calls.ask(compute.server(&server_id), None).await)?;
    let server = server.map(Server::for_report);
    let (actions, error) =
        outcomes(compute, calls, (&server_id, server.as_ref()), plan.actions).await;
    match error {
        Some(error) => Err(error),
        None => Ok(Read {
            server_id,
            server,
            actions,
        }),
    }
}

/// Reads the newest `limit` actions of a server, and judges the result of each. No call follows a failed one: the actions
/// that are known by then are returned with its error.
pub(in crate::openstack) async fn outcomes(
    compute: &Compute<Client>,
    calls: &mut CallGroup,
    (server_id, server): (&str, Option<&Server>),
    limit: usize,
) -> (Vec<ActionOutcome>, Option<Error>) {
    let list = compute.actions(server_id).into_get();
    let page = match calls.ask(list, None).await {
        Ok(page) => page,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut actions = Vec::new();
    let mut failed = None;
    for mut listed in page.actions.into_iter().take(limit) {
        if failed.is_none() {
            let one = compute.action(server_id, &listed.request_id);
            match optional(calls.ask(one, None).await) {
                // Two actions of one request share its ID, and only one of them can be read by that.
                Ok(Some(whole)) if whole.action == listed.action => listed = whole,
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
        }
        actions.push(outcome(server, listed, actions.is_empty()));
    }
    (actions, failed)
}

/// What was read for a story.
struct Read {
    server_id: String,
    server: Option<Server>,
    actions: Vec<ActionOutcome>,
}

/// Judges the result of an action. Only the newest one can have caused the server's state.
fn outcome(server: Option<&Server>, action: ServerAction, newest: bool) -> ActionOutcome {
    let seen = Observation {
        server,
        was_there: true,
        first_fault: None,
        action: Some(&action),
        kind: None,
        // There is only one poll. The task state shows what is still running.
        settled: true,
        superseded: Some(!newest),
    };
    // Only the newest action can be running; an older one has ended.
    let ended = server.filter(|_| !newest).map(Server::at_rest);
    let seen = Observation {
        server: ended.as_ref().or(server),
        ..seen
    };
    let (verdict, apparent, evidence) = match judge(&seen) {
        Assessment::Ended(verdict, evidence) => (Some(verdict), None, evidence),
        Assessment::Apparent(apparent, evidence) => {
            (Some(Verdict::Unknown), Some(apparent), evidence)
        }
        Assessment::Running | Assessment::UnlessSuperseded | Assessment::NotFound => {
            (None, None, "it has not ended".to_owned())
        }
    };
    ActionOutcome {
        verdict,
        apparent,
        evidence,
        action,
    }
}

/// The story of a server.
///
/// Its [`Display`](fmt::Display) is a table for a terminal; [`to_json`](Self::to_json) has all of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ServerHistory {
    /// The server's UUID.
    pub server_id: String,
    /// The server with its fault; `None` if it is gone.
    pub server: Option<Server>,
    /// What was done to it, newest first.
    pub actions: Vec<ActionOutcome>,
    /// The trails of the calls that read the story.
    pub trails: Vec<Trail>,
}

/// An action and its result.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ActionOutcome {
    /// How it ended, as far as the API reports; `None` while it runs.
    pub verdict: Option<Verdict>,
    /// How it seems to have ended if nothing proves that, as after a reboot.
    pub apparent: Option<Verdict>,
    /// What the verdict is based on.
    pub evidence: String,
    /// The record with its steps.
    pub action: ServerAction,
}

impl ActionOutcome {
    /// Writes the action as a row of a table, and its steps below. Its evidence is left out if that is the fault that is
    /// already `shown`.
    pub(in crate::openstack) fn rows(&self, out: &mut Lines, indent: &str, shown: Option<&str>) {
        let action = &self.action;
        let verdict = self.verdict.map_or("running", |verdict| match verdict {
            Verdict::Failed => "FAILED",
            other => other.as_str(),
        });
        let row = [
            one_line(action.start_time.as_deref().unwrap_or("-")).into_owned(),
            format!("{:<14}", one_line(&action.action)),
            format!("{verdict:<9}"),
            one_line(&action.request_id).into_owned(),
        ];
        out.cells(indent, " ", &row);
        let below = format!("{indent}    ");
        let is_shown = shown.is_some_and(|fault| self.evidence.contains(fault));
        if self.verdict != Some(Verdict::Succeeded) && !is_shown {
            out.words(&below, &one_line(self.evidence.trim()));
        }
        steps(out, &below, action);
    }
}

/// The schema of the JSON form.
const SCHEMA: &str = "reqtrail.story/1";

impl ServerHistory {
    /// The whole story as JSON of the schema `reqtrail.story/1`, the same in every language. It has stack traces if the
    /// API showed them to this caller.
    #[must_use]
    pub fn to_json(&self) -> String {
        document::to_json(SCHEMA, self)
    }

    /// The story as a table for a terminal: at most 100 columns, without stack traces.
    #[must_use]
    pub fn report(&self) -> String {
        let mut out = Lines::default();
        let state = match &self.server {
            None => "gone".to_owned(),
            Some(server) => match &server.task_state {
                Some(task) => format!("{}, task {task}", server.status),
                None => server.status.clone(),
            },
        };
        out.words(
            "",
            &one_line(&format!("Server {}: {state}", self.server_id)),
        );
        if let Some(fault) = self
            .server
            .as_ref()
            .and_then(|server| server.fault.as_ref())
        {
            let code = fault
                .code
                .map_or_else(String::new, |code| format!(" {code}"));
            let since = fault.created.as_deref().unwrap_or("an unknown time");
            let message = plain(&fault.message);
            let text = format!("fault{code} at {since}: {}", message.trim());
            out.words("  ", &one_line(&text));
        }
        for action in &self.actions {
            action.rows(&mut out, "", None);
        }
        if self.actions.is_empty() {
            out.words("  ", "no actions are on record");
        }
        out.finish()
    }
}

impl fmt::Display for ServerHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}
