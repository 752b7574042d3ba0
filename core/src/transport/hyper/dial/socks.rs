//! A connection through a SOCKS proxy (RFC 1928, RFC 1929).

use std::fmt::{Debug, Display};
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::connect::failed;
use super::endpoint::{HostPort, Peer};
use super::proxy::{ProxyUrl, Socks};
use super::stream::Stream;
use crate::transport::{Failure, TransportError};

/// Asks the proxy at the other end of `stream` for a connection to `target`. The proxy looks up a host that is a name.
pub(super) async fn open(
    stream: Stream,
    version: Socks,
    proxy: &ProxyUrl,
    peer: &Peer,
    target: &HostPort,
) -> Result<Stream, TransportError> {
    let destination = Uri::builder()
        .scheme("https")
        .authority(target.to_string())
        .path_and_query("/")
        .build()
        .map_err(|e| failed(format!("no connection through {peer}: {e}"), None))?;
    // It is not used, since the connection already exists.
    let address = Uri::from_static("socks://proxy");
    let stream = Handover(Some(TokioIo::new(stream)));
    let opened = if version.is_version_5() {
        let mut socks = SocksV5::new(address, stream);
        if let Some((user, password)) = proxy.socks_credentials() {
            socks = socks.with_auth(user, password);
        }
        let opened = socks.call(destination).await;
        opened.map_err(|e| explain(&e, proxy, peer, target))
    } else {
        let opened = SocksV4::new(address, stream).call(destination).await;
        opened.map_err(|e| explain(&e, proxy, peer, target))
    };
    opened.map(TokioIo::into_inner)
}

/// A connector that returns an existing connection.
struct Handover(Option<TokioIo<Stream>>);

impl Service<Uri> for Handover {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<Stream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(
            self.0
                .take()
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        )
    }
}

/// hyper-util exports its error without its variants, so this matches its text; the tests cover each reply of a proxy.
fn explain(
    error: &(impl Display + Debug),
    proxy: &ProxyUrl,
    peer: &Peer,
    target: &HostPort,
) -> TransportError {
    let text = error.to_string();
    let what = text.strip_prefix("SOCKS error: ").unwrap_or(&text);
    let credentials = if proxy.has_credentials() {
        "does not take the user and password of the proxy URL"
    } else {
        "wants user and password; put them into the proxy URL"
    };
    // The reply is about the API's host, and may differ the next time.
    let about_target = |code, words: &str| {
        let text = format!("{peer} cannot connect to {target}: {words} ({code})");
        failed(text, Some(code))
    };
    let refused = |text| TransportError::new(Failure::ProxyRefused, text);
    match what {
        "connection refused" => about_target("ECONNREFUSED", "it refused the connection"),
        "host unreachable" => about_target("EHOSTUNREACH", "it cannot be reached"),
        "network unreachable" => about_target("ENETUNREACH", "no route leads there"),
        "ttl expired" => about_target("ETIMEDOUT", "it did not answer"),
        "general server failure" | "server failed to execute command" => failed(
            format!("{peer} cannot connect to {target}, and does not say why"),
            None,
        ),
        "connection not allowed" => {
            refused(format!("{peer} does not allow connections to {target}"))
        }
        "credentials not accepted"
        | "server does not support user/pass authentication"
        | "server implements authentication incorrectly" => {
            refused(format!("{peer} {credentials}"))
        }
        "io error during SOCKS handshake" => {
            let text =
                format!("the connection to {peer} broke during the SOCKS handshake (ECONNRESET)");
            failed(text, Some("ECONNRESET"))
        }
        "failed parsing server response" => {
            let text = format!("{peer} did not answer in SOCKS; is it of another kind? (EPROTO)");
            failed(text, Some("EPROTO"))
        }
        other => refused(format!(
            "{peer} refused the connection to {target}: {other}"
        )),
    }
}
