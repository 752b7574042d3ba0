//! Follows what any service accepted: work on volumes, snapshots, images, and servers.

mod begun;
mod follow;
mod resource_ref;

use crate::client::{AnyClient, Client};

pub use follow::FollowResource;
pub use resource_ref::ResourceRef;

/// Follows what a service accepted with a 202 to its end: the creation of a volume, its extension, the import of an image. Over
/// either client, of the service concerned: what it begins ends with `send`, which is a future for [`Client`] and blocks for
/// [`blocking::Client`](crate::blocking::Client).
///
/// It follows `volume.create`, `volume.extend`, `volume.delete`, `snapshot.create`, `snapshot.delete`, `image.import` and
/// `image.create`, and the actions of servers as [`Compute`](crate::openstack::Compute) does. For anything else that
/// these services accept, the verdict is `unknown`.
///
/// # Examples
/// ```no_run
/// # async fn example(cinder: reqtrail::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use reqtrail::openstack::Resources;
///
/// let accepted = cinder
///     .post("/volumes")
///     .json(&serde_json::json!({ "volume": { "size": 100 } }))
///     .send()
///     .await?; // 202: accepted, and no more than that
/// match Resources::new(cinder).follow(&accepted).send().await {
///     Ok(report) => println!("{report}"),
///     Err(failed) => eprintln!("{failed}"), // what, volume, reason and request ID, in one line
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Resources<C = Client> {
    client: C,
}

impl<C: AnyClient> Resources<C> {
    /// Follows through a client of the service concerned.
    pub fn new(client: C) -> Self {
        Self { client }
    }

    /// Returns the client that it reads through.
    pub fn client(&self) -> &C {
        &self.client
    }

    /// Follows what a request began until it has ended, and says how.
    ///
    /// `what` is the response of that request, or [`ResourceRef::new`] with the kind of work, the resource's UUID and the
    /// request's ID. [`FollowResource`] has the options.
    pub fn follow(&self, what: impl Into<ResourceRef>) -> FollowResource<C> {
        FollowResource::new(self.client.clone(), what.into())
    }
}
