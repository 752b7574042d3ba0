//! The API's resources and which methods they allow.

mod cameras;
mod events;
mod gateways;
mod login;
mod users;

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use serde_json::json;

use crate::auth::{Auth, Caller};
use crate::fields::Fields;
use crate::reply::{ApiError, Reply};
use crate::store::{Role, Store};

/// A request with its whole body.
#[derive(Debug)]
pub(crate) struct ApiRequest {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    pub(crate) now: Duration,
}

impl ApiRequest {
    /// Returns the path below `/api/v1`, or the whole path if it is outside the API.
    pub(crate) fn path(&self) -> &str {
        let path = self.head.uri.path();
        path.strip_prefix("/api/v1")
            .filter(|rest| rest.starts_with('/'))
            .unwrap_or(path)
    }

    /// Returns the bearer credential.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self
            .head
            .headers
            .get(http::header::AUTHORIZATION)?
            .to_str()
            .ok()?;
        let (scheme, credential) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(credential.trim())
    }

    /// Returns whether this is a health probe, which is exempt from limits.
    pub(crate) fn is_health_probe(&self) -> bool {
        matches!(find(self.head.uri.path()), Some(Resource::Health))
    }

    fn query(&self) -> Fields {
        Fields::from_query(self.head.uri.query())
    }
}

/// The state behind the API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) auth: Auth,
    pub(crate) store: Store,
}

impl Api {
    /// Answers a request.
    pub(crate) fn answer(&mut self, request: &ApiRequest) -> Result<Reply, ApiError> {
        let resource = find(request.head.uri.path())
            .ok_or_else(|| ApiError::not_found("resource in this API"))?;
        let method = match &request.head.method {
            // hyper drops the body of the response to a HEAD.
            method if method == Method::HEAD => "GET",
            method => method.as_str(),
        };
        if !resource
            .allow()
            .split(", ")
            .any(|allowed| allowed == method)
        {
            return Err(ApiError::method_not_allowed(resource.allow()));
        }
        match resource {
            Resource::Health => return Ok(health()),
            Resource::Login => return login::login(self, request),
            Resource::Refresh => return login::refresh(self, request),
            _ => {}
        }
        let (users, sites) = (&self.store.users, &self.store.sites);
        let caller = self
            .auth
            .caller(request.bearer(), users, sites, request.now)?;
        self.answer_caller(&resource, method, request, &caller)
    }

    fn answer_caller(
        &mut self,
        resource: &Resource<'_>,
        method: &str,
        request: &ApiRequest,
        caller: &Caller,
    ) -> Result<Reply, ApiError> {
        let store = &mut self.store;
        caller.require(least_role(resource, method))?;
        match (*resource, method) {
            (Resource::Cameras, "GET") => cameras::list(store, request, caller),
            (Resource::Cameras, _) => cameras::create(store, request),
            (Resource::Camera(id), _) => cameras::get(store, id, caller),
            (Resource::Trigger(id), _) => cameras::trigger(store, id, request.now),
            (Resource::Events, _) => events::list(store, request, caller),
            (Resource::Event(id), "PATCH") => events::update(store, id, request),
            (Resource::Event(id), "DELETE") => events::delete(store, id),
            (Resource::Event(id), _) => events::get(store, id, caller),
            (Resource::Users, _) => users::list(store, request),
            (Resource::Gateways, _) => gateways::list(store, caller),
            (Resource::PairingCode, _) => gateways::pairing_code(store, request),
            (Resource::Health | Resource::Login | Resource::Refresh, _) => {
                Err(ApiError::not_found("resource for a caller"))
            }
        }
    }
}

/// The resource that a path names.
#[derive(Debug, Clone, Copy)]
enum Resource<'a> {
    Health,
    Login,
    Refresh,
    Cameras,
    Camera(&'a str),
    Trigger(&'a str),
    Events,
    Event(&'a str),
    Users,
    Gateways,
    PairingCode,
}

impl Resource<'_> {
    /// Returns the methods that the resource allows, as the `Allow` header spells them.
    fn allow(&self) -> &'static str {
        match self {
            Self::Cameras => "GET, POST",
            Self::Event(_) => "GET, PATCH, DELETE",
            Self::Login | Self::Refresh | Self::Trigger(_) | Self::PairingCode => "POST",
            Self::Health | Self::Camera(_) | Self::Events | Self::Users | Self::Gateways => "GET",
        }
    }
}

fn find(path: &str) -> Option<Resource<'_>> {
    if path == "/healthz" {
        return Some(Resource::Health);
    }
    let segments: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let resource = match segments[..] {
        ["health" | "healthz"] => Resource::Health,
        ["auth", "login"] => Resource::Login,
        ["auth", "refresh"] => Resource::Refresh,
        ["cameras"] => Resource::Cameras,
        ["cameras", id] => Resource::Camera(id),
        ["cameras", id, "trigger"] => Resource::Trigger(id),
        ["events"] => Resource::Events,
        ["events", id] => Resource::Event(id),
        ["users"] => Resource::Users,
        ["gateways"] => Resource::Gateways,
        ["gateways", "generate-pairing-code"] => Resource::PairingCode,
        _ => return None,
    };
    Some(resource)
}

fn least_role(resource: &Resource<'_>, method: &str) -> Role {
    match (resource, method) {
        (Resource::Users, _) | (Resource::Event(_), "DELETE") => Role::Admin,
        (_, "GET") => Role::Viewer,
        _ => Role::Operator,
    }
}

fn health() -> Reply {
    Reply::ok(&json!({ "status": "ok", "db": "ok", "go2rtc": "ok", "version": "1.1.0" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_outside_the_api_name_nothing() {
        for path in [
            "/",
            "/api/v1",
            "/api/v1/",
            "/api/v2/events",
            "/events",
            "/api/v1/events/1/x",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
