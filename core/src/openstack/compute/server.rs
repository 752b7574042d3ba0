//! A server as the compute API shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::openstack::accepted::lenient;
use crate::openstack::accepted::time::{Stamp, stamp};

/// A server (<https://docs.openstack.org/api-ref/compute/#show-server-details>).
///
/// The type is open: what it does not name is kept in [`other`](Self::other), and every field that an API version or
/// a policy may leave out is optional.
///
/// # Examples
/// ```
/// use reqtrail::openstack::Server;
///
/// let server: Server = serde_json::from_str(
///     r#"{"id": "c76a7603", "status": "ERROR", "OS-EXT-STS:task_state": null, "brand_new": 1,
///         "fault": {"code": 500, "created": "2018-04-10T13:49:40Z", "message": "No valid host was found."}}"#,
/// )?;
/// assert_eq!(server.fault.unwrap().message, "No valid host was found.");
/// assert_eq!(server.other["brand_new"], 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Server {
    /// The server's UUID.
    pub id: String,
    /// The name that its owner gave it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub name: Option<String>,
    /// The state for users: `ACTIVE`, `BUILD`, `ERROR`, `VERIFY_RESIZE`, …
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// The running task, as in `spawning`. Between two steps of one action there is none either.
    #[serde(
        default,
        rename = "OS-EXT-STS:task_state",
        deserialize_with = "lenient::optional"
    )]
    pub task_state: Option<String>,
    /// The state that the last finished step left the server in.
    #[serde(
        default,
        rename = "OS-EXT-STS:vm_state",
        deserialize_with = "lenient::optional"
    )]
    pub vm_state: Option<String>,
    /// Whether it is locked; from microversion 2.9.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub locked: Option<bool>,
    /// Why it is in `ERROR`. A list of servers may leave it out: fetch the single server.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub fault: Option<ServerFault>,
    /// Everything else that the API sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Why a server is in `ERROR` (<https://docs.openstack.org/api-guide/compute/faults.html#instance-faults>).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServerFault {
    /// The fault's number, similar to an HTTP status.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub code: Option<i64>,
    /// When it happened, as the API writes it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub created: Option<String>,
    /// The text for people.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
    /// A stack trace, for administrators only. It is not meant for end users, and no report repeats it.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub details: Option<String>,
}

/// When the server first came up.
const LAUNCHED_AT: &str = "OS-SRV-USG:launched_at";

/// The data for cloud-init, which often contain passwords. Administrators see them from microversion 2.3 on.
const USER_DATA: &str = "OS-EXT-SRV-ATTR:user_data";

impl std::fmt::Debug for Server {
    // The other fields may hold anything.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("task_state", &self.task_state)
            .field("vm_state", &self.vm_state)
            .field("fault", &self.fault.as_ref().map(|fault| &fault.message))
            .finish_non_exhaustive()
    }
}

impl Server {
    /// The server for a report, which leaves the machine.
    pub(in crate::openstack) fn for_report(mut self) -> Self {
        if let Some(data) = self.other.get_mut(USER_DATA).filter(|data| !data.is_null()) {
            *data = crate::redact::REDACTED.into();
        }
        self
    }

    /// When the server came up; none before its first build has succeeded.
    pub(in crate::openstack) fn launched_at(&self) -> Option<&str> {
        let at = self.other.get(LAUNCHED_AT)?.as_str();
        at.filter(|at| !at.is_empty())
    }

    /// The server's state for judging actions that have ended, whatever is running now.
    pub(super) fn at_rest(&self) -> Self {
        let launched = self.other.get_key_value(LAUNCHED_AT);
        let launched = launched.map(|(name, at)| (name.clone(), at.clone()));
        Self {
            id: String::new(),
            name: None,
            status: String::new(),
            task_state: None,
            vm_state: None,
            locked: None,
            fault: None,
            other: launched.into_iter().collect(),
        }
    }
}

impl ServerFault {
    /// When it happened, to the second.
    pub(super) fn at(&self) -> Option<Stamp> {
        self.created.as_deref().and_then(stamp)
    }
}
