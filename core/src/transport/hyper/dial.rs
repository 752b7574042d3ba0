//! Dialling: from an origin to a connected stream, with TLS if the origin is https.
//!
//! A client talks to one origin, so the route is chosen once, when the client is built.

mod codes;
mod connect;
mod endpoint;
mod environment;
mod no_proxy;
#[cfg(not(feature = "rustls-ring"))]
mod no_tls;
mod overrides;
mod proxy;
mod resolve;
mod route;
mod socks;
mod state;
mod stream;
#[cfg(test)]
#[cfg_attr(
    not(all(feature = "http2", feature = "rustls-ring")),
    allow(dead_code, reason = "most of it serves `tests`")
)]
mod testing;
#[cfg(all(test, feature = "http2", feature = "rustls-ring"))]
mod tests;
#[cfg(feature = "rustls-ring")]
mod tls;
#[cfg(any(feature = "rustls-ring", feature = "reqwest"))]
#[cfg_attr(
    not(feature = "rustls-ring"),
    allow(
        dead_code,
        reason = "handshakes are reqwest's, and their errors alone are read"
    )
)]
mod tls_errors;
mod tunnel;
mod unix;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::socket::Socket;
use crate::transport::{Failure, Phase, TransportError, WireOptions};
use endpoint::{HostPort, Peer};
#[cfg(not(feature = "rustls-ring"))]
use no_tls as tls;
use proxy::{ProxyUrl, Socks};
use route::{How, Route, Via};
use tls::{Tls, TlsOptions};

pub(crate) use codes::code_of;
pub(crate) use resolve::{Resolve, SystemResolver};
pub(crate) use route::{ForwardProxy, uses_proxy};
pub(crate) use state::DialState;
pub(crate) use stream::Stream;
#[cfg(all(feature = "rustls-ring", feature = "unstable-host"))]
pub use tls::honour_ca_bundle_variables;
#[cfg(any(feature = "rustls-ring", feature = "reqwest"))]
pub(crate) use tls_errors::explain as explain_tls;

/// A dial ends after this time, since it may outlive the call that needed it.
const DIAL_LIMIT: Duration = Duration::from_secs(60);

/// How many addresses of a host are tried through a SOCKS proxy, which connects to one at a time.
const SOCKS_ADDRESSES: usize = 4;

/// Makes connections to a client's origin.
pub(crate) struct Dialer {
    target: HostPort,
    route: Route,
    /// For https.
    tls: Option<Tls>,
    http2: bool,
    resolver: Arc<dyn Resolve>,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Dialled {
    pub(crate) stream: Stream,
    /// Whether both sides agreed on HTTP/2.
    pub(crate) http2: bool,
    /// The address that the socket is connected to: the origin's or the proxy's. A Unix socket has none.
    pub(crate) remote: Option<SocketAddr>,
    /// The peer that requests are sent to, as texts name it: `192.0.2.7:443`, `proxy proxy.example:3128`, or
    /// `api.example:443 (through proxy proxy.example:3128)`.
    pub(crate) peer: Arc<str>,
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl Dialer {
    /// Checks the options and chooses the route to `base`.
    ///
    /// # Errors
    /// The text names the option, what came and what is right, and repeats no password or key.
    pub(crate) fn new(options: &WireOptions, base: &Url) -> Result<Self, String> {
        let tls_options = TlsOptions::check(options)?;
        let target = HostPort::of_url(base, 443)
            .ok_or("base_url has no usable host; expected a URL such as https://api.example")?;
        let proxy = route::find_proxy(options, base)?;
        let is_https = base.scheme() == "https";
        // Reading the system's authorities takes milliseconds, and fails on machines that have none.
        let verifier = if is_https {
            Some(tls_options.verifier("base_url")?)
        } else if proxy.as_ref().is_some_and(ProxyUrl::is_https) {
            Some(tls_options.verifier("proxy")?)
        } else {
            None
        };
        let http2 = cfg!(feature = "http2") && is_https && !options.http1_only;
        let tls = match &verifier {
            Some(verifier) if is_https => {
                Some(tls_options.api(verifier.clone(), &target.host, http2)?)
            }
            _ => None,
        };
        let route = match (&options.unix_socket, proxy) {
            (Some(path), _) => Route::unix(path)?,
            (None, None) => Route::Direct(Peer::api(target.clone())),
            (None, Some(proxy)) => {
                let tls = match verifier {
                    Some(verifier) if proxy.is_https() => {
                        Some(tls_options.proxy(verifier, &proxy.at.host)?)
                    }
                    _ => None,
                };
                Route::Proxy(Box::new(Via::new(proxy, tls, is_https)))
            }
        };
        Ok(Self {
            target,
            route,
            tls,
            http2,
            resolver: overrides::before(Arc::new(SystemResolver), options)?,
        })
    }

    /// Looks up hosts with `resolver` instead of the system's.
    #[cfg_attr(
        not(all(test, feature = "http2", feature = "rustls-ring")),
        expect(dead_code, reason = "the seam of a later option")
    )]
    pub(crate) fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, ..self }
    }

    /// Returns whether a connection may turn out to use HTTP/2: over TLS, which negotiates it.
    pub(crate) fn may_be_http2(&self) -> bool {
        self.http2
    }

    /// Returns the proxy that requests go to in absolute form (RFC 9112 §3.2.2), if they do.
    pub(crate) fn absolute_form(&self) -> Option<&ForwardProxy> {
        match &self.route {
            Route::Proxy(via) => match &via.how {
                How::Forward(forward) => Some(forward),
                How::Connect | How::Socks(_) => None,
            },
            Route::Direct(_) | Route::Unix { .. } => None,
        }
    }

    /// Makes a connection. Dropping the future closes what it has opened.
    ///
    /// It has to run in a tokio runtime with I/O and time, and ends by itself after 60 s.
    pub(crate) async fn dial(&self, state: &DialState) -> Result<Dialled, TransportError> {
        match tokio::time::timeout(DIAL_LIMIT, self.dial_without_limit(state)).await {
            Ok(dialled) => dialled,
            Err(_) => {
                let peer = state.peer();
                let peer = peer.as_deref().unwrap_or("the host");
                let text = format!(
                    "no connection to {peer} within {} s (ETIMEDOUT)",
                    DIAL_LIMIT.as_secs()
                );
                Err(TransportError::new(Failure::Connect, text).with_code("ETIMEDOUT"))
            }
        }
    }

    async fn dial_without_limit(&self, state: &DialState) -> Result<Dialled, TransportError> {
        let (stream, remote, peer) = match &self.route {
            Route::Direct(peer) => {
                let (stream, remote) = self.open_tcp(peer, state).await?;
                (stream, Some(remote), remote.to_string().into())
            }
            Route::Proxy(via) => {
                let (stream, remote) = self.through(via, state).await?;
                let shown = match via.how {
                    How::Forward(_) => via.peer.shown.clone(),
                    How::Connect | How::Socks(_) => {
                        format!("{} (through {})", self.target, via.peer.shown).into()
                    }
                };
                (stream, Some(remote), shown)
            }
            #[cfg(unix)]
            Route::Unix { path, shown } => {
                let socket = unix::connect(path, shown, state).await?;
                (Stream::Plain(Socket::unix(socket)), None, shown.clone())
            }
            #[cfg(not(unix))]
            Route::Unix { path, .. } => {
                let text = unix::check(path).err().unwrap_or_default();
                return Err(connect::failed(text, None));
            }
        };
        let Some(tls) = &self.tls else {
            return Ok(Dialled {
                stream,
                http2: false,
                remote,
                peer,
            });
        };
        state.enter(Phase::Tls, peer.clone());
        let (stream, http2) = tls.handshake(stream, &self.target.to_string()).await?;
        Ok(Dialled {
            stream,
            http2,
            remote,
            peer,
        })
    }

    /// Connects to a host by TCP.
    async fn open_tcp(
        &self,
        peer: &Peer,
        state: &DialState,
    ) -> Result<(Stream, SocketAddr), TransportError> {
        let addresses = connect::addresses(peer, &*self.resolver, state).await?;
        let (socket, remote) = connect::connect(peer, addresses, state).await?;
        Ok((Stream::Plain(Socket::tcp(socket)), remote))
    }

    /// Connects to the origin, or to the proxy that forwards to it.
    async fn through(
        &self,
        via: &Via,
        state: &DialState,
    ) -> Result<(Stream, SocketAddr), TransportError> {
        match via.how {
            How::Forward(_) => self.open_proxy(via, state).await,
            How::Connect => {
                let (stream, remote) = self.open_proxy(via, state).await?;
                state.enter(Phase::Proxy, via.peer.shown.clone());
                let stream = tunnel::open(stream, &via.proxy, &via.peer, &self.target).await?;
                Ok((stream, remote))
            }
            How::Socks(version) => self.through_socks(via, version, state).await,
        }
    }

    /// Connects to a proxy, with TLS if its URL is https.
    async fn open_proxy(
        &self,
        via: &Via,
        state: &DialState,
    ) -> Result<(Stream, SocketAddr), TransportError> {
        let (stream, remote) = self.open_tcp(&via.peer, state).await?;
        let Some(tls) = &via.tls else {
            return Ok((stream, remote));
        };
        state.enter(Phase::Tls, via.peer.shown.clone());
        let (stream, _) = tls.handshake(stream, &via.peer.to_string()).await?;
        Ok((stream, remote))
    }

    /// Connects through a SOCKS proxy. If addresses are looked up here, it gets one after the other, each over a new
    /// connection, since a proxy closes the old one when it cannot connect.
    async fn through_socks(
        &self,
        via: &Via,
        version: Socks,
        state: &DialState,
    ) -> Result<(Stream, SocketAddr), TransportError> {
        let mut targets = vec![self.target.clone()];
        if version.looks_up_here() {
            let peer = Peer::api(self.target.clone());
            let mut found = connect::addresses(&peer, &*self.resolver, state).await?;
            if !version.is_version_5() {
                found.retain(SocketAddr::is_ipv4);
            }
            targets = found.into_iter().map(HostPort::from).collect();
        }
        targets.truncate(SOCKS_ADDRESSES);
        let mut last = None;
        for target in targets {
            let (stream, remote) = self.open_proxy(via, state).await?;
            state.enter(Phase::Proxy, via.peer.shown.clone());
            match socks::open(stream, version, &via.proxy, &via.peer, &target).await {
                Ok(stream) => return Ok((stream, remote)),
                Err(error) if error.failure() == Failure::Connect => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            let text = format!(
                "{} has no IPv4 address, and SOCKS 4 knows no others; expected a socks5 proxy",
                self.target
            );
            TransportError::new(Failure::ProxyRefused, text)
        }))
    }
}
