//! Classifies errors of reqwest for the loop. `transport/hyper/classify.rs` reads what they have in common with
//! hyper's.

use std::error::Error as StdError;

use url::{Position, Url};

use super::{Failure, SentMark, TransportError};
use crate::transport::hyper::classify::{self, code, find, root_cause};

/// An error before the response's head.
pub(super) fn send_error(error: reqwest::Error, sent: &SentMark) -> TransportError {
    let peer = error.url().map_or("the server".to_owned(), authority);
    let is_connect = error.is_connect();
    // The URL may hold secrets in its query.
    let error = error.without_url();
    // A connection that breaks during its handshake is not a TLS error.
    if is_connect && let Some(refused) = classify::tls_error(&error, &peer) {
        return refused.with_source(error).unread();
    }
    if is_connect && !sent.is_marked() {
        return connect_error(&error, &peer).with_source(error);
    }
    classify::send_error(error, &peer)
}

/// An error within a response's body.
pub(super) fn body_error(error: reqwest::Error, url: &Url) -> TransportError {
    classify::body_error(error.without_url(), &authority(url))
}

/// The authority of a URL, without user info.
fn authority(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}

/// An error of a connection that could not be made.
fn connect_error(error: &(dyn StdError + 'static), peer: &str) -> TransportError {
    let is = |text| find(error, |cause| cause.to_string() == text).is_some();
    let root = root_cause(error);
    // The types of the two errors are private, so their texts have to do.
    if is("tunnel error: proxy authorization required") {
        let text = format!("the proxy refused the tunnel to {peer}: {root}");
        return TransportError::new(Failure::ProxyRefused, text);
    }
    let (text, code) = if is("dns error") {
        let text = format!("the host of {peer} cannot be resolved: {root}");
        (text, code(error).or_else(|| resolver_code(&root)))
    } else {
        let text = format!("no connection to {peer}: {root}");
        (text, code(error))
    };
    let failed = TransportError::new(Failure::Connect, text);
    match code {
        Some(code) => failed.with_code(code),
        None => failed,
    }
}

/// The code of a look-up that failed. The standard library keeps only the text of it.
fn resolver_code(text: &str) -> Option<String> {
    let has = |part| text.contains(part);
    let code = if has("Temporary failure in name resolution") {
        "EAI_AGAIN"
    } else if has("Name or service not known")
        || has("No address associated with hostname")
        || has("nodename nor servname provided")
    {
        "ENOTFOUND"
    } else {
        return None;
    };
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_that_failed_have_the_codes_of_the_resolver() {
        for (text, code) in [
            ("Name or service not known", Some("ENOTFOUND")),
            ("No address associated with hostname", Some("ENOTFOUND")),
            ("Temporary failure in name resolution", Some("EAI_AGAIN")),
            ("something else", None),
        ] {
            let text = format!("failed to lookup address information: {text}");
            assert_eq!(resolver_code(&text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn a_peer_is_named_without_secrets() {
        let url = Url::parse("https://user:s3cr3t@api.example:8443/x?key=s3cr3t").expect("a URL");
        assert_eq!(authority(&url), "api.example:8443");
    }
}
