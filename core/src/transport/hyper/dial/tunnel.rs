//! A tunnel through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6).

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::ext::ReasonPhrase;
use hyper_util::rt::TokioIo;

use super::codes::code_of;
use super::connect::failed;
use super::endpoint::{HostPort, Peer};
use super::proxy::ProxyUrl;
use super::stream::Stream;
use crate::transport::{Failure, TransportError};

/// Asks the proxy at the other end of `stream` for a tunnel to `target`.
pub(super) async fn open(
    stream: Stream,
    proxy: &ProxyUrl,
    peer: &Peer,
    target: &HostPort,
) -> Result<Stream, TransportError> {
    let request = request(target, proxy.authorization())
        .map_err(|e| failed(format!("no tunnel through {peer}: {e}"), None))?;
    let no_answer = |error| broken(error, peer);
    let (mut sender, mut connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(no_answer)?;
    let response = {
        let mut response = pin!(sender.send_request(request));
        // Polled in this task, so that dropping the dial drops the connection.
        let mut is_done = false;
        poll_fn(|cx| {
            if !is_done && let Poll::Ready(done) = connection.poll_without_shutdown(cx) {
                is_done = true;
                if let Err(error) = done {
                    return Poll::Ready(Err(error));
                }
            }
            response.as_mut().poll(cx)
        })
        .await
        .map_err(no_answer)?
    };
    if !response.status().is_success() {
        return Err(refused(&response, proxy, peer, target));
    }
    // hyper's own upgrade ignores a 204; the parts are available for any status.
    let parts = connection.into_parts();
    if !parts.read_buf.is_empty() {
        let text = format!("{peer} sent data into the tunnel before it was used (EPROTO)");
        return Err(failed(text, Some("EPROTO")));
    }
    Ok(parts.io.into_inner())
}

fn request(
    target: &HostPort,
    authorization: Option<HeaderValue>,
) -> Result<Request<Empty<Bytes>>, http::Error> {
    let authority = target.to_string();
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(Uri::try_from(&authority)?)
        .header(HOST, authority);
    if let Some(value) = authorization {
        request = request.header(PROXY_AUTHORIZATION, value);
    }
    request.body(Empty::new())
}

/// A proxy's 5xx may be temporary, so the tunnel is retried; anything else it would refuse again.
fn refused(
    response: &Response<Incoming>,
    proxy: &ProxyUrl,
    peer: &Peer,
    target: &HostPort,
) -> TransportError {
    let status = response.status();
    let failure = if status.is_server_error() {
        Failure::Connect
    } else {
        Failure::ProxyRefused
    };
    let mut text = format!(
        "{peer} refused the tunnel to {target} with {}",
        status.as_u16()
    );
    if let Some(reason) = reason(response) {
        text.push(' ');
        text.push_str(&reason);
    }
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        text.push_str(if proxy.has_credentials() {
            "; it does not take the user and password of the proxy URL"
        } else {
            "; put user and password into the proxy URL"
        });
    }
    TransportError::new(failure, text)
}

fn reason(response: &Response<Incoming>) -> Option<String> {
    const LONGEST: usize = 60;
    let Some(phrase) = response.extensions().get::<ReasonPhrase>() else {
        return response.status().canonical_reason().map(str::to_owned);
    };
    let text = String::from_utf8_lossy(phrase.as_bytes());
    let short: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect();
    (!short.trim().is_empty()).then_some(short)
}

/// The proxy sent no response, or one that is not HTTP. Nothing has been sent to the API.
fn broken(error: hyper::Error, peer: &Peer) -> TransportError {
    let io = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    let code = io.and_then(code_of);
    let (code, text) = if error.is_parse() {
        ("EPROTO", format!("{peer} did not answer in HTTP"))
    } else if let Some(code) = code {
        (
            code,
            format!("the connection to {peer} broke before it opened the tunnel"),
        )
    } else {
        (
            "ECONNRESET",
            format!("{peer} closed the connection before it opened the tunnel"),
        )
    };
    failed(format!("{text} ({code})"), Some(code)).with_source(error)
}
