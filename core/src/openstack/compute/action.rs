//! Server actions: what was done to a server, by request ID.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dialect::openstack::plain;
use crate::openstack::accepted::lenient;
use crate::openstack::accepted::time::{Stamp, stamp};

/// An action on a server (<https://docs.openstack.org/api-ref/compute/#servers-actions-os-instance-actions>).
///
/// Which fields are present depends on the microversion and on the caller's role; see the documentation of each.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ServerAction {
    /// The kind: `create`, `resize`, `live-migration`, …
    pub action: String,
    /// The server's UUID.
    #[serde(
        default,
        rename = "instance_uuid",
        deserialize_with = "lenient::optional"
    )]
    pub server_id: Option<String>,
    /// The local ID of the request that started it.
    pub request_id: String,
    /// The ID of the user who requested it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub user_id: Option<String>,
    /// The ID of the project in which it was requested.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub project_id: Option<String>,
    /// When it began: UTC, though the API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub start_time: Option<String>,
    /// When it last changed; from microversion 2.58.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub updated_at: Option<String>,
    /// The text `Error` once a step has failed. It is absent while the action runs, after a success, and after some
    /// failures.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub message: Option<String>,
    /// The steps, newest first: for administrators at every microversion, for others from 2.51. A list of actions never
    /// has them.
    #[serde(default, deserialize_with = "lenient::optional_rows")]
    pub events: Option<Vec<ActionEvent>>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A step of an action.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct ActionEvent {
    /// The step's name, such as `compute_finish_resize`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub event: String,
    /// When it began: UTC, though the API writes no zone.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub start_time: Option<String>,
    /// When it ended. After a rescheduled build there may never be one.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub finish_time: Option<String>,
    /// `Success` or `Error`, once it has ended.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub result: Option<String>,
    /// A stack trace, for administrators only. It is not meant for end users, and no report repeats it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub traceback: Option<String>,
    /// The host, for administrators; from microversion 2.62.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub host: Option<String>,
    /// The host without its name; from microversion 2.62.
    #[serde(default, rename = "hostId", deserialize_with = "lenient::optional")]
    pub host_id: Option<String>,
    /// Why it failed, for administrators by default; from microversion 2.84.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub details: Option<String>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ServerAction {
    /// Returns whether the API says that a step has failed.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.message
            .as_deref()
            .is_some_and(|message| message.eq_ignore_ascii_case("error"))
            || self.events().iter().any(ActionEvent::has_failed)
    }

    /// The steps that the API shows, newest first.
    #[must_use]
    pub fn events(&self) -> &[ActionEvent] {
        self.events.as_deref().unwrap_or_default()
    }

    /// Why it failed, as far as the API shows this caller: the details of a failed step, or else its name.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        // The newest failed step is the innermost; the older ones only passed its failure on.
        let mut failed = self.events().iter().filter(|event| event.has_failed());
        let detailed = failed.clone().find_map(|event| event.details.as_deref());
        let detailed = detailed.map(|details| plain(details).into_owned());
        detailed.or_else(|| {
            let event = &failed.next()?.event;
            Some(format!(
                "{event} failed; the API shows the reason to administrators only"
            ))
        })
    }

    /// Whether the record changed after the action began, which it shows from microversion 2.58.
    pub(super) fn changed_after_its_start(&self) -> bool {
        let changed = self.updated_at.as_deref().and_then(stamp);
        changed
            .zip(self.began())
            .is_some_and(|(changed, began)| changed > began)
    }

    pub(super) fn began(&self) -> Option<Stamp> {
        self.start_time.as_deref().and_then(stamp)
    }

    /// Whether this step succeeded and none failed after it.
    pub(super) fn ended_well_with(&self, name: &str) -> bool {
        self.events()
            .iter()
            .take_while(|event| !event.has_failed())
            .any(|event| event.event == name && event.has_succeeded())
    }
}

impl ActionEvent {
    /// Returns whether the step ended well.
    #[must_use]
    pub fn has_succeeded(&self) -> bool {
        self.result
            .as_deref()
            .is_some_and(|result| result.eq_ignore_ascii_case("success"))
    }

    /// Returns whether the step ended with an error.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.result
            .as_deref()
            .is_some_and(|result| result.eq_ignore_ascii_case("error"))
    }
}
