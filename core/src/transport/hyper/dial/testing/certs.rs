//! Certificates, and TLS servers that show them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A certificate with its key.
pub(in super::super) struct Identity {
    pub(in super::super) pem: String,
    der: CertificateDer<'static>,
    key: KeyPair,
    params: CertificateParams,
}

/// What a certificate says.
pub(in super::super) fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

/// The same for a certificate authority, which may be a server too.
pub(in super::super) fn authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Identity {
    pub(in super::super) fn self_signed(params: CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key,
            params,
        }
    }

    pub(in super::super) fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key,
            params,
        }
    }

    /// Shows this certificate while another key signs.
    pub(in super::super) fn with_key_of(self, other: &Self) -> Self {
        let key = KeyPair::from_pem(&other.key.serialize_pem()).expect("a key");
        Self { key, ..self }
    }

    pub(in super::super) fn der(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    fn certified(&self) -> Arc<CertifiedKey> {
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let key = rustls::crypto::ring::sign::any_supported_type(&PrivateKeyDer::Pkcs8(key));
        // Unchecked: the key may be another's.
        Arc::new(CertifiedKey::new(
            vec![self.der.clone()],
            key.expect("a usable key"),
        ))
    }

    /// Makes the server side of handshakes.
    pub(in super::super) fn acceptor(&self, alpn: &[&str]) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Shown(self.certified())));
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    /// A TLS server that says which server name each client asked for.
    pub(in super::super) async fn serve(&self, alpn: &[&str]) -> SocketAddr {
        let acceptor = self.acceptor(alpn);
        let (address, _) = super::serve(move |socket| {
            let acceptor = acceptor.clone();
            async move {
                let _ = greet(acceptor, socket).await;
            }
        })
        .await;
        address
    }
}

/// Makes the handshake and writes the server name, or `-`, and a line feed.
pub(in super::super) async fn greet(acceptor: TlsAcceptor, socket: TcpStream) -> io::Result<()> {
    let mut tls: TlsStream<TcpStream> = match acceptor.accept(socket).into_fallible().await {
        Ok(tls) => tls,
        Err((error, mut socket)) => {
            // Until the client has hung up, so that it reads the alert and not a reset.
            let _ = socket.read_to_end(&mut Vec::new()).await;
            return Err(error);
        }
    };
    let name = tls.get_ref().1.server_name().unwrap_or("-").to_owned();
    tls.write_all(format!("{name}\n").as_bytes()).await?;
    tls.flush().await?;
    let _ = tls.read_to_end(&mut Vec::new()).await;
    Ok(())
}

/// Shows one certificate to all.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}
