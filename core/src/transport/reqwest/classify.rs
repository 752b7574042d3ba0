//! What a reqwest error means for the loop: found once, here, by walking its causes.

use std::error::Error as StdError;
use std::io;

use super::{Failure, SentMark, TransportError};

/// An error before the response head.
pub(super) fn send_error(error: reqwest::Error, sent: &SentMark) -> TransportError {
    let failure =
        if find(&error, handshake).is_some() && (error.is_connect() || refused_by_peer(&error)) {
            Failure::Tls
        } else if error.is_connect() && !sent.is_marked() {
            Failure::Connect
        } else if find(&error, too_large).is_some() {
            Failure::HeadersTooLarge
        } else if find(&error, unprocessed).is_some() {
            Failure::Unprocessed
        } else {
            Failure::Broken
        };
    let what = match failure {
        Failure::Tls => "the TLS handshake failed",
        Failure::Connect => "no connection",
        Failure::HeadersTooLarge => "the response's header block is too large",
        Failure::Unprocessed => "the server did not process the request",
        _ => "the connection broke before the response",
    };
    wrap(failure, what, error)
}

/// An error within a response body. Whatever the peer says now, it has processed the request.
pub(super) fn body_error(error: reqwest::Error) -> TransportError {
    let what = "the connection broke within the response's body";
    wrap(Failure::Broken, what, error)
}

fn wrap(failure: Failure, what: &str, error: reqwest::Error) -> TransportError {
    let message = format!("{what}: {}", root_cause(&error));
    // The URL may hold secrets in its query.
    TransportError::new(failure, message).with_source(error.without_url())
}

/// The text of the innermost cause, which says what happened and not who noticed.
pub(super) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut last = String::new();
    let _ = find(error, |cause| {
        last = cause.to_string();
        false
    });
    last
}

/// The first error of the chain that `wanted` is true for.
fn find<'a>(
    error: &'a (dyn StdError + 'static),
    mut wanted: impl FnMut(&(dyn StdError + 'static)) -> bool,
) -> Option<&'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if wanted(cause) {
            return Some(cause);
        }
        // `io::Error::source` skips the error that it wraps.
        next = match cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

fn handshake(error: &(dyn StdError + 'static)) -> bool {
    error.is::<rustls::Error>() || alert(error).is_some()
}

/// In TLS 1.3 a server refuses a client's certificate after the client has begun to send; it has then read nothing. Other
/// alerts can come at any time, and prove nothing about a request that has left.
fn refused_by_peer(error: &(dyn StdError + 'static)) -> bool {
    use rustls::AlertDescription as Alert;
    const REFUSALS: [Alert; 8] = [
        Alert::CertificateRequired,
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::DecryptError,
    ];
    let refused = |alert: String| REFUSALS.iter().any(|known| alert == format!("{known:?}"));
    find(error, |cause| alert(cause).is_some_and(refused)).is_some()
}

/// The alert that the peer sent. It is read from the text: below HTTP/2 the typed error does not survive.
fn alert(error: &(dyn StdError + 'static)) -> Option<String> {
    let text = error.to_string();
    let alert = text.strip_prefix("received fatal alert: ");
    alert.map(str::to_owned)
}

fn too_large(error: &(dyn StdError + 'static)) -> bool {
    error
        .downcast_ref::<hyper::Error>()
        .is_some_and(hyper::Error::is_parse_too_large)
}

/// A stream refused, or above the last one that a closing connection will serve (RFC 9113 §6.8, §8.7).
fn unprocessed(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<h2::Error>().is_some_and(|h2| {
        let refused = h2.is_reset() && h2.reason() == Some(h2::Reason::REFUSED_STREAM);
        h2.is_remote() && (refused || h2.is_go_away())
    })
}
