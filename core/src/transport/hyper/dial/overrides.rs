//! The option `resolve`: fixed addresses of hosts.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use url::Host;

use super::resolve::{Lookup, Resolve};
use crate::transport::WireOptions;

/// Matches every name.
const ANY: &str = "*";

/// Looks up hosts in a list, and those that the list lacks elsewhere.
#[derive(Debug)]
struct Overrides {
    entries: Vec<Entry>,
    others: Arc<dyn Resolve>,
}

#[derive(Debug)]
struct Entry {
    /// In the form of URLs, without the dot that marks it as absolute.
    host: String,
    port: u16,
    addresses: Vec<SocketAddr>,
}

/// Puts the entries of the option before a resolver; the error names the one that is not valid.
pub(super) fn before(
    others: Arc<dyn Resolve>,
    options: &WireOptions,
) -> Result<Arc<dyn Resolve>, String> {
    if options.resolve.is_empty() {
        return Ok(others);
    }
    if options.unix_socket.is_some() {
        return Err(
            "resolve and unix_socket are both set; expected one of them, since no name is looked up for a Unix socket"
                .to_owned(),
        );
    }
    let read = options.resolve.iter().enumerate().map(|(at, text)| {
        Entry::read(text).map_err(|why| {
            let text = text.escape_debug();
            format!(
                "resolve[{at}] is `{text}`, {why}; expected HOST:PORT:ADDRESS[,ADDRESS]…, such as `api.example:443:10.0.0.7`"
            )
        })
    });
    let entries = read.collect::<Result<_, _>>()?;
    Ok(Arc::new(Overrides { entries, others }))
}

impl Entry {
    fn read(text: &str) -> Result<Self, String> {
        if text.starts_with('[') || text.parse::<Ipv6Addr>().is_ok() {
            return Err("whose host is an address, which is not looked up".to_owned());
        }
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(port), Some(addresses)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("which lacks a part".to_owned());
        };
        let host = name(host)?;
        let port = port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| format!("whose port `{}` is not a port", port.escape_debug()))?;
        let addresses = addresses.split(',').map(|text| {
            let address = address(text);
            address.map(|ip| SocketAddr::new(ip, port)).ok_or_else(|| {
                format!(
                    "whose address `{}` is not an IP address",
                    text.escape_debug()
                )
            })
        });
        Ok(Self {
            host,
            port,
            addresses: addresses.collect::<Result<_, _>>()?,
        })
    }
}

/// A host in the form of the URL parser.
fn name(text: &str) -> Result<String, String> {
    if text == ANY {
        return Ok(text.to_owned());
    }
    match Host::parse(text) {
        // curl's prefixes of entries that expire and of entries that are removed.
        Ok(Host::Domain(name)) if !name.is_empty() && !name.starts_with(['+', '-']) => {
            Ok(name.strip_suffix('.').unwrap_or(&name).to_owned())
        }
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => {
            Err("whose host is an address, which is not looked up".to_owned())
        }
        _ => Err(format!(
            "whose host `{}` is not a host name",
            text.escape_debug()
        )),
    }
}

/// An address, of IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        None => text.parse().ok(),
    }
}

impl Overrides {
    /// The last entry for the name, or else the last for every name.
    fn find(&self, host: &str, port: u16) -> Option<&[SocketAddr]> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let last = |host: &str| {
            let mut entries = self.entries.iter().rev();
            entries.find(|entry| entry.port == port && entry.host == host)
        };
        let entry = last(host).or_else(|| last(ANY))?;
        Some(&entry.addresses)
    }
}

impl Resolve for Overrides {
    fn resolve(&self, host: &str, port: u16) -> Lookup {
        match self.find(host, port) {
            Some(addresses) => {
                let addresses = addresses.to_vec();
                Box::pin(async { Ok(addresses) })
            }
            None => self.others.resolve(host, port),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::testing::Fixed;
    use super::*;

    fn with(entries: &[&str]) -> Result<Arc<dyn Resolve>, String> {
        let options = WireOptions {
            resolve: entries.iter().map(|&entry| entry.to_owned()).collect(),
            ..WireOptions::default()
        };
        before(Arc::new(Fixed::none()), &options)
    }

    /// The addresses of a host by these entries; none if they do not have it.
    fn found(entries: &[&str], host: &str, port: u16) -> String {
        let resolver = with(entries).expect("entries");
        let found = resolver.resolve(host, port).now_or_never();
        let addresses = found.expect("at once").unwrap_or_default();
        let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        addresses.join(" ")
    }

    #[test]
    fn a_name_and_a_port_have_the_addresses_of_their_entry() {
        let entries = [
            "API.example:443:10.0.0.7,[2001:db8::7],2001:db8::8",
            "bücher.example.:80:10.0.0.8",
        ];
        assert_eq!(
            found(&entries, "api.example", 443),
            "10.0.0.7:443 [2001:db8::7]:443 [2001:db8::8]:443"
        );
        assert_eq!(
            found(&entries, "api.example.", 443),
            found(&entries, "api.example", 443)
        );
        assert_eq!(found(&entries, "api.example", 80), "");
        assert_eq!(found(&entries, "www.api.example", 443), "");
        assert_eq!(found(&entries, "xn--bcher-kva.example", 80), "10.0.0.8:80");
    }

    #[test]
    fn the_last_entry_wins_and_a_name_outranks_every_name() {
        let entries = [
            "a.example:443:10.0.0.1",
            "a.example:443:10.0.0.2",
            "*:443:10.0.0.3",
            "*:443:::1",
        ];
        assert_eq!(found(&entries, "a.example", 443), "10.0.0.2:443");
        assert_eq!(found(&entries, "b.example", 443), "[::1]:443");
        assert_eq!(found(&entries, "b.example", 80), "");
    }

    #[test]
    fn an_entry_that_is_wrong_is_named_with_what_is_right() {
        for (entry, why) in [
            ("", "lacks a part"),
            ("api.example", "lacks a part"),
            ("api.example:443", "lacks a part"),
            ("10.0.0.7", "lacks a part"),
            ("::1", "is an address"),
            (":443:10.0.0.7", "whose host `` is not a host name"),
            ("a b:443:10.0.0.7", "whose host `a b` is not a host name"),
            ("-api.example:443:10.0.0.7", "whose host"),
            ("+api.example:443:10.0.0.7", "whose host"),
            ("https://api.example:443:10.0.0.7", "whose port"),
            ("127.0.0.1:443:10.0.0.7", "is an address"),
            ("[::1]:443:10.0.0.7", "is an address"),
            ("api.example::10.0.0.7", "whose port `` is not a port"),
            ("api.example:0:10.0.0.7", "whose port `0` is not a port"),
            (
                "api.example:65536:10.0.0.7",
                "whose port `65536` is not a port",
            ),
            ("api.example:443:", "whose address `` is not an IP address"),
            (
                "api.example:443:10.0.0.7,",
                "whose address `` is not an IP address",
            ),
            (
                "api.example:443:[10.0.0.7]",
                "whose address `[10.0.0.7]` is not an IP address",
            ),
            (
                "api.example:443:other.example",
                "whose address `other.example` is not an IP address",
            ),
            ("api.example:443:::1\n\u{1b}", "is not an IP address"),
        ] {
            let error = with(&["api.example:80:::1", entry]).expect_err(entry);
            assert!(error.starts_with("resolve[1] is `"), "{entry}: {error}");
            assert!(error.contains(why), "{entry}: {error}");
            assert!(error.contains("expected HOST:PORT:ADDRESS"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
