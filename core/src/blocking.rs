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

use std::future::Future;
use std::sync::Arc;

use crate::call::credential::Token;
use crate::call::shared::Shared;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, options, verb, verbs};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::host::{CallResult, Flow, Host, PreparedCall};
use crate::request::{Attached, Request, RequestBuilder};
use crate::response::Response;

/// Makes calls to one API, each on the thread that makes it. Cheap to clone and shared by all threads.
///
/// Built by [`ClientBuilder::build_blocking`](crate::ClientBuilder::build_blocking).
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    host: Arc<dyn Host>,
}

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, host: Arc<dyn Host>) -> Self {
        Self { shared, host }
    }

    verbs!();

    /// Makes the call of a request and waits for its end.
    ///
    /// It works on any thread, also on one that an async runtime runs on, which then stands still meanwhile.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(&self, request: Request, attached: Attached) -> Result<Response, Error> {
        self.host
            .call_blocking(self.prepare(request, attached), None)
    }

    /// Puts a new credential in the place of the old, for all clones. Calls that have begun keep theirs.
    ///
    /// # Errors
    /// `config` for a token that cannot stand in a header.
    pub fn set_token(&self, token: impl Into<Token>) -> Result<(), Error> {
        options::set_token(&self.shared, token.into())
    }

    /// Runs what is written for the asynchronous client, several calls and the waits between them, on the thread that
    /// asks for it. The client that the flow gets shares everything with this one but its connections.
    ///
    /// # Errors
    /// `internal` if the flow could not be driven.
    ///
    /// # Examples
    /// ```no_run
    /// # let client = reqtrail::Client::novavms("https://novavms.example/api/v1").build_blocking()?;
    /// let both = client.run_flow(|client| async move {
    ///     let (sites, cameras) = (client.get("/sites").send(), client.get("/cameras").send());
    ///     (sites.await, cameras.await)
    /// })?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn run_flow<O, W>(
        &self,
        flow: impl FnOnce(crate::Client) -> W + Send + 'static,
    ) -> Result<O, Error>
    where
        O: Send + 'static,
        W: Future<Output = O> + Send + 'static,
    {
        let (done, result) = std::sync::mpsc::channel();
        let flow = self.flow(&CancelToken::new(), flow, move |output| {
            // Nobody else has the receiver, and it is looked at after the flow has ended.
            let _ = done.send(output);
        });
        self.host.run_flow(flow, None)?;
        result
            .try_recv()
            .map_err(|_| Error::new(ErrorKind::Internal, "a flow ended without a result"))
    }

    /// Makes such a flow ready for a [`Host`]; bindings submit theirs. `cancel` is the token that the flow itself
    /// listens to, and `done` gets what it gives.
    pub fn flow<O, W>(
        &self,
        cancel: &CancelToken,
        flow: impl FnOnce(crate::Client) -> W + Send + 'static,
        done: impl FnOnce(O) + Send + 'static,
    ) -> Flow
    where
        W: Future<Output = O> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        Flow::new(cancel.clone(), move |transport| {
            let work = flow(crate::Client::new(shared, transport));
            async move { done(work.await) }
        })
    }

    /// Checks a request and makes it ready for a [`Host`].
    #[must_use]
    pub fn prepare(&self, request: Request, attached: Attached) -> PreparedCall {
        let planned = request.plan(&self.shared, attached, None);
        PreparedCall::new(Arc::clone(&self.shared), planned)
    }

    /// Returns the base URL; it never holds user info.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.shared.base.url().as_str()
    }

    /// Returns the name of the API's dialect.
    #[must_use]
    pub fn dialect(&self) -> &str {
        self.shared.dialect.name()
    }

    /// What drives the client's calls; bindings submit theirs to it.
    #[must_use]
    pub fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }
}

impl crate::client::sealed::Sealed for Client {}

impl AnyClient for Client {
    fn begin(&self, method: &str, path: &str) -> RequestBuilder<Self> {
        self.request(method, path)
    }

    fn has_microversion(&self) -> bool {
        self.shared.has_microversion()
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
        self.client.send(self.request, self.attached)
    }

    /// Lets the call begin now, although it is made later: its time counts from here, and a token that is set meanwhile is
    /// not sent first.
    pub fn begin(mut self) -> Self {
        self.attached.begin(&self.client.shared);
        self
    }

    /// Makes the call ready as a flow for a [`Host`]. It begins here: a token that is set later is not sent first. `cancel`
    /// ends it, and `done` gets the outcome.
    #[must_use]
    pub fn flow(
        self,
        cancel: &CancelToken,
        done: impl FnOnce(CallResult) + Send + 'static,
    ) -> Flow {
        let Self {
            client,
            request,
            attached,
        } = self.cancel_token(cancel);
        let begun = client.shared.credentials.begin();
        let call = move |client: crate::Client| client.send_begun(request, attached, begun);
        client.flow(cancel, call, done)
    }

    /// Checks the request and makes it ready for a [`Host`].
    #[must_use]
    pub fn prepare(self) -> PreparedCall {
        self.client.prepare(self.request, self.attached)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        options::debug("blocking::Client", &self.shared, f)
    }
}
