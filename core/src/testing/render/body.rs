//! The JSON body of an error response.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{CannotRender, ErrorReply};
use crate::dialect::{Dialect, Shape};
use crate::json;

/// The maximum depth of a part; a dialect reads nothing below it.
const MAX_DEPTH: usize = 128;

/// The highest index of an array. A higher one becomes a member of an object, which pointers read as well.
const MAX_INDEX: usize = 31;

/// The body of an error response with this status and request ID.
#[cfg_attr(
    not(feature = "openstack"),
    expect(unused_variables, reason = "only OpenStack's bodies repeat the status")
)]
pub(super) fn json(
    dialect: &Dialect,
    status: StatusCode,
    reply: &ErrorReply<'_>,
    id: Option<&str>,
) -> Result<Value, CannotRender> {
    let &ErrorReply { code, message, .. } = reply;
    // The default message of a server.
    #[cfg(feature = "openstack")]
    let reason = status.canonical_reason().unwrap_or("Error");
    Ok(match dialect.0.decoder.shape() {
        Shape::Flat => object([("error", code), ("message", message), ("request_id", id)]),
        #[cfg(feature = "openstack")]
        Shape::Fault => {
            let number = status.as_u16();
            let text = message.unwrap_or(reason);
            match code {
                Some(code) => json::object(&mut [(code, coded(number.into(), text, None))]),
                // The form of the middleware in front of the service.
                None => coded(format!("{number} {reason}").into(), text, Some(reason)),
            }
        }
        #[cfg(feature = "openstack")]
        Shape::Titled => {
            let text = message.unwrap_or(reason);
            let number = status.as_u16().into();
            json::object(&mut [("error", coded(number, text, Some(reason)))])
        }
        Shape::Nested => {
            json::object(&mut [("error", object([("code", code), ("message", message)]))])
        }
        Shape::Pointers {
            code: code_at,
            message: message_at,
            request_id: id_at,
        } => {
            let parts = [
                ("code", code_at, code),
                ("message", message_at, message),
                ("request_id", id_at, id),
            ];
            let mut root = BodyNode::Empty;
            for (key, at, text) in parts {
                if let (Some(at), Some(text)) = (at, text) {
                    root.put(at, text)
                        .map_err(|problem| CannotRender::new(key, problem))?;
                }
            }
            root.into_json()
        }
    })
}

/// The members of an error of OpenStack's services.
#[cfg(feature = "openstack")]
fn coded(code: Value, message: &str, title: Option<&str>) -> Value {
    let mut members = vec![("code", code), ("message", message.into())];
    members.extend(title.map(|title| ("title", title.into())));
    json::object(&mut members)
}

/// An object of the parts that are set.
fn object<const N: usize>(parts: [(&str, Option<&str>); N]) -> Value {
    let mut object = Map::new();
    for (name, text) in parts {
        if let Some(text) = text {
            object.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(object)
}

/// A node of a body that is being built along JSON pointers.
enum BodyNode {
    Empty,
    Text(String),
    /// The nodes below, by the pointers' tokens.
    Branch(Vec<(String, BodyNode)>),
}

impl BodyNode {
    /// Puts a text at a pointer; the error says why that is not possible.
    fn put(&mut self, pointer: &str, text: &str) -> Result<(), String> {
        let taken = || {
            format!(
                "the pointer `{}` leads to a place that another part takes; expected a dialect with separate places",
                pointer.escape_debug()
            )
        };
        let mut tokens = pointer.split('/');
        // The part before the first slash.
        let _ = tokens.next();
        let mut place = self;
        for (depth, token) in tokens.enumerate() {
            if depth == MAX_DEPTH {
                return Err(format!(
                    "the pointer has more than {MAX_DEPTH} steps; no dialect reads so deep"
                ));
            }
            if matches!(place, Self::Empty) {
                *place = Self::Branch(Vec::new());
            }
            let Self::Branch(below) = place else {
                return Err(taken());
            };
            let token = token.replace("~1", "/").replace("~0", "~");
            let found = below.iter().position(|(other, _)| *other == token);
            let at = found.unwrap_or_else(|| {
                below.push((token, Self::Empty));
                below.len() - 1
            });
            place = &mut below[at].1;
        }
        match place {
            Self::Empty => {
                *place = Self::Text(text.to_owned());
                Ok(())
            }
            Self::Text(other) if other == text => Ok(()),
            Self::Text(_) | Self::Branch(_) => Err(taken()),
        }
    }

    /// A node with only indices below it is an array, any other an object.
    fn into_json(self) -> Value {
        let below = match self {
            Self::Empty => return Value::Object(Map::new()),
            Self::Text(text) => return text.into(),
            Self::Branch(below) => below,
        };
        let indices: Option<Vec<usize>> = below.iter().map(|(token, _)| index(token)).collect();
        let Some(indices) = indices else {
            let mut members = Map::new();
            for (name, place) in below {
                members.insert(name, place.into_json());
            }
            return Value::Object(members);
        };
        let length = indices.iter().max().map_or(0, |last| last + 1);
        let mut elements = vec![Value::Null; length];
        for (index, (_, place)) in indices.into_iter().zip(below) {
            elements[index] = place.into_json();
        }
        Value::Array(elements)
    }
}

/// A token that is an index.
fn index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with('0');
    let is_digits = token.bytes().all(|byte| byte.is_ascii_digit());
    let number = (is_plain && is_digits).then(|| token.parse().ok())?;
    number.filter(|index| *index <= MAX_INDEX)
}
