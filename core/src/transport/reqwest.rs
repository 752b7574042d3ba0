//! The network: the only user of reqwest.
//!
//! reqwest's own retries and redirects are off, and it undoes no content coding: a loop above it owns all three
//! (`docs/adr/0002-one-loop-over-reqwest.md`).

mod body;
mod classify;
mod tls;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use reqwest::redirect;
use url::Url;

use super::timers::{self, Timers};
use super::{Failure, Proxy, Reply, SentMark, Transport, TransportError, WireOptions, WireRequest};

/// More header fields than the client accepts are still parsed, so that their response's ID is not lost.
const PARSED_FIELDS: usize = 512;

/// HTTP/2's bound on a header block, counted with 32 bytes a field (RFC 9113 §6.5.2). Far above the client's own limit:
/// h2 does not tell a block over its bound from a malformed one, and drops the status of both.
const HTTP2_HEADER_BYTES: u32 = 1024 * 1024;

/// Bounds a connection that is still being made when the call that wanted it has got another one.
const STRAY_CONNECT: Duration = Duration::from_secs(60);

/// Sends requests with reqwest on the tokio runtime that polls it.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    tasks: Tasks,
    /// Where one runtime polls everything: its timers.
    timers: Option<Timers>,
}

/// Where work goes on that must outlive the call that began it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tasks {
    /// On the runtime that polls the call.
    OnRuntime,
    /// On a thread of its own: the call's runtime stands still when its caller has got its answer.
    OnThread,
}

impl ReqwestTransport {
    /// Builds the transport of a client of `base`; the error names the option that is wrong.
    pub(crate) fn new(options: &WireOptions, base: &Url, tasks: Tasks) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .retry(reqwest::retry::never())
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_max_headers(PARSED_FIELDS)
            .http2_max_header_list_size(HTTP2_HEADER_BYTES)
            .connect_timeout(STRAY_CONNECT)
            .pool_max_idle_per_host(options.pool_max_idle)
            .pool_idle_timeout(options.pool_idle_timeout)
            .tcp_nodelay(true)
            .no_proxy();
        if options.http1_only {
            builder = builder.http1_only();
        }
        let proxy = reqwest_proxy(&options.proxy, base)?;
        // A proxy may be reached by https itself.
        let need = match (base.scheme(), &proxy) {
            ("http", None) => tls::Need::Nothing,
            _ => tls::Need::Tls,
        };
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy);
        }
        let client = tls::configure(builder, options, need)?
            .build()
            .map_err(|e| {
                format!(
                    "the HTTP client cannot be built: {}",
                    classify::root_cause(&e)
                )
            })?;
        Ok(Self {
            client,
            tasks,
            timers: None,
        })
    }

    /// Keeps timers from call to call, for the runtime that this is called in.
    pub(crate) fn keeping_timers(self) -> Self {
        Self {
            timers: Some(Timers::of_this_runtime()),
            ..self
        }
    }
}

fn from_environment(base: &Url) -> Option<hyper_util::client::proxy::matcher::Intercept> {
    // The matcher takes a star for names only, not for addresses; the convention is that it excepts everything.
    let excepted = ["NO_PROXY", "no_proxy"].map(|name| std::env::var(name).unwrap_or_default());
    if excepted
        .iter()
        .any(|list| list.split(',').any(|entry| entry.trim() == "*"))
    {
        return None;
    }
    let uri: http::Uri = base.as_str().parse().ok()?;
    hyper_util::client::proxy::matcher::Matcher::from_env().intercept(&uri)
}

fn reqwest_proxy(proxy: &Proxy, base: &Url) -> Result<Option<reqwest::Proxy>, String> {
    // Neither message repeats the URL: it may hold a password.
    match proxy {
        Proxy::None => Ok(None),
        Proxy::Url(url) => {
            let wanted = "expected a URL such as http://proxy.example:3128";
            let parsed = Url::parse(url.expose())
                .map_err(|e| format!("proxy is not a URL ({e}); {wanted}"))?;
            if !matches!(parsed.scheme(), "http" | "https" | "socks5" | "socks5h") {
                return Err(format!(
                    "proxy has the scheme `{}`; {wanted}",
                    parsed.scheme()
                ));
            }
            reqwest::Proxy::all(parsed.as_str())
                .map(Some)
                .map_err(|_| format!("proxy is not usable; {wanted}"))
        }
        Proxy::Environment => {
            let Some(found) = from_environment(base) else {
                return Ok(None);
            };
            let mut proxy = reqwest::Proxy::all(found.uri().to_string())
                .map_err(|_| "the proxy of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY) is not a usable URL".to_owned())?;
            if let Some(auth) = found.basic_auth() {
                proxy = proxy.custom_http_auth(auth.clone());
            } else if let Some((user, password)) = found.raw_auth() {
                proxy = proxy.basic_auth(user, password);
            }
            Ok(Some(proxy))
        }
    }
}

impl Transport for ReqwestTransport {
    type Sleep = timers::Sleep;
    type Body = body::ResponseBody;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Self::Sleep {
        match &self.timers {
            Some(timers) => timers.sleep_until(at),
            None => timers::Sleep::until(at),
        }
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        let WireRequest {
            method,
            url,
            headers,
            body,
            sent,
            ..
        } = request;
        let mut wire = reqwest::Request::new(method, url.to_url());
        *wire.headers_mut() = headers;
        // Declared before the exchange, and so dropped after it.
        let (body, _settle) = body::RequestBody::new(body, sent.clone());
        *wire.body_mut() = Some(reqwest::Body::wrap(body));
        let mut response = self
            .client
            .execute(wire)
            .await
            .map_err(|error| classify::send_error(error, &sent))?;
        Ok(Reply {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: body::ResponseBody::new(response),
        })
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        match self.tasks {
            Tasks::OnRuntime => {
                tokio::spawn(task);
            }
            Tasks::OnThread => {
                let run = || {
                    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                    {
                        runtime.block_on(task);
                    }
                };
                // Without a thread the work is dropped, and those who wait for it are told.
                let _ = std::thread::Builder::new()
                    .name("reqtrail-refresh".to_owned())
                    .spawn(run);
            }
        }
    }
}
