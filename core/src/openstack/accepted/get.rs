//! Reads, each of which is one call and what reads its response.

use std::future::Future;
use std::ops::Deref;
use std::slice;
use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "blocking")]
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::dialect::openstack::services::is_version;
use crate::error::Error;
use crate::request::RequestBuilder;
use crate::response::Response;
use crate::trail::Trail;

/// A function that reads a response.
pub(in crate::openstack) type Read<V> = fn(&Response) -> Result<V, Error>;

/// A read that ends with `send`.
#[must_use = "a request does nothing until `send` is called"]
#[derive(Debug)]
pub struct Get<C, V> {
    request: RequestBuilder<C>,
    read: Read<V>,
}

/// A value that was read, with the trail of the call that read it. It dereferences to the value.
#[derive(Clone, Debug)]
pub struct Fetched<V> {
    value: V,
    trail: Trail,
    /// All trails, if that call was not the only one.
    trails: Vec<Trail>,
}

impl<C, V> Get<C, V> {
    pub(in crate::openstack) fn new(request: RequestBuilder<C>, read: Read<V>) -> Self {
        Self { request, read }
    }

    /// Takes what concerns every read.
    pub(in crate::openstack) fn with(
        self,
        timeout: Option<Duration>,
        cancel: Option<&CancelToken>,
    ) -> Self {
        self.request(|mut request| {
            if let Some(timeout) = timeout {
                request = request.timeout(timeout);
            }
            match cancel {
                Some(token) => request.cancel_token(token),
                None => request,
            }
        })
    }

    /// The client that makes the call.
    pub(in crate::openstack) fn client(&self) -> &C {
        &self.request.client
    }

    /// The request, and what reads its response.
    pub(in crate::openstack) fn into_parts(self) -> (RequestBuilder<C>, Read<V>) {
        (self.request, self.read)
    }

    /// Changes the request: its timeout, its cancel token, its correlation ID.
    pub fn request(mut self, change: impl FnOnce(RequestBuilder<C>) -> RequestBuilder<C>) -> Self {
        self.request = change(self.request);
        self
    }
}

pub(in crate::openstack) fn fetched<V>(
    outcome: Result<Response, Error>,
    read: Read<V>,
) -> Result<Fetched<V>, Error> {
    let response = outcome?;
    let value = read(&response)?;
    Ok(Fetched {
        value,
        trail: response.trail().clone(),
        trails: Vec::new(),
    })
}

impl<V: 'static> Get<Client, V> {
    /// Makes the call.
    ///
    /// # Errors
    /// Those of any call; `decode` if the response is not what the API documents.
    pub fn send(self) -> impl Future<Output = Result<Fetched<V>, Error>> + Send + 'static {
        let Self { request, read } = self;
        let call = request.send();
        async move { fetched(call.await, read) }
    }
}

#[cfg(feature = "blocking")]
impl<V> Get<blocking::Client, V> {
    /// Makes the call and waits for its end.
    ///
    /// # Errors
    /// Those of any call; `decode` if the response is not what the API documents.
    pub fn send(self) -> Result<Fetched<V>, Error> {
        fetched(self.request.send(), self.read)
    }
}

impl<V> Fetched<V> {
    /// Takes the value out.
    #[must_use]
    pub fn into_value(self) -> V {
        self.value
    }

    /// The trail of the call that read it.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// The trails of all calls that were made for it, in their order: more than one if a name was looked up first.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        match self.trails.as_slice() {
            [] => slice::from_ref(&self.trail),
            several => several,
        }
    }

    /// What the last of several calls has read.
    pub(in crate::openstack) fn among(self, trails: Vec<Trail>) -> Self {
        Self { trails, ..self }
    }
}

impl<V: Serialize> Fetched<V> {
    /// The value as JSON, the same in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.value).unwrap_or_default()
    }
}

impl<V> Deref for Fetched<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

/// The path between the client's base URL and the API's collections: the version, unless the base URL ends with one.
pub(in crate::openstack) fn missing_version<'a>(base: &str, version: &'a str) -> &'a str {
    match is_version(base.rsplit('/').next().unwrap_or_default()) {
        true => "",
        false => version,
    }
}
