//! The options of a client
//!
//! They are kept as setters, so that one set of options builds any number of clients.

use std::ffi::{c_char, c_void};
use std::time::Duration;

use reqtrail::openstack::Connection;
use reqtrail::{Client, ClientBuilder, CustomDialect, Dialect, Error, Proxy, RetryBudget, Secret};

use crate::cloud::reqtrail_connection;
use crate::export::Settable;
use crate::fault::{DeferredError, Fault};
use crate::hooks::{
    Hook, UserData, reqtrail_attempt_callback, reqtrail_free_callback, reqtrail_trail_callback,
};
use crate::memory::{free, hand_over};
use crate::refresh::{Refresher, reqtrail_refresh_callback, reqtrail_refresh_context_callback};
use crate::text::{bytes, owned, text};

/// Sets an option on a builder, as often as it is asked to.
type Setter = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// What a client begins with.
enum Base {
    Url(String),
    Connection(Connection),
}

/// The options of a client. Not to be changed by one thread while another uses them.
pub struct reqtrail_client_options {
    base: Base,
    setters: Vec<Setter>,
    fault: Option<DeferredError>,
}

impl Settable for reqtrail_client_options {
    fn keep(&mut self, kept: DeferredError) {
        self.fault.get_or_insert(kept);
    }
}

impl reqtrail_client_options {
    fn new(base: Base) -> Self {
        Self {
            base,
            setters: Vec::new(),
            fault: None,
        }
    }

    fn set(
        &mut self,
        setter: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Result<(), Fault> {
        self.setters.push(Box::new(setter));
        Ok(())
    }

    fn time(
        &mut self,
        milliseconds: u64,
        set: fn(ClientBuilder, Duration) -> ClientBuilder,
    ) -> Result<(), Fault> {
        let time = Duration::from_millis(milliseconds);
        self.set(move |b| set(b, time))
    }

    fn text(
        &mut self,
        text: String,
        set: fn(ClientBuilder, String) -> ClientBuilder,
    ) -> Result<(), Fault> {
        self.set(move |b| set(b, text.clone()))
    }

    fn dialect(&mut self, dialect: Dialect) -> Result<(), Fault> {
        self.set(move |b| b.dialect(dialect.clone()))
    }

    fn refresher(&mut self, refresher: Refresher) -> Result<(), Fault> {
        if refresher.refresh.is_none() {
            return Err(Fault::null("refresh"));
        }
        self.set(move |b| {
            let (own, refresher) = (refresher.clone(), refresher.clone());
            b.token_refresher_blocking_in_context(
                move || own.context(),
                move |context| refresher.call(context.as_deref()),
            )
        })
    }

    pub(crate) fn builder(&self) -> Result<ClientBuilder, Fault> {
        if let Some(kept) = &self.fault {
            return Err(kept.fault());
        }
        let base = match &self.base {
            Base::Url(url) => Client::builder(url.as_str()),
            Base::Connection(connection) => connection.compute()?,
        };
        Ok(self.setters.iter().fold(base, |builder, set| set(builder)))
    }
}

export! {
    /// Makes the options of a client of the API at a base URL: scheme and host, with or without a path prefix. What the
    /// URL is worth is checked by `reqtrail_client_new`.
    ///
    /// Without a dialect the request ID is read from X-Request-Id, and the token goes out as "Authorization: Bearer". Code
    /// and message of an error are read from the common shapes, and statuses alone tell what it means.
    ///
    /// The caller frees *options. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_client_options_new(
        base_url: *const c_char,
        base_url_length: usize,
        options: *mut *mut reqtrail_client_options,
        error: *mut *mut crate::error::reqtrail_error,
    ) needs [] fills [options] reports [error] {
        let base = Base::Url(owned(base_url, base_url_length, "base_url")?);
        hand_over(options, reqtrail_client_options::new(base));
        Ok(())
    }

    /// Makes the options of a client of OpenStack's compute API from a connection to a cloud: with its endpoint, token
    /// and TLS, and a refresher that signs in again. The connection may be freed at once.
    ///
    /// The caller frees *options. Errors: REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_client_options_from_connection(
        connection: *const reqtrail_connection,
        options: *mut *mut reqtrail_client_options,
        error: *mut *mut crate::error::reqtrail_error,
    ) needs [connection] fills [options] reports [error] {
        let base = Base::Connection(connection.connection().clone());
        hand_over(options, reqtrail_client_options::new(base));
        Ok(())
    }

    /// Frees options. Clients that were built from them stay. NULL is allowed.
    fn reqtrail_client_options_free(options: *mut reqtrail_client_options) [] { free(options); }

    /// Sets the API's dialect by name: "novavms" or "openstack".
    fn reqtrail_client_options_dialect(
        options: *mut reqtrail_client_options,
        name: *const c_char,
        name_length: usize,
    ) sets [options] {
        let dialect: Dialect = text(name, name_length, "name")?.parse().map_err(Error::from)?;
        options.dialect(dialect)
    }

    /// Sets the API's dialect by its description as JSON, for an API that is not built in; docs/c/clients.md has the
    /// fields.
    fn reqtrail_client_options_dialect_json(
        options: *mut reqtrail_client_options,
        json: *const c_char,
        json_length: usize,
    ) sets [options] {
        let data = CustomDialect::from_json(text(json, json_length, "json")?);
        let dialect = data.and_then(Dialect::custom).map_err(Error::from)?;
        options.dialect(dialect)
    }

    /// Sets the credential: an API key, or a token. It is in no trail, report, log or error text.
    fn reqtrail_client_options_token(
        options: *mut reqtrail_client_options,
        token: *const c_char,
        token_length: usize,
    ) sets [options] {
        let token = Secret::from(owned(token, token_length, "token")?);
        options.set(move |b| b.token(token.clone()))
    }

    /// Sets what makes a new token: asked before the first call if the client has none, ahead of the token's end where
    /// that is known, and once after a 401. One refresh serves all calls that met the same 401. It must not make calls
    /// through the same client, which would wait for itself.
    ///
    /// `free_user_data` may be NULL; else it gets `user_data` when these options and all clients of them are gone.
    fn reqtrail_client_options_token_refresher(
        options: *mut reqtrail_client_options,
        refresh: reqtrail_refresh_callback,
        user_data: *mut c_void,
        free_user_data: reqtrail_free_callback,
    ) sets [options] {
        options.refresher(Refresher {
            refresh,
            capture: None,
            free_context: None,
            user_data: UserData::new(user_data, free_user_data),
        })
    }

    /// The same for a refresher that has to know which call asks, to run in a copy of its caller's context for one: `capture` gives
    /// what `reqtrail_refresh_context` then gives the refresher. Both get `user_data`.
    ///
    /// `free_context` may be NULL; else it gets each pointer that `capture` gave, but NULL, when the refresh is over.
    fn reqtrail_client_options_token_refresher_in_context(
        options: *mut reqtrail_client_options,
        capture: reqtrail_refresh_context_callback,
        free_context: reqtrail_free_callback,
        refresh: reqtrail_refresh_callback,
        user_data: *mut c_void,
        free_user_data: reqtrail_free_callback,
    ) sets [options] {
        let user_data = UserData::new(user_data, free_user_data);
        if capture.is_none() {
            return Err(Fault::null("capture"));
        }
        options.refresher(Refresher { refresh, capture, free_context, user_data })
    }

    /// Sets a hook that is told of every attempt of the client's calls. Several may be set.
    ///
    /// `free_user_data` may be NULL; else it gets `user_data` when these options and all clients of them are gone.
    fn reqtrail_client_options_on_attempt(
        options: *mut reqtrail_client_options,
        tell: reqtrail_attempt_callback,
        user_data: *mut c_void,
        free_user_data: reqtrail_free_callback,
    ) sets [options] {
        let hook = Hook::Attempt(tell, UserData::new(user_data, free_user_data));
        if tell.is_none() {
            return Err(Fault::null("tell"));
        }
        options.set(move |b| b.observer(hook.clone()))
    }

    /// Sets a hook that is told of every call that has ended, with its trail. Several may be set.
    ///
    /// `free_user_data` may be NULL; else it gets `user_data` when these options and all clients of them are gone.
    fn reqtrail_client_options_on_call(
        options: *mut reqtrail_client_options,
        tell: reqtrail_trail_callback,
        user_data: *mut c_void,
        free_user_data: reqtrail_free_callback,
    ) sets [options] {
        let hook = Hook::Call(tell, UserData::new(user_data, free_user_data));
        if tell.is_none() {
            return Err(Fault::null("tell"));
        }
        options.set(move |b| b.observer(hook.clone()))
    }

    /// Adds a header to every request; a request's own header of the same name replaces it.
    fn reqtrail_client_options_default_header(
        options: *mut reqtrail_client_options,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [options] {
        let name = owned(name, name_length, "name")?;
        let value = owned(value, value_length, "value")?;
        options.set(move |b| b.default_header(name.clone(), value.clone()))
    }

    /// Adds a header to every request whose value is a secret: it is redacted wherever the server repeats it, as the values
    /// of Authorization, Cookie and headers whose names say so are by themselves.
    fn reqtrail_client_options_default_secret_header(
        options: *mut reqtrail_client_options,
        name: *const c_char,
        name_length: usize,
        value: *const c_char,
        value_length: usize,
    ) sets [options] {
        let name = owned(name, name_length, "name")?;
        let value = Secret::from(owned(value, value_length, "value")?);
        options.set(move |b| b.default_secret_header(name.clone(), value.clone()))
    }

    /// Adds a text such as "my-app/1.2" to the User-Agent, which begins with "reqtrail/" and the version.
    fn reqtrail_client_options_user_agent(
        options: *mut reqtrail_client_options,
        suffix: *const c_char,
        suffix_length: usize,
    ) sets [options] {
        options.text(owned(suffix, suffix_length, "suffix")?, |b, text| b.user_agent(text))
    }

    /// Asks for a version of the API on every request, such as "2.90" or "latest". Only dialects that have versions take
    /// it.
    fn reqtrail_client_options_microversion(
        options: *mut reqtrail_client_options,
        version: *const c_char,
        version_length: usize,
    ) sets [options] {
        options.text(owned(version, version_length, "version")?, |b, text| b.microversion(text))
    }

    /// Sets how many attempts a call makes at most, 1 to 32; 4 by default.
    fn reqtrail_client_options_max_attempts(options: *mut reqtrail_client_options, attempts: u32) sets [options] {
        options.set(move |b| b.max_attempts(attempts))
    }

    /// Sets the bound of the first backoff, half a second by default; each further one is twice as long.
    fn reqtrail_client_options_base_delay_ms(options: *mut reqtrail_client_options, delay: u64) sets [options] {
        options.time(delay, ClientBuilder::base_delay)
    }

    /// Sets the bound of every backoff, 8 seconds by default.
    fn reqtrail_client_options_max_delay_ms(options: *mut reqtrail_client_options, delay: u64) sets [options] {
        options.time(delay, ClientBuilder::max_delay)
    }

    /// Sets the longest Retry-After that is waited for, a minute by default; a longer one ends the call.
    fn reqtrail_client_options_max_retry_after_ms(options: *mut reqtrail_client_options, wait: u64) sets [options] {
        options.time(wait, ClientBuilder::max_retry_after)
    }

    /// Sets the retry budget that all calls of the client share: 500 and 5 by default. A retry costs `retry_cost`, a
    /// success gives 1 back.
    fn reqtrail_client_options_retry_budget(
        options: *mut reqtrail_client_options,
        capacity: u32,
        retry_cost: u32,
    ) sets [options] {
        let budget = RetryBudget { capacity, retry_cost };
        options.set(move |b| b.retry_budget(Some(budget)))
    }

    /// Turns the retry budget off.
    fn reqtrail_client_options_no_retry_budget(options: *mut reqtrail_client_options) sets [options] {
        options.set(|b| b.retry_budget(None))
    }

    /// Sets the time of a whole call, all attempts and waits included; a minute by default.
    fn reqtrail_client_options_timeout_ms(options: *mut reqtrail_client_options, timeout: u64) sets [options] {
        options.time(timeout, ClientBuilder::timeout)
    }

    /// Sets the time of one attempt, its body included; 10 seconds by default.
    fn reqtrail_client_options_attempt_timeout_ms(options: *mut reqtrail_client_options, timeout: u64) sets [options] {
        options.time(timeout, ClientBuilder::attempt_timeout)
    }

    /// Sets the time to connect, 5 seconds by default.
    fn reqtrail_client_options_connect_timeout_ms(options: *mut reqtrail_client_options, timeout: u64) sets [options] {
        options.time(timeout, ClientBuilder::connect_timeout)
    }

    /// Sets the largest body of a success, in bytes after decoding; 64 MiB by default.
    fn reqtrail_client_options_max_body_bytes(options: *mut reqtrail_client_options, bytes: u64) sets [options] {
        options.set(move |b| b.max_body_bytes(bytes))
    }

    /// Sets how many redirects a call follows, 5 by default; they never leave the origin.
    fn reqtrail_client_options_max_redirects(options: *mut reqtrail_client_options, redirects: u32) sets [options] {
        options.set(move |b| b.max_redirects(redirects))
    }

    /// Lets trails show the values of a query parameter. "limit", "cursor", "marker", "page" and "offset" are always
    /// shown, others are redacted.
    fn reqtrail_client_options_show_query_param(
        options: *mut reqtrail_client_options,
        name: *const c_char,
        name_length: usize,
    ) sets [options] {
        options.text(owned(name, name_length, "name")?, |b, text| b.show_query_param(text))
    }

    /// Turns the traceparent header off, or on as it is by default.
    fn reqtrail_client_options_traceparent(options: *mut reqtrail_client_options, on: bool) sets [options] {
        options.set(move |b| b.traceparent(on))
    }

    /// Turns content codings (gzip, br, zstd, deflate) off, or on as they are by default.
    fn reqtrail_client_options_decompress(options: *mut reqtrail_client_options, on: bool) sets [options] {
        options.set(move |b| b.decompress(on))
    }

    /// Makes the random waits repeatable, for tests.
    fn reqtrail_client_options_jitter_seed(options: *mut reqtrail_client_options, seed: u64) sets [options] {
        options.set(move |b| b.jitter_seed(seed))
    }

    /// Sets the proxy by its URL; by default the environment names it.
    fn reqtrail_client_options_proxy(
        options: *mut reqtrail_client_options,
        url: *const c_char,
        url_length: usize,
    ) sets [options] {
        let url = Secret::from(owned(url, url_length, "url")?);
        options.set(move |b| b.proxy(Proxy::Url(url.clone())))
    }

    /// Uses no proxy, whatever the environment says.
    fn reqtrail_client_options_no_proxy(options: *mut reqtrail_client_options) sets [options] {
        options.set(|b| b.proxy(Proxy::None))
    }

    /// Trusts the certificate authorities of a PEM text, besides those of the system. May be called several times.
    fn reqtrail_client_options_extra_ca(
        options: *mut reqtrail_client_options,
        pem: *const u8,
        pem_length: usize,
    ) sets [options] {
        let pem = bytes(pem, pem_length, "pem")?.to_vec();
        options.set(move |b| b.extra_ca(pem.clone()))
    }

    /// Sets a client certificate: a PEM text with the certificate and its private key.
    fn reqtrail_client_options_client_certificate(
        options: *mut reqtrail_client_options,
        pem: *const c_char,
        pem_length: usize,
    ) sets [options] {
        let pem = Secret::from(owned(pem, pem_length, "pem")?);
        options.set(move |b| b.client_certificate(pem.clone()))
    }

    /// Turns the verification of TLS certificates off. Anybody on the way can then read and change everything, the
    /// credential included; every trail says so.
    fn reqtrail_client_options_danger_accept_invalid_certs(
        options: *mut reqtrail_client_options,
        accept: bool,
    ) sets [options] {
        options.set(move |b| b.danger_accept_invalid_certs(accept))
    }

    /// Speaks HTTP/1.1 only.
    fn reqtrail_client_options_http1_only(options: *mut reqtrail_client_options, only: bool) sets [options] {
        options.set(move |b| b.http1_only(only))
    }

    /// Sets how many idle connections are kept; unlimited by default.
    fn reqtrail_client_options_pool_max_idle(
        options: *mut reqtrail_client_options,
        connections: usize,
    ) sets [options] {
        options.set(move |b| b.pool_max_idle(connections))
    }

    /// Sets how long an idle connection is kept, 15 seconds by default.
    fn reqtrail_client_options_pool_idle_timeout_ms(
        options: *mut reqtrail_client_options,
        timeout: u64,
    ) sets [options] {
        options.time(timeout, ClientBuilder::pool_idle_timeout)
    }

    /// Sets how long an HTTP/2 connection with open streams may be silent before the peer is pinged, 5 seconds by
    /// default.
    fn reqtrail_client_options_http2_ping_interval_ms(
        options: *mut reqtrail_client_options,
        interval: u64,
    ) sets [options] {
        options.time(interval, |b, interval| b.http2_ping_interval(Some(interval)))
    }

    /// Turns HTTP/2 pings off.
    fn reqtrail_client_options_no_http2_pings(options: *mut reqtrail_client_options) sets [options] {
        options.set(|b| b.http2_ping_interval(None))
    }

    /// Sets how long the answer to an HTTP/2 ping may take before the connection is given up, 3 seconds by default.
    fn reqtrail_client_options_http2_ping_timeout_ms(
        options: *mut reqtrail_client_options,
        timeout: u64,
    ) sets [options] {
        options.time(timeout, ClientBuilder::http2_ping_timeout)
    }

    /// Connects to a Unix socket. The base URL's host and port then only name the API: in Host, in TLS and in trails. No
    /// proxy of the environment is used, and one that is set is a REQTRAIL_ERROR_CONFIG.
    fn reqtrail_client_options_unix_socket(
        options: *mut reqtrail_client_options,
        path: *const c_char,
        path_length: usize,
    ) sets [options] {
        options.text(owned(path, path_length, "path")?, |b, path| b.unix_socket(path))
    }
}
