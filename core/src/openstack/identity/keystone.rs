//! The sign-in: one request to Keystone, and the resulting session.
//!
//! Source: <https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization>.

use std::future::Future;
use std::sync::Arc;

use super::auth::Auth;
use super::proving::{Proving, cannot_renew};
use super::session::Session;
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::call::token::Token;
#[cfg(feature = "blocking")]
use crate::cancel::CancelToken;
use crate::client::{Client, ClientBuilder};
use crate::dialect::{self, Dialect};
use crate::error::{BoxError, Error};
#[cfg(feature = "blocking")]
use crate::host::Job;

/// The path at which tokens are made.
const TOKENS: &str = "/v3/auth/tokens";

/// Signs in at Keystone. Cheap to clone.
///
/// # Examples
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use reqtrail::Client;
/// use reqtrail::openstack::{Auth, Keystone};
///
/// let client = Keystone::builder("https://keystone.example:5000/v3").build()?;
/// let keystone = Keystone::new(client, Auth::application_credential("c1f3…", "hunter2"));
/// let session = keystone.sign_in().await?;
/// let endpoint = session.catalog().endpoint("compute", "public", Some("RegionOne"))?;
/// let nova = Client::openstack(endpoint)
///     .token(session.token())
///     .token_refresher(move || keystone.token())
///     .build()?;
/// # Ok(())
/// # }
/// ```
pub struct Keystone {
    client: Client,
    auth: Auth,
}

impl Keystone {
    /// Begins a client of Keystone. `auth_url` may end in `/v3` or in `/v3/auth/tokens`, in `/`, or in neither.
    pub fn builder(auth_url: &str) -> ClientBuilder {
        let sign_ins = dialect::openstack::of_sign_ins();
        Client::builder(root(auth_url)).dialect(Dialect(Arc::new(sign_ins)))
    }
}

/// The URL without the version and what follows it.
pub(super) fn root(auth_url: &str) -> &str {
    let mut root = auth_url.trim_end_matches('/');
    for end in ["/tokens", "/auth", "/v3"] {
        // Each is only removed after the next, so that a prefix with such a name stays.
        let whole = root.ends_with("/v3/auth/tokens")
            || root.ends_with("/v3/auth")
            || root.ends_with("/v3");
        if whole && let Some(shorter) = root.strip_suffix(end) {
            root = shorter.trim_end_matches('/');
        }
    }
    root
}

impl Keystone {
    /// Signs in through a client that [`builder`](Keystone::builder) began.
    pub fn new(client: Client, auth: Auth) -> Self {
        Self { client, auth }
    }

    /// Signs in, once. If Keystone accepts some of several methods and asks for the others with a receipt, a further request
    /// gives them; the session's trail is that of the last request.
    ///
    /// # Errors
    /// Those of every call, such as `api` with status 401 for a wrong password. `decode` if the response has no token.
    /// `config` if a passcode has been used already.
    pub async fn sign_in(&self) -> Result<Session, Error> {
        let mut proving = Proving::begin(&self.auth)?;
        loop {
            let request = proving.prepared(self.client.post(TOKENS));
            if let Some(session) = proving.settle(request.send().await)? {
                return Ok(session);
            }
        }
    }

    /// Signs in and returns only the token, for [`ClientBuilder::token_refresher`].
    ///
    /// With a passcode that has been used it fails without a request: the calls that needed the token end with an `api` error
    /// of the category `authentication`.
    pub fn token(&self) -> impl Future<Output = Result<Token, BoxError>> + Send + 'static + use<> {
        let this = self.clone();
        async move {
            if let Some(error) = cannot_renew(&this.auth) {
                return Err(error.into());
            }
            Ok(this.sign_in().await?.token())
        }
    }
}

/// Signs in on the calling thread, for a host's caller that may be interrupted.
#[cfg(feature = "blocking")]
pub(super) fn sign_in_hosted(
    client: &blocking::Client,
    auth: &Auth,
    cancel: &CancelToken,
    interrupted: Option<&dyn Fn() -> bool>,
) -> Result<Session, Error> {
    let mut proving = Proving::begin(auth)?;
    loop {
        let request = proving.prepared(client.post(TOKENS)).cancel_token(cancel);
        let job = Job::Call(request.request, request.attached);
        let outcome = client.driver().run(job, interrupted);
        if let Some(session) = proving.settle(outcome.into_call())? {
            return Ok(session);
        }
    }
}

/// Signs in again on the calling thread.
#[cfg(feature = "blocking")]
pub(super) fn renew_blocking(client: &blocking::Client, auth: &Auth) -> Result<Token, BoxError> {
    if let Some(error) = cannot_renew(auth) {
        return Err(error.into());
    }
    let mut proving = Proving::begin(auth)?;
    loop {
        let request = proving.prepared(client.post(TOKENS));
        if let Some(session) = proving.settle(request.send())? {
            return Ok(session.token());
        }
    }
}

impl Clone for Keystone {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            auth: self.auth.clone(),
        }
    }
}

impl std::fmt::Debug for Keystone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keystone")
            .field("client", &self.client)
            .field("auth", &self.auth)
            .finish()
    }
}
