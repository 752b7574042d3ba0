//! The hosts that `NO_PROXY` excepts.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

use super::endpoint::{HostName, HostPort};

/// The entries of a list, each of which may except a host.
#[derive(Debug)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug)]
enum Hosts {
    All,
    /// The name and all below it.
    Domain(String),
    Ip(IpAddr),
    Net(IpNet),
}

impl NoProxy {
    /// Reads a list whose entries are separated by commas or blanks. An entry that is not valid excepts nothing.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter_map(Entry::parse).collect())
    }

    /// Returns whether connections to `target` go without a proxy.
    pub(super) fn excepts(&self, target: &HostPort) -> bool {
        self.0.iter().any(|entry| entry.excepts(target))
    }
}

impl Entry {
    /// Reads `*`, a name (also as `.name` or `*.name`), an address, or a network; all except the last may have a port.
    fn parse(text: &str) -> Option<Self> {
        let whole = |hosts| Some(Self { hosts, port: None });
        if text.is_empty() {
            return None;
        }
        if text.contains('/') {
            let bare: String = text.chars().filter(|c| !matches!(c, '[' | ']')).collect();
            return whole(Hosts::Net(bare.parse().ok()?));
        }
        // An IPv6 address without brackets has colons and no port.
        if let Ok(ip) = text.parse::<IpAddr>() {
            return whole(Hosts::Ip(ip.to_canonical()));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok()?)),
            _ => (text, None),
        };
        Some(Self {
            hosts: Hosts::parse(host)?,
            port,
        })
    }

    fn excepts(&self, target: &HostPort) -> bool {
        if self.port.is_some_and(|port| port != target.port) {
            return false;
        }
        match (&self.hosts, &target.host) {
            (Hosts::All, _) => true,
            (Hosts::Domain(domain), HostName::Name(_)) => {
                let name = target.host.relative();
                name.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Hosts::Ip(known), HostName::Ip(ip)) => *known == ip.to_canonical(),
            (Hosts::Net(net), HostName::Ip(ip)) => {
                net.contains(ip) || net.contains(&ip.to_canonical())
            }
            _ => false,
        }
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        let name = text.strip_prefix('*').unwrap_or(text);
        let name = name.strip_prefix('.').unwrap_or(name);
        let name = name.strip_suffix('.').unwrap_or(name);
        // In the form of URL hosts.
        match Host::parse(name).ok()? {
            Host::Domain(name) if name.is_empty() => None,
            Host::Domain(name) => Some(Self::Domain(name)),
            Host::Ipv4(ip) => Some(Self::Ip(ip.into())),
            Host::Ipv6(ip) => Some(Self::Ip(IpAddr::from(ip).to_canonical())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn excepts(list: &str, base: &str) -> bool {
        let base = Url::parse(base).expect("a URL");
        let target = HostPort::of_url(&base, 0).expect("a host");
        NoProxy::parse(list).excepts(&target)
    }

    #[test]
    fn the_table() {
        for (list, base, wanted) in [
            ("", "http://api.example", false),
            (" , ,", "http://api.example", false),
            ("*", "http://api.example", true),
            ("*", "https://[::1]", true),
            ("other, *", "https://192.0.2.7", true),
            ("*:80", "http://api.example", true),
            ("*:80", "https://api.example", false),
            // Names.
            ("api.example", "http://api.example", true),
            ("api.example", "http://API.Example", true),
            ("API.EXAMPLE", "http://api.example", true),
            ("api.example", "http://api.example.", true),
            ("api.example.", "http://api.example", true),
            ("example", "http://api.example", true),
            ("example", "http://apiexample", false),
            ("pi.example", "http://api.example", false),
            (".example", "http://api.example", true),
            (".api.example", "http://api.example", true),
            ("*.example", "http://api.example", true),
            ("*.example", "http://a.b.example", true),
            ("*.api.example", "http://other.example", false),
            ("a.api.example", "http://api.example", false),
            ("localhost", "http://localhost:8080", true),
            ("localhost", "http://127.0.0.1", false),
            ("bücher.example", "http://xn--bcher-kva.example", true),
            ("xn--bcher-kva.example", "http://bücher.example", true),
            // Several.
            ("a.example,api.example", "http://api.example", true),
            ("a.example api.example", "http://api.example", true),
            ("a.example ,\tapi.example\n", "http://api.example", true),
            // Ports.
            ("api.example:8080", "http://api.example:8080", true),
            ("api.example:8080", "http://api.example", false),
            ("api.example:80", "http://api.example", true),
            ("api.example:443", "https://api.example", true),
            (".example:443", "https://api.example", true),
            ("api.example:x", "http://api.example", false),
            ("api.example:", "http://api.example", false),
            // Addresses.
            ("192.0.2.7", "http://192.0.2.7", true),
            ("192.0.2.7", "http://192.0.2.70", false),
            ("2.0.2.7", "http://192.0.2.7", false),
            ("192.0.2.7:8080", "http://192.0.2.7:8080", true),
            ("192.0.2.7:8080", "http://192.0.2.7", false),
            ("::1", "http://[::1]", true),
            ("[::1]", "http://[::1]:8080", true),
            ("[::1]:8080", "http://[::1]:8080", true),
            ("[::1]:8080", "http://[::1]", false),
            ("0:0:0:0:0:0:0:1", "http://[::1]", true),
            ("192.0.2.7", "http://[::ffff:192.0.2.7]", true),
            ("::ffff:192.0.2.7", "http://192.0.2.7", true),
            // Networks.
            ("192.0.2.0/24", "http://192.0.2.7", true),
            ("192.0.2.7/24", "http://192.0.2.9", true),
            ("192.0.3.0/24", "http://192.0.2.7", false),
            ("0.0.0.0/0", "http://192.0.2.7", true),
            ("0.0.0.0/0", "http://api.example", false),
            ("fd00::/8", "http://[fd12::1]", true),
            ("[fd00::]/8", "http://[fd12::1]", true),
            ("fd00::/8", "http://[fe80::1]", false),
            ("192.0.2.0/24", "http://[::ffff:192.0.2.7]", true),
            ("192.0.2.0/33", "http://192.0.2.7", false),
            ("192.0.2.0/", "http://192.0.2.7", false),
            ("example/24", "http://api.example", false),
        ] {
            assert_eq!(excepts(list, base), wanted, "`{list}` {base}");
        }
    }

    proptest! {
        #[test]
        fn no_list_panics(list in ".*", parts in r"([*.\[\]:/, ]|[a-z0-9]{1,3}){0,20}") {
            for list in [list, parts] {
                let parsed = NoProxy::parse(&list);
                for base in ["http://api.example", "https://[::1]:8080", "http://192.0.2.7"] {
                    let target = HostPort::of_url(&Url::parse(base).expect("a URL"), 0).expect("a host");
                    parsed.excepts(&target);
                }
            }
        }

        #[test]
        fn a_name_excepts_itself(name in "[a-z]{1,8}(\\.[a-z]{1,8}){0,3}") {
            prop_assert!(excepts(&name, &format!("http://{name}")), "{}", name);
        }
    }
}
