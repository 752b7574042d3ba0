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
            .run(Job::Call(request, attached), None)
            .into_call()
    }

    /// Returns the recorder of the client's calls, which all clones share: the last failed ones among them.
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
        // Its own panic is the program's, and the words for that are not those for a bug.
        let work = Work::new(&CancelToken::new(), move |client| async move {
            let flow = AssertUnwindSafe(async move { flow(client).await });
            flow.catch_unwind()
                .await
                .map_err(|_| Error::new(ErrorKind::Internal, "the flow panicked"))
        });
        self.host.run(Job::Operation(work), None).into_output()
    }

    /// Does a part of the work of the client's token refresher, where that runs in a host language: what is submitted in it
    /// and would wait for that refresher is refused at once, for it would wait for itself.
    #[cfg(feature = "unstable-host")]
    pub fn within_refresher<O>(&self, work: impl FnOnce() -> O) -> O {
        serving::within(self.shared.credentials.identity(), work)
    }

    /// Returns the times of a call and of an attempt, unless a request sets others.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn timeouts(&self) -> (std::time::Duration, std::time::Duration) {
        (self.shared.timeouts.call, self.shared.timeouts.attempt)
    }

    /// Returns what the program is warned of, such as faults that are injected; the log has had it already.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.shared.warnings
    }

    /// Returns whether trails show the values of a query parameter, or of one that differs in its letters' case alone.
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

    /// What drives the client's calls; bindings hand their jobs to it.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn host(&self) -> &Arc<dyn Host> {
        self.driver()
    }

    /// What drives the client's calls.
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
    /// It works on any thread, also on one that an async runtime runs on, which then stands still meanwhile.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(self) -> Result<Response, Error> {
        self.client.send(self.request, self.attached)
    }

    /// Lets the call begin now, although it is made later: its time counts from here, and a token that is set meanwhile is
    /// not sent first. A clone of the builder has not begun.
    pub fn begin(mut self) -> Self {
        let Client { shared, host } = &self.client;
        self.attached.begin(shared, || host.now());
        self
    }

    /// Returns how long the call may take: the request's own time, or else the client's.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn call_timeout(&self) -> std::time::Duration {
        let own = self.request.call_timeout();
        own.unwrap_or(self.client.shared.timeouts.call)
    }

    /// Makes a job of it for a [`Host`].
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
    /// `config`: names the option, what was given and what is accepted.
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

    /// Builds a client whose calls block the thread that makes them and go through a transport of one's own.
    ///
    /// The thread that makes a call polls the transport's futures. Where they need a tokio runtime, they find that of the
    /// client's background thread.
    ///
    /// # Errors
    /// `config`: names the option, what was given and what is accepted.
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
