//! What a request began, according to its method, path, body and response.

use http::{Method, StatusCode};
use serde_json::Value;

use super::resource_ref::ResourceRef;
use crate::client::Client;
use crate::codes::{ErrorKind, TrailNote};
use crate::dialect::openstack::services::COMPUTE;
use crate::error::Error;
use crate::openstack::accepted::sent_path::{
    SentPath, check_endpoint, is_of_service, is_resource_type,
};
use crate::openstack::compute::ActionRef;
use crate::openstack::image::follow as image;
use crate::openstack::volume::follow as volume;
use crate::redact::one_line;
use crate::trail::{Outcome, Trail};

/// The work that a request began.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Begun {
    /// The work was done when the request was answered.
    AtOnce(String),
    /// Work on a resource.
    Work(Work),
}

/// Work on a resource.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Work {
    /// `volume`, `snapshot`, `image`, `server`, …
    pub(super) resource_type: String,
    /// `create`, `extend`, …
    pub(super) operation: String,
    pub(super) id: String,
    /// The path between the base URL and the collection in the request's own URL.
    pub(super) prefix: Option<String>,
    /// The size that was asked for, in GiB.
    pub(super) wanted_size: Option<u64>,
    /// Whether the service is assumed to have answered the request.
    pub(super) accepted: bool,
    /// Whether the service's response shows that it exists for this token.
    pub(super) was_there: bool,
}

/// Reads what is followed through a client.
///
/// # Errors
/// `invalid_request` if that is unknown, or if the client is one of another service, region or project, with what would be
/// right.
pub(super) fn begun(what: &ResourceRef, client: &Client) -> Result<Begun, Error> {
    what.request.checked()?;
    let begun = read(what, client)?;
    if let Begun::Work(work) = &begun {
        if !is_of_service(&work.resource_type, client.service()) {
            let (service, resource_type) =
                (client.service().unwrap_or_default(), &work.resource_type);
            return Err(invalid(format!(
                "the client is one of the service `{}`; expected one of the service that has the {resource_type}",
                one_line(service)
            )));
        }
        if let Some(trail) = &what.request.started {
            check_endpoint(trail, client)?;
        }
    }
    Ok(begun)
}

fn read(what: &ResourceRef, client: &Client) -> Result<Begun, Error> {
    if !what.named.is_empty() {
        return named(&what.named, &what.request).map(Begun::Work);
    }
    let Some(trail) = &what.request.started else {
        let expected = "expected the response of the request that began it, or its kind, the resource's UUID and the \
                        request's ID";
        return Err(invalid(format!(
            "nothing says what is to be followed; {expected}"
        )));
    };
    of_request(trail, what.request.answer.as_deref(), client)
}

/// Reads kind and resource.
fn named(named: &str, request: &ActionRef) -> Result<Work, Error> {
    let (kind, id) = named.split_once('/').unwrap_or((named, ""));
    let known = kind.split_once('.').filter(|(resource_type, operation)| {
        is_resource_type(resource_type) && !operation.is_empty()
    });
    let Some((resource_type, operation)) = known else {
        let shown = one_line(kind);
        return Err(invalid(format!("kind is `{shown}`; expected {}", kinds())));
    };
    if id.is_empty() {
        let text = format!("the resource's ID is empty; expected the UUID of the {resource_type}");
        return Err(invalid(text));
    }
    let trail = request.started.as_ref();
    // The request of another resource says nothing about this one.
    let own = trail.filter(|trail| {
        let path = SentPath::of(trail).filter(|path| path.resource_type == resource_type);
        let answer = request.answer.as_deref();
        let is_it = |own: String| own.eq_ignore_ascii_case(id);
        path.and_then(|path| path.id.or_else(|| created(answer?, resource_type)))
            .is_some_and(is_it)
    });
    let asked = own.and_then(Trail::asked);
    Ok(Work {
        resource_type: resource_type.to_owned(),
        operation: operation.to_owned(),
        id: id.to_owned(),
        prefix: None,
        wanted_size: asked
            .and_then(|asked| asked.size)
            .map(|size| size.get().into()),
        // A known request ID means that the request was answered, though not here.
        accepted: trail.is_none_or(|trail| trail.outcome() == Outcome::Ok),
        was_there: own.is_some_and(|trail| trail.outcome() == Outcome::Ok),
    })
}

/// Reads a request.
fn of_request(trail: &Trail, answer: Option<&[u8]>, client: &Client) -> Result<Begun, Error> {
    let method = trail.method();
    let accepted = trail.outcome() == Outcome::Ok;
    let status = trail.last().and_then(crate::trail::Attempt::status);
    if let Some(status) = status.filter(|status| !accepted && !status.is_success()) {
        return Err(refused(trail, status));
    }
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && accepted {
        return Ok(at_once(trail));
    }
    // Manila's snapshots have the same path as Cinder's.
    let is_known = |path: &SentPath| is_of_service(path.resource_type, trail.service());
    let Some(path) = SentPath::of(trail).filter(is_known) else {
        return Err(unknown_work(trail));
    };
    let Some(operation) = operation(method, &path, trail) else {
        return match accepted {
            // A POST that is answered with a 202 starts work that continues.
            true if status == Some(StatusCode::ACCEPTED) && !is_at_once(method, &path) => {
                Err(unknown_work(trail))
            }
            true => Ok(at_once(trail)),
            false => Err(invalid(format!(
                "`{method} {}` starts no work; expected a request that begins {}",
                one_line(trail.path()),
                kinds()
            ))),
        };
    };
    let prefix = path.prefix(client);
    let mut resource_type = path.resource_type;
    let id = match path.id {
        Some(id) => Some(id),
        None => answer.and_then(|answer| created(answer, resource_type)),
    };
    // A backup is restored into a volume.
    if operation == "restore" {
        resource_type = "backup";
    }
    let Some(id) = id else {
        let text = format!(
            "the response does not name the {resource_type}; expected the response of its creation, or the kind \
             `{resource_type}.{operation}`, the UUID and the request's ID"
        );
        return Err(invalid(text));
    };
    let asked = trail.asked().and_then(|asked| asked.size);
    Ok(Begun::Work(Work {
        resource_type: resource_type.to_owned(),
        operation: operation.to_owned(),
        id,
        prefix: Some(prefix),
        wanted_size: asked.map(|size| size.get().into()),
        accepted,
        was_there: accepted,
    }))
}

/// The error for a request whose last attempt was refused. An earlier one may have been the reason for that.
fn refused(trail: &Trail, status: StatusCode) -> Error {
    invalid(match trail.notes().contains(&TrailNote::MayHaveSucceeded) {
        false => format!("the request was refused with {status}, so it began nothing"),
        true => format!(
            "the last attempt was refused with {status}, but an earlier attempt may have begun the work; expected the kind of \
             work, the resource's UUID and the request ID of that attempt"
        ),
    })
}

/// Whether a request never starts work, whatever its status: only POST does, and metadata is written at once.
fn is_at_once(method: &Method, path: &SentPath) -> bool {
    *method != Method::POST || path.rest.first().is_some_and(|rest| rest == "metadata")
}

/// The error for a request whose work is not in the tables.
fn unknown_work(trail: &Trail) -> Error {
    let (method, shown) = (trail.method(), one_line(trail.path()));
    // A client without the name of a service has compute's.
    let service = trail.service().filter(|service| *service != COMPUTE);
    let service = service.map_or_else(String::new, |service| {
        format!(" of the service `{}`", one_line(service))
    });
    invalid(format!(
        "nothing is known of what `{method} {shown}`{service} begins; expected a request that begins {}",
        kinds()
    ))
}

fn at_once(trail: &Trail) -> Begun {
    let status = trail.last().and_then(crate::trail::Attempt::status);
    let status = status.map_or_else(String::new, |status| format!(" with {}", status.as_u16()));
    Begun::AtOnce(format!(
        "this request starts no work that continues after its response: it was done when it was answered{status}"
    ))
}

/// The operation on a resource; `None` if it is done when the request is answered.
fn operation(method: &Method, path: &SentPath, trail: &Trail) -> Option<&'static str> {
    let rest: Vec<&str> = path.rest.iter().map(String::as_str).collect();
    let asked = || trail.asked().map_or("action", |asked| asked.operation());
    match (
        path.resource_type,
        method.as_str(),
        path.id.is_some(),
        rest.as_slice(),
    ) {
        // The rules for Nova decide what a request of its API starts.
        ("server", _, _, _) => Some("action"),
        ("image", "POST", true, ["import"]) => Some("import"),
        ("image", "POST", false, _) => Some("create"),
        ("image", _, _, _) => None,
        (_, "POST", false, _) => Some("create"),
        (_, "DELETE", true, []) => Some("delete"),
        ("backup", "POST", true, ["restore"]) => Some("restore"),
        (_, "POST", true, ["action"]) => Some(asked()),
        _ => None,
    }
}

/// The ID of the created resource in a response.
fn created(answer: &[u8], resource_type: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(answer).ok()?;
    let one = body.get(resource_type).unwrap_or(&body);
    let id = one.get("id")?.as_str()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// The kinds that can be followed, in words.
fn kinds() -> String {
    let volumes = volume::ROWS.iter();
    let volumes = volumes.map(|row| format!("`{}.{}`", row.resource_type, row.operation));
    let images = image::OPERATIONS.iter();
    let images = images.map(|operation| format!("`image.{operation}`"));
    let all: Vec<String> = volumes.chain(images).collect();
    format!(
        "{}, or an action of a server such as `server.resize`",
        all.join(", ")
    )
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
