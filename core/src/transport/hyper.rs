//! The network: hyper's connections below the seam, with this crate's own pool
//! (`docs/adr/0020-hyper-below-the-seam.md`).
//!
//! No layer here sends a request again that a server may have seen. The exchange that uses an HTTP/1 connection polls
//! it, on a runtime or on the waiting thread (`parker`); an HTTP/2 connection has one driver on a runtime.

mod body;
pub(super) mod classify;
pub(crate) mod dial;
mod gate;
mod head;
mod http1;

mod io;
#[cfg(feature = "http2")]
mod liveness;
#[cfg(not(feature = "blocking"))]
mod no_parker;
#[cfg(feature = "blocking")]
pub(crate) mod parker;
mod pool;
mod sleep;
mod socket;
mod spawn;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Uri, header};
use tokio::runtime::Handle;
use url::{Position, Url};

use super::body::RequestBody;
use super::timers::Timers;
use super::{Failure, Phase, Reply, SentMark, Transport, TransportError, WireOptions, WireRequest};
use crate::fork::ForkSafe;
use crate::turn::yield_now;
use body::ResponseBody;
use dial::Dialer;
use http1::ExchangeOutcome;
#[cfg(feature = "http2")]
use pool::http2::Pings;
use pool::{Grant, Pool, PoolOptions};
pub use sleep::Sleep;
#[cfg(feature = "reqwest")]
pub(crate) use spawn::current_runtime;
#[cfg(feature = "blocking")]
pub(crate) use spawn::thread_error;
pub(crate) use spawn::{Background, Spawner};

#[cfg(feature = "http2")]
/// Longer than any client lives. hyper adds times to the clock, which panics on overflow.
const FOR_EVER: std::time::Duration = std::time::Duration::from_secs(60 * 60 * 24 * 365);

/// The built-in transport, which sends requests over a client's pool of connections.
///
/// [`ClientBuilder::wrap_transport`](crate::ClientBuilder::wrap_transport) passes it to a program's own transport.
#[derive(Clone, Debug)]
pub struct BuiltInTransport {
    network: Arc<Network>,
    spawner: Spawner,
    /// The timers of the runtime, if one runtime polls everything.
    timers: Option<Timers>,
}

/// The connections of a client, whoever drives its calls.
#[derive(Debug)]
pub(crate) struct Network {
    pool: ForkSafe<Arc<Pool>>,
    origin: Origin,
    /// Exchanges under way, up to the response's head.
    exchanges: AtomicUsize,
}

/// A client's origin, in the parts that every request needs.
#[derive(Debug)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
    host: HeaderValue,
}

impl Network {
    /// Makes the network of a client of `base`; the error names the option that is not valid.
    pub(crate) fn new(
        options: &WireOptions,
        base: &Url,
        background: Option<Weak<dyn Background>>,
    ) -> Result<Arc<Self>, String> {
        let origin = Origin::of(base)?;
        let pool_options = PoolOptions {
            max_idle: options.pool_max_idle,
            idle_timeout: options.pool_idle_timeout,
            #[cfg(feature = "http2")]
            pings: Pings {
                interval: options.http2_ping_interval.filter(|time| *time < FOR_EVER),
                timeout: options.http2_ping_timeout.min(FOR_EVER),
            },
        };
        let dialer = Dialer::new(options, base)?;
        let dialer = Arc::new(dialer);
        let pool = Pool::new(Arc::clone(&dialer), pool_options, background.clone());
        let (options, base) = (options.clone(), base.clone());
        let again = move || {
            // A new one, whose locks are free. Options that were valid are valid again, except that the environment may
            // differ.
            let new = Dialer::new(&options, &base);
            let dialer = new.map_or_else(|_| Arc::clone(&dialer), Arc::new);
            Pool::new(dialer, pool_options, background.clone())
        };
        Ok(Arc::new(Self {
            pool: ForkSafe::new(pool, again),
            origin,
            exchanges: AtomicUsize::new(0),
        }))
    }

    /// Begins an exchange. If others are under way on a runtime, it lets ready tasks run first.
    ///
    /// Those tasks have responses to read. The requests of one turn of the runtime are then written one after the
    /// other, and a server that would sleep between two of them is woken only once.
    async fn turn(&self, spawner: &Spawner) -> ExchangeGuard<'_> {
        let before = self.exchanges.fetch_add(1, Ordering::Relaxed);
        let busy = ExchangeGuard(&self.exchanges);
        if before > 0 && matches!(spawner, Spawner::Runtime) {
            yield_now().await;
        }
        busy
    }
}

/// Counts an exchange.
struct ExchangeGuard<'a>(&'a AtomicUsize);

impl Drop for ExchangeGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Origin {
    fn of(base: &Url) -> Result<Self, String> {
        let authority = &base[Position::BeforeHost..Position::AfterPort];
        let unusable =
            format!("base_url has the host `{authority}`, which cannot be sent in a header");
        Ok(Self {
            scheme: match base.scheme() {
                "https" => Scheme::HTTPS,
                _ => Scheme::HTTP,
            },
            authority: authority.parse().map_err(|_| unusable.clone())?,
            host: HeaderValue::from_str(authority).map_err(|_| unusable)?,
        })
    }
}

impl BuiltInTransport {
    /// Makes a transport of a network.
    pub(crate) fn new(network: Arc<Network>, spawner: Spawner) -> Self {
        Self {
            network,
            spawner,
            timers: None,
        }
    }

    /// Reuses timers from call to call, on the current runtime.
    #[cfg(feature = "blocking")]
    pub(crate) fn keeping_timers(self) -> Self {
        Self {
            timers: Some(Timers::of_this_runtime()),
            ..self
        }
    }

    /// Makes the message of a request, except for the form of its target.
    fn request(&self, request: WireRequest) -> Result<Message, TransportError> {
        let WireRequest {
            method,
            url,
            headers,
            body,
            ..
        } = request;
        let target = PathAndQuery::from_maybe_shared(url.target()).map_err(|error| {
            let what = format!("the URL cannot be sent: {error}");
            TransportError::new(Failure::Unusable, what).with_source(error)
        })?;
        let mut wire = Request::new(RequestBody::new(body));
        *wire.method_mut() = method;
        *wire.headers_mut() = headers;
        Ok(Message { wire, target })
    }
}

/// A request that has no connection yet.
struct Message {
    wire: Request<RequestBody>,
    target: PathAndQuery,
}

impl Message {
    /// For HTTP/1: the target in origin form, or in absolute form for a proxy, and the host as a header.
    fn for_http1(
        mut self,
        origin: &Origin,
        proxy: Option<&dial::ForwardProxy>,
    ) -> (Request<RequestBody>, PathAndQuery) {
        let target = self.target.clone();
        let headers = self.wire.headers_mut();
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, origin.host.clone());
        }
        let uri = match proxy {
            None => Uri::from(self.target),
            Some(proxy) => {
                if let Some(credential) = &proxy.authorization {
                    let name = header::PROXY_AUTHORIZATION;
                    headers.entry(name).or_insert_with(|| credential.clone());
                }
                whole(origin, self.target)
            }
        };
        *self.wire.uri_mut() = uri;
        *self.wire.version_mut() = http::Version::HTTP_11;
        (self.wire, target)
    }

    /// For HTTP/2: the whole URI, whose host needs no header.
    fn for_http2(mut self, origin: &Origin) -> (Request<RequestBody>, PathAndQuery) {
        let target = self.target.clone();
        if self.wire.headers().get(header::HOST) == Some(&origin.host) {
            self.wire.headers_mut().remove(header::HOST);
        }
        *self.wire.uri_mut() = whole(origin, self.target);
        *self.wire.version_mut() = http::Version::HTTP_2;
        (self.wire, target)
    }
}

fn whole(origin: &Origin, target: PathAndQuery) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(origin.scheme.clone());
    parts.authority = Some(origin.authority.clone());
    parts.path_and_query = Some(target);
    // All three parts are set, so this cannot fail.
    Uri::from_parts(parts).unwrap_or_default()
}

impl Transport for BuiltInTransport {
    type Body = ResponseBody;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        match (&self.spawner, &self.timers) {
            #[cfg(feature = "blocking")]
            (Spawner::Thread(_), _) => Sleep::on_thread(at),
            (Spawner::Runtime, Some(timers)) => Sleep::kept(timers.sleep_until(at)),
            (Spawner::Runtime, None) => Sleep::on_runtime(at),
        }
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        let sent = request.sent.clone();
        let pool = self.network.pool.get();
        let origin = &self.network.origin;
        let resends = request.resends;
        let mut message = self.request(request)?;
        let _busy = self.network.turn(&self.spawner).await;
        loop {
            let (exchanged, is_new, target) =
                match pool.acquire(&self.spawner, &sent, resends).await? {
                    Grant::Http1(mut conn) => {
                        let is_new = !conn.is_reused();
                        let (wire, target) = message.for_http1(origin, pool.dialer.absolute_form());
                        let note = PhaseNote::new(&sent, &conn.peer);
                        let exchanged = conn.exchange(wire, &sent).await;
                        note.done();
                        if let ExchangeOutcome::Head(head) = exchanged {
                            sent.set_phase(Phase::Reading);
                            let (head, body) = head.into_parts();
                            return Ok(Reply {
                                status: head.status,
                                headers: head.headers,
                                body: ResponseBody::http1(body, conn, Arc::clone(pool)),
                            });
                        }
                        (exchanged, is_new, target)
                    }
                    Grant::Http2(mut stream) => {
                        let (wire, target) = message.for_http2(origin);
                        let note = PhaseNote::new(&sent, stream.peer());
                        let exchanged = stream.exchange(wire, &sent).await;
                        note.done();
                        if let ExchangeOutcome::Head(head) = exchanged {
                            sent.set_phase(Phase::Reading);
                            let (head, body) = head.into_parts();
                            return Ok(Reply {
                                status: head.status,
                                headers: head.headers,
                                body: ResponseBody::http2(body, stream),
                            });
                        }
                        (exchanged, stream.is_first(), target)
                    }
                    Grant::Failed(error) => return Err(error),
                };
            message = match exchanged {
                // Returned by an old connection that turned out to be closed: no server saw it.
                ExchangeOutcome::Unsent(wire) if !is_new => Message { wire, target },
                ExchangeOutcome::Failed(error) => return Err(error),
                _ => {
                    let what = "the server closed the new connection before the request was sent";
                    return Err(TransportError::new(Failure::Broken, what));
                }
            };
            sent.set_phase(Phase::Connecting);
        }
    }

    fn ready(&self) -> Result<(), TransportError> {
        match &self.spawner {
            Spawner::Runtime => self.spawner.handle().map(drop),
            #[cfg(feature = "blocking")]
            Spawner::Thread(_) => Ok(()),
        }
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        match &self.spawner {
            Spawner::Runtime => {
                // Without a runtime the work is dropped, and all calls that wait for it get an error.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(task);
                }
            }
            #[cfg(feature = "blocking")]
            Spawner::Thread(_) => {
                let runtime = self.spawner.handle().ok();
                let run = move || {
                    let _within = runtime.as_ref().map(Handle::enter);
                    let work = std::pin::pin!(task);
                    parker::block_on(work, parker::Wakers::Others, None, || {});
                };
                // Without a thread the work is dropped, and all calls that wait for it get an error.
                let _ = std::thread::Builder::new()
                    .name("reqtrail-refresh".to_owned())
                    .spawn(run);
            }
        }
    }
}

/// Notes the phase of an exchange that is abandoned.
struct PhaseNote<'a> {
    sent: &'a SentMark,
    peer: Option<Arc<str>>,
}

impl<'a> PhaseNote<'a> {
    fn new(sent: &'a SentMark, peer: &Arc<str>) -> Self {
        sent.set_phase(Phase::Sending);
        Self {
            sent,
            peer: Some(Arc::clone(peer)),
        }
    }

    fn done(mut self) {
        self.peer = None;
    }
}

impl Drop for PhaseNote<'_> {
    fn drop(&mut self) {
        if let Some(peer) = self.peer.take() {
            if self.sent.is_marked() {
                self.sent.set_phase(Phase::Waiting);
            }
            self.sent.set_peer(peer);
        }
    }
}
