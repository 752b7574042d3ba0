//! Calls that belong together: one token ends them all, and their trails are kept.

use std::time::Duration;

use super::get::{Fetched, Get};
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::codes::Category;
use crate::dialect::openstack::Fault;
use crate::error::Error;
use crate::trail::Trail;

/// The calls that were made to find something out.
pub(in crate::openstack) struct CallGroup {
    cancel: Option<CancelToken>,
    pub(in crate::openstack) trails: Vec<Trail>,
}

impl CallGroup {
    pub(in crate::openstack) fn new(cancel: Option<CancelToken>, trails: Vec<Trail>) -> Self {
        Self { cancel, trails }
    }

    /// Makes a call and keeps its trail. `timeout` is in the place of the client's.
    pub(in crate::openstack) async fn ask<V: Send + 'static>(
        &mut self,
        get: Get<Client, V>,
        timeout: Option<Duration>,
    ) -> Result<V, Error> {
        self.fetch(get, timeout).await.map(Fetched::into_value)
    }

    /// The same, with the trail of the call.
    pub(in crate::openstack) async fn fetch<V: Send + 'static>(
        &mut self,
        get: Get<Client, V>,
        timeout: Option<Duration>,
    ) -> Result<Fetched<V>, Error> {
        let get = get.with(timeout, self.cancel.as_ref());
        let outcome = get.send().await;
        let trail = match &outcome {
            Ok(fetched) => Some(fetched.trail()),
            Err(error) => error.trail(),
        };
        self.trails.extend(trail.cloned());
        outcome
    }
}

/// What a call found; `None` if Nova says that there is no such thing.
pub(in crate::openstack) fn optional<V>(found: Result<V, Error>) -> Result<Option<V>, Error> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether Nova says that there is no such thing. Another 404 is that of a proxy, or of a wrong URL.
pub(in crate::openstack) fn is_absent(error: &Error) -> bool {
    error.category() == Some(Category::NotFound)
        && error.code() == Some(Fault::ItemNotFound.as_str())
}
