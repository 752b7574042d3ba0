//! TLS options: verification, additional authorities, a client certificate.

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::WireOptions;

/// Whether a client's connections use TLS at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    Tls,
    /// Neither the API nor the proxy is reached by https, and a redirect never leads there.
    Nothing,
}

/// Adds the options to the builder; the error names the option that is wrong.
pub(super) fn configure(
    mut builder: reqwest::ClientBuilder,
    options: &WireOptions,
    need: Need,
) -> Result<reqwest::ClientBuilder, String> {
    let mut authorities = Vec::new();
    for pem in &options.extra_ca {
        check_authorities(pem)?;
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|_| format!("extra_ca is not usable; {WANTED_CA}"))?;
        authorities.extend(found);
    }
    if need == Need::Nothing {
        // Reading the system's authorities takes milliseconds, and fails on machines that have none.
        builder = builder.tls_certs_only(authorities);
    } else if !authorities.is_empty() {
        builder = builder.tls_certs_merge(authorities);
    }
    if let Some(pem) = &options.client_certificate {
        let pem = pem.expose().as_bytes();
        check_client_certificate(pem)?;
        let identity = reqwest::Identity::from_pem(pem)
            .map_err(|_| format!("client_certificate is not usable; {WANTED_CLIENT}"))?;
        builder = builder.identity(identity);
    }
    if !options.verify_tls {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    Ok(builder)
}

const WANTED_CA: &str = "expected PEM text with `-----BEGIN CERTIFICATE-----` blocks";
const WANTED_CLIENT: &str = "expected PEM text with the certificate and its private key";

/// reqwest takes what looks like PEM and fails later, when it no longer knows which option it came from.
fn check_authorities(pem: &[u8]) -> Result<(), String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| format!("extra_ca is not PEM; {WANTED_CA}"))?;
        store.add(certificate).map_err(|e| {
            format!("extra_ca holds a block that is no certificate ({e}); {WANTED_CA}")
        })?;
    }
    if store.is_empty() {
        return Err(format!("extra_ca holds no certificate; {WANTED_CA}"));
    }
    Ok(())
}

/// The same for a client certificate: whether its parts can be read, and belong together. No message repeats the key.
fn check_client_certificate(pem: &[u8]) -> Result<(), String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| format!("client_certificate is not PEM; {WANTED_CLIENT}"))?;
    if chain.is_empty() {
        return Err(format!(
            "client_certificate holds no certificate; {WANTED_CLIENT}"
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| format!("client_certificate holds no private key; {WANTED_CLIENT}"))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider)
        .map(drop)
        .map_err(|e| format!("client_certificate is not usable ({e}); {WANTED_CLIENT}"))
}
