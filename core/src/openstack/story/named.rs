//! What a story is asked for, as its text says.

use crate::codes::ErrorKind;
use crate::error::Error;
use crate::openstack::compute::lookup::{is_uuid, shown};

/// What can be named with its kind in front.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Server,
    Volume,
    Snapshot,
    Image,
}

impl Kind {
    /// In the order in which the services are asked.
    pub(super) const ALL: [Self; 4] = [Self::Server, Self::Volume, Self::Snapshot, Self::Image];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Volume => "volume",
            Self::Snapshot => "snapshot",
            Self::Image => "image",
        }
    }
}

/// The kind of a request's ID, which is not a resource.
const REQUEST: &str = "request";

/// What a text names.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Named {
    /// A resource by its UUID, of any kind if there is none.
    Id(Option<Kind>, String),
    /// A resource by its exact name.
    Name(Option<Kind>, String),
    /// What bears a request's ID.
    Request(String),
}

impl Named {
    /// Reads a text: a UUID, a request ID or a name, with or without its kind and a slash in front.
    ///
    /// # Errors
    /// `invalid_request` for a kind that is not known and for what is empty, with what would be right.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let (kind, rest) = match text.split_once('/') {
            Some((kind, rest)) => (Some(kind), rest),
            None => (None, text),
        };
        let of = kind.and_then(|kind| Kind::ALL.into_iter().find(|own| own.as_str() == kind));
        if let Some(kind) = kind.filter(|kind| of.is_none() && *kind != REQUEST) {
            return Err(invalid(format!(
                "`{}` is not a kind of resource; {}",
                shown(kind),
                expected()
            )));
        }
        if rest.is_empty() {
            let what = kind.map_or_else(String::new, |kind| format!(" of the {kind}"));
            return Err(invalid(format!(
                "what to explain{what} is empty; {}",
                expected()
            )));
        }
        if kind == Some(REQUEST) {
            return Ok(Self::Request(rest.to_owned()));
        }
        let is_request = rest.strip_prefix("req-").is_some_and(is_uuid);
        Ok(match (of, is_uuid(rest)) {
            (None, false) if is_request => Self::Request(rest.to_owned()),
            (of, true) => Self::Id(of, rest.to_owned()),
            (of, false) => Self::Name(of, rest.to_owned()),
        })
    }
}

/// What is right.
fn expected() -> String {
    let kinds = Kind::ALL.map(|kind| format!("`{}/…`", kind.as_str()));
    format!(
        "expected a UUID, a request ID `req-…` or an exact name, or one of them with its kind in front: {} or `{REQUEST}/…`",
        kinds.join(", ")
    )
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "344174b8-34fd-4017-ae29-b9084dcf3861";

    #[test]
    fn a_text_is_a_uuid_a_request_or_a_name() {
        let request = format!("req-{ID}");
        for (text, wanted) in [
            (ID.to_owned(), Named::Id(None, ID.to_owned())),
            (
                format!("volume/{ID}"),
                Named::Id(Some(Kind::Volume), ID.to_owned()),
            ),
            (request.clone(), Named::Request(request.clone())),
            (
                format!("request/{request}"),
                Named::Request(request.clone()),
            ),
            ("request/x".to_owned(), Named::Request("x".to_owned())),
            ("web-1".to_owned(), Named::Name(None, "web-1".to_owned())),
            ("req-1".to_owned(), Named::Name(None, "req-1".to_owned())),
            (
                "server/a/b".to_owned(),
                Named::Name(Some(Kind::Server), "a/b".to_owned()),
            ),
            (
                format!("image/{request}"),
                Named::Name(Some(Kind::Image), request),
            ),
            (
                "snapshot/server".to_owned(),
                Named::Name(Some(Kind::Snapshot), "server".to_owned()),
            ),
        ] {
            assert_eq!(Named::read(&text).expect("a name"), wanted, "{text}");
        }
    }

    #[test]
    fn what_names_nothing_is_refused_with_what_is_right() {
        for (text, why) in [
            ("", "what to explain is empty"),
            ("volume/", "what to explain of the volume is empty"),
            ("port/x", "`port` is not a kind of resource"),
            ("Server/x", "`Server` is not a kind of resource"),
            ("/x", "`` is not a kind of resource"),
            ("/", "`` is not a kind of resource"),
            ("port/", "`port` is not a kind of resource"),
            ("request/", "what to explain of the request is empty"),
        ] {
            let error = Named::read(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            let said = error.message();
            assert!(said.starts_with(why), "{said}");
            assert!(
                said.contains("`server/…`, `volume/…`, `snapshot/…`, `image/…` or `request/…`"),
                "{said}"
            );
        }
    }
}
