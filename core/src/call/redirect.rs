//! Redirects: which are followed, and with which request (RFC 9110 §15.4).

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::plan::Hop;
use crate::target;

/// What to do about a response that may be a redirect.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Send this next.
    Follow(Box<Hop>),
    /// A redirect that must not be followed, and why.
    Refuse(String),
    /// A final response: not a redirect status, or a redirect without a usable Location.
    Final,
}

/// Judges a response to `hop`, which the call reached by `followed` redirects.
pub(crate) fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    hop: &Hop,
    followed: u32,
    max_redirects: u32,
    shown_query: &[String],
) -> Verdict {
    if !matches!(status.as_u16(), 301..=303 | 307 | 308) {
        return Verdict::Final;
    }
    let from = hop.url.to_url();
    let Some(mut url) = location(headers, &from) else {
        return Verdict::Final;
    };
    let status = status.as_u16();
    if url.origin() != from.origin() {
        return Verdict::Refuse(format!(
            "the {status} redirect leads to another origin ({}); nothing was sent there",
            url.origin().ascii_serialization()
        ));
    }
    let reads = matches!(hop.method, Method::GET | Method::HEAD);
    let method = match status {
        303 if hop.method == Method::HEAD => Method::HEAD,
        303 => Method::GET,
        301 | 302 if !reads => {
            return Verdict::Refuse(format!(
                "a {status} redirect of a {} is not followed: it would change the method",
                hop.method
            ));
        }
        _ => hop.method.clone(),
    };
    if followed >= max_redirects {
        return Verdict::Refuse(format!(
            "more than {max_redirects} redirects; max_redirects is the limit"
        ));
    }
    url.set_fragment(None);
    // A server must not choose a credential for the client.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut next = Hop {
        method,
        shown: Some(target::show(&url, shown_query)),
        url: url.into(),
        headers: Arc::clone(&hop.headers),
        body: hop.body.clone(),
    };
    if status == 303 {
        next.body = Bytes::new();
        let headers = Arc::make_mut(&mut next.headers);
        for name in [
            CONTENT_TYPE,
            CONTENT_LENGTH,
            CONTENT_ENCODING,
            CONTENT_LANGUAGE,
        ] {
            headers.remove(name);
        }
    }
    Verdict::Follow(Box::new(next))
}

fn location(headers: &HeaderMap, base: &Url) -> Option<Url> {
    let text = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    (!text.is_empty()).then(|| base.join(text).ok())?
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn judged(method: Method, status: u16, location: &str) -> Verdict {
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            HeaderValue::from_str(location).expect("a header value"),
        );
        let mut sent = HeaderMap::new();
        sent.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        let hop = Hop {
            method,
            url: Url::parse("https://h/a/b?x=1").expect("a URL").into(),
            shown: None,
            headers: Arc::new(sent),
            body: Bytes::from_static(b"body"),
        };
        judge(
            StatusCode::from_u16(status).expect("a status"),
            &headers,
            &hop,
            0,
            1,
            &[],
        )
    }

    fn followed(method: Method, status: u16, location: &str) -> Hop {
        match judged(method, status, location) {
            Verdict::Follow(hop) => *hop,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn methods_and_bodies() {
        for status in [307, 308] {
            let hop = followed(Method::POST, status, "/c");
            assert_eq!(
                (hop.method, &hop.body[..], hop.url.as_str()),
                (Method::POST, &b"body"[..], "https://h/c")
            );
        }
        for (method, want) in [
            (Method::POST, Method::GET),
            (Method::HEAD, Method::HEAD),
            (Method::DELETE, Method::GET),
        ] {
            let hop = followed(method, 303, "c");
            assert_eq!(
                (hop.method, hop.body.len(), hop.headers.len()),
                (want, 0, 0)
            );
            assert_eq!(hop.url.as_str(), "https://h/a/c");
        }
        for status in [301, 302] {
            assert_eq!(followed(Method::GET, status, "/c").method, Method::GET);
            assert!(matches!(
                judged(Method::POST, status, "/c"),
                Verdict::Refuse(_)
            ));
        }
    }

    #[test]
    fn the_origin_is_never_left() {
        for location in [
            "https://other/",
            "http://h/a",
            "https://h:8443/",
            "//other/x",
            "ftp://h/",
            "mailto:x@h",
        ] {
            assert!(
                matches!(judged(Method::GET, 302, location), Verdict::Refuse(_)),
                "{location}"
            );
        }
        assert!(
            matches!(judged(Method::GET, 302, "https://me:pw@h/x#f"), Verdict::Follow(hop) if hop.url.as_str() == "https://h/x")
        );
    }

    #[test]
    fn no_usable_location_is_a_final_answer() {
        assert!(matches!(judged(Method::GET, 302, ""), Verdict::Final));
        assert!(matches!(
            judged(Method::GET, 302, "https://["),
            Verdict::Final
        ));
        assert!(matches!(judged(Method::GET, 304, "/c"), Verdict::Final));
        assert!(matches!(judged(Method::GET, 300, "/c"), Verdict::Final));
    }

    #[test]
    fn hops_are_shown_without_secrets() {
        assert_eq!(
            followed(Method::GET, 302, "/c?sig=s3cr3t&page=2").shown(),
            "https://h/c?sig=[redacted]&page=2"
        );
    }
}
