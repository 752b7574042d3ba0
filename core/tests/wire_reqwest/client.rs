//! Clients over reqwest, with a builder that has the same methods as the library's own.

use std::time::Duration;

use reqtrail::reqwest::{Certificate, Identity};
use reqtrail::{Error, Observer, Proxy, Secret, reqwest};

use crate::support::{LONG, TOKEN};

/// What `needs_own_transport!` asks.
pub(crate) const IS_REQWEST: bool = true;

/// The notes of a call through a proxy: whether there is one, reqwest does not say.
pub(crate) const VIA_PROXY: [&str; 0] = [];

/// A client over reqwest.
pub(crate) type Client = reqtrail::Client;

/// The program's part: a provider of TLS.
pub(crate) fn provide_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client of a test server, with very short waits between attempts and long timeouts.
pub(crate) fn builder(base: impl Into<String>) -> ClientBuilder {
    provide_tls();
    let ours = reqtrail::Client::novavms(base)
        .token(TOKEN)
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(1))
        .connect_timeout(LONG)
        .attempt_timeout(LONG)
        .max_attempts(3);
    ClientBuilder {
        ours,
        wire: reqwest::Client::builder().no_proxy(),
        authorities: Vec::new(),
    }
}

/// Options of the loop and of the wire: each goes to the builder that carries it.
pub(crate) struct ClientBuilder {
    ours: reqtrail::ClientBuilder,
    wire: reqwest::ClientBuilder,
    authorities: Vec<Certificate>,
}

impl std::fmt::Debug for ClientBuilder {
    // What reqwest shows of itself is not the library's concern.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ours.fmt(f)
    }
}

impl ClientBuilder {
    fn ours(self, set: impl FnOnce(reqtrail::ClientBuilder) -> reqtrail::ClientBuilder) -> Self {
        Self {
            ours: set(self.ours),
            ..self
        }
    }

    fn wire(self, set: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> Self {
        Self {
            wire: set(self.wire),
            ..self
        }
    }

    pub(crate) fn attempt_timeout(self, timeout: Duration) -> Self {
        self.ours(|o| o.attempt_timeout(timeout))
    }

    pub(crate) fn connect_timeout(self, timeout: Duration) -> Self {
        self.ours(|o| o.connect_timeout(timeout))
    }

    pub(crate) fn max_attempts(self, attempts: u32) -> Self {
        self.ours(|o| o.max_attempts(attempts))
    }

    pub(crate) fn observer(self, observer: impl Observer + 'static) -> Self {
        self.ours(|o| o.observer(observer))
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        self.ours(|o| o.timeout(timeout))
    }

    pub(crate) fn client_certificate(self, pem: impl Into<Secret>) -> Self {
        let pem = pem.into();
        let identity = Identity::from_pem(pem.expose().as_bytes()).expect("a certificate and key");
        self.wire(|w| w.identity(identity))
    }

    pub(crate) fn danger_accept_invalid_certs(self, accept: bool) -> Self {
        self.wire(|w| w.tls_danger_accept_invalid_certs(accept))
    }

    pub(crate) fn extra_ca(mut self, pem: impl Into<Vec<u8>>) -> Self {
        let found = Certificate::from_pem_bundle(&pem.into()).expect("PEM");
        self.authorities.extend(found);
        self
    }

    pub(crate) fn http1_only(self, only: bool) -> Self {
        self.wire(|w| if only { w.http1_only() } else { w })
    }

    pub(crate) fn pool_idle_timeout(self, timeout: Duration) -> Self {
        self.wire(|w| w.pool_idle_timeout(timeout))
    }

    pub(crate) fn pool_max_idle(self, connections: usize) -> Self {
        self.wire(|w| w.pool_max_idle_per_host(connections))
    }

    pub(crate) fn proxy(self, proxy: Proxy) -> Self {
        let Proxy::Url(url) = proxy else {
            return self.wire(reqwest::ClientBuilder::no_proxy);
        };
        let proxy = reqwest::Proxy::all(url.expose()).expect("a proxy's URL");
        self.wire(|w| w.proxy(proxy))
    }

    /// Trusts the given authorities and no others, so that the machine's own do not matter.
    pub(crate) fn build(self) -> Result<Client, Error> {
        self.ours
            .reqwest(self.wire.tls_certs_only(self.authorities))
    }
}
