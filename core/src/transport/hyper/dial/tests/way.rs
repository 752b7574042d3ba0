//! The state of a running dial, and the time that bounds it.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::io::AsyncReadExt as _;

use super::{api, dial, dialer, direct, proxied};
use crate::transport::hyper::dial::resolve::Lookup;
use crate::transport::hyper::dial::testing::{closed_port, full_port, serve};
use crate::transport::hyper::dial::{DialState, Dialer, Resolve};
use crate::transport::{Failure, Phase, WireOptions};

/// A resolver that never answers.
#[derive(Debug)]
struct Hanging;

impl Resolve for Hanging {
    fn resolve(&self, _: &str, _: u16) -> Lookup {
        Box::pin(std::future::pending())
    }
}

/// Dials until the state is reached; the dial never ends.
async fn hangs(dialer: &Dialer, phase: Phase, peer: &str) {
    let state = DialState::default();
    assert_eq!((state.phase(), state.peer()), (Phase::Connecting, None));
    let reached = async {
        while (state.phase(), state.peer().as_deref()) != (phase, Some(peer)) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    match select(pin!(dialer.dial(&state)), pin!(reached)).await {
        Either::Left((ended, _)) => panic!("{phase:?} {peer}: {ended:?}"),
        Either::Right(_) => {}
    }
}

/// A server that reads and never answers.
async fn silent() -> SocketAddr {
    let (address, _) = serve(|mut socket| async move {
        let _ = socket.read_to_end(&mut Vec::new()).await;
    })
    .await;
    address
}

#[tokio::test]
async fn a_plain_connection() {
    let address = silent().await;
    let state = DialState::default();
    let dialled = dialer(&direct(), &api("http", address)).dial(&state).await;
    let dialled = dialled.expect("a connection");
    assert_eq!(dialled.remote, Some(address));
    assert_eq!(*dialled.peer, address.to_string());
    assert!(!dialled.http2);
    assert_eq!(state.phase(), Phase::Connecting);
    assert_eq!(state.peer().as_deref(), Some(&*address.to_string()));
}

#[tokio::test]
async fn a_forwarding_proxy_is_all_that_is_connected_to() {
    let address = silent().await;
    let dialled = dial(&proxied(&format!("http://{address}")), "http://api.example").await;
    let dialled = dialled.expect("a connection");
    assert_eq!(*dialled.peer, format!("proxy {address}"));
}

#[tokio::test]
async fn phases_of_dials_that_hang() {
    let resolving = dialer(&direct(), "http://api.example").with_resolver(Arc::new(Hanging));
    hangs(&resolving, Phase::Resolving, "api.example:80").await;

    let proxy = dialer(&proxied("http://proxy.example:3128"), "http://api.example");
    let proxy = proxy.with_resolver(Arc::new(Hanging));
    hangs(&proxy, Phase::Resolving, "proxy proxy.example:3128").await;

    let full = full_port();
    let connecting = dialer(&direct(), &api("http", full.address));
    hangs(&connecting, Phase::Connecting, &full.address.to_string()).await;

    let unverified = WireOptions {
        danger_accept_invalid_certs: true,
        ..direct()
    };
    let address = silent().await;
    let tls = dialer(&unverified, &api("https", address));
    hangs(&tls, Phase::Tls, &address.to_string()).await;

    let socks = proxied(&format!("socks5h://{address}"));
    let socks = dialer(&socks, "http://api.example");
    hangs(&socks, Phase::Proxy, &format!("proxy {address}")).await;
}

#[tokio::test(start_paused = true)]
async fn a_dial_bounds_itself() {
    let dialer = dialer(&direct(), "http://api.example").with_resolver(Arc::new(Hanging));
    let began = tokio::time::Instant::now();
    let error = dialer.dial(&DialState::default()).await;
    let error = error.expect_err("an error");
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(error.failure(), Failure::Connect);
    assert_eq!(error.code(), Some("ETIMEDOUT"));
    assert_eq!(
        error.to_string(),
        "no connection to api.example:80 within 60 s (ETIMEDOUT)"
    );
}

#[tokio::test]
async fn a_refused_connection_names_host_and_address() {
    let (_socket, address) = closed_port();
    let port = address.port();
    let error = dial(&direct(), &api("http", address)).await;
    let error = error.expect_err("an error");
    assert_eq!(
        error.to_string(),
        format!("no connection to api.example:{port}: 127.0.0.1:{port} refused it (ECONNREFUSED)")
    );
    let error = dial(&direct(), &format!("http://{address}")).await;
    assert_eq!(
        error.expect_err("an error").to_string(),
        format!("127.0.0.1:{port} refused the connection (ECONNREFUSED)")
    );
}
