//! The form of an API's responses, for making them: the reverse of what a dialect reads.

use super::Dialect;
use crate::codes::Category;

/// The form of an error response's body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape<'a> {
    /// `{"error": code, "message", "request_id"}`.
    Flat,
    /// `{code: {"code": status, "message"}}`; without a code `{"message", "code": "404 Not Found", "title"}`.
    #[cfg(feature = "openstack")]
    Fault,
    /// `{"error": {"code": status, "title", "message"}}`. It cannot carry a code.
    #[cfg(feature = "openstack")]
    Titled,
    /// `{"error": {"code", "message"}}`.
    Nested,
    /// Each part where its JSON pointer says, if it has one.
    Pointers {
        code: Option<&'a str>,
        message: Option<&'a str>,
        request_id: Option<&'a str>,
    },
}

/// The form of an API's request IDs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MadeIds {
    /// `req_` and a ULID, which contains the server's time.
    Ulid,
    /// `req-` and a UUID, in each of the headers.
    #[cfg(feature = "openstack")]
    GlobalUuid,
    /// A UUID, for an API whose form is not known.
    Uuid,
}

impl Dialect {
    /// The form of the API's request IDs.
    pub(crate) fn made_ids(&self) -> MadeIds {
        match self.0.decoder.shape() {
            Shape::Flat => MadeIds::Ulid,
            #[cfg(feature = "openstack")]
            Shape::Fault | Shape::Titled => MadeIds::GlobalUuid,
            Shape::Nested | Shape::Pointers { .. } => MadeIds::Uuid,
        }
    }

    /// How many of the dialect's headers carry a response's request ID: compute sends two with one value.
    pub(crate) fn sent_id_headers(&self) -> usize {
        match self.0.service.as_deref() {
            #[cfg(feature = "openstack")]
            Some("compute") => 2,
            _ => 1,
        }
    }
}

/// The status of a category, for a code of which no more is known: the reverse of
/// [`category_of_status`](super::category_of_status). A used-up quota has no matching status, and gets Nova's.
pub(super) fn status_of_category(category: Category) -> Option<u16> {
    Some(match category {
        Category::Authentication => 401,
        Category::Permission | Category::Quota => 403,
        Category::NotFound => 404,
        Category::Invalid => 400,
        Category::Conflict => 409,
        Category::RateLimited => 429,
        Category::Unavailable => 503,
        Category::Server => 500,
        Category::Unknown | Category::Other(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::category_of_status;

    #[test]
    fn a_category_has_a_status_that_means_it() {
        for category in Category::ALL {
            let status = status_of_category(*category);
            match category {
                Category::Unknown => assert_eq!(status, None),
                Category::Quota => assert_eq!(status, Some(403)),
                _ => assert_eq!(status.map(category_of_status), Some(*category)),
            }
        }
    }
}
