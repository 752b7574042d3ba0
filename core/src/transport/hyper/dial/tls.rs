//! TLS: the options of a client, checked, and handshakes.

mod roots;
mod verify;

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::endpoint::HostName;
use super::stream::Stream;
use super::tls_errors;
use crate::transport::{TransportError, WireOptions};

#[cfg(feature = "unstable-host")]
pub use roots::honour_ca_bundle_variables;

const WANTED_CA: &str = "expected PEM text with `-----BEGIN CERTIFICATE-----` blocks";
const WANTED_CLIENT: &str = "expected PEM text with the certificate and its private key";

/// The checked TLS options.
pub(super) struct TlsOptions {
    provider: Arc<CryptoProvider>,
    authorities: Vec<CertificateDer<'static>>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    verify: bool,
}

impl TlsOptions {
    /// Checks the options; the error names the one that is not valid, and repeats no key.
    pub(super) fn check(options: &WireOptions) -> Result<Self, String> {
        // The default provider of the process belongs to the program.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut authorities = Vec::new();
        for pem in &options.extra_ca {
            read_authorities(pem, &mut authorities)?;
        }
        let identity = match &options.client_certificate {
            Some(pem) => Some(read_identity(pem.expose().as_bytes(), &provider)?),
            None => None,
        };
        Ok(Self {
            provider,
            authorities,
            identity,
            verify: !options.danger_accept_invalid_certs,
        })
    }

    /// Makes the verifier of servers, for the option that needs https. It reads the system's authorities, which takes
    /// milliseconds the first time.
    pub(super) fn verifier(&self, _option: &str) -> Result<Arc<dyn ServerCertVerifier>, String> {
        if !self.verify {
            return Ok(Arc::new(verify::AcceptAny::new(&self.provider)));
        }
        let roots = roots::with_extra(&self.authorities)?;
        verify::Verifier::new(roots, self.authorities.clone(), self.provider.clone())
            .map(|verifier| Arc::new(verifier) as _)
    }

    /// Makes the TLS of connections to the API.
    pub(super) fn api(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        host: &HostName,
        http2: bool,
    ) -> Result<Tls, String> {
        let alpn: &[&[u8]] = if http2 {
            &[b"h2", b"http/1.1"]
        } else {
            &[b"http/1.1"]
        };
        let name = server_name(host).ok_or_else(|| {
            format!("base_url has the host `{host}`, which no certificate can name; expected a DNS name or an IP address")
        })?;
        self.tls(verifier, name, alpn, true)
    }

    /// Makes the TLS of connections to an https proxy. The client certificate is meant for the API and is not sent to
    /// the proxy.
    pub(super) fn proxy(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        host: &HostName,
    ) -> Result<Tls, String> {
        let name = server_name(host).ok_or_else(|| {
            "proxy has a host that no certificate can name; expected a DNS name or an IP address"
                .to_owned()
        })?;
        self.tls(verifier, name, &[b"http/1.1"], false)
    }

    fn tls(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        name: ServerName<'static>,
        alpn: &[&[u8]],
        with_identity: bool,
    ) -> Result<Tls, String> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("TLS cannot be set up: {e}"))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            Some((chain, key)) if with_identity => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(|e| format!("client_certificate is not usable ({e}); {WANTED_CLIENT}"))?,
            _ => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Ok(Tls {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        })
    }
}

/// Makes the handshakes with one host. Its connections share one configuration, and so resume each other's sessions.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Makes the handshake, and returns whether both sides agreed on HTTP/2; `peer` names the other side in errors.
    pub(super) async fn handshake(
        &self,
        stream: Stream,
        peer: &str,
    ) -> Result<(Stream, bool), TransportError> {
        let shaken = self.connector.connect(self.name.clone(), stream).await;
        let tls = shaken.map_err(|e| tls_errors::failed(e, peer))?;
        let http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((Stream::Tls(Box::new(tls)), http2))
    }
}

/// Returns the name without a trailing dot: names in certificates have none, and RFC 6066 forbids it in the server name
/// extension.
fn server_name(host: &HostName) -> Option<ServerName<'static>> {
    match host {
        HostName::Ip(ip) => Some(ServerName::from(*ip)),
        HostName::Name(_) => ServerName::try_from(host.relative()).ok(),
    }
}

/// Adds the certificates of one value of `extra_ca` to those of the values before it.
fn read_authorities(pem: &[u8], all: &mut Vec<CertificateDer<'static>>) -> Result<(), String> {
    let before = all.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| format!("extra_ca is not PEM; {WANTED_CA}"))?;
        RootCertStore::empty()
            .add(certificate.clone())
            .map_err(|e| unusable(all.len(), &e))?;
        all.push(certificate);
    }
    if all.len() == before {
        return Err(format!("extra_ca holds no certificate; {WANTED_CA}"));
    }
    Ok(())
}

/// Returns the text for a certificate in `extra_ca` that cannot be read. `before` is how many lie before it.
fn unusable(before: usize, error: &rustls::Error) -> String {
    format!(
        "extra_ca: certificate {} is not usable ({error}); {WANTED_CA}",
        before + 1
    )
}

/// Reads a client certificate, whose parts have to be readable and to belong together.
fn read_identity(
    pem: &[u8],
    provider: &CryptoProvider,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
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
    CertifiedKey::from_der(chain.clone(), key.clone_key(), provider)
        .map_err(|e| format!("client_certificate is not usable ({e}); {WANTED_CLIENT}"))?;
    Ok((chain, key))
}
