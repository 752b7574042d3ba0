//! The control endpoint, `/__sandbox`, for tests and examples in other languages.
//!
//! Its requests are not API requests: they are not logged, they do not count towards a rate limit, and no incident affects them.

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use serde_json::json;

use crate::front::State;
use crate::incident;
use crate::reply::Reply;

/// The prefix of the control endpoint's paths.
pub(crate) const PREFIX: &str = "/__sandbox/";

/// Answers a control request.
pub(crate) fn answer(state: &State, head: &Parts, body: &Bytes) -> Reply {
    let name = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    match (name, head.method.as_str()) {
        ("incidents", "POST") => match incident::from_json(body) {
            Ok(incidents) => {
                incidents
                    .into_iter()
                    .for_each(|incident| state.inject(incident));
                Reply::json(
                    StatusCode::CREATED,
                    &json!({ "pending": state.pending_incidents() }),
                )
            }
            Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        ("incidents", "GET") => Reply::ok(&json!({ "pending": state.pending_incidents() })),
        ("incidents", "DELETE") => {
            state.clear_incidents();
            Reply::no_content()
        }
        ("requests", "GET") => Reply::ok(&json!({ "requests": state.requests() })),
        ("requests", "DELETE") => {
            state.clear_requests();
            Reply::no_content()
        }
        ("incidents" | "requests", _) => refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "expected GET or DELETE, or POST to incidents",
        ),
        _ => refuse(
            StatusCode::NOT_FOUND,
            "expected the path of incidents or requests",
        ),
    }
}

fn refuse(status: StatusCode, why: &str) -> Reply {
    Reply::json(status, &json!({ "error": why }))
}
