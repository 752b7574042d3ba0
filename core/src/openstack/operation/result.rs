//! The results of operations.

use serde::Serialize;

use super::OperationKind;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::compute::Server;
use crate::openstack::compute::ServerAction;
use crate::openstack::compute::{ActionError, ActionReport};
use crate::openstack::compute::{ExplainError, ServerHistory};
use crate::openstack::story::Story;
use crate::openstack::{accepted::get::Fetched, compute::ActionPage};
use crate::trail::Trail;

/// How an operation ended.
pub type OperationResult = Result<OperationOutput, OperationError>;

/// The output of an operation, by its kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OperationOutput {
    /// A server.
    Server(Fetched<Server>),
    /// An action of a server.
    Action(Fetched<ServerAction>),
    /// A page of a server's actions.
    Actions(Fetched<ActionPage>),
    /// The result of the followed action. Its verdict may be `unknown`.
    Followed(Box<ActionReport>),
    /// What was done to a server.
    Explained(Box<ServerHistory>),
    /// The story of a resource, or of a request, over several services.
    Story(Box<Story>),
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// The call of a read failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// The followed action failed, or it could not be followed to its end.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The history could not be read.
    #[error(transparent)]
    Explain(#[from] ExplainError),
}

/// The common parts of any output.
trait Told {
    fn json(&self) -> String;
    fn trails(&self) -> &[Trail];

    /// The text for a ticket.
    fn text(&self) -> Option<String> {
        None
    }

    /// The report, if an action was followed.
    fn followed(&self) -> Option<&ActionReport> {
        None
    }
}

impl<V: Serialize> Told for Fetched<V> {
    fn json(&self) -> String {
        self.to_json()
    }

    fn trails(&self) -> &[Trail] {
        Self::trails(self)
    }
}

impl Told for ActionReport {
    fn json(&self) -> String {
        self.to_json()
    }

    fn trails(&self) -> &[Trail] {
        &self.trails
    }

    fn text(&self) -> Option<String> {
        Some(self.report())
    }

    fn followed(&self) -> Option<&ActionReport> {
        Some(self)
    }
}

impl Told for ServerHistory {
    fn json(&self) -> String {
        self.to_json()
    }

    fn trails(&self) -> &[Trail] {
        &self.trails
    }

    fn text(&self) -> Option<String> {
        Some(self.report())
    }
}

impl Told for Story {
    fn json(&self) -> String {
        self.to_json()
    }

    fn trails(&self) -> &[Trail] {
        &self.trails
    }

    fn text(&self) -> Option<String> {
        Some(self.report())
    }
}

impl OperationOutput {
    fn told(&self) -> &dyn Told {
        match self {
            Self::Server(server) => server,
            Self::Action(action) => action,
            Self::Actions(page) => page,
            Self::Followed(report) => &**report,
            Self::Explained(history) => &**history,
            Self::Story(story) => &**story,
        }
    }

    /// Returns the output as JSON, the same in every language: a server, an action, a page of actions (`actions` and
    /// `next`), or what `schema/openstack.schema.json` describes.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.told().json()
    }

    /// Returns the trails of the calls that it is based on.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        self.told().trails()
    }
}

impl OperationError {
    /// Returns the error of the call that ended it; `None` if every call succeeded and the action failed.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Call(error) | Self::Action(ActionError::Unfollowed { error, .. }) => Some(error),
            Self::Action(ActionError::Failed(_)) => None,
            Self::Explain(explain) => Some(&explain.error),
        }
    }
}

/// The result of an operation as plain data, the same for every kind, for bindings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationReport {
    /// The kind of the operation.
    pub kind: OperationKind,
    /// The value as JSON; empty if there is none.
    pub json: String,
    /// The text for a ticket; `None` for plain reads.
    pub text: Option<String>,
    /// The trails of the calls that it is based on.
    pub trails: Vec<Trail>,
    /// The verdict on the followed action.
    pub verdict: Option<Verdict>,
    /// How that action seems to have ended if nothing proves it.
    pub apparent: Option<Verdict>,
    /// The request ID of that action.
    pub request_id: Option<String>,
    /// Why the operation failed, if it did.
    pub failure: Option<OperationFailure>,
}

/// Why an operation failed, as plain data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationFailure {
    /// The error's text.
    pub message: String,
    /// The error of the call that ended it; `None` if the action itself failed.
    pub cause: Option<Error>,
}

impl OperationFailure {
    /// Returns the kind of the error: that of the call that ended it, or `api` if the action itself failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.cause.as_ref().map_or(ErrorKind::Api, Error::kind)
    }
}

impl OperationReport {
    /// Makes the data of a result.
    ///
    /// # Errors
    /// The error of a read, which is that of its call and has nothing to add.
    pub fn new(kind: OperationKind, result: OperationResult) -> Result<Self, Error> {
        Ok(match result {
            Ok(output) => Self::of(kind, output.told()),
            Err(OperationError::Call(error)) => return Err(error),
            Err(OperationError::Action(error)) => {
                let message = error.to_string();
                let (report, cause) = match error {
                    ActionError::Failed(report) => (report, None),
                    ActionError::Unfollowed { error, report } => (report, Some(error)),
                };
                Self {
                    failure: Some(OperationFailure { message, cause }),
                    ..Self::of(kind, &*report)
                }
            }
            Err(OperationError::Explain(explain)) => Self {
                kind,
                json: String::new(),
                text: None,
                verdict: None,
                apparent: None,
                request_id: None,
                failure: Some(OperationFailure {
                    message: explain.to_string(),
                    cause: Some(explain.error),
                }),
                trails: explain.trails,
            },
        })
    }

    fn of(kind: OperationKind, told: &dyn Told) -> Self {
        let followed = told.followed();
        let request_id = followed.map(|report| report.request_id.clone());
        Self {
            kind,
            json: told.json(),
            text: told.text(),
            trails: told.trails().to_vec(),
            verdict: followed.map(|report| report.verdict),
            apparent: followed.and_then(|report| report.apparent),
            request_id: request_id.filter(|id| !id.is_empty()),
            failure: None,
        }
    }
}
