//! Explains failed handshakes: the well-known code, and a text with a remedy.

use std::fmt;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage, OtherError};

use crate::transport::hyper::dial::codes::code_of;
use crate::transport::{Failure, TransportError};

/// Why a server's certificate is refused, in cases that rustls explains less well.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is self-signed and not trusted.
    SelfSigned,
    /// It is the certificate of an authority, which the server presents as its own.
    Authority { self_signed: bool },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSigned => "the certificate is self-signed",
            Self::Authority { .. } => "the certificate is that of a certificate authority",
        })
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        CertificateError::Other(OtherError(Arc::new(refusal))).into()
    }
}

/// An error's code, and what happened in words.
type Explained = (Option<&'static str>, String);

/// Makes the error of a handshake with `peer`.
///
/// A connection that breaks meanwhile is not a TLS error: the server may just be starting, so it may be tried again.
pub(super) fn failed(error: io::Error, peer: &str) -> TransportError {
    let (failure, (code, text)) = match rustls_error(&error) {
        Some(tls) => (Failure::Tls, explain(tls, peer)),
        None => (Failure::Connect, broken(&error, peer)),
    };
    let text = match code {
        Some(code) => format!("{text} ({code})"),
        None => text,
    };
    let made = TransportError::new(failure, text).with_source(error);
    match code {
        Some(code) => made.with_code(code),
        None => made,
    }
}

fn rustls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn broken(error: &io::Error, peer: &str) -> Explained {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let text = format!("{peer} closed the connection during the TLS handshake");
        return (Some("ECONNRESET"), text);
    }
    match code_of(error) {
        Some("ECONNRESET") => (
            Some("ECONNRESET"),
            format!("{peer} reset the connection during the TLS handshake"),
        ),
        Some(code) => (
            Some(code),
            format!("the connection to {peer} broke during the TLS handshake"),
        ),
        None => (
            None,
            format!("the connection to {peer} broke during the TLS handshake: {error}"),
        ),
    }
}

/// Explains a TLS error: its code, if it has one, and a sentence that names `peer`.
///
/// In TLS 1.3 a server refuses a client's certificate only after the handshake, when the connection is used. So errors
/// of reading from a connection are explained here, too.
pub(crate) fn explain(error: &Error, peer: &str) -> Explained {
    match error {
        Error::InvalidCertificate(certificate) => explain_certificate(certificate, peer),
        Error::AlertReceived(alert) => explain_alert(*alert, peer),
        // The first bytes of a peer without TLS are not those of a TLS record.
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload,
        ) => (
            Some("ERR_SSL_WRONG_VERSION_NUMBER"),
            format!("{peer} does not speak TLS; does it expect http:// instead of https://?"),
        ),
        Error::NoApplicationProtocol => (
            Some("EPROTO"),
            format!("{peer} speaks none of the protocols h2 and http/1.1"),
        ),
        Error::PeerIncompatible(why) => (
            Some("EPROTO"),
            format!("{peer} and this client have no version or cipher of TLS in common: {why:?}"),
        ),
        other => (
            Some("EPROTO"),
            format!("the TLS handshake with {peer} failed: {other}"),
        ),
    }
}

fn explain_certificate(error: &CertificateError, peer: &str) -> Explained {
    use CertificateError as Cert;
    let (code, text) = match error {
        Cert::Expired => (
            "CERT_HAS_EXPIRED",
            format!("the certificate of {peer} has expired, or this machine's clock is wrong"),
        ),
        Cert::ExpiredContext { time, not_after } => (
            "CERT_HAS_EXPIRED",
            format!(
                "the certificate of {peer} expired at {}; this machine's clock says {}",
                date(*not_after),
                date(*time)
            ),
        ),
        Cert::NotValidYet => (
            "CERT_NOT_YET_VALID",
            format!("the certificate of {peer} is not valid yet, or this machine's clock is wrong"),
        ),
        Cert::NotValidYetContext { time, not_before } => (
            "CERT_NOT_YET_VALID",
            format!(
                "the certificate of {peer} is valid from {} on; this machine's clock says {}",
                date(*not_before),
                date(*time)
            ),
        ),
        Cert::NotValidForName => (
            "ERR_TLS_CERT_ALTNAME_INVALID",
            format!("the certificate of {peer} is for another host"),
        ),
        Cert::NotValidForNameContext { presented, .. } => (
            "ERR_TLS_CERT_ALTNAME_INVALID",
            format!(
                "the certificate of {peer} is for {}, not for this host",
                names(presented)
            ),
        ),
        Cert::UnknownIssuer => (
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            format!(
                "the certificate of {peer} is of an unknown issuer; give its CA as extra_ca or in SSL_CERT_FILE"
            ),
        ),
        Cert::Revoked => (
            "CERT_REVOKED",
            format!("the certificate of {peer} has been revoked"),
        ),
        Cert::BadSignature => (
            "CERT_SIGNATURE_FAILURE",
            format!(
                "the certificate of {peer} is not signed by the CA of that name that is known here; give the right \
                 one as extra_ca"
            ),
        ),
        Cert::InvalidPurpose | Cert::InvalidPurposeContext { .. } => (
            "INVALID_PURPOSE",
            format!("the certificate of {peer} is not one for servers"),
        ),
        Cert::Other(other) => match other.0.downcast_ref::<Refusal>() {
            Some(refusal) => explain_refusal(refusal, peer),
            None => {
                let text = format!("the certificate of {peer} is not usable: {}", other.0);
                return (None, text);
            }
        },
        other => {
            return (
                None,
                format!("the certificate of {peer} is not usable: {other}"),
            );
        }
    };
    (Some(code), text)
}

fn explain_refusal(refusal: &Refusal, peer: &str) -> (&'static str, String) {
    match refusal {
        Refusal::SelfSigned => (
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            format!("the certificate of {peer} is self-signed; give it as extra_ca to trust it"),
        ),
        Refusal::Authority { self_signed } => (
            if *self_signed {
                "DEPTH_ZERO_SELF_SIGNED_CERT"
            } else {
                "INVALID_PURPOSE"
            },
            format!(
                "{peer} uses a certificate authority's certificate (CA:TRUE) as its own; set that certificate as \
                 extra_ca, or give the server a certificate without CA:TRUE"
            ),
        ),
    }
}

fn explain_alert(alert: Alert, peer: &str) -> Explained {
    let (code, what) = match alert {
        Alert::CertificateRequired => (
            "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "wants a client certificate; set client_certificate",
        ),
        Alert::UnknownCA => (
            "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
            "does not know the CA of the client certificate",
        ),
        Alert::BadCertificate | Alert::UnsupportedCertificate | Alert::CertificateUnknown => (
            "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
            "refused the client certificate",
        ),
        Alert::CertificateExpired => (
            "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "refused the client certificate, which has expired",
        ),
        Alert::CertificateRevoked => (
            "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED",
            "refused the client certificate, which has been revoked",
        ),
        Alert::AccessDenied => (
            "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
            "denied access to the client certificate",
        ),
        Alert::ProtocolVersion => (
            "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
            "has neither TLS 1.2 nor TLS 1.3",
        ),
        Alert::UnrecognisedName => (
            "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
            "does not serve a host of this name",
        ),
        Alert::NoApplicationProtocol => ("EPROTO", "speaks neither h2 nor http/1.1"),
        Alert::HandshakeFailure => (
            "EPROTO",
            "refused the TLS handshake: no common cipher, or a client certificate is wanted",
        ),
        other => {
            let text = format!("{peer} aborted the TLS handshake with the alert {other:?}");
            return (Some("EPROTO"), text);
        }
    };
    (Some(code), format!("{peer} {what}"))
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds)
        .map_or_else(|_| "an impossible time".to_owned(), |t| t.to_string())
}

/// The names of a certificate, as far as they fit. They come as `DnsName("api.example")` or `IpAddress(…)`.
fn names(presented: &[String]) -> String {
    const SHOWN: usize = 3;
    const LONGEST: usize = 30;
    if presented.is_empty() {
        return "none (it has no subjectAltName)".to_owned();
    }
    let mut text = Vec::new();
    for name in presented.iter().take(SHOWN) {
        let bare = name
            .split_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(')'))
            .unwrap_or(name)
            .trim_matches('"');
        let mut short: String = bare.chars().take(LONGEST).collect();
        if short.len() < bare.len() {
            short.push('…');
        }
        text.push(short);
    }
    let mut text = text.join(", ");
    if presented.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(error: CertificateError) -> (Option<&'static str>, String) {
        explain(&Error::InvalidCertificate(error), "api.example:443")
    }

    #[test]
    fn dates_are_shown() {
        let at = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let (code, text) = text(CertificateError::ExpiredContext {
            time: at(1_700_000_000),
            not_after: at(1_600_000_000),
        });
        assert_eq!(code, Some("CERT_HAS_EXPIRED"));
        assert_eq!(
            text,
            "the certificate of api.example:443 expired at 2020-09-13T12:26:40Z; this machine's clock says \
             2023-11-14T22:13:20Z"
        );
    }

    #[test]
    fn every_text_is_short_and_names_the_peer() {
        let errors = [
            Error::InvalidCertificate(CertificateError::Expired),
            Error::InvalidCertificate(CertificateError::NotValidYet),
            Error::InvalidCertificate(CertificateError::NotValidForName),
            Error::InvalidCertificate(CertificateError::UnknownIssuer),
            Error::InvalidCertificate(CertificateError::BadSignature),
            Error::InvalidCertificate(CertificateError::Revoked),
            Error::InvalidCertificate(CertificateError::InvalidPurpose),
            Error::InvalidCertificate(CertificateError::BadEncoding),
            Refusal::SelfSigned.into(),
            Refusal::Authority { self_signed: true }.into(),
            Refusal::Authority { self_signed: false }.into(),
            Error::AlertReceived(Alert::CertificateRequired),
            Error::AlertReceived(Alert::UnrecognisedName),
            Error::AlertReceived(Alert::HandshakeFailure),
            Error::AlertReceived(Alert::InternalError),
            Error::NoApplicationProtocol,
            Error::InvalidMessage(InvalidMessage::InvalidContentType),
            Error::InvalidMessage(InvalidMessage::InvalidCcs),
        ];
        for error in errors {
            let (code, text) = explain(&error, "api.example:443");
            assert!(text.contains("api.example:443"), "{text}");
            let whole = text.len() + code.map_or(0, |code| code.len() + 3);
            assert!(whole <= 200, "{whole}: {text}");
            assert!(!text.contains('\n'));
        }
    }

    #[test]
    fn names_are_bare_and_few() {
        let presented = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            names(&presented(&["DnsName(\"a.example\")", "*.b.example"])),
            "a.example, *.b.example"
        );
        assert_eq!(names(&presented(&["a", "b", "c", "d"])), "a, b, c, …");
        assert!(names(&[]).starts_with("none"));
        assert!(names(&["x".repeat(1000)]).len() < 60);
    }
}
