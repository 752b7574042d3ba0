//! The client for programs without async: the same calls, made by the thread that asks for them.
//!
//! ```no_run
//! let client = reqtrail::Client::novavms("https://novavms.example/api/v1")
//!     .token("sk_live_…")
//!     .build_blocking()?;
//! let cameras = client.get("/cameras").query("limit", 10).send()?;
//! println!("{:?}", cameras.request_id());
//! # Ok::<(), reqtrail::Error>(())
//! ```

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::call::credential::Token;
use crate::call::shared::Shared;
use crate::client::{options, verbs};
use crate::error::Error;
use crate::host::{Host, PreparedCall};
use crate::request::{Draft, RequestBuilder};
use crate::response::Response;

/// Makes calls to one API, each on the thread that makes it. Cheap to clone and shared by all threads.
///
/// Built by [`ClientBuilder::build_blocking`](crate::ClientBuilder::build_blocking).
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    host: Arc<dyn Host>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, host: Arc<dyn Host>) -> Self {
        Self { shared, host }
    }

    verbs!();

    /// Puts a new credential in the place of the old, for all clones. Calls under way keep the one they sent.
    ///
    /// # Errors
    /// `config` for a token that cannot stand in a header.
    pub fn set_token(&self, token: impl Into<Token>) -> Result<(), Error> {
        options::set_token(&self.shared, token.into())
    }

    /// What drives the client's calls; bindings submit theirs to it.
    #[must_use]
    pub fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }
}

impl RequestBuilder<Client> {
    /// Makes the call and waits for its end.
    ///
    /// It works on any thread, also on one that an async runtime runs on, which then stands still meanwhile.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(self) -> Result<Response, Error> {
        let host = Arc::clone(&self.client.host);
        host.call_blocking(self.prepare(), None)
    }

    /// Checks the request and makes it ready for a [`Host`].
    #[must_use]
    pub fn prepare(self) -> PreparedCall {
        let clock = || (Instant::now(), SystemTime::now());
        let plan = self.draft.plan(&self.client.shared, clock);
        PreparedCall::new(self.client.shared, plan)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        options::debug("blocking::Client", &self.shared, f)
    }
}
