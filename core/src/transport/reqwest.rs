//! The network through a reqwest client that the program brings: the only user of reqwest
//! (`docs/adr/0022-reqwest-is-a-choice.md`).
//!
//! reqwest's own retries, redirects and decoding are off, whatever the builder says: the loop above owns all three.

mod body;
mod classify;

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use http::header::HOST;
use reqwest::redirect;
use url::Position;

use super::body::RequestBody;
use super::hyper::current_runtime;
use super::{
    Failure, Phase, Reply, SentMark, Sleep, Transport, TransportError, WireOptions, WireRequest,
};

/// The header fields that are parsed. The client accepts fewer, but a response with too many must not lose its ID.
const PARSED_FIELDS: usize = 512;

/// The limit of a header block in HTTP/2, counted with 32 bytes per field (RFC 9113 §6.5.2). It is far above the
/// client's own limit, since h2 reports a block over its limit as malformed, and drops the status.
const HTTP2_HEADER_BYTES: u32 = 1024 * 1024;

/// Sends requests with a reqwest client on the tokio runtime that polls it.
#[derive(Clone)]
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Builds the transport from a program's builder; the error names the option that is not valid.
    pub(crate) fn new(
        builder: reqwest::ClientBuilder,
        options: &WireOptions,
    ) -> Result<Self, String> {
        check(options)?;
        let client = builder
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .referer(false)
            // These methods exist without reqwest's decoding features, and apply if a program turns those on.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            // Folded lines are read (RFC 9112 §5.2).
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_max_headers(PARSED_FIELDS)
            .http2_max_header_list_size(HTTP2_HEADER_BYTES)
            .build()
            .map_err(|error| {
                let cause = super::hyper::classify::root_cause(&error);
                format!("the reqwest client cannot be built: {cause}")
            })?;
        Ok(Self { client })
    }
}

impl std::fmt::Debug for ReqwestTransport {
    // reqwest shows its default headers and its proxies, which may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

/// Refuses options of the wire, which reqwest's builder has to carry itself.
fn check(options: &WireOptions) -> Result<(), String> {
    match options.first_set() {
        None => Ok(()),
        Some((name, method)) => Err(format!(
            "{name} has no effect on a reqwest client; call `{method}` on the `reqwest::ClientBuilder` instead"
        )),
    }
}

impl Transport for ReqwestTransport {
    type Body = body::ResponseBody;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        Sleep::on_runtime(at)
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        current_runtime()?;
        // reqwest keeps no queue that a resend could go ahead of, so `resends` makes no difference.
        let WireRequest {
            method,
            url,
            mut headers,
            body,
            sent,
            ..
        } = request;
        let url = url.to_url();
        // reqwest sets the host itself if the protocol needs it.
        if headers
            .get(HOST)
            .is_some_and(|host| host == &url[Position::BeforeHost..Position::AfterPort])
        {
            headers.remove(HOST);
        }
        let mut wire = reqwest::Request::new(method, url);
        *wire.headers_mut() = headers;
        let mut body = RequestBody::new(body);
        // Declared before the exchange, and so dropped after it.
        let _settle = body.mark_with(&sent, None);
        *wire.body_mut() = Some(reqwest::Body::wrap(body));
        let mut response = self
            .client
            .execute(wire)
            .await
            .map_err(|error| classify::send_error(error, &sent))?;
        sent.set_phase(Phase::Reading);
        sent.set_remote(response.remote_addr());
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        Ok(Reply::new(
            status,
            headers,
            body::ResponseBody::new(response),
        ))
    }

    fn ready(&self) -> Result<(), TransportError> {
        current_runtime().map(drop)
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        // Without a runtime the work is dropped, and all calls that wait for it get an error.
        if let Ok(runtime) = current_runtime() {
            runtime.spawn(task);
        }
    }
}

#[cfg(test)]
mod tests;
