//! A mock, which a program's tests set up, inspect and end.

mod builder;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::script::{Script, ScriptError};
use super::server::{SentRequest, Server};
#[cfg(feature = "unstable-host")]
use super::short;
use super::transport::ScriptedTransport;
use crate::call::shared::Shared;
use crate::cancel::{CancelReason, CancelToken};
use crate::client::options::Scripted;
use crate::client::{Client, ClientBuilder};
use crate::transport::OwnTransport;
use crate::virtual_clock::{Hold, VirtualClock};

pub use builder::{ExchangeBuilder, Replied, Reply, error_reply, failure, reply};

/// The base URL of a mock's clients.
const BASE_URL: &str = "https://api.example";

/// How long a wait for calls to come to rest lasts at most, in real time.
#[cfg(feature = "blocking")]
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers calls by a script, on a virtual clock. Clones share one mock.
///
/// Time begins at 2026-01-01T00:00:00Z. It moves to the next timer when every call of the mock waits for it and none is in
/// a hook or a refresher, so tests never wait; [`manual_clock`](Self::manual_clock) turns that off. IDs and random waits come
/// from a seed, so that trails are the same each time.
///
/// Calls of several threads come in any order, and time may move before the next has begun: keep a [`hold`](Self::hold)
/// until all have. A refresher has to await or make its calls of the same mock itself; a task that it spawns waits for time
/// that does not move.
///
/// Dropping the last clone panics if a request was not expected or differed from what was expected, or if an exchange
/// was not used, unless the thread is panicking already. [`check`](Self::check) returns this as a value.
///
/// # Examples
/// ```
/// use reqtrail::testing::{Mock, failure};
///
/// let mock = Mock::new();
/// mock.post("/cameras/{id}/trigger").fails("timeout");
/// let client = mock.client().build_blocking()?;
/// let error = client.post("/cameras/{id}/trigger").param("id", 7).send().expect_err("no answer");
/// assert!(error.is_timeout() && error.may_have_been_sent());
/// assert_eq!(mock.requests().len(), 1); // an unsafe request is not repeated
/// # Ok::<(), reqtrail::Error>(())
/// ```
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

struct Inner {
    clock: VirtualClock,
    server: Arc<Server>,
    seed: u64,
    /// The source of the IDs of calls.
    ids: Arc<Mutex<fastrand::Rng>>,
    /// The source of the IDs of answers.
    made: Arc<Mutex<fastrand::Rng>>,
    allows_unused: bool,
    /// Whether the problems were checked, so that they need not be reported at the end.
    is_checked: AtomicBool,
}

/// The problems of a mock: requests that were wrong, or that did not come.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Unmet(Vec<String>);

impl Unmet {
    /// Returns the problems, each in words.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl Mock {
    /// Makes a mock without exchanges.
    #[must_use]
    pub fn new() -> Self {
        Self::made(0, false, false)
    }

    /// Makes a mock with this seed, and a clock that moves automatically or manually.
    #[cfg(feature = "unstable-host")]
    #[must_use]
    pub fn with(seed: u64, is_manual: bool) -> Self {
        let mock = Self::made(seed, is_manual, true);
        // The language's own half reports what is wrong; a panic in a finalizer would not help.
        mock.0.is_checked.store(true, Ordering::Relaxed);
        mock
    }

    fn made(seed: u64, is_manual: bool, allows_unused: bool) -> Self {
        Self(Arc::new(Inner {
            clock: VirtualClock::new(is_manual),
            server: Arc::default(),
            seed,
            ids: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))),
            made: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed.wrapping_add(1)))),
            allows_unused,
            is_checked: AtomicBool::new(false),
        }))
    }

    /// Makes a mock from a script, such as a recording or one that another language wrote.
    ///
    /// # Errors
    /// The error says where the text is not a script, what is there, and what would be right.
    pub fn from_script(json: &str) -> Result<Self, ScriptError> {
        let mock = Self::new();
        mock.load(json)?;
        Ok(mock)
    }

    /// Lets only [`advance`](Self::advance) move the clock. Call it before the mock has clients and exchanges.
    ///
    /// # Panics
    /// The mock has exchanges.
    #[must_use]
    pub fn manual_clock(self) -> Self {
        self.is_new("manual_clock");
        Self::made(self.0.seed, true, self.0.allows_unused)
    }

    /// Sets the seed of IDs and random waits. Call it before the mock has clients and exchanges.
    ///
    /// # Panics
    /// The mock has exchanges.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.is_new("seed");
        Self::made(seed, self.0.clock.is_manual(), self.0.allows_unused)
    }

    /// Allows unused exchanges. Call it before the mock has clients and exchanges.
    ///
    /// # Panics
    /// The mock has exchanges.
    #[must_use]
    pub fn allow_unused(self) -> Self {
        self.is_new("allow_unused");
        Self::made(self.0.seed, self.0.clock.is_manual(), true)
    }

    fn is_new(&self, method: &str) {
        if !self.0.server.is_empty() {
            self.0.is_checked.store(true, Ordering::Relaxed);
            panic!("`{method}` begins another mock; expected it before the first exchange");
        }
    }

    /// Adds the exchanges of a script.
    ///
    /// # Errors
    /// As [`from_script`](Self::from_script); nothing is added then.
    pub fn load(&self, json: &str) -> Result<(), ScriptError> {
        for exchange in Script::from_json(json)?.exchanges {
            self.0.server.add(exchange);
        }
        Ok(())
    }

    /// Begins a client of the NovaVMS API at `https://api.example` whose calls this mock answers. Set another
    /// [`dialect`](ClientBuilder::dialect) to test that one.
    pub fn client(&self) -> ClientBuilder {
        self.attach(Client::novavms(BASE_URL))
    }

    /// Begins a client at another base URL, without a dialect.
    pub fn client_at(&self, base_url: impl Into<String>) -> ClientBuilder {
        self.attach(Client::builder(base_url))
    }

    /// Lets this mock answer the calls of a client.
    pub fn attach(&self, builder: ClientBuilder) -> ClientBuilder {
        let clock = self.0.clock.clone();
        let (server, random) = (Arc::clone(&self.0.server), Arc::clone(&self.0.made));
        let transport = move |shared: &Shared| {
            let transport = ScriptedTransport {
                clock: clock.clone(),
                server: Arc::clone(&server),
                random: Arc::clone(&random),
                dialect: shared.dialect.clone(),
                base_path: shared.base.prefix().to_owned(),
                connections: Arc::default(),
            };
            OwnTransport::virtual_time(transport, clock.clone())
        };
        builder.scripted(Scripted {
            transport: Arc::new(transport),
            ids: Arc::clone(&self.0.ids),
            seed: self.0.seed,
        })
    }

    /// Returns the requests that the server saw, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<SentRequest> {
        self.0.server.requests()
    }

    /// Checks that every request was expected and matched, and that every exchange was used.
    ///
    /// # Errors
    /// Lists all problems.
    pub fn check(&self) -> Result<(), Unmet> {
        self.0.is_checked.store(true, Ordering::Relaxed);
        match self.0.server.problems(self.0.allows_unused) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(Unmet(problems)),
        }
    }

    /// Returns the virtual time since the mock began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.clock.elapsed()
    }

    /// Waits for some virtual time.
    pub fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.0.clock.sleep(time)
    }

    /// Moves the clock forward, from timer to timer; the consequences of each are over before the next.
    pub async fn advance(&self, time: Duration) {
        self.0.clock.advance(time).await;
    }

    /// Waits until every call of the mock waits for virtual time, and at least one does.
    pub async fn wait_until_waiting(&self) {
        self.0.clock.until_waiting().await;
    }

    /// Stops the time until the hold is dropped.
    #[must_use = "time goes on when the hold is dropped"]
    pub fn hold(&self) -> Hold {
        self.0.clock.hold()
    }
}

/// The methods that move the clock from a thread.
#[cfg(feature = "blocking")]
impl Mock {
    /// Moves the clock forward, on this thread.
    ///
    /// # Errors
    /// Something did not come to rest within ten seconds of real time.
    pub fn block_advance(&self, time: Duration) -> Result<(), Restless> {
        match self.0.clock.block_advance(time, PATIENCE) {
            true => Ok(()),
            false => Err(self.restless("the time cannot be moved on")),
        }
    }

    /// Waits on this thread until every call of the mock waits for virtual time, and at least one does.
    ///
    /// # Errors
    /// That did not happen within ten seconds of real time.
    pub fn block_until_waiting(&self) -> Result<(), Restless> {
        match self.0.clock.block_until_waiting(PATIENCE) {
            true => Ok(()),
            false => Err(self.restless("no call waits for the mock's time")),
        }
    }

    fn restless(&self, what: &str) -> Restless {
        let (busy, waiting) = self.0.clock.counts();
        Restless(format!(
            "{what} after {} s: {busy} calls, hooks or refreshers are running, and {waiting} wait for the mock's time",
            PATIENCE.as_secs()
        ))
    }
}

/// The error of calls that did not come to rest in time; the text says how many are busy.
#[cfg(feature = "blocking")]
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Restless(String);

/// The methods for the faces of other languages.
#[cfg(feature = "unstable-host")]
impl Mock {
    /// Adds an exchange in short form, a JSON text.
    ///
    /// # Errors
    /// Says where the text is not valid.
    pub fn add_short(&self, json: &str) -> Result<(), ScriptError> {
        let value = serde_json::from_str(json)
            .map_err(|e| super::script::error_at("exchange", format!("not JSON: {e}")))?;
        self.0.server.add(short::exchange(value)?);
        Ok(())
    }

    /// Adds the exchanges of a script.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn add_script(&self, json: &str) -> Result<(), ScriptError> {
        self.load(json)
    }

    /// Returns the requests as a JSON array.
    #[must_use]
    pub fn requests_json(&self) -> String {
        // JSON has numbers, texts and names of headers, so this cannot fail.
        serde_json::to_string(&self.requests()).unwrap_or_default()
    }

    /// Returns the problems so far, and the unused exchanges.
    #[must_use]
    pub fn problems(&self, allow_unused: bool) -> Vec<String> {
        self.0.is_checked.store(true, Ordering::Relaxed);
        self.0.server.problems(allow_unused)
    }

    /// Stops the time while events for hooks wait in a mailbox, until the hooks have run.
    pub fn hold_mail(&self, mailbox: &crate::host::mailbox::Mailbox) {
        mailbox.hold_time(&self.0.clock);
    }

    /// Also stops the time for outcomes, until they were taken and [`Lane::handled`](crate::host::mailbox::Lane::handled)
    /// was called, for a host that submits calls and takes outcomes on one event loop.
    pub fn hold_outcomes(&self, mailbox: &crate::host::mailbox::Mailbox) {
        self.hold_mail(mailbox);
        mailbox.hold_time_for_outcomes();
    }
}

impl Mock {
    /// Cancels a token after some virtual time, as long as the timer is kept.
    #[must_use = "the timer ends when it is dropped"]
    pub fn cancel_after(&self, token: &CancelToken, time: Duration, reason: CancelReason) -> Timer {
        let token = token.clone();
        let run = move || token.cancel_with(reason);
        Timer(self.0.clock.call_after(time, run))
    }
}

/// A pending action, which dropping cancels. Made by [`Mock::cancel_after`].
#[derive(Debug)]
pub struct Timer(
    #[expect(dead_code, reason = "it acts when it is dropped")] crate::virtual_clock::Alarm,
);

impl Drop for Inner {
    fn drop(&mut self) {
        let is_checked = self.is_checked.load(Ordering::Relaxed);
        if is_checked || std::thread::panicking() {
            return;
        }
        let problems = self.server.problems(self.allows_unused);
        if problems.is_empty() {
            return;
        }
        // A test that ends by `?` shows this panic and not its error, so the requests help to find the cause.
        let seen: Vec<_> = self.server.requests().iter().map(shown).collect();
        panic!(
            "the mock's script was not kept:\n{}\nthe server saw: {}",
            problems.join("\n"),
            match seen.is_empty() {
                true => "nothing".to_owned(),
                false => seen.join(", "),
            }
        );
    }
}

/// A request and the exchange that answered it.
fn shown(request: &SentRequest) -> String {
    let SentRequest { method, target, .. } = request;
    match request.exchange {
        Some(number) => format!("{method} {target} (exchange {number})"),
        None => format!("{method} {target}"),
    }
}

impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mock")
            .field("elapsed", &self.elapsed())
            .field("requests", &self.requests().len())
            .finish_non_exhaustive()
    }
}
