//! What a program that has only the trail needs to repeat a call by hand.

use http::{HeaderName, Method};

use crate::call::plan;
use crate::dialect::Dialect;

pub use crate::redact::{REDACTED, one_line};

/// The headers that every request of a dialect carries.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DialectHeaders {
    /// The header of the credential.
    pub credential: HeaderName,
    /// The text before the credential in that header, as in `Bearer `.
    pub credential_prefix: String,
    /// The header whose value is a trail's `correlation_id`.
    pub correlation: Option<HeaderName>,
}

/// Returns the headers of the built-in dialect of this name; `None` for a custom one.
///
/// # Examples
/// ```
/// use reqtrail::host::repeat;
///
/// let openstack = repeat::headers("openstack").unwrap();
/// assert_eq!(openstack.credential, "x-auth-token");
/// assert_eq!(openstack.correlation.unwrap(), "x-openstack-request-id");
/// assert_eq!(repeat::headers("novavms").unwrap().credential_prefix, "Bearer ");
/// ```
#[must_use]
pub fn headers(dialect: &str) -> Option<DialectHeaders> {
    let spec = Dialect::named(dialect)?.0;
    Some(DialectHeaders {
        credential: spec.credential.header.clone(),
        credential_prefix: spec.credential.prefix.clone(),
        correlation: spec.correlation.as_ref().map(|of| of.header.clone()),
    })
}

/// Returns whether requests of this method may be sent twice, if nothing else is known about them.
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    plan::is_safe(None, false, method)
}
