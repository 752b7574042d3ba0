//! Which action is followed, and what its request says about it.

use std::fmt;

use bytes::Bytes;
use http::Method;

use crate::codes::ErrorKind;
use crate::error::Error;
use crate::request_id::RequestId;
use crate::response::Response;
use crate::trail::{Attempt, Outcome, Trail};

/// Names an action: by the response of the request that started it, or by that request's local ID.
#[derive(Clone)]
pub struct ActionRef {
    pub(in crate::openstack) request_id: String,
    pub(in crate::openstack) started: Option<Trail>,
    /// The body of the request's response, which names what was created.
    pub(in crate::openstack) answer: Option<Bytes>,
}

impl fmt::Debug for ActionRef {
    // The response of a server's creation has its administrator's password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionRef")
            .field("request_id", &self.request_id)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

impl From<&Response> for ActionRef {
    fn from(response: &Response) -> Self {
        Self::from(response.trail()).answered(response.bytes().clone())
    }
}

/// Names an action by the trail of the request that started it.
impl From<&Trail> for ActionRef {
    fn from(trail: &Trail) -> Self {
        let id = trail.request_id().map(|id| id.as_str().to_owned());
        Self {
            request_id: id.unwrap_or_default(),
            started: Some(trail.clone()),
            answer: None,
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
            answer: None,
        }
    }
}

impl From<&RequestId> for ActionRef {
    fn from(request_id: &RequestId) -> Self {
        request_id.as_str().into()
    }
}

/// What a request of the compute API may start, according to its method and path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Starts {
    Create,
    Delete,
    /// Nothing: the work is done when the request is answered.
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
    /// Adds the body of the request's response, which names what was created, to a reference made from a trail.
    #[must_use]
    pub fn answered(mut self, body: impl Into<Bytes>) -> Self {
        self.answer = Some(body.into());
        self
    }

    /// No action.
    pub(in crate::openstack) fn none() -> Self {
        String::new().into()
    }

    /// Refuses an empty ID from the program. A response without an ID is not the program's mistake.
    pub(in crate::openstack) fn checked(&self) -> Result<(), Error> {
        if self.request_id.is_empty() && self.started.is_none() {
            let message =
                "the request ID is empty; expected that of the request which started the action";
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        Ok(())
    }

    fn starts(&self) -> Starts {
        self.started.as_ref().map_or(Starts::Perhaps, |trail| {
            Starts::of(trail.method(), trail.path())
        })
    }

    /// The kind, if the request alone shows it; the record may come late, or never.
    pub(super) fn kind(&self) -> Option<&'static str> {
        match self.starts() {
            Starts::Create => Some("create"),
            Starts::Delete => Some("delete"),
            Starts::Nothing | Starts::Perhaps => None,
        }
    }

    /// Returns a text if the request succeeded and starts no action.
    pub(super) fn was_done_at_once(&self) -> Option<String> {
        let trail = self.started.as_ref()?;
        let status = trail.last()?.status()?.as_u16();
        (self.starts() == Starts::Nothing && trail.outcome() == Outcome::Ok).then(|| {
            format!("this request starts no action: it was done when it was answered with {status}")
        })
    }

    /// Whether the request proves that the server existed for this token: its deletion was accepted.
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
