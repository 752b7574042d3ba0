//! Clients over the library's own transport.

use std::time::Duration;

use reqtrail::Proxy;

use crate::support::{LONG, TOKEN};

pub(crate) use reqtrail::{Client, ClientBuilder};

/// The notes of a call through a proxy.
pub(crate) const VIA_PROXY: [&str; 1] = ["via_proxy"];

/// A client of a test server, with very short waits between attempts and long timeouts.
pub(crate) fn builder(base: impl Into<String>) -> ClientBuilder {
    Client::novavms(base)
        .token(TOKEN)
        .proxy(Proxy::None)
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(1))
        .connect_timeout(LONG)
        .attempt_timeout(LONG)
        .max_attempts(3)
}
