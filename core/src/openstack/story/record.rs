//! A story as a value and as JSON.

use serde::Serialize;

use crate::openstack::accepted::document;
use crate::openstack::compute::ActionOutcome;
use crate::openstack::image::task::ImageTask;
use crate::openstack::volume::message::UserMessage;
use crate::trail::Trail;

/// The story of a server, a volume, a snapshot or an image with everything related to it, or of everything with a request's
/// ID.
///
/// Its [`Display`](std::fmt::Display) is a table for a terminal; [`to_json`](Self::to_json) has all of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Story {
    /// What was asked for, as it was written.
    pub asked: String,
    /// Why it failed, in one line; `None` if nothing that was read says that anything failed.
    pub failure: Option<String>,
    /// The request IDs to give to the operator: those of the requests that failed.
    pub request_ids: Vec<String>,
    /// The requested resource, and then the related ones: volumes and ports of a server, servers of a volume. For a
    /// request's ID it is everything that has it.
    pub resources: Vec<ResourceStory>,
    /// What could not be read, and what the services do not show.
    pub notes: Vec<String>,
    /// The trails of all calls that read the story, in their order.
    pub trails: Vec<Trail>,
}

/// A resource within a story.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ResourceStory {
    /// Its kind: `server`, `volume`, `snapshot`, `image`, `port`, …
    pub resource_type: String,
    /// Its UUID.
    pub id: String,
    /// The name that its owner gave it.
    pub name: Option<String>,
    /// Its state, as its service writes it; `None` if it was not read or is gone.
    pub status: Option<String>,
    /// How it is related to what was asked for; `None` for the requested resource itself.
    pub relation: Option<String>,
    /// The service's own text about its error: the fault of a server.
    pub fault: Option<String>,
    /// Why it failed, in one line; `None` if nothing that was read says that it failed.
    pub failure: Option<String>,
    /// The ID of the request that failed, for the operator.
    pub request_id: Option<String>,
    /// What was done to a server, newest first.
    pub actions: Vec<ActionOutcome>,
    /// The block storage service's messages to users about a volume or a snapshot, newest first.
    pub messages: Vec<UserMessage>,
    /// The image service's tasks of an image, newest first.
    pub tasks: Vec<ImageTask>,
}

/// The schema of the JSON form.
const SCHEMA: &str = "reqtrail.story/2";

impl Story {
    /// The whole story as JSON of the schema `reqtrail.story/2`, the same in every language. It has stack traces if the
    /// API showed them to this caller.
    #[must_use]
    pub fn to_json(&self) -> String {
        document::to_json(SCHEMA, self)
    }

    /// Says why, from what the resources say: the first tells the story, and the others where it says nothing.
    pub(super) fn conclude(mut self) -> Self {
        let mut failed = self.resources.iter().filter(|own| own.failure.is_some());
        let first = failed.clone().next();
        self.failure = first.and_then(|own| match &own.relation {
            None => own.failure.clone(),
            Some(_) => own.failure_by_name(),
        });
        // Two resources may bear one request.
        for id in failed.by_ref().filter_map(|own| own.request_id.as_ref()) {
            if !self.request_ids.contains(id) {
                self.request_ids.push(id.clone());
            }
        }
        self
    }
}

impl ResourceStory {
    /// A resource of which only the ID is known.
    pub(super) fn new(resource_type: &str, id: &str) -> Self {
        Self {
            resource_type: resource_type.to_owned(),
            id: id.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn related(mut self, relation: &str) -> Self {
        self.relation = Some(relation.to_owned());
        self
    }

    /// Keeps the newest `rows` messages and tasks. The failure is chosen before, because an older one may have the reason.
    pub(super) fn limited(mut self, rows: usize) -> Self {
        self.messages.truncate(rows);
        self.tasks.truncate(rows);
        self
    }

    /// Why it failed, in a sentence that names it.
    pub(super) fn failure_by_name(&self) -> Option<String> {
        let Self {
            resource_type, id, ..
        } = self;
        let failure = self.failure.as_deref()?;
        let own = format!("the {resource_type} ");
        Some(match failure.strip_prefix(&own) {
            Some(rest) => format!("{resource_type} {id} {rest}"),
            None => format!("{resource_type} {id}: {failure}"),
        })
    }

    /// Whether its state is one of the services' own words for an error: `error`, `ERROR`, `error_extending`.
    pub(super) fn is_in_error(&self) -> bool {
        let status = self.status.as_deref().unwrap_or_default();
        status.to_ascii_lowercase().starts_with("error")
    }
}
