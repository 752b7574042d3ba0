//! The results of operations.

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

impl OperationOutput {
    /// Returns the output as JSON, the same in every language: a server, an action, a page of actions (`actions` and
    /// `next`), or what `schema/openstack.schema.json` describes.
    #[must_use]
    pub fn to_json(&self) -> String {
        match self {
            Self::Server(server) => server.to_json(),
            Self::Action(action) => action.to_json(),
            Self::Actions(page) => page.to_json(),
            Self::Followed(report) => report.to_json(),
            Self::Explained(history) => history.to_json(),
            Self::Story(story) => story.to_json(),
        }
    }

    /// Returns the trails of the calls that it is based on.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        match self {
            Self::Server(server) => server.trails(),
            Self::Action(action) => action.trails(),
            Self::Actions(page) => page.trails(),
            Self::Followed(report) => &report.trails,
            Self::Explained(history) => &history.trails,
            Self::Story(story) => &story.trails,
        }
    }

    /// The text for a ticket; `None` for plain reads.
    fn report(&self) -> Option<String> {
        match self {
            Self::Server(_) | Self::Action(_) | Self::Actions(_) => None,
            Self::Followed(report) => Some(report.report()),
            Self::Explained(history) => Some(history.report()),
            Self::Story(story) => Some(story.report()),
        }
    }

    /// The report, if an action was followed.
    fn followed(&self) -> Option<&ActionReport> {
        match self {
            Self::Followed(report) => Some(report),
            _ => None,
        }
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
            Ok(output) => Self::of(kind, &output),
            Err(OperationError::Call(error)) => return Err(error),
            Err(OperationError::Action(error)) => {
                let message = error.to_string();
                let (report, cause) = match error {
                    ActionError::Failed(report) => (report, None),
                    ActionError::Unfollowed { error, report } => (report, Some(error)),
                };
                Self {
                    failure: Some(OperationFailure { message, cause }),
                    ..Self::of(kind, &OperationOutput::Followed(report))
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

    fn of(kind: OperationKind, output: &OperationOutput) -> Self {
        let followed = output.followed();
        let request_id = followed.map(|report| report.request_id.clone());
        Self {
            kind,
            json: output.to_json(),
            text: output.report(),
            trails: output.trails().to_vec(),
            verdict: followed.map(|report| report.verdict),
            apparent: followed.and_then(|report| report.apparent),
            request_id: request_id.filter(|id| !id.is_empty()),
            failure: None,
        }
    }
}
