//! A host and port to connect to, and how texts name it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use url::{Host, Url};

/// A host and a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct HostPort {
    pub(super) host: HostName,
    pub(super) port: u16,
}

/// A host, by name or by address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum HostName {
    /// In lower case, with the trailing dot of an absolute name if the URL has one.
    Name(String),
    Ip(IpAddr),
}

impl HostPort {
    /// Reads them from a URL. `default` is the port of a URL without one.
    pub(super) fn of_url(url: &Url, default: u16) -> Option<Self> {
        // The URL parser does not normalise the hosts of schemes other than http and https.
        let host = match Host::parse(url.host_str()?).ok()? {
            Host::Domain(name) if name.is_empty() => return None,
            Host::Domain(name) => HostName::Name(name),
            Host::Ipv4(ip) => HostName::Ip(ip.into()),
            Host::Ipv6(ip) => HostName::Ip(ip.into()),
        };
        let port = url.port_or_known_default().unwrap_or(default);
        Some(Self { host, port })
    }

    /// Returns the socket address, if the host is an address.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self.host {
            HostName::Ip(ip) => Some(SocketAddr::new(ip, self.port)),
            HostName::Name(_) => None,
        }
    }
}

impl From<SocketAddr> for HostPort {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: HostName::Ip(address.ip()),
            port: address.port(),
        }
    }
}

impl HostName {
    /// Returns the name without the dot that marks it as absolute, which certificates and `NO_PROXY` do not have.
    pub(super) fn relative(&self) -> String {
        match self {
            Self::Name(name) => name.strip_suffix('.').unwrap_or(name).to_owned(),
            Self::Ip(ip) => ip.to_string(),
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(ip)) => ip.fmt(f),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A host that a connection is made to: the API's or a proxy's.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) at: HostPort,
    pub(super) is_proxy: bool,
    /// The name in states: `api.example:443` or `proxy proxy.example:3128`.
    pub(super) shown: Arc<str>,
}

impl Peer {
    pub(super) fn api(at: HostPort) -> Self {
        Self {
            shown: at.to_string().into(),
            at,
            is_proxy: false,
        }
    }

    pub(super) fn proxy(at: HostPort) -> Self {
        Self {
            shown: format!("proxy {at}").into(),
            at,
            is_proxy: true,
        }
    }

    /// Returns `host` or `proxy`, as text before the host's name.
    pub(super) fn role(&self) -> &'static str {
        if self.is_proxy { "proxy" } else { "host" }
    }
}

/// The name in sentences: `api.example:443` or `the proxy proxy.example:3128`.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_proxy {
            f.write_str("the proxy ")?;
        }
        self.at.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_urls() {
        for (url, shown, relative) in [
            (
                "https://API.example/v1",
                Some("api.example:443"),
                "api.example",
            ),
            (
                "https://api.example.",
                Some("api.example.:443"),
                "api.example",
            ),
            ("http://[::1]:8080", Some("[::1]:8080"), "::1"),
            ("http://127.1", Some("127.0.0.1:80"), "127.0.0.1"),
            (
                "socks5://Proxy.Example",
                Some("proxy.example:1080"),
                "proxy.example",
            ),
            ("socks5://[::1]:80", Some("[::1]:80"), "::1"),
            ("socks5://127.0.0.1:80", Some("127.0.0.1:80"), "127.0.0.1"),
            ("socks5:///path", None, ""),
        ] {
            let url = Url::parse(url).expect("a URL");
            let found = HostPort::of_url(&url, 1080);
            assert_eq!(found.as_ref().map(HostPort::to_string).as_deref(), shown);
            if let Some(found) = found {
                assert_eq!(found.host.relative(), relative);
                assert_eq!(
                    found.address().is_some(),
                    relative.parse::<IpAddr>().is_ok()
                );
            }
        }
    }
}
