//! The client for programs without async: the same calls, made on the calling thread.
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
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;

#[cfg(feature = "unstable-host")]
use crate::call::serving;
use crate::call::shared::Shared;
use crate::call::token::Token;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, ClientBuilder, options, verb, verbs};
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::host::{Host, Job, TokioHost, Work};
use crate::recorder::Recorder;
use crate::request::{Attached, Request, RequestBuilder};
use crate::response::Response;
use crate::transport::{OwnTransport, Transport};

/// Makes calls to one API, each on the calling thread. It is cheap to clone and can be shared by all threads.
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
    /// It works on any thread, also on one of an async runtime, which it blocks meanwhile.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(&self, request: Request, attached: Attached) -> Result<Response, Error> {
        self.host
            .run(Job::Call(request, attached), None)
            .into_call()
    }

    /// Returns the recorder of the client's calls, such as the last failed ones. All clones share it.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        // It must not keep the client's connections and threads alive.
        let host = Arc::downgrade(&self.host);
        let now = move || match host.upgrade() {
            Some(host) => host.now(),
            None => Instant::now(),
        };
        options::keeping::recorder(&self.shared, Arc::new(now))
    }

    /// Replaces the credential, for all clones. Calls that have begun keep the old one.
    ///
    /// # Errors
    /// `config` for a token that cannot be sent in a header.
    pub fn set_token(&self, token: impl Into<Token>) -> Result<(), Error> {
        options::set_token(&self.shared, token.into())
    }

    /// Runs code for the asynchronous client on the calling thread: several calls, and the waits between them. The
    /// client that the flow gets shares everything with this one except its connections.
    ///
    /// # Errors
    /// `internal` if the function panicked, or nothing could drive it.
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
        // A panic of the flow is the program's, so the error must not report a bug in reqtrail.
        let work = Work::new(&CancelToken::new(), move |client| async move {
            let flow = AssertUnwindSafe(async move { flow(client).await });
            flow.catch_unwind().await.map_err(|_| {
                Error::new(
                    ErrorKind::Internal,
                    "the function given to `run_flow` panicked",
                )
            })
        });
        self.host.run(Job::Operation(work), None).into_output()
    }

    /// Does a part of the work of the client's token refresher that runs in a host language. A job that is submitted in it
    /// and would wait for that refresher, and so for itself, is refused at once.
    #[cfg(feature = "unstable-host")]
    pub fn within_refresher<O>(&self, work: impl FnOnce() -> O) -> O {
        serving::within(self.shared.credentials.identity(), work)
    }

    /// Returns the timeouts of a call and of an attempt, unless a request sets others.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn timeouts(&self) -> (std::time::Duration, std::time::Duration) {
        (self.shared.timeouts.call, self.shared.timeouts.attempt)
    }

    /// Returns the client's warnings, such as injected faults. They have already been logged.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.shared.warnings
    }

    /// Returns whether trails show the values of a query parameter. The case of its name does not matter.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn shows_query(&self, name: &str) -> bool {
        let own = self.shared.shown_query.iter().map(String::as_str);
        let mut shown = crate::redact::SHOWN_QUERY.into_iter().chain(own);
        shown.any(|shown| shown.eq_ignore_ascii_case(name))
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

    /// Returns the driver of the client's calls, to which bindings pass their jobs.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn host(&self) -> &Arc<dyn Host> {
        self.driver()
    }

    /// Returns the driver of the client's calls.
    #[cfg(any(feature = "openstack", feature = "unstable-host"))]
    pub(crate) fn driver(&self) -> &Arc<dyn Host> {
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
    /// It works on any thread, also on one of an async runtime, which it blocks meanwhile.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(self) -> Result<Response, Error> {
        self.client.send(self.request, self.attached)
    }

    /// Begins the call now, although it is made later: its time counts from here, and its first attempt does not use a
    /// token that is set meanwhile. A clone of the builder has not begun.
    pub fn begin(mut self) -> Self {
        let Client { shared, host } = &self.client;
        self.attached.begin(shared, || host.now());
        self
    }

    /// Returns the timeout of the call: the request's, or else the client's.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn call_timeout(&self) -> std::time::Duration {
        let own = self.request.call_timeout();
        own.unwrap_or(self.client.shared.timeouts.call)
    }

    /// Makes a job of the request for a [`Host`].
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn into_job(self) -> Job {
        Job::Call(self.request, self.attached)
    }
}

impl ClientBuilder {
    /// Builds a client whose calls block the thread that makes them.
    ///
    /// # Errors
    /// `config`. The error names the option, what was passed and what is accepted.
    pub fn build_blocking(self) -> Result<Client, Error> {
        let mut options = self.into_options();
        #[cfg(feature = "testing")]
        if let Some(scripted) = options.check_scripted() {
            return scripted.map(|(shared, own)| {
                let host = TokioHost::over(Arc::clone(&shared), own);
                Client::new(shared, Arc::new(host))
            });
        }
        let wrap = options.wrap.take();
        let (shared, wire) = options.check()?;
        let wrap = options::layers(&shared, wrap);
        let host = TokioHost::new(Arc::clone(&shared), &wire, wrap).map_err(Error::config)?;
        Ok(Client::new(shared, Arc::new(host)))
    }

    /// Builds a client whose calls block the thread that makes them and go through your own transport.
    ///
    /// The thread that makes a call polls the transport's futures. If they need a tokio runtime, they find that of the
    /// client's background thread.
    ///
    /// # Errors
    /// `config`. The error names the option, what was passed and what is accepted.
    pub fn build_blocking_with(self, transport: impl Transport) -> Result<Client, Error> {
        let shared = self.into_options().check_without_wire()?;
        let transport = options::layered(&shared, OwnTransport::new(transport));
        let host = TokioHost::over(Arc::clone(&shared), transport);
        Ok(Client::new(shared, Arc::new(host)))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        options::debug("blocking::Client", &self.shared, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_of_what_began_begins_by_itself() {
        let builder = crate::Client::builder("https://api.example/");
        let client = builder.build_blocking().expect("a client");
        let token = CancelToken::new();
        let begun = client.get("/x").cancel_token(&token).begin();
        let clone = begun.clone();
        assert!(begun.attached.start.is_some());
        assert!(clone.attached.start.is_none());
        assert!(clone.attached.cancel.is_some());
        assert!(clone.begin().attached.start.is_some());
    }
}
