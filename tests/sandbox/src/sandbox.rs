//! Starts and stops a sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use serde_json::json;
use tokio::sync::oneshot;

use crate::accounts;
use crate::bucket::RateLimit;
use crate::clock::Clock;
use crate::front::State;
use crate::incident::Incident;
use crate::log::LoggedRequest;
use crate::server;

/// The options of a sandbox. The default is a free port and the limits that the vendor documents.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    port: u16,
    rate_limit: RateLimit,
    clock: Clock,
}

impl SandboxOptions {
    /// Listens on this port. 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Limits each caller's requests.
    #[must_use]
    pub fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// Takes the time from this clock.
    ///
    /// It affects limits, token lifetimes and request IDs. Slow responses and stalls take real time.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

/// A running server. Dropping it stops the server and closes all connections.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a server on 127.0.0.1 in its own thread.
    ///
    /// # Errors
    ///
    /// If the port is taken or the thread cannot be started.
    pub fn start(options: SandboxOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(|error| {
            let port = options.port;
            io::Error::new(
                error.kind(),
                format!(
                    "cannot listen on 127.0.0.1:{port}: {error}; expected a free port, or 0 for any"
                ),
            )
        })?;
        let address = listener.local_addr()?;
        let runtime = server::runtime()?;
        let listener = server::register(&runtime, listener)?;
        let state = Arc::new(State::new(options.clock, options.rate_limit));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&state);
        let thread = Builder::new()
            .name("reqtrail-sandbox".to_owned())
            .spawn(move || server::run(runtime, listener, served, stopped))?;
        Ok(Self {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the API's base URL, `http://127.0.0.1:PORT/api/v1`.
    pub fn base_url(&self) -> String {
        format!("{}/api/v1", self.origin())
    }

    /// Returns the base URL of the control endpoint, `http://127.0.0.1:PORT/__sandbox`.
    pub fn control_url(&self) -> String {
        format!("{}/__sandbox", self.origin())
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns an API key with all rights. [`accounts`] has the others.
    pub fn token(&self) -> &'static str {
        accounts::ADMIN_KEY
    }

    /// Returns what a program in another language needs, as one line of JSON: `base_url`, `control_url`, `token`,
    /// `operator_token`, `viewer_token`, `email` and `password`.
    pub fn ready_line(&self) -> String {
        let ready = json!({
            "base_url": self.base_url(),
            "control_url": self.control_url(),
            "token": self.token(),
            "operator_token": accounts::OPERATOR_KEY,
            "viewer_token": accounts::VIEWER_KEY,
            "email": accounts::EMAIL,
            "password": accounts::PASSWORD,
        });
        ready.to_string()
    }

    /// Queues an incident for the next matching request.
    pub fn inject(&self, incident: Incident) {
        self.state.inject(incident);
    }

    /// Returns how many requests the queued incidents still wait for.
    pub fn pending_incidents(&self) -> u64 {
        self.state.pending_incidents()
    }

    /// Removes the queued incidents.
    pub fn clear_incidents(&self) {
        self.state.clear_incidents();
    }

    /// Returns the server's log: each API request that it saw, in order of arrival.
    ///
    /// The log keeps the last 100,000 requests. Control requests are not in it.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.state.requests()
    }

    /// Empties the log.
    pub fn clear_requests(&self) {
        self.state.clear_requests();
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Dropping the sender stops the thread.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
