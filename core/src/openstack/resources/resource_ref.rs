//! Names followed work: by the response of the request that began it, or by its kind, resource and request.

use crate::openstack::compute::ActionRef;
use crate::response::Response;
use crate::trail::Trail;

/// Names what a request began: by that request's response, or by kind, resource and request ID.
#[derive(Clone, Debug)]
pub struct ResourceRef {
    /// Kind and resource, as in `volume.extend/UUID`; empty if the request says it.
    pub(super) named: String,
    pub(super) request: ActionRef,
}

impl ResourceRef {
    /// Names work by its kind, such as `volume.extend` or `image.import`, the UUID of the resource, and the request that
    /// began it: its ID, its response or its trail.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(cinder: reqtrail::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use reqtrail::openstack::{ResourceRef, Resources};
    ///
    /// const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
    /// const REQUEST: &str = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";
    ///
    /// let what = ResourceRef::new("volume.extend", VOLUME, REQUEST);
    /// println!("{}", Resources::new(cinder).follow(what).size(3).send().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(kind: &str, resource_id: &str, request: impl Into<ActionRef>) -> Self {
        Self {
            named: format!("{kind}/{resource_id}"),
            request: request.into(),
        }
    }

    /// Makes one from an operation's parameters: kind and resource in one text.
    pub(in crate::openstack) fn of(named: String, request: ActionRef) -> Self {
        Self { named, request }
    }
}

impl From<&Response> for ResourceRef {
    fn from(response: &Response) -> Self {
        Self::of(String::new(), response.into())
    }
}

/// Names work by the trail of the request that began it. Only the response names what a request created, and trails do
/// not have it.
impl From<&Trail> for ResourceRef {
    fn from(trail: &Trail) -> Self {
        Self::of(String::new(), trail.into())
    }
}

impl From<(&str, &str, &str)> for ResourceRef {
    fn from((kind, resource_id, request_id): (&str, &str, &str)) -> Self {
        Self::new(kind, resource_id, request_id)
    }
}
