//! The report on followed work: its result, the evidence, and the IDs that an operator needs.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::action::{ActionEvent, ServerAction};
use super::action_ref::ActionRef;
use super::server::{Server, ServerFault};
use crate::dialect::openstack::plain;
use crate::error::Error;
use crate::openstack::accepted::codes::Verdict;
use crate::openstack::accepted::document;
use crate::openstack::accepted::follow_loop::End;
use crate::openstack::accepted::resource::Resource;
use crate::openstack::accepted::time::seconds_between;
use crate::openstack::image::task::ImageTask;
use crate::openstack::volume::message::UserMessage;
use crate::redact::one_line;
use crate::trail::{Trail, report::Lines};

/// The result of a server action, or of work that another service accepted.
///
/// Its [`Display`](fmt::Display) is a text for a ticket; [`to_json`](Self::to_json) has all of it, as
/// `schema/openstack.schema.json` describes.
#[must_use = "a report may say that the outcome is unknown"]
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ActionReport {
    /// How it ended, as far as the API reports.
    pub verdict: Verdict,
    /// How it seems to have ended if nothing proves that, as after a reboot.
    pub apparent: Option<Verdict>,
    /// What the verdict is based on.
    pub evidence: String,
    /// The server's UUID; empty if the work does not concern a server.
    pub server_id: String,
    /// The type of the resource: `server`, `volume`, `snapshot`, `image`, …
    pub resource_type: String,
    /// The UUID of the resource.
    pub resource_id: String,
    /// What was done: `resize` to a server, `extend` to a volume; `None` if the API has no record of a server's action.
    pub operation: Option<String>,
    /// The local ID of the request that started the action, for the operator.
    pub request_id: String,
    /// The global ID that the request carried, if known. It is in the logs of every service on the way.
    pub global_request_id: Option<String>,
    /// The last state of the action's record.
    pub action: Option<ServerAction>,
    /// The last state of the server; `None` once it is gone.
    pub server: Option<Server>,
    /// The last state of the volume, snapshot or image; `None` once it is gone, and for a server.
    pub resource: Option<Resource>,
    /// What the block storage service says to users about this request, newest first.
    pub messages: Vec<UserMessage>,
    /// The last state of the image service's task of this request.
    pub task: Option<ImageTask>,
    /// How long it was followed, in milliseconds.
    pub followed_ms: u64,
    /// The trail of the request that started it, if known, and of all later requests.
    pub trails: Vec<Trail>,
}

/// The schema of the JSON form.
const SCHEMA: &str = "reqtrail.action/1";

impl ActionReport {
    /// The report on a server's action before the first poll.
    pub(in crate::openstack) fn of_server(server_id: String, action: &ActionRef, end: End) -> Self {
        Self {
            server_id: server_id.clone(),
            ..Self::new(("server", server_id), action, end)
        }
    }

    /// The report on any work before the first poll.
    pub(in crate::openstack) fn new(
        (resource_type, resource_id): (&str, String),
        action: &ActionRef,
        end: End,
    ) -> Self {
        let started = action.started.as_ref();
        Self {
            verdict: end.verdict,
            apparent: end.apparent,
            evidence: end.evidence,
            server_id: String::new(),
            resource_type: resource_type.to_owned(),
            resource_id,
            operation: None,
            request_id: action.request_id.clone(),
            global_request_id: started.and_then(Trail::correlation_id).map(str::to_owned),
            action: None,
            server: None,
            resource: None,
            messages: Vec::new(),
            task: None,
            followed_ms: 0,
            trails: started.cloned().into_iter().collect(),
        }
    }

    /// The result of following: the report, or an error with it if a call ended it or the work failed.
    pub(in crate::openstack) fn or_error(self, error: Option<Error>) -> Result<Self, ActionError> {
        match error {
            Some(error) => Err(ActionError::Unfollowed {
                error,
                report: Box::new(self),
            }),
            None if self.verdict == Verdict::Failed => Err(ActionError::Failed(Box::new(self))),
            None => Ok(self),
        }
    }

    /// What was done, such as `resize`; `None` if the API has no record of a server's action.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The server's fault, if it is in `ERROR`.
    #[must_use]
    pub fn fault(&self) -> Option<&ServerFault> {
        self.server.as_ref()?.fault.as_ref()
    }

    /// The whole report as JSON of the schema `reqtrail.action/1`, the same in every language. It has stack traces if
    /// the API showed them to this caller.
    #[must_use]
    pub fn to_json(&self) -> String {
        document::to_json(SCHEMA, self)
    }

    /// The text for a ticket: at most 100 columns, without secrets and stack traces.
    #[must_use]
    pub fn report(&self) -> String {
        let mut out = Lines::default();
        let verdict = match (self.verdict, self.apparent) {
            (Verdict::Failed, _) => "FAILED".to_owned(),
            (other, Some(apparent)) => format!("{other}, apparently {apparent}"),
            (other, None) => other.to_string(),
        };
        out.words("", &format!("{}: {verdict}", self.title()));
        out.words("  why: ", &one_line(self.evidence.trim()));
        if !self.request_id.is_empty() {
            out.words("  request ID: ", &one_line(&self.request_id));
        }
        // The image service uses the global ID as its own.
        let global = self.global_request_id.as_ref();
        let global = global.filter(|global| **global != self.request_id);
        if let Some(global) = global {
            out.words("  global request ID: ", &one_line(global));
        }
        if let Some(server) = &self.server {
            let task = server.task_state.as_deref().unwrap_or("none");
            let state = format!("{}, task {task}", server.status);
            out.words("  server now: ", &one_line(&state));
        }
        if let Some(action) = &self.action {
            if let Some(began) = &action.start_time {
                out.words("  began: ", &one_line(&format!("{began} UTC")));
            }
            steps(&mut out, "  ", action);
        }
        if let Some(resource) = &self.resource {
            let now = format!("  {} now: ", one_line(&self.resource_type));
            out.words(&now, &one_line(&self.state(resource)));
        }
        if let Some(task) = &self.task {
            out.words("  task: ", &one_line(&task.to_string()));
        }
        for message in &self.messages {
            out.words("  message: ", &one_line(&message.to_string()));
        }
        let followed = Duration::from_millis(self.followed_ms).as_secs_f64();
        let asked = self.trails.len();
        out.words(
            "- ",
            &format!(
                "Followed for {followed:.1} s with {asked} call{}.",
                if asked == 1 { "" } else { "s" }
            ),
        );
        let ids = match (global, self.request_id.is_empty()) {
            (Some(_), false) => "both IDs",
            _ => "the request ID",
        };
        if self.verdict == Verdict::Failed {
            out.words(
                "- ",
                &format!(
                    "Give the operator {ids}: the logs of the services that worked on it have them."
                ),
            );
        }
        out.finish()
    }

    /// The operation and its resource, in words.
    fn title(&self) -> String {
        format!(
            "{} of {} {}",
            one_line(self.kind().unwrap_or("action")),
            one_line(&self.resource_type),
            one_line(&self.resource_id)
        )
    }

    /// State and size of a resource, in words.
    fn state(&self, resource: &Resource) -> String {
        let unit = match self.resource_type.as_str() {
            "image" => "bytes",
            _ => "GiB",
        };
        let size = resource.size.map(|size| format!(", {size} {unit}"));
        format!("{}{}", resource.status, size.unwrap_or_default())
    }
}

/// The steps of an action, oldest first, one per line.
pub(super) fn steps(out: &mut Lines, indent: &str, action: &ServerAction) {
    for event in action.events().iter().rev() {
        let line = step(event);
        out.words(indent, &one_line(&line));
    }
}

fn step(event: &ActionEvent) -> String {
    let result = event.result.as_deref().unwrap_or("not finished");
    let took = seconds_between(event.start_time.as_deref(), event.finish_time.as_deref());
    let took = took.map_or_else(String::new, |seconds| format!(" in {seconds:.1} s"));
    let host = event.host.as_deref();
    let host = host.map_or_else(String::new, |host| format!(" on {host}"));
    let details = event.details.as_deref();
    let details = details.map_or_else(String::new, |details| {
        format!(": {}", plain(details).trim())
    });
    format!("{} {result}{took}{host}{details}", event.event)
}

impl fmt::Display for ActionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

/// The error of an action that failed or could not be followed.
#[non_exhaustive]
pub enum ActionError {
    /// The work failed. The display names what was done and to what, the request ID and the reason.
    Failed(Box<ActionReport>),
    /// It could not be followed to its end: a poll failed for good, or the caller cancelled. The display ends with that of
    /// the error, which is therefore not among the sources.
    Unfollowed {
        /// Why not.
        error: Error,
        /// The report until then; its verdict is `unknown`.
        report: Box<ActionReport>,
    },
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(report) => f.write_str(&failed(report)),
            Self::Unfollowed { error, report } => {
                let title = report.title();
                write!(f, "{title} could not be followed to its end: {error}")
            }
        }
    }
}

impl StdError for ActionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(_) => None,
            Self::Unfollowed { error, .. } => error.source(),
        }
    }
}

impl fmt::Debug for ActionError {
    // This is what a `main` that returns the error prints; `report` and the fields have the parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}\n\n{}", self.report())
    }
}

impl ActionError {
    /// Returns the report.
    pub fn report(&self) -> &ActionReport {
        match self {
            Self::Failed(report) | Self::Unfollowed { report, .. } => report,
        }
    }

    /// The local ID of the request that started the action.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.report().request_id
    }
}

fn failed(report: &ActionReport) -> String {
    format!(
        "{} failed: {} (request ID {})",
        report.title(),
        one_line(report.evidence.trim()),
        one_line(&report.request_id)
    )
}
