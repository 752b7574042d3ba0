//! Connects to a host: looks up its addresses and tries them by RFC 8305.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;

use super::codes::{attempt_words, code_of, is_local, local_words, weight};
use super::endpoint::{HostName, HostPort, Peer};
use super::resolve::{Resolve, ResolveError};
use super::state::DialState;
use crate::transport::{Failure, Phase, TransportError};

/// How long an address has before the next one is tried in parallel (RFC 8305 §8).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// A reason is at most this long, so that logs and trails show it whole.
const REASON_BYTES: usize = 200;

/// Looks up a host's addresses; an address stands for itself.
pub(super) async fn addresses(
    peer: &Peer,
    resolver: &dyn Resolve,
    state: &DialState,
) -> Result<Vec<SocketAddr>, TransportError> {
    let HostPort { host, port } = &peer.at;
    let name = match host {
        HostName::Ip(ip) => return Ok(vec![SocketAddr::new(*ip, *port)]),
        HostName::Name(name) => name,
    };
    state.enter(Phase::Resolving, peer.shown.clone());
    let found = match resolver.resolve(name, *port).await {
        Ok(found) if found.is_empty() => Err(ResolveError::not_found()),
        found => found,
    };
    found.map_err(|error| {
        let (role, code) = (peer.role(), error.code);
        let mut text = match error.detail {
            None => format!("cannot find the {role} {name}"),
            Some(detail) => format!("cannot look up the {role} {name}: {detail}"),
        };
        if let Some(code) = code {
            let _ = write!(text, " ({code})");
        }
        failed(text, code)
    })
}

/// Connects to the first address that answers.
pub(super) async fn connect(
    peer: &Peer,
    addresses: Vec<SocketAddr>,
    state: &DialState,
) -> Result<(TcpStream, SocketAddr), TransportError> {
    let shown = match &addresses[..] {
        [one] if !peer.is_proxy => one.to_string().into(),
        _ => peer.shown.clone(),
    };
    state.enter(Phase::Connecting, shown);
    race(addresses, ATTEMPT_DELAY)
        .await
        .map_err(|failures| explain(peer, &failures))
}

/// Tries the addresses until one answers; the errors are those of each address. The next one begins `delay` after the
/// last began, or as soon as one fails.
async fn race(
    addresses: Vec<SocketAddr>,
    delay: Duration,
) -> Result<(TcpStream, SocketAddr), Vec<(SocketAddr, io::Error)>> {
    let mut waiting = interleave(addresses).into_iter();
    let mut running = FuturesUnordered::new();
    let mut failures = Vec::new();
    loop {
        if let Some(address) = waiting.next() {
            running.push(attempt(address));
        } else if running.is_empty() {
            return Err(failures);
        }
        let ended = if waiting.len() == 0 {
            running.next().await
        } else {
            match tokio::time::timeout(delay, running.next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        };
        match ended {
            Some((address, Ok(socket))) => return Ok((socket, address)),
            Some((address, Err(error))) => failures.push((address, error)),
            None => {}
        }
    }
}

async fn attempt(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    let connect = async {
        let socket = TcpStream::connect(address).await?;
        // Without a listener, a socket can connect to itself on this machine.
        if socket.local_addr()? == address {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        socket.set_nodelay(true)?;
        Ok(socket)
    };
    (address, connect.await)
}

/// Alternates between the address families, beginning with the first address's, and otherwise keeps the order (RFC 8305
/// §4).
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else {
        return addresses;
    };
    let count = addresses.len();
    let (ours, others): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|a| a.is_ipv6() == first);
    let (mut ours, mut others) = (ours.into_iter(), others.into_iter());
    let mut mixed = Vec::with_capacity(count);
    while mixed.len() < count {
        mixed.extend(ours.next());
        mixed.extend(others.next());
    }
    mixed
}

/// Explains why no address answered: the code of the most informative error, and each address with its own error.
fn explain(peer: &Peer, failures: &[(SocketAddr, io::Error)]) -> TransportError {
    // Of equally informative errors, the last one.
    let telling = failures
        .iter()
        .map(|(_, error)| (code_of(error), error))
        .max_by_key(|(code, _)| weight(*code));
    let Some((code, error)) = telling else {
        return failed(format!("no connection to {peer}: it has no address"), None);
    };
    let mut text = format!("no connection to {peer}: ");
    if code.is_some_and(is_local) {
        text.push_str(&local_words(error));
        return failed(text, code);
    }
    if peer.at.address().is_some() {
        let text = format!("{peer} {}", attempt_words(error, "the connection"));
        return failed(text, code);
    }
    let mut left = failures.len();
    for (address, error) in failures {
        let part = format!("{address} {}", attempt_words(error, "it"));
        // Leaves room for the end of the text.
        if left < failures.len() && text.len() + part.len() > REASON_BYTES - 16 {
            let _ = write!(text, ", and {left} more");
            break;
        }
        if left < failures.len() {
            text.push_str(", ");
        }
        text.push_str(&part);
        left -= 1;
    }
    failed(text, code)
}

/// A failed connection, of which nothing was sent.
pub(super) fn failed(text: String, code: Option<&'static str>) -> TransportError {
    let error = TransportError::new(Failure::Connect, text);
    match code {
        Some(code) => error.with_code(code),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::net::TcpListener;

    use super::*;
    use crate::transport::hyper::dial::testing::{Fixed, closed_port, full_port, name};

    async fn all(peer: &Peer, addresses: Vec<SocketAddr>) -> Result<SocketAddr, TransportError> {
        let state = DialState::default();
        connect(peer, addresses, &state).await.map(|(_, at)| at)
    }

    #[test]
    fn families_alternate() {
        let parse = |list: &str| -> Vec<SocketAddr> {
            list.split(' ')
                .map(|a| a.parse().expect("an address"))
                .collect()
        };
        for (given, mixed) in [
            ("1.1.1.1:1 2.2.2.2:1", "1.1.1.1:1 2.2.2.2:1"),
            (
                "[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1",
                "[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1",
            ),
            (
                "1.1.1.1:1 [::1]:1 [::2]:1 2.2.2.2:1",
                "1.1.1.1:1 [::1]:1 2.2.2.2:1 [::2]:1",
            ),
        ] {
            assert_eq!(interleave(parse(given)), parse(mixed));
        }
        assert_eq!(interleave(Vec::new()), []);
    }

    #[tokio::test]
    async fn a_refused_address_is_followed_by_the_next_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let open = listener.local_addr().expect("an address");
        let closed = closed_port();
        // It would not end if it waited.
        let connected = race(vec![closed.1, closed.1, open], Duration::MAX).await;
        let (socket, address) = connected.expect("a connection");
        assert_eq!(address, open);
        assert!(socket.nodelay().expect("a socket"));
    }

    #[tokio::test]
    async fn an_address_that_hangs_is_not_waited_for() {
        let full = full_port();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let open = listener.local_addr().expect("an address");
        let delay = Duration::from_millis(20);
        let began = Instant::now();
        let connected = race(vec![full.address, open], delay).await;
        assert_eq!(connected.expect("a connection").1, open);
        assert!(began.elapsed() >= delay);
        // A refusal meanwhile does not end the one that hangs.
        let closed = closed_port();
        let racing = race(vec![full.address, closed.1], delay);
        let racing = tokio::time::timeout(5 * delay, racing).await;
        assert!(racing.is_err(), "{racing:?}");
    }

    #[tokio::test]
    async fn the_error_names_each_address() {
        let closed = closed_port();
        let port = closed.1.port();
        let error = all(&name("api.example", port), vec![closed.1]).await;
        let error = error.expect_err("an error");
        assert_eq!(error.code(), Some("ECONNREFUSED"));
        assert_eq!(error.failure(), Failure::Connect);
        assert_eq!(
            error.to_string(),
            format!(
                "no connection to api.example:{port}: 127.0.0.1:{port} refused it (ECONNREFUSED)"
            )
        );
        let peer = Peer::proxy(HostPort {
            host: HostName::Ip(closed.1.ip()),
            port,
        });
        let error = all(&peer, vec![closed.1]).await.expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!("the proxy 127.0.0.1:{port} refused the connection (ECONNREFUSED)")
        );
    }

    #[test]
    fn a_long_error_is_cut_to_what_is_shown_whole() {
        let failures: Vec<_> = (0..40)
            .map(|n| {
                let address = format!("[2001:db8::{n}]:443").parse().expect("an address");
                let kind = if n == 7 {
                    io::ErrorKind::ConnectionRefused
                } else {
                    io::ErrorKind::NetworkUnreachable
                };
                (address, io::Error::from(kind))
            })
            .collect();
        let error = explain(&name("api.example", 443), &failures);
        assert_eq!(error.code(), Some("ECONNREFUSED"));
        let text = error.to_string();
        assert!(text.len() <= REASON_BYTES, "{text}");
        assert!(text.ends_with("more"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn too_many_open_files_are_named_once() {
        let error = || io::Error::from_raw_os_error(nix::errno::Errno::EMFILE as i32);
        let failures = ["192.0.2.7:443", "192.0.2.8:443"]
            .map(|address| (address.parse().expect("an address"), error()));
        let error = explain(&name("api.example", 443), &failures);
        assert_eq!(error.code(), Some("EMFILE"));
        assert_eq!(
            error.to_string(),
            "no connection to api.example:443: too many open files in this process (EMFILE)"
        );
    }

    #[tokio::test]
    async fn a_host_that_is_not_found() {
        let state = DialState::default();
        let peer = name("api.example", 443);
        let found = addresses(&peer, &Fixed::none(), &state).await;
        let error = found.expect_err("an error");
        assert_eq!(
            error.to_string(),
            "cannot find the host api.example (ENOTFOUND)"
        );
        assert_eq!(error.code(), Some("ENOTFOUND"));
        assert_eq!(state.phase(), Phase::Resolving);
        assert_eq!(state.peer().as_deref(), Some("api.example:443"));
    }
}
