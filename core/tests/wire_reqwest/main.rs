//! The wire tests over a reqwest client: the loop behaves the same above another transport.
//!
//! `needs_own_transport!` ends those that reqwest cannot pass.

macro_rules! needs_own_transport {
    ($why:literal) => {
        if crate::client::IS_REQWEST {
            return;
        }
    };
}

mod builder;
mod client;
#[path = "../wire/connecting.rs"]
mod connecting;
#[path = "../wire/h2.rs"]
mod h2;
#[path = "../wire/pool.rs"]
mod pool;
#[path = "../wire/proxy.rs"]
mod proxy;
#[path = "../wire/remote_address.rs"]
mod remote_address;
#[path = "../wire/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other target uses all of it")]
mod support;
#[path = "../wire/tls.rs"]
mod tls;
#[path = "../wire/tls_client.rs"]
mod tls_client;
