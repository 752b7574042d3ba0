//! The route to an origin, from the options.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::HeaderValue;
use url::Url;

use super::endpoint::Peer;
use super::environment;
use super::proxy::{ProxyUrl, Scheme, Socks};
use super::tls::Tls;
use super::unix;
use crate::transport::{Proxy, WireOptions};

/// The route to the origin.
pub(super) enum Route {
    Direct(Peer),
    Unix { path: PathBuf, shown: Arc<str> },
    Proxy(Box<Via>),
}

/// The route through a proxy.
pub(super) struct Via {
    pub(super) proxy: ProxyUrl,
    pub(super) peer: Peer,
    /// The TLS of the connection to an https proxy.
    pub(super) tls: Option<Tls>,
    pub(super) how: How,
}

/// What the proxy is asked for.
pub(super) enum How {
    /// To forward requests, which contain the whole URL.
    Forward(ForwardProxy),
    /// To open a tunnel.
    Connect,
    Socks(Socks),
}

/// A proxy that forwards requests, which carry the whole URL and this authorization.
#[derive(Clone, Debug)]
pub(crate) struct ForwardProxy {
    /// The value of `Proxy-Authorization`, marked as sensitive.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Route {
    pub(super) fn unix(path: &Path) -> Result<Self, String> {
        unix::check(path)?;
        let shown = format!("Unix socket {}", path.display().to_string().escape_debug());
        Ok(Self::Unix {
            path: path.to_owned(),
            shown: shown.into(),
        })
    }
}

impl Via {
    pub(super) fn new(proxy: ProxyUrl, tls: Option<Tls>, to_https: bool) -> Self {
        let how = match proxy.scheme {
            Scheme::Socks(version) => How::Socks(version),
            Scheme::Http | Scheme::Https if to_https => How::Connect,
            Scheme::Http | Scheme::Https => How::Forward(ForwardProxy {
                authorization: proxy.authorization(),
            }),
        };
        Self {
            peer: Peer::proxy(proxy.at.clone()),
            proxy,
            tls,
            how,
        }
    }
}

/// Returns whether connections to `base` go through a proxy.
///
/// An unusable proxy of the environment counts as none here; [`Dialer::new`](super::Dialer::new) refuses it.
pub(crate) fn uses_proxy(options: &WireOptions, base: &Url) -> bool {
    options.unix_socket.is_none()
        && match &options.proxy {
            Proxy::None => false,
            Proxy::Url(_) => true,
            Proxy::Environment => environment::proxy_for(base, environment::process)
                .is_ok_and(|found| found.is_some()),
        }
}

/// The proxy of the options, or of the environment.
pub(super) fn find_proxy(options: &WireOptions, base: &Url) -> Result<Option<ProxyUrl>, String> {
    match (&options.proxy, &options.unix_socket) {
        (Proxy::Url(_), Some(_)) => Err(
            "unix_socket and proxy are both set; expected one of them, since a Unix socket is reached without a proxy"
                .to_owned(),
        ),
        (Proxy::Url(url), None) => ProxyUrl::parse("proxy", url.expose()).map(Some),
        (Proxy::None, _) | (Proxy::Environment, Some(_)) => Ok(None),
        (Proxy::Environment, None) => environment::proxy_for(base, environment::process),
    }
}
