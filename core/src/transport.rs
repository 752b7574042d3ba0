//! The seam below the attempt loop: takes a request, returns a response head and a body stream, and provides the time.

mod body;
mod erased;
pub(crate) mod hyper;
#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;
pub(crate) mod timers;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::error::quoted;
#[cfg(feature = "testing")]
use crate::redact::Redactor;
use crate::redact::Secret;
use crate::surface::client::client_options;
use crate::surface::wire_rows;
use crate::target::RequestUrl;

#[cfg(feature = "testing")]
pub(crate) use erased::AnyBody;
pub(crate) use erased::{AnyTransport, OwnTransport, Wrap};
pub use hyper::{BuiltInTransport, Sleep};

/// Sends requests, and provides clocks and timers.
///
/// Everything above this trait is free of sockets, timers and runtimes, so a scripted transport with its own clock
/// tests a minute's wait in microseconds, and users can replace the network by a mock.
///
/// An implementation makes exactly one exchange per call of [`exchange`](Transport::exchange): it never repeats a
/// request that a server may have seen, and follows no redirect. Dropping its futures ends what they do.
///
/// [`ClientBuilder::build_with`](crate::ClientBuilder::build_with) and
/// [`build_blocking_with`](crate::ClientBuilder::build_blocking_with) take one, and
/// [`wrap_transport`](crate::ClientBuilder::wrap_transport) puts one around the built-in transport.
///
/// # Examples
/// ```
/// use std::convert::Infallible;
/// use std::future::Future;
/// use std::pin::Pin;
/// use std::time::Instant;
///
/// use http_body_util::combinators::MapErr;
/// use http_body_util::{BodyExt as _, Full};
/// use reqtrail::bytes::Bytes;
/// use reqtrail::http::{HeaderMap, StatusCode};
/// use reqtrail::{Client, Reply, Sleep, Transport, TransportError, WireRequest};
///
/// /// Answers each request with 200 and its own URL.
/// struct Echo;
///
/// impl Transport for Echo {
///     type Body = MapErr<Full<Bytes>, fn(Infallible) -> TransportError>;
///
///     fn now(&self) -> Instant {
///         Instant::now()
///     }
///
///     fn sleep_until(&self, at: Instant) -> Sleep {
///         Sleep::new(async move { tokio::time::sleep_until(at.into()).await })
///     }
///
///     async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
///         request.sent.mark();
///         let body = Full::from(request.url.to_string());
///         let body = body.map_err((|never| match never {}) as fn(Infallible) -> TransportError);
///         Ok(Reply::new(StatusCode::OK, HeaderMap::new(), body))
///     }
///
///     fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
///         tokio::spawn(task);
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), reqtrail::Error> {
/// let client = Client::builder("https://api.example").build_with(Echo)?;
/// let response = client.get("/cameras").send().await?;
/// assert_eq!(response.text()?, "https://api.example/cameras");
/// # Ok(())
/// # }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// The body of a response, as it comes.
    type Body: http_body::Body<Data = Bytes, Error = TransportError> + Send + Unpin + 'static;

    /// Returns the time of the monotonic clock.
    fn now(&self) -> Instant;

    /// Returns the calendar time, for dates that people and servers read.
    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Waits until `at` by the monotonic clock.
    fn sleep_until(&self, at: Instant) -> Sleep;

    /// Sends a request and waits for the head of its response.
    ///
    /// [`WireRequest::sent`] has to be marked no later than the first byte of the request may leave. Dropping the
    /// future settles it: a request that is not marked by then must never leave.
    ///
    /// # Errors
    /// Says what broke, as far as the loop needs to know. A marked request may have been processed, whatever the error
    /// says, except for [`Failure::Unprocessed`] and [`Failure::RefusedStream`], which are the server's own statement.
    fn exchange(
        &self,
        request: WireRequest,
    ) -> impl Future<Output = Result<Reply<Self::Body>, TransportError>> + Send;

    /// Checks whether the transport can work where this is called. It is called before a call waits for anything else,
    /// such as its first token.
    ///
    /// # Errors
    /// Says what is missing, as [`exchange`](Transport::exchange) would.
    fn ready(&self) -> Result<(), TransportError> {
        Ok(())
    }

    /// Runs work that must continue if the call that began it ends, such as a token refresh that other calls wait for.
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// A request as it is sent, with all headers of the call.
#[non_exhaustive]
pub struct WireRequest {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: RequestUrl,
    /// The headers, without `Host` and framing.
    pub headers: HeaderMap,
    /// The whole body; empty for none.
    pub body: Bytes,
    /// The mark to set when the request may begin to leave.
    pub sent: SentMark,
    /// How often the server has guaranteed that it did not process this request. The request takes the next free place
    /// before those that were refused less often.
    pub resends: u32,
    /// The secrets of the call, for recording its exchanges.
    #[cfg(feature = "testing")]
    pub(crate) secrets: Option<Box<Redactor>>,
    /// The number of its call among the client's, and of its attempt within the call, both from 0. Only a client with
    /// chaos counts them.
    #[cfg(feature = "testing")]
    pub(crate) place: Option<(u64, u64)>,
}

impl fmt::Debug for WireRequest {
    // The URL, the headers and the body hold the caller's secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireRequest")
            .field("method", &self.method)
            .field("origin", &self.url.origin())
            .field("body_bytes", &self.body.len())
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

impl WireRequest {
    pub(crate) fn new(method: Method, url: RequestUrl, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method,
            url,
            headers,
            body,
            sent: SentMark::default(),
            resends: 0,
            #[cfg(feature = "testing")]
            secrets: None,
            #[cfg(feature = "testing")]
            place: None,
        }
    }
}

/// Remembers whether a request may have begun to leave the client. Clones share one mark.
///
/// A transport also notes here its phase and its peer, so that an attempt that ends early reports them.
#[derive(Clone, Debug, Default)]
pub struct SentMark(Arc<Marks>);

#[derive(Debug, Default)]
struct Marks {
    sent: AtomicBool,
    /// A note of the built-in network, kept here to save an allocation for each attempt.
    body_gone: AtomicBool,
    /// Whether the attempt's or the call's time ran out; set before the exchange is dropped.
    timed_out: AtomicBool,
    phase: AtomicU8,
    peer: Mutex<Option<Arc<str>>>,
    /// The connection's remote address, and whether it had served other requests before. Not every transport knows these.
    connection: OnceLock<(Option<SocketAddr>, Option<bool>)>,
}

/// The connection that a request was first sent on. A transport notes it by [`SentMark::set_connection`], and the trail's
/// attempt shows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// The remote address: the server's or a proxy's. A Unix socket has none.
    pub remote: Option<SocketAddr>,
    /// Whether it had served other requests before.
    pub is_reused: bool,
}

impl Connection {
    /// Makes the description of a connection.
    #[must_use]
    pub fn new(remote: Option<SocketAddr>, is_reused: bool) -> Self {
        Self { remote, is_reused }
    }
}

/// The phase of an exchange.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Phase {
    /// It has no connection yet, and the transport reports no details.
    #[default]
    Connecting = 0,
    /// It looks up the host's addresses.
    Resolving = 1,
    /// It waits for the proxy: its greeting, or its answer to CONNECT.
    Proxy = 2,
    /// It makes the TLS handshake.
    Tls = 3,
    /// It has a connection and waits until that accepts another HTTP/2 stream.
    Stream = 4,
    /// It writes the request.
    Sending = 5,
    /// It wrote the request and waits for the response's head.
    Waiting = 6,
    /// It reads the response's body.
    Reading = 7,
    /// The body has arrived, and the client decodes its content coding.
    Decoding = 8,
}

impl Phase {
    const ALL: [Self; 9] = [
        Self::Connecting,
        Self::Resolving,
        Self::Proxy,
        Self::Tls,
        Self::Stream,
        Self::Sending,
        Self::Waiting,
        Self::Reading,
        Self::Decoding,
    ];

    /// Returns whether the exchange has a connection, so that the connect timeout no longer bounds it.
    #[must_use]
    pub fn is_connected(self) -> bool {
        self as u8 >= Self::Stream as u8
    }
}

impl SentMark {
    /// Marks the request: from now on it may be on its way.
    pub fn mark(&self) {
        self.0.sent.store(true, Ordering::Release);
    }

    /// Returns whether the request may be on its way.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.0.sent.load(Ordering::Acquire)
    }

    /// Sets the phase of the exchange.
    pub fn set_phase(&self, phase: Phase) {
        self.0.phase.store(phase as u8, Ordering::Release);
    }

    /// Returns the phase of the exchange, or its last one if it was abandoned.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.phase.load(Ordering::Acquire)) % Phase::ALL.len()]
    }

    /// Sets the peer of the exchange, as in `192.0.2.7:443` or `proxy.example:3128`. It must hold no secret.
    pub fn set_peer(&self, peer: Arc<str>) {
        *self.0.peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer);
    }

    /// Returns the peer of the exchange, if the transport knows it.
    #[must_use]
    pub fn peer(&self) -> Option<Arc<str>> {
        let peer = self.0.peer.lock().unwrap_or_else(PoisonError::into_inner);
        peer.clone()
    }

    /// Sets the connection that the request goes to. The first one stays.
    pub fn set_connection(&self, connection: Connection) {
        let Connection { remote, is_reused } = connection;
        let _ = self.0.connection.set((remote, Some(is_reused)));
    }

    /// Returns the connection that the request went to, if the transport reports it.
    #[must_use]
    pub fn connection(&self) -> Option<Connection> {
        let (remote, is_reused) = self.noted_connection()?;
        Some(Connection::new(remote, is_reused?))
    }

    /// Sets the remote address of a connection of which nothing else is known.
    #[cfg(feature = "reqwest")]
    fn set_remote(&self, remote: Option<SocketAddr>) {
        let _ = self.0.connection.set((remote, None));
    }

    /// What is known about the connection: its remote address, and whether it had served other requests before.
    pub(crate) fn noted_connection(&self) -> Option<(Option<SocketAddr>, Option<bool>)> {
        self.0.connection.get().copied()
    }

    /// Notes that the exchange is abandoned because its time ran out, not because the caller cancelled.
    pub(crate) fn note_timeout(&self) {
        self.0.timed_out.store(true, Ordering::Release);
    }

    /// Returns whether the exchange was abandoned because its time ran out. It is true only once the exchange is being
    /// dropped.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        self.0.timed_out.load(Ordering::Acquire)
    }

    /// Notes that the request's body was dropped.
    fn body_is_gone(&self) {
        self.0.body_gone.store(true, Ordering::Release);
    }

    /// Marks the request unless its body was dropped.
    #[cfg(any(feature = "http2", feature = "reqwest"))]
    fn mark_unless_body_is_gone(&self) {
        if !self.0.body_gone.load(Ordering::Acquire) {
            self.mark();
        }
    }
}

/// The head of a response, and its body to come.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply<B> {
    /// The final status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, still coded as `Content-Encoding` says.
    pub body: B,
}

impl<B> Reply<B> {
    /// Makes a reply.
    pub fn new(status: StatusCode, headers: HeaderMap, body: B) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// Makes a reply of the same head with another body.
    pub fn map_body<O>(self, change: impl FnOnce(B) -> O) -> Reply<O> {
        Reply {
            status: self.status,
            headers: self.headers,
            body: change(self.body),
        }
    }
}

/// The error of an exchange that returned no complete response. Its sources are those of its causes that its message
/// does not quote.
#[derive(Debug)]
pub struct TransportError {
    failure: Failure,
    code: Option<Cow<'static, str>>,
    message: String,
    /// Whether the server has read nothing of what was sent.
    is_unread: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        quoted::not_yet(&self.message, self.cause()?)
    }
}

/// What broke.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// No connection: name resolution, refused, unreachable, a proxy's 5xx to CONNECT.
    ///
    /// This and the next three mean that nothing was sent. For a marked request they count as [`Broken`](Self::Broken):
    /// the [`SentMark`] wins.
    Connect,
    /// No connection, and a retry will not help: the transport cannot work where the call is made.
    Unusable,
    /// A TLS handshake that failed.
    Tls,
    /// A proxy refused the tunnel with a status outside 2xx and 5xx: it would refuse it again.
    ProxyRefused,
    /// The server guaranteed that it did not process the request: GOAWAY below its stream (RFC 9113 §6.8).
    Unprocessed,
    /// The server guaranteed that it did not process the request: REFUSED_STREAM (RFC 9113 §8.7).
    RefusedStream,
    /// The connection broke, or the peer broke the protocol.
    Broken,
    /// The header block exceeds the limit of the HTTP library.
    HeadersTooLarge,
}

impl TransportError {
    /// Makes an error. `message` names what happened, without secrets.
    pub fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self {
            failure,
            code: None,
            message: message.into(),
            is_unread: false,
            source: None,
        }
    }

    /// Adds the well-known code of the failure, as in `ECONNREFUSED`, `ENOTFOUND` or `CERT_HAS_EXPIRED`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Notes that the server read nothing of a request whose bytes have left, because it refused the handshake that
    /// they followed.
    pub(crate) fn unread(mut self) -> Self {
        self.is_unread = true;
        self
    }

    /// Notes the same if the connection had served no request before. On a used connection the handshake is over.
    pub(crate) fn unread_if(mut self, is_new: bool) -> Self {
        self.is_unread &= is_new;
        self
    }

    /// Returns whether the server is known to have read nothing, although the request is marked as sent.
    pub(crate) fn is_unread(&self) -> bool {
        self.is_unread
    }

    /// Returns the well-known code of the failure.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The cause, even if the message quotes it.
    pub(crate) fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_deref()?)
    }

    /// Copies the error, without its cause, for another attempt that waited for the same connection.
    pub(crate) fn copy(&self) -> Self {
        Self {
            failure: self.failure,
            code: self.code.clone(),
            message: self.message.clone(),
            is_unread: self.is_unread,
            source: None,
        }
    }

    /// Returns what broke.
    #[must_use]
    pub fn failure(&self) -> Failure {
        self.failure
    }
}

/// How a transport finds its proxy.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Proxy {
    /// The proxy of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    Environment,
    /// The proxy of this URL, as in `http://user:password@proxy.example:3128`. A password is never shown.
    Url(Secret),
    /// None.
    None,
}

/// Writes the options of the wire, with their defaults.
macro_rules! wire_struct {
    ($($name:ident: $type:ty = $default:expr, $method:literal, |$it:ident| $read:expr;)+) => {
        /// The options of a client that only concern the wire.
        #[derive(Clone, Debug)]
        pub(crate) struct WireOptions {
            $(pub(crate) $name: $type,)+
        }

        impl Default for WireOptions {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        #[cfg(feature = "reqwest")]
        impl WireOptions {
            /// The first option that differs from its default, and the method of reqwest's builder that does the same.
            fn first_set(&self) -> Option<(&'static str, &'static str)> {
                let default = Self::default();
                $(if self.$name != default.$name {
                    return Some((stringify!($name), $method));
                })+
                None
            }
        }
    };
}
client_options! { wire_rows wire_struct }
