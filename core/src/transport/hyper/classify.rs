//! Classifies errors of the HTTP library for the loop, by walking their causes.
//!
//! It reads hyper's errors, and those of libraries above it whose causes are hyper's.

use std::error::Error as StdError;
use std::io;

use super::dial::code_of;
#[cfg(any(feature = "rustls-ring", feature = "reqwest"))]
use super::dial::explain_tls;
use crate::limits;
use crate::transport::{Failure, TransportError};

/// An error before the response's head. `peer` is the other end of the connection.
pub(in crate::transport) fn send_error<E>(error: E, peer: &str) -> TransportError
where
    E: StdError + Send + Sync + 'static,
{
    let failure = if find(&error, is_too_large).is_some() {
        Failure::HeadersTooLarge
    } else if find(&error, is_refused_by_peer).is_some() {
        Failure::Tls
    } else {
        vow(&error).unwrap_or(Failure::Broken)
    };
    if failure == Failure::Tls
        && let Some(told) = tls_error(&error, peer)
    {
        return told.with_source(error).unread();
    }
    let is = |wanted: fn(&::hyper::Error) -> bool| {
        let is = |cause: &(dyn StdError + 'static)| hyper_error(cause).is_some_and(wanted);
        find(&error, is).is_some()
    };
    let what = match failure {
        Failure::HeadersTooLarge => limits::headers_unread(peer),
        Failure::Tls => format!("{peer} refused the TLS handshake"),
        Failure::Unprocessed | Failure::RefusedStream => {
            format!("{peer} did not process the request")
        }
        _ if is(::hyper::Error::is_timeout) => {
            format!("{peer} did not answer an HTTP/2 ping in time")
        }
        _ if is(::hyper::Error::is_incomplete_message) => {
            format!("{peer} closed the connection before its response")
        }
        _ if is(::hyper::Error::is_parse) => format!("the response of {peer} is not valid HTTP"),
        _ => format!("the connection to {peer} broke before the response"),
    };
    let wrapped = wrap(failure, what, error);
    match failure {
        Failure::Tls => wrapped.unread(),
        _ => wrapped,
    }
}

/// An error within a response's body. The peer has processed the request, whatever it says now.
pub(in crate::transport) fn body_error<E>(error: E, peer: &str) -> TransportError
where
    E: StdError + Send + Sync + 'static,
{
    let what = match &error {
        e if find(e, |cause| {
            hyper_error(cause).is_some_and(::hyper::Error::is_incomplete_message)
        })
        .is_some() =>
        {
            format!("{peer} closed the connection within the response's body")
        }
        e if find(e, is_bad_framing).is_some() => {
            format!("the response's body of {peer} is not framed as HTTP says")
        }
        _ => format!("the connection to {peer} broke within the response's body"),
    };
    wrap(Failure::Broken, what, error)
}

/// What an error of TLS among the causes means, or `None`.
#[cfg(any(feature = "rustls-ring", feature = "reqwest"))]
pub(in crate::transport) fn tls_error(
    error: &(dyn StdError + 'static),
    peer: &str,
) -> Option<TransportError> {
    let tls = find(error, |cause| cause.is::<rustls::Error>())?.downcast_ref()?;
    let (code, text) = explain_tls(tls, peer);
    let told = TransportError::new(Failure::Tls, text);
    Some(match code {
        Some(code) => told.with_code(code),
        None => told,
    })
}

/// An error of the system, about a connection that no request was sent on.
pub(in crate::transport) fn io_error(
    failure: Failure,
    what: &str,
    error: io::Error,
) -> TransportError {
    let wrapped = TransportError::new(failure, format!("{what}: {error}"));
    match code_of(&error) {
        Some(code) => wrapped.with_code(code),
        None => wrapped,
    }
    .with_source(error)
}

/// The error of the child of a fork, about a connection of its parent.
pub(in crate::transport) fn forked_error() -> TransportError {
    let what = "the connection belongs to the process that forked this one";
    TransportError::new(Failure::Broken, what)
}

fn wrap<E>(failure: Failure, what: String, error: E) -> TransportError
where
    E: StdError + Send + Sync + 'static,
{
    let root = root_cause(&error);
    let code = code(&error);
    let mut wrapped = TransportError::new(failure, format!("{what}: {root}"));
    if let Some(code) = code {
        wrapped = wrapped.with_code(code);
    }
    wrapped.with_source(error)
}

/// The well-known code of the error.
pub(in crate::transport) fn code(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut code = None;
    let _ = find(error, |cause| {
        #[cfg(any(feature = "http2", feature = "reqwest"))]
        if let Some(h2) = cause.downcast_ref::<h2::Error>()
            && let Some(reason) = h2.reason()
            && reason != h2::Reason::NO_ERROR
        {
            code = Some(format!("{reason:?}"));
        }
        let io = cause.downcast_ref::<io::Error>();
        if let Some(found) = io.and_then(code_of) {
            code = Some(found.to_owned());
        }
        false
    });
    code
}

/// The text of the innermost cause, which says what happened and not what noticed it.
pub(in crate::transport) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut last = String::new();
    let _ = find(error, |cause| {
        last = cause.to_string();
        false
    });
    last
}

/// The first error of the chain that `wanted` is true for.
pub(in crate::transport) fn find<'a>(
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

fn hyper_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a ::hyper::Error> {
    error.downcast_ref::<::hyper::Error>()
}

fn is_too_large(error: &(dyn StdError + 'static)) -> bool {
    hyper_error(error).is_some_and(::hyper::Error::is_parse_too_large)
}

/// In a chunked body hyper reports what is malformed as an I/O error of this kind.
fn is_bad_framing(error: &(dyn StdError + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| {
        io.kind() == io::ErrorKind::InvalidInput || io.kind() == io::ErrorKind::InvalidData
    })
}

/// In TLS 1.3 a server refuses a client's certificate after the client has begun to send, and has then read nothing.
/// Other alerts can come at any time, and prove nothing about a request that has left.
#[cfg(any(feature = "rustls-ring", feature = "reqwest"))]
fn is_refused_by_peer(error: &(dyn StdError + 'static)) -> bool {
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
    // The alert is read from the text: below HTTP/2 the typed error does not survive.
    let text = error.to_string();
    let alert = text.strip_prefix("received fatal alert: ");
    alert.is_some_and(|alert| REFUSALS.iter().any(|known| alert == format!("{known:?}")))
}

/// A server's guarantee that it did not process the request: a refused stream, or one above the last that a closing
/// connection will serve (RFC 9113 §6.8, §8.7).
#[cfg(any(feature = "http2", feature = "reqwest"))]
fn vow(error: &(dyn StdError + 'static)) -> Option<Failure> {
    let mut vow = None;
    let _ = find(error, |cause| {
        if let Some(h2) = cause
            .downcast_ref::<h2::Error>()
            .filter(|h2| h2.is_remote())
        {
            if h2.is_reset() && h2.reason() == Some(h2::Reason::REFUSED_STREAM) {
                vow = Some(Failure::RefusedStream);
            } else if h2.is_go_away() {
                vow = Some(Failure::Unprocessed);
            }
        }
        vow.is_some()
    });
    vow
}

/// HTTP/1 has no such guarantee.
#[cfg(not(any(feature = "http2", feature = "reqwest")))]
fn vow(_: &(dyn StdError + 'static)) -> Option<Failure> {
    None
}

/// This build has no TLS.
#[cfg(not(any(feature = "rustls-ring", feature = "reqwest")))]
fn is_refused_by_peer(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// This build has no TLS.
#[cfg(not(any(feature = "rustls-ring", feature = "reqwest")))]
fn tls_error(_: &(dyn StdError + 'static), _peer: &str) -> Option<TransportError> {
    None
}
