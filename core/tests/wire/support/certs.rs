//! New certificates for every test, and TLS servers that present them.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Server, http1};

/// A certificate authority.
pub(crate) struct Authority {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(crate) struct Identity {
    der: CertificateDer<'static>,
    key: KeyPair,
    pub(crate) certificate_pem: String,
}

impl Identity {
    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// Certificate and key in one text.
    pub(crate) fn pem(&self) -> String {
        format!("{}{}", self.certificate_pem, self.key_pem())
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::named("reqtrail test CA")
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A good certificate of a server on loopback.
    pub(crate) fn server(&self) -> Identity {
        self.issue(
            params("server", &["127.0.0.1"]),
            ExtendedKeyUsagePurpose::ServerAuth,
        )
    }

    /// A certificate of a server of another name.
    pub(crate) fn other_server(&self) -> Identity {
        self.server_named("other.example")
    }

    /// A certificate of a server of this name.
    pub(crate) fn server_named(&self, name: &str) -> Identity {
        self.issue(
            params("server", &[name]),
            ExtendedKeyUsagePurpose::ServerAuth,
        )
    }

    /// A certificate whose time is over.
    pub(crate) fn expired_server(&self) -> Identity {
        let mut params = params("server", &["127.0.0.1"]);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.issue(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client's certificate.
    pub(crate) fn client(&self) -> Identity {
        self.issue(params("client", &[]), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Identity {
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity {
            der: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key,
        }
    }
}

fn params(name: &str, alternative_names: &[&str]) -> CertificateParams {
    let names: Vec<String> = alternative_names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2099, 1, 1);
    params
}

/// The TLS side of a server.
pub(crate) struct Tls<'a> {
    pub(crate) identity: Identity,
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) alpn: &'static [&'static str],
    /// Clients have to show a certificate of this authority.
    pub(crate) clients_of: Option<&'a Authority>,
}

impl Tls<'_> {
    /// Any version, HTTP/1.1, no client certificate.
    pub(crate) fn new(identity: Identity) -> Self {
        Self {
            identity,
            versions: rustls::ALL_VERSIONS,
            alpn: &["http/1.1"],
            clients_of: None,
        }
    }

    pub(crate) fn acceptor(self) -> Acceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.versions)
            .expect("versions");
        let config = match self.clients_of {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der.clone()).expect("an authority");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let key = PrivatePkcs8KeyDer::from(self.identity.key.serialize_der());
        let mut config = config
            .with_single_cert(vec![self.identity.der.clone()], PrivateKeyDer::Pkcs8(key))
            .expect("a usable certificate");
        config.alpn_protocols = self
            .alpn
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        Acceptor(TlsAcceptor::from(Arc::new(config)))
    }

    /// A server that answers every request over HTTP/1.1.
    pub(crate) async fn serve(self) -> Server {
        let acceptor = self.acceptor();
        Server::start(move |number, socket, log| {
            let acceptor = acceptor.clone();
            async move {
                let mut io = acceptor.accept(socket).await?;
                http1::serve(&mut io, number, &log).await
            }
        })
        .await
    }
}

/// Makes handshakes.
#[derive(Clone)]
pub(crate) struct Acceptor(TlsAcceptor);

impl Acceptor {
    /// Makes the handshake. If it fails, the client gets the alert for certain: the socket stays until it has hung up.
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        match self.0.accept(socket).into_fallible().await {
            Ok(io) => Ok(io),
            Err((error, mut socket)) => {
                http1::finish(&mut socket).await?;
                Err(error)
            }
        }
    }
}
