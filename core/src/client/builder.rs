//! Building a client.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, TryFutureExt as _};
use http::{HeaderName, HeaderValue};

use super::options::{layered, layers};
use super::{Client, Options};
use crate::call::serving;
use crate::call::token::Token;
use crate::dialect::Dialect;
use crate::error::{BoxError, Error};
use crate::observe::{AttemptFinished, CallFinished, Observer, OnAttempt, OnCall};
use crate::recorder::{JournalPolicy, JournalSync, JournalUrls};
use crate::redact::Secret;
use crate::request::headers::GivenHeaders;
use crate::retry::RetryBudget;
use crate::surface::client::client_options;
use crate::transport::hyper::{Network, Spawner};
#[cfg(feature = "reqwest")]
use crate::transport::reqwest::ReqwestTransport;
use crate::transport::{AnyTransport, BuiltInTransport, OwnTransport, Proxy, Transport, Wrap};

/// The options of a client. Nothing is checked before [`build`](Self::build).
///
/// `Duration::MAX` as a timeout sets no limit. `None` turns off an option that takes an `Option`.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use reqtrail::Client;
///
/// let client = Client::novavms("https://novavms.example/api/v1")
///     .token("sk_live_…")
///     .timeout(Duration::from_secs(30))
///     .max_attempts(3)
///     .user_agent("my-app/1.2")
///     .build()?;
/// # Ok::<(), reqtrail::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
#[derive(Clone)]
pub struct ClientBuilder {
    options: Options,
}

impl ClientBuilder {
    pub(super) fn new(base_url: String) -> Self {
        Self {
            options: Options::new(base_url),
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// Sets the function that returns a new token. It is called before the first call if the client has none, and once
    /// after a 401.
    ///
    /// One refresh serves all calls that wait for it, and goes on if the call that began it is cancelled. Each call waits
    /// for it no longer than its own timeout allows. After 10 seconds a waiting call begins another refresh, and the
    /// newer token wins. Give the refresher its own timeout and a separate client: a call through this client that would
    /// wait for it is refused. If it fails, the 401 is the call's error, and the refresher's error is the source of its
    /// source.
    ///
    /// A failure is remembered for a second, each further one for twice as long, up to 30 seconds. Calls that need a new
    /// token meanwhile get that failure, and the refresher is not called. A new token, also one that is set, ends this.
    ///
    /// A refresher that knows when its token expires returns a [`Token`] with that time. It is then called early, by
    /// the first call that begins within the token's last minute (or last tenth, if that is shorter). While the old
    /// token is valid, calls wait at most five seconds for the refresh, and use the old token if it is late or fails.
    ///
    /// A call that has no token to send ends without attempts. Its kind and category are those of the refresher's error if
    /// that is an [`Error`](crate::Error) of this library, and otherwise `api` and `authentication`, without a status.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::{Client, Secret};
    ///
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .token_refresher(|| async {
    ///         let token = String::from("fetched from somewhere");
    ///         Ok(Secret::from(token))
    ///     })
    ///     .build()?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn token_refresher<F, R, K>(self, refresh: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<K, BoxError>> + Send + 'static,
        K: Into<Token> + 'static,
    {
        self.token_refresher_in_context(|| (), move |()| refresh())
    }

    /// Sets the function that returns a new token and may block. It runs on a separate thread.
    pub fn token_refresher_blocking<F, K>(self, refresh: F) -> Self
    where
        F: Fn() -> Result<K, BoxError> + Send + Sync + 'static,
        K: Into<Token> + 'static,
    {
        self.token_refresher_blocking_in_context(|| (), move |()| refresh())
    }

    /// Sets a refresher like [`token_refresher`](Self::token_refresher) that also knows which call needs the token:
    /// `context` runs on the thread and in the task of the call that begins a refresh, and `refresh` gets what it returned.
    /// `context` must not block.
    ///
    /// Bindings use it to run a program's refresher in a copy of the caller's context.
    pub fn token_refresher_in_context<C, X, F, R, K>(self, context: X, refresh: F) -> Self
    where
        C: Send + 'static,
        X: Fn() -> C + Send + Sync + 'static,
        F: Fn(C) -> R + Send + Sync + 'static,
        R: Future<Output = Result<K, BoxError>> + Send + 'static,
        K: Into<Token> + 'static,
    {
        let refresh = Arc::new(refresh);
        self.with(|o| {
            o.refresher = Some(Arc::new(move || {
                let (context, refresh) = (context(), Arc::clone(&refresh));
                Box::new(move || refresh(context).map_ok(Into::into).boxed())
            }));
        })
    }

    /// Sets a refresher like [`token_refresher_in_context`](Self::token_refresher_in_context) whose `refresh` may
    /// block.
    pub fn token_refresher_blocking_in_context<C, X, F, K>(self, context: X, refresh: F) -> Self
    where
        C: Send + 'static,
        X: Fn() -> C + Send + Sync + 'static,
        F: Fn(C) -> Result<K, BoxError> + Send + Sync + 'static,
        K: Into<Token> + 'static,
    {
        let refresh = Arc::new(refresh);
        self.with(|o| {
            o.refresher = Some(Arc::new(move || {
                let (context, refresh) = (context(), Arc::clone(&refresh));
                Box::new(move || on_thread(move || refresh(context).map(Into::into)).boxed())
            }));
        })
    }

    /// Adds a header to every request; a request's own header of the same name replaces it.
    ///
    /// The name is a [`HeaderName`] or its text, the value a [`HeaderValue`], its text or bytes, or a number. A value that is
    /// marked sensitive is treated as by [`default_secret_header`](Self::default_secret_header).
    ///
    /// A default `traceparent` is refused, since every call has its own trace. A credential beside a token or a refresher is
    /// refused, since one of them would be silently ignored. The header of an idempotency key is refused because all calls
    /// would share one key.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Client;
    /// use reqtrail::http::header::ACCEPT_LANGUAGE;
    ///
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .default_header(ACCEPT_LANGUAGE, "de")
    ///     .default_header("X-Tenant", 7)
    ///     .build()?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn default_header(
        self,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        self.with_header(|headers| headers.add(name, value))
    }

    /// Adds a header to every request whose value is a secret: it is redacted wherever the server repeats it. The values of
    /// `Authorization`, `Cookie` and headers with a secret-looking name are secrets without this.
    pub fn default_secret_header(
        self,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl Into<Secret>,
    ) -> Self {
        self.with_header(|headers| headers.add_secret(name, &value.into()))
    }

    fn with_header(self, add: impl FnOnce(&mut GivenHeaders) -> Result<(), String>) -> Self {
        self.with(|o| o.given.headers.get_or_insert_default().add(add))
    }

    /// Lets trails show the values of a query parameter. `limit`, `cursor`, `marker`, `page` and `offset` are always
    /// shown, others are redacted.
    pub fn show_query_param(self, name: impl Into<String>) -> Self {
        self.with(|o| {
            o.given
                .show_query_params
                .get_or_insert_default()
                .push(name.into())
        })
    }

    /// Injects faults at random into the client's calls, to test in staging how a program handles them:
    /// `503@10%,reset-after@2%,429:retry-after=2@5%,latency=200ms@20%;seed=7`.
    ///
    /// An item is a fault and its chance. Faults are a status from 400 to 599 (with `:retry-after=SECONDS` and
    /// `:code=WORD`), `refused`, `reset-before`, `reset-after`, `stall` and `cut-body`; an attempt gets one of them at most.
    /// `latency=TIME` or `latency=TIME-TIME` is added to whatever else happens. The same seed produces the same faults;
    /// without one a random seed is used and logged.
    ///
    /// The environment has to allow it with `REQTRAIL_ALLOW_CHAOS=1`. `REQTRAIL_CHAOS` then does the same for every client
    /// of the process without the option. The trails of such a client have the note
    /// [`TrailNote::Chaos`](crate::TrailNote::Chaos).
    ///
    /// # Examples
    /// ```
    /// use reqtrail::{Client, ErrorKind};
    ///
    /// let builder = Client::novavms("https://novavms.example/api/v1").chaos("503@10%;seed=7");
    /// // Nobody allowed it here.
    /// let error = builder.build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config);
    /// ```
    #[cfg(feature = "testing")]
    pub fn chaos(self, faults: impl Into<String>) -> Self {
        self.with(|o| o.given.chaos = Some(faults.into()))
    }

    /// Adds an observer.
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        self.with(|o| o.observers.push(Arc::new(observer)))
    }

    /// Adds a function that is called after each attempt, before the wait that may follow it. It must be quick; a panic in it
    /// is caught and logged.
    ///
    /// # Examples
    /// ```
    /// use reqtrail::Client;
    ///
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .on_attempt(|event| println!("{}", event.call.log_line(event.attempt)))
    ///     .on_call(|event| println!("{}", event.trail.outcome()))
    ///     .build()?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn on_attempt(self, tell: impl Fn(&AttemptFinished<'_>) + Send + Sync + 'static) -> Self {
        self.observer(OnAttempt(tell))
    }

    /// Adds a function that is called when a call has ended, however it ended. It must be quick; a panic in it is caught and
    /// logged.
    pub fn on_call(self, tell: impl Fn(&CallFinished<'_>) + Send + Sync + 'static) -> Self {
        self.observer(OnCall(tell))
    }

    /// Trusts the certificate authorities of a PEM text, in addition to those of the system.
    pub fn extra_ca(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|o| o.given.extra_ca.get_or_insert_default().push(pem.into()))
    }

    /// Records the client's exchanges in a file, as a script that replays them without a network. It contains bodies, but
    /// no known secrets. `REQTRAIL_RECORD` in the environment does the same for every client.
    ///
    /// Both need the crate's feature `testing`, and `REQTRAIL_ALLOW_RECORD=1` in the environment; without one of them the
    /// option is a `config` error. An existing recording is replaced, and warnings say what differs. A transport that
    /// replaces the built-in one is not recorded.
    ///
    /// # Examples
    /// ```no_run
    /// use reqtrail::Client;
    ///
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .record("tests/recordings/cameras.json")
    ///     .build()?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn record(self, path: impl Into<PathBuf>) -> Self {
        self.with(|o| o.given.record = Some(path.into()))
    }

    /// Wraps the built-in transport in your own, for both kinds of client: to observe, change or answer requests. The
    /// options of the wire still apply to the built-in one. A second call replaces the first.
    ///
    /// A blocking client has two: one for the threads that make calls, and one for the background thread.
    ///
    /// # Examples
    /// ```
    /// use std::future::Future;
    /// use std::pin::Pin;
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use std::time::Instant;
    ///
    /// use reqtrail::{BuiltInTransport, Client, Reply, Sleep, Transport, TransportError, WireRequest};
    ///
    /// /// Counts the requests.
    /// struct Counted(BuiltInTransport, Arc<AtomicUsize>);
    ///
    /// impl Transport for Counted {
    ///     type Body = <BuiltInTransport as Transport>::Body;
    ///
    ///     fn now(&self) -> Instant {
    ///         self.0.now()
    ///     }
    ///
    ///     fn sleep_until(&self, at: Instant) -> Sleep {
    ///         self.0.sleep_until(at)
    ///     }
    ///
    ///     async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
    ///         self.1.fetch_add(1, Ordering::Relaxed);
    ///         self.0.exchange(request).await
    ///     }
    ///
    ///     fn ready(&self) -> Result<(), TransportError> {
    ///         self.0.ready()
    ///     }
    ///
    ///     fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
    ///         self.0.spawn(task);
    ///     }
    /// }
    ///
    /// let count = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&count);
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .wrap_transport(move |built_in| Counted(built_in, Arc::clone(&counter)))
    ///     .build()?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    pub fn wrap_transport<T: Transport>(
        self,
        wrap: impl Fn(BuiltInTransport) -> T + Send + Sync + 'static,
    ) -> Self {
        let wrap: Wrap = Arc::new(move |built_in| Arc::new(OwnTransport::new(wrap(built_in))));
        self.with(|o| o.wrap = Some(wrap))
    }

    /// Builds an asynchronous client; its calls run on the tokio runtime that polls them.
    ///
    /// The runtime needs I/O and timers, as `enable_all` provides. Without a runtime, or without one of these, a call ends
    /// as `connect` and says what is missing; [`build_blocking`](Self::build_blocking) needs none.
    ///
    /// Several runtimes can share a client, as long as each of them runs. An HTTP/1 connection moves to the runtime whose
    /// call uses it. A connection that is being made, and an HTTP/2 connection, stay with the runtime that began it:
    /// * While that runtime does not run (a `current_thread` runtime outside `block_on`), calls of others that wait for
    ///   its connections end by their timeouts, and its idle connections are not closed in time. A client for each runtime
    ///   avoids this.
    /// * When that runtime is dropped, its own calls are dropped with it, as cancelled; calls of others on its HTTP/2
    ///   connections break (`transport`), and those that waited for a connection it was making get `connect`. Their next
    ///   attempts make new connections.
    ///
    /// # Errors
    /// `config`. The error names the option, what was passed and what is accepted.
    pub fn build(mut self) -> Result<Client, Error> {
        #[cfg(feature = "testing")]
        if let Some(scripted) = self.options.check_scripted() {
            return scripted.map(|(shared, own)| Client::new(shared, AnyTransport::Own(own)));
        }
        let wrap = self.options.wrap.take();
        let (shared, wire) = self.options.check()?;
        let wrap = layers(&shared, wrap);
        let network = Network::new(&wire, shared.base.url(), None).map_err(Error::config)?;
        let transport = BuiltInTransport::new(network, Spawner::Runtime);
        let transport = AnyTransport::wrapped(transport, wrap.as_ref());
        Ok(Client::new(shared, transport))
    }

    /// Builds a client that sends through your own transport: a mock, or another HTTP library. The options of the wire
    /// (TLS, proxy, pool) are then the transport's responsibility.
    ///
    /// # Errors
    /// `config`. The error names the option, what was passed and what is accepted.
    pub fn build_with(self, transport: impl Transport) -> Result<Client, Error> {
        self.build_over(OwnTransport::new(transport))
    }

    fn build_over(self, transport: OwnTransport) -> Result<Client, Error> {
        let shared = self.into_options().check_without_wire()?;
        let transport = layered(&shared, transport);
        Ok(Client::new(shared, AnyTransport::Own(transport)))
    }

    /// Builds a client that sends through reqwest, for a program that has a [`reqwest::ClientBuilder`] configured
    /// already: its proxy, TLS, DNS resolver or connector layers.
    ///
    /// reqwest's redirects, retries and decoding are turned off, since this library makes each call's attempts, and
    /// bounds and reads the headers of responses as in any other client. Everything else is taken from `builder`: the
    /// pool, the proxy, TLS. Set no timeouts and no default headers there. The loop does not know them: an attempt that
    /// reqwest's timeout ends counts as a broken connection, and a credential in a default header is not redacted from
    /// a server's text.
    ///
    /// Trails do not note whether a proxy was used or TLS verified, and the failure codes are coarser.
    ///
    /// # Errors
    /// `config`. The error names the option, what was passed and what is accepted. Options of the wire, such as
    /// [`proxy`](Self::proxy) and [`unix_socket`](Self::unix_socket), are among them: they have no effect on a reqwest
    /// client, and the error names the method of reqwest's builder to call instead.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use reqtrail::{Client, reqwest};
    ///
    /// # let _ = rustls::crypto::ring::default_provider().install_default();
    /// // reqwest keeps idle connections for 90 s. The older one is, the likelier a POST on it has an unknown outcome.
    /// let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(15));
    /// let client = Client::novavms("https://novavms.example/api/v1")
    ///     .token("sk_live_…")
    ///     .reqwest(http)?;
    /// # Ok::<(), reqtrail::Error>(())
    /// ```
    #[cfg(feature = "reqwest")]
    pub fn reqwest(self, builder: reqwest::ClientBuilder) -> Result<Client, Error> {
        let transport =
            ReqwestTransport::new(builder, &self.options.given.wire()).map_err(Error::config)?;
        self.build_over(OwnTransport::ours(transport))
    }

    /// Sets each option that `later` has set.
    #[cfg(feature = "unstable-host")]
    pub fn options(self, later: &crate::host::ClientOptions) -> Self {
        self.with(|o| o.given.overlay(later))
    }

    /// Lets a script answer instead of the network.
    #[cfg(feature = "testing")]
    pub(crate) fn scripted(self, scripted: super::options::Scripted) -> Self {
        self.with(|o| o.scripted = Some(scripted))
    }

    pub(crate) fn into_options(self) -> Options {
        self.options
    }
}

/// Writes a method of the builder for each option, unless it is written by hand.
macro_rules! builder_methods {
    (
        options { $($(#[$doc:meta])* $id:literal $name:ident: $type:ty { $($detail:tt)* };)+ }
        by_hand { $($hand:tt)* }
    ) => {
        /// The options that are plain values.
        impl ClientBuilder {
            $(builder_methods! { @method [$(#[$doc])*] $name $type { $($detail)* } })+
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident $type:ty { setter: hand $($rest:tt)* }) => {};
    (@method [$(#[$doc:meta])*] $name:ident $type:ty { setter: into $($rest:tt)* }) => {
        $(#[$doc])*
        pub fn $name(self, $name: impl Into<$type>) -> Self {
            self.with(|o| o.given.$name = Some($name.into()))
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident $type:ty { setter: [$item:ty] $($rest:tt)* }) => {
        $(#[$doc])*
        pub fn $name(self, $name: impl IntoIterator<Item = impl Into<$item>>) -> Self {
            self.with(|o| crate::surface::put(&mut o.given.$name, $name.into_iter().map(Into::into).collect()))
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident $type:ty { default: $default:expr $(, $($rest:tt)*)? }) => {
        $(#[$doc])*
        #[doc = concat!("\n\nDefault: `", stringify!($default), "`.")]
        pub fn $name(self, $name: $type) -> Self {
            self.with(|o| o.given.$name = Some($name))
        }
    };
    (@method [$(#[$doc:meta])*] $name:ident $type:ty { $($rest:tt)* }) => {
        $(#[$doc])*
        pub fn $name(self, $name: $type) -> Self {
            self.with(|o| o.given.$name = Some($name))
        }
    };
}
client_options!(builder_methods);

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The base URL has not been checked yet, so it may hold a password.
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}

/// Runs a blocking refresher on a thread, so that it blocks neither a runtime nor another call.
async fn on_thread<F>(refresh: F) -> Result<Token, BoxError>
where
    F: FnOnce() -> Result<Token, BoxError> + Send + 'static,
{
    let served = serving::served();
    let (answer, asked) = futures_channel::oneshot::channel();
    std::thread::Builder::new()
        .name("reqtrail-refresher".to_owned())
        .spawn(move || {
            let _ = answer.send(serving::carry(served, refresh));
        })?;
    // A panic in the refresher drops the sender.
    asked
        .await
        .unwrap_or_else(|_| Err("the token refresher panicked".into()))
}
