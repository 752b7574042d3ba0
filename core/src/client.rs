//! The asynchronous client.

mod builder;
pub(crate) mod options;
mod send;

use std::sync::Arc;

use crate::call::shared::Shared;
use crate::call::token::Token;
use crate::recorder::Recorder;
use crate::request::{Request, RequestBuilder};
use crate::transport::AnyTransport;

pub use builder::ClientBuilder;
#[cfg(feature = "unstable-host")]
pub use options::ClientOptions;
pub(crate) use options::Options;

/// Makes calls to one API. Cheap to clone; clones share connections, credential and retry budget.
///
/// # Examples
/// ```
/// use reqtrail::Client;
///
/// let client = Client::novavms("https://novavms.example/api/v1")
///     .token("sk_live_…")
///     .build()?;
/// # Ok::<(), reqtrail::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    transport: AnyTransport,
}

/// Either client, asynchronous or blocking, for APIs that take both.
pub trait AnyClient: Clone + sealed::Sealed {
    #[doc(hidden)]
    fn begin(&self, method: &str, path: &str) -> RequestBuilder<Self>;

    #[doc(hidden)]
    fn has_microversion(&self) -> bool;
}

pub(crate) mod sealed {
    /// Seals [`AnyClient`](super::AnyClient): only this library implements it.
    pub trait Sealed {}
}

impl sealed::Sealed for Client {}

impl AnyClient for Client {
    fn begin(&self, method: &str, path: &str) -> RequestBuilder<Self> {
        self.request(method, path)
    }

    fn has_microversion(&self) -> bool {
        self.shared.has_microversion()
    }
}

#[cfg(feature = "openstack")]
impl Client {
    /// The path of the base URL, without a slash at its end.
    pub(crate) fn base_path(&self) -> &str {
        self.shared.base.prefix()
    }

    /// Scheme, host and port of the base URL.
    pub(crate) fn origin(&self) -> &str {
        self.shared.base.origin()
    }

    /// The service that it calls, by the name that the program gave it.
    pub(crate) fn service(&self) -> Option<&str> {
        self.shared.dialect.0.service.as_deref()
    }
}

/// Writes the methods that begin requests, the same for both clients.
macro_rules! verbs {
    () => {
        crate::request::verbs!(verb);

        /// Begins a request with any method.
        ///
        /// `path` is a template such as `/cameras/{id}`. A trail shows it unchanged, so pass values by
        /// [`param`](RequestBuilder::param) and [`query`](RequestBuilder::query).
        pub fn request(
            &self,
            method: impl AsRef<str>,
            path: impl AsRef<str>,
        ) -> RequestBuilder<Self> {
            RequestBuilder::new(self.clone(), Request::new(method, path))
        }

        /// Begins a request to a link that the API returned, such as a `next` URL: absolute, or from the root as in
        /// `/api/v1/events?cursor=x`. It is used unchanged, and the trail's path is the link's.
        ///
        /// The link has to be on the client's origin, since the credential is sent nowhere else.
        pub fn request_link(
            &self,
            method: impl AsRef<str>,
            link: impl AsRef<str>,
        ) -> RequestBuilder<Self> {
            RequestBuilder::new(self.clone(), Request::link(method, link))
        }
    };
}
#[cfg(feature = "blocking")]
pub(crate) use verbs;

macro_rules! verb {
    ($(#[$doc:meta])* $name:ident = $method:literal) => {
        $(#[$doc])*
        pub fn $name(&self, path: impl AsRef<str>) -> RequestBuilder<Self> {
            self.request($method, path)
        }
    };
}
#[cfg(feature = "blocking")]
pub(crate) use verb;

impl Client {
    /// Begins a client of any API. [`ClientBuilder::dialect`] describes the API.
    ///
    /// `base_url` is scheme and host, with or without a path prefix and a trailing slash. Without a dialect, the request
    /// ID is read from `X-Request-Id`, and the token is sent as `Authorization: Bearer`. Code and message of an error
    /// are read from the common shapes, such as problem details (RFC 9457); only the status says what it means.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    /// Begins a client of the NovaVMS API, as in `https://novavms.example/api/v1`.
    pub fn novavms(base_url: impl Into<String>) -> ClientBuilder {
        Self::builder(base_url).dialect(crate::dialect::Dialect::novavms())
    }
}

#[cfg(feature = "openstack")]
impl Client {
    /// Begins a client of OpenStack's compute API, as in `https://nova.example/v2.1`.
    ///
    /// Every attempt sends the call's global request ID, `req-` and the call ID, which Nova writes into the logs of
    /// every service on the way.
    pub fn openstack(base_url: impl Into<String>) -> ClientBuilder {
        Self::builder(base_url).dialect(crate::dialect::Dialect::openstack())
    }
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, transport: AnyTransport) -> Self {
        Self { shared, transport }
    }

    verbs!();

    /// Replaces the credential, for all clones. Calls that have begun keep the old one.
    ///
    /// # Errors
    /// `config` for a token that cannot be sent in a header.
    pub fn set_token(&self, token: impl Into<Token>) -> Result<(), crate::Error> {
        options::set_token(&self.shared, token.into())
    }

    /// Returns the recorder of the client's calls, such as the last failed ones. All clones share it.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        options::keeping::recorder(&self.shared, self.transport.clock())
    }

    /// How long a call takes at most unless its request says otherwise.
    #[cfg(feature = "openstack")]
    pub(crate) fn call_timeout(&self) -> std::time::Duration {
        self.shared.timeouts.call
    }

    /// How long an attempt takes at most unless its request says otherwise.
    #[cfg(feature = "openstack")]
    pub(crate) fn attempt_timeout(&self) -> std::time::Duration {
        self.shared.timeouts.attempt
    }

    /// The monotonic clock of the client's calls.
    #[cfg(feature = "openstack")]
    pub(crate) fn now(&self) -> std::time::Instant {
        self.transport.now()
    }

    /// Waits until `at` by that clock.
    #[cfg(feature = "openstack")]
    pub(crate) fn sleep_until(&self, at: std::time::Instant) -> crate::transport::Sleep {
        self.transport.sleep_until(at)
    }

    pub(crate) fn into_parts(self) -> (Arc<Shared>, AnyTransport) {
        (self.shared, self.transport)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        options::debug("Client", &self.shared, f)
    }
}
