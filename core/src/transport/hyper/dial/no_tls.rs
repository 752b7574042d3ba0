//! Replaces TLS in a build without the feature `rustls-ring`: the options of TLS are refused, and the other types have
//! no values.

use std::convert::Infallible;

use super::endpoint::HostName;
use super::stream::Stream;
use crate::transport::{TransportError, WireOptions};

const WANTED: &str = "expected the feature `rustls-ring` of the crate reqtrail to be on";

/// The options of TLS: none is set.
pub(super) struct TlsOptions;

impl TlsOptions {
    /// Refuses the options that would have no effect.
    pub(super) fn check(options: &WireOptions) -> Result<Self, String> {
        let given = [
            ("extra_ca", !options.extra_ca.is_empty()),
            ("client_certificate", options.client_certificate.is_some()),
        ];
        match given.into_iter().find(|(_, is_set)| *is_set) {
            Some((option, _)) => Err(format!("{option} is for https; {WANTED}")),
            None => Ok(Self),
        }
    }

    /// Refuses the option that asks for https.
    pub(super) fn verifier(&self, option: &str) -> Result<Verifier, String> {
        Err(format!("{option} asks for https; {WANTED}"))
    }

    pub(super) fn api(
        &self,
        verifier: Verifier,
        _: &HostName,
        _http2: bool,
    ) -> Result<Tls, String> {
        match verifier.none {}
    }

    pub(super) fn proxy(&self, verifier: Verifier, _: &HostName) -> Result<Tls, String> {
        match verifier.none {}
    }
}

/// Decides which servers to trust.
#[derive(Clone)]
pub(super) struct Verifier {
    none: Infallible,
}

/// Makes the handshakes with one host.
#[derive(Clone)]
pub(super) struct Tls {
    none: Infallible,
}

impl Tls {
    pub(super) async fn handshake(
        &self,
        _: Stream,
        _peer: &str,
    ) -> Result<(Stream, bool), TransportError> {
        match self.none {}
    }
}
