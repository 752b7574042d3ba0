//! Whole dials, against servers on loopback.

mod options;
mod socks;
mod tls;
mod tunnel;
#[cfg(unix)]
mod unix;
mod way;

use std::net::SocketAddr;

use url::Url;

use super::testing::Fixed;
use super::{DialState, Dialer, Dialled};
use crate::transport::{Proxy, TransportError, WireOptions};

/// Options without a proxy.
fn direct() -> WireOptions {
    WireOptions {
        proxy: Proxy::None,
        ..WireOptions::default()
    }
}

/// Options with the proxy of this URL.
fn proxied(url: &str) -> WireOptions {
    WireOptions {
        proxy: Proxy::Url(url.into()),
        ..WireOptions::default()
    }
}

fn dialer(options: &WireOptions, base: &str) -> Dialer {
    let base = Url::parse(base).expect("a URL");
    let dialer = Dialer::new(options, &base).expect("a dialer");
    dialer.with_resolver(Fixed::loopback())
}

/// Dials `base`, whose host is on loopback whatever its name is.
async fn dial(options: &WireOptions, base: &str) -> Result<Dialled, TransportError> {
    dialer(options, base).dial(&DialState::default()).await
}

/// The URL of `api.example` at the port of an address.
fn api(scheme: &str, address: SocketAddr) -> String {
    format!("{scheme}://api.example:{}", address.port())
}
