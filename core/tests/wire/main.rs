//! The wire itself: HTTP/2, TLS, proxies and the connection pool, on real sockets of the loopback interface.
//!
//! Each test holds a trail against what the server saw.

/// Ends a test that another transport than the library's own cannot pass, with the reason.
macro_rules! needs_own_transport {
    ($why:literal) => {};
}

mod churn;
mod client;
mod connecting;
mod floods;
mod framing;
mod h2;
#[cfg(feature = "openstack")]
mod hosted;
mod own_transport;
mod pool;
mod processes;
mod proxy;
mod proxy_environment;
mod remote_address;
mod request_options;
mod resolve;
mod runtimes;
#[cfg(feature = "openstack")]
mod services;
mod sharing;
#[cfg(feature = "openstack")]
mod sign_in;
mod silence;
#[cfg(feature = "openstack")]
mod stories;
mod streams;
mod support;
mod threads;
mod tls;
mod tls_client;
