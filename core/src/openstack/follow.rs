//! Following a server action to its end.

use std::future::Future;
use std::time::Duration;

use http::Method;
use serde::{Serialize, Serializer};

use super::action::ServerAction;
use super::compute::Compute;
use super::following::Following;
use super::report::{ActionError, ActionReport};
use super::server::Server;
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, Client};
use crate::host::Flow;
use crate::request_id::RequestId;
use crate::response::Response;
use crate::trail::{Attempt, Outcome, Trail};
use crate::transport::Transport;

/// Names an action: by the response of the request that started it, or by that request's local ID.
#[derive(Clone, Debug)]
pub struct ActionRef {
    pub(super) request_id: String,
    pub(super) started: Option<Trail>,
}

impl From<&Response> for ActionRef {
    fn from(response: &Response) -> Self {
        response.trail().into()
    }
}

/// By the trail of the request that started it.
impl From<&Trail> for ActionRef {
    fn from(trail: &Trail) -> Self {
        let id = trail.request_id().map(|id| id.as_str().to_owned());
        Self {
            request_id: id.unwrap_or_default(),
            started: Some(trail.clone()),
        }
    }
}

impl From<&str> for ActionRef {
    fn from(request_id: &str) -> Self {
        request_id.to_owned().into()
    }
}

impl From<String> for ActionRef {
    fn from(request_id: String) -> Self {
        Self {
            request_id,
            started: None,
        }
    }
}

impl From<&RequestId> for ActionRef {
    fn from(request_id: &RequestId) -> Self {
        request_id.as_str().into()
    }
}

/// What a request of the compute API may start, as far as its method and path tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Starts {
    Create,
    Delete,
    /// It is done when it is answered.
    Nothing,
    /// An action, or perhaps none.
    Perhaps,
}

impl Starts {
    /// Reads a method and a path, with or without its parameters filled in.
    fn of(method: &Method, path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        if !segments.any(|segment| matches!(segment, "servers" | "os-volumes_boot")) {
            return Self::Perhaps;
        }
        let rest: Vec<&str> = segments.collect();
        match (method.as_str(), rest.as_slice()) {
            ("GET" | "HEAD" | "OPTIONS", _) => Self::Nothing,
            ("POST", []) => Self::Create,
            ("DELETE", [_]) => Self::Delete,
            ("PUT" | "PATCH", [_]) => Self::Nothing,
            (
                _,
                [
                    _,
                    "metadata" | "tags" | "remote-consoles" | "consoles" | "os-server-password"
                    | "os-security-groups",
                    ..,
                ],
            ) => Self::Nothing,
            _ => Self::Perhaps,
        }
    }
}

impl ActionRef {
    fn starts(&self) -> Starts {
        self.started.as_ref().map_or(Starts::Perhaps, |trail| {
            Starts::of(trail.method(), trail.path())
        })
    }

    /// The kind, where the request alone tells it; the record may come late, or never.
    pub(super) fn kind(&self) -> Option<&'static str> {
        match self.starts() {
            Starts::Create => Some("create"),
            Starts::Delete => Some("delete"),
            Starts::Nothing | Starts::Perhaps => None,
        }
    }

    /// Says so if the request succeeded and starts no action.
    pub(super) fn was_done_at_once(&self) -> Option<String> {
        let trail = self.started.as_ref()?;
        let status = trail.last()?.status()?;
        (self.starts() == Starts::Nothing && trail.outcome() == Outcome::Ok).then(|| {
            format!("a request such as this starts no action: it was done when it was answered with {status}")
        })
    }

    /// Whether the request proves that the server was there for this token: its deletion was accepted.
    pub(super) fn saw(&self, server_id: &str) -> bool {
        let Some(trail) = &self.started else {
            return false;
        };
        let url = trail.last().map_or("", Attempt::url);
        let path = url.split(['?', '#']).next().unwrap_or_default();
        self.starts() == Starts::Delete
            && trail.outcome() == Outcome::Ok
            && path.trim_end_matches('/').rsplit('/').next() == Some(server_id)
    }
}

/// What a poll has shown, for a progress bar or a log.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// The server; `None` if it is not there.
    pub server: Option<&'a Server>,
    /// The action's record with its steps; `None` if there is none, or not yet.
    pub action: Option<&'a ServerAction>,
    /// How long the action has been followed.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

impl Progress<'_> {
    /// All of it as JSON, the same in every language: `server`, `action` and `elapsed_ms`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn milliseconds<S: Serializer>(time: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// The shortest wait between two polls.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// The caller's progress callback.
type OnProgress = Box<dyn FnMut(&Progress<'_>) + Send>;

/// Follows an action to its end; begun by [`Compute::follow`].
///
/// It asks for the server and for the action's record, at once, then after [`poll_interval`](Self::poll_interval), then
/// after twice as long, up to a ceiling. A poll that fails for a while (no connection, a timeout, 429, 5xx) is not the end:
/// the next one follows, until the deadline.
#[must_use = "it does nothing until `send` is called"]
pub struct Follow<C> {
    compute: Compute<C>,
    plan: Plan,
}

/// What is followed, and how.
pub(super) struct Plan {
    pub(super) server_id: String,
    pub(super) action: ActionRef,
    pub(super) first_interval: Duration,
    pub(super) max_interval: Duration,
    pub(super) deadline: Duration,
    pub(super) settle: Duration,
    pub(super) cancel: Option<CancelToken>,
    pub(super) on_progress: Option<OnProgress>,
}

impl<C> std::fmt::Debug for Follow<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow")
            .field("server_id", &self.plan.server_id)
            .field("request_id", &self.plan.action.request_id)
            .finish_non_exhaustive()
    }
}

impl<C: AnyClient> Follow<C> {
    pub(super) fn new(compute: Compute<C>, server_id: String, action: ActionRef) -> Self {
        Self {
            compute,
            plan: Plan {
                server_id,
                action,
                first_interval: Duration::from_millis(500),
                max_interval: Duration::from_secs(10),
                deadline: Duration::from_secs(600),
                settle: Duration::from_secs(3),
                cancel: None,
                on_progress: None,
            },
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Sets the first wait between two polls and the longest, half a second and 10 seconds by default. Each wait is
    /// twice the one before.
    pub fn poll_interval(self, first: Duration, longest: Duration) -> Self {
        self.with(|plan| {
            plan.first_interval = first.max(MIN_INTERVAL);
            plan.max_interval = longest.max(plan.first_interval);
        })
    }

    /// Sets how long the action is followed, ten minutes by default. One that still runs then is reported as `unknown`.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|plan| plan.deadline = deadline)
    }

    /// Sets how long a state that decides nothing has to stay the same before it is taken for the end, 3 seconds by
    /// default: between two steps of an action nothing seems to be going on. It is ten times as long while a step is
    /// not finished, or has yet to begin.
    pub fn settle_time(self, settle: Duration) -> Self {
        self.with(|plan| plan.settle = settle)
    }

    /// Lets a token end the following.
    pub fn cancel_token(self, token: &CancelToken) -> Self {
        self.with(|plan| plan.cancel = Some(token.clone()))
    }

    /// Sets what is told after every poll. It must be quick; a panic in it is caught and logged.
    pub fn on_progress(self, tell: impl FnMut(&Progress<'_>) + Send + 'static) -> Self {
        self.with(|plan| plan.on_progress = Some(Box::new(tell)))
    }
}

impl<T: Transport> Follow<Client<T>> {
    /// Follows it.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the action failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, or there is no such server for this token. An `Ok` may still say `unknown`: look at its verdict.
    pub fn send(self) -> impl Future<Output = Result<ActionReport, ActionError>> + Send + 'static {
        Following::new(self.compute, self.plan).run()
    }
}

impl Follow<blocking::Client> {
    /// Follows it and waits for its end.
    ///
    /// # Errors
    /// [`ActionError::Failed`] if the action failed; [`ActionError::Unfollowed`] if a poll failed for good, the token was
    /// cancelled, or there is no such server for this token. An `Ok` may still say `unknown`: look at its verdict.
    pub fn send(self) -> Result<ActionReport, ActionError> {
        let Self { compute, plan } = self;
        let client = compute.client().clone();
        let nowhere = Following::<crate::transport::DefaultTransport>::nothing_seen(&plan);
        let ran =
            client.run_flow(move |client: Client| Following::new(compute.over(client), plan).run());
        ran.unwrap_or_else(|error| {
            Err(ActionError::Unfollowed {
                error,
                report: Box::new(nowhere),
            })
        })
    }
}

impl Follow<blocking::Client> {
    /// Makes it ready for a [`Host`](crate::host::Host); bindings submit theirs. `done` gets the outcome.
    #[must_use]
    pub fn flow(
        mut self,
        done: impl FnOnce(Result<ActionReport, ActionError>) + Send + 'static,
    ) -> Flow {
        // A token of its own: the caller's may be shared by others, which ending this must not end.
        let own = self.plan.cancel.as_ref();
        let own = own.map_or_else(CancelToken::new, CancelToken::child);
        let cancel = self.plan.cancel.insert(own).clone();
        let Self { compute, plan } = self;
        let client = compute.client().clone();
        let work = move |client: Client| Following::new(compute.over(client), plan).run();
        client.flow(&cancel, work, done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_requests_start() {
        use Starts::{Create, Delete, Nothing, Perhaps};
        for (method, path, starts) in [
            ("POST", "/servers", Create),
            ("POST", "/servers/", Create),
            ("POST", "/v2.1/servers", Create),
            ("POST", "/os-volumes_boot", Create),
            ("DELETE", "/servers/{id}", Delete),
            (
                "DELETE",
                "/servers/344174b8-34fd-4017-ae29-b9084dcf3861",
                Delete,
            ),
            ("PUT", "/servers/{id}", Nothing),
            ("PUT", "/servers/{id}/metadata", Nothing),
            ("POST", "/servers/{id}/metadata", Nothing),
            ("DELETE", "/servers/{id}/metadata/{key}", Nothing),
            ("PUT", "/servers/{id}/tags/blue", Nothing),
            ("POST", "/servers/{id}/remote-consoles", Nothing),
            ("DELETE", "/servers/{id}/os-server-password", Nothing),
            ("GET", "/servers/{id}", Nothing),
            ("POST", "/servers/{id}/action", Perhaps),
            ("POST", "/servers/{id}/os-interface", Perhaps),
            (
                "PUT",
                "/servers/{id}/os-volume_attachments/{volume}",
                Perhaps,
            ),
            (
                "DELETE",
                "/servers/{id}/os-volume_attachments/{volume}",
                Perhaps,
            ),
            ("DELETE", "/servers/{id}/migrations/{migration}", Perhaps),
            ("POST", "/servers/{id}/shares", Perhaps),
            ("POST", "/os-server-external-events", Perhaps),
            ("GET", "/flavors", Perhaps),
        ] {
            let method = method.parse().expect("a method");
            assert_eq!(Starts::of(&method, path), starts, "{method} {path}");
        }
    }
}
