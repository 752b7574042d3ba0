//! The options of a client

mod values;

use std::sync::Arc;

use reqtrail::host::{ClientOptions, Value};
use reqtrail::openstack::Connection;
use reqtrail::{Client, ClientBuilder, Dialect};

use crate::cloud::reqtrail_connection;
use crate::export::Settable;
use crate::fault::Fault;
use crate::hooks::{
    Hook, UserData, reqtrail_attempt_callback, reqtrail_free_callback, reqtrail_trail_callback,
};
use crate::memory::free;
use crate::refresh::{Refresher, reqtrail_refresh_callback, reqtrail_refresh_context_callback};
use crate::usage::Usage;

/// What a client is built from.
enum Base {
    Url(String),
    Connection(Connection),
}

/// Has a script answer a client's calls. It is a closure so that a statically linked program that uses no scripts
/// contains no code for them.
pub(crate) type Script = Arc<dyn Fn(ClientBuilder) -> Result<ClientBuilder, Fault>>;

/// The base URL of a client that a script answers, if the program sets none.
const SCRIPTED_URL: &str = "https://api.example";

/// The options of a client. No thread may change them while another uses them.
pub struct reqtrail_client_options {
    base: Base,
    values: ClientOptions,
    hooks: Vec<Hook>,
    refresher: Option<Refresher>,
    script: Option<Script>,
    fault: Option<Usage>,
}

impl Settable for reqtrail_client_options {
    fn keep(&mut self, kept: Usage) {
        self.fault.get_or_insert(kept);
    }
}

impl reqtrail_client_options {
    fn new(base: Base) -> Self {
        Self {
            base,
            values: ClientOptions::default(),
            hooks: Vec::new(),
            refresher: None,
            script: None,
            fault: None,
        }
    }

    /// Sets a value option by its number.
    pub(crate) fn option(&mut self, id: u16, value: Value) -> Result<(), Fault> {
        Ok(self.values.set(id, value)?)
    }

    /// Adds a hook. Fails if its function is NULL.
    fn hook(&mut self, hook: Hook) -> Result<(), Fault> {
        if let Hook::Attempt(None, _) | Hook::Call(None, _) = hook {
            return Err(Fault::null("tell"));
        }
        self.hooks.push(hook);
        Ok(())
    }

    pub(crate) fn hooks(&self) -> &[Hook] {
        &self.hooks
    }

    fn refresher(&mut self, refresher: Refresher) -> Result<(), Fault> {
        if refresher.refresh.is_none() {
            return Err(Fault::null("refresh"));
        }
        self.refresher = Some(refresher);
        Ok(())
    }

    pub(crate) fn script(&mut self, script: Script) {
        self.script = Some(script);
    }

    pub(crate) fn builder(&self) -> Result<ClientBuilder, Fault> {
        if let Some(kept) = &self.fault {
            return Err(kept.clone().into());
        }
        let hooks = self.hooks.iter().cloned();
        let base = match &self.base {
            Base::Url(url) => {
                let base = match url.is_empty() && self.script.is_some() {
                    true => Client::builder(SCRIPTED_URL).dialect(Dialect::novavms()),
                    false => Client::builder(url.as_str()),
                };
                hooks.fold(base, ClientBuilder::observer)
            }
            // The hooks also watch the calls by which the client signs in again.
            Base::Connection(connection) => hooks
                .fold(connection.clone(), Connection::observer)
                .begin()?,
        };
        let builder = base.options(&self.values);
        let builder = match &self.script {
            Some(script) => script(builder)?,
            None => builder,
        };
        let Some(refresher) = self.refresher.clone() else {
            return Ok(builder);
        };
        let own = refresher.clone();
        Ok(builder.token_refresher_blocking_in_context(
            move || own.context(),
            move |context| refresher.call(context.as_deref()),
        ))
    }
}

export! {
    /// Makes the options of a client of the API at a base URL: scheme and host, with or without a path prefix.
    /// `reqtrail_client_new` checks the URL.
    ///
    /// Without a dialect the request ID is read from X-Request-Id, and the token is sent as "Authorization: Bearer".
    /// Code and message of an error are read from common body formats, and its category follows from the status alone.
    ///
    /// The caller frees *options. Errors: REQTRAIL_ERROR_NOT_UTF8, REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_client_options_new(base_url: text) makes options: reqtrail_client_options {
        reqtrail_client_options::new(Base::Url(base_url.to_owned()))
    }

    /// Makes the options of a client of OpenStack's compute API from a connection to a cloud: with its endpoint, token
    /// and TLS settings, and a refresher that signs in again. The connection may be freed at once.
    ///
    /// The caller frees *options. Errors: REQTRAIL_ERROR_NULL_POINTER.
    fn reqtrail_client_options_from_connection(
        connection: &reqtrail_connection,
    ) makes options: reqtrail_client_options {
        reqtrail_client_options::new(Base::Connection(connection.connection().clone()))
    }

    /// Frees options. Clients that were built from them keep working. NULL is allowed.
    fn reqtrail_client_options_free(options: *mut reqtrail_client_options) { free(options); }

    /// Sets the function that makes a new token. It is called before the first call if the client has no token, before
    /// the token expires if the expiry is known, and once after a 401. One refresh serves all calls that got the same
    /// 401. The function must not make calls through the same client, because they would wait for the refresh.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once these options and all their clients are
    /// freed, or at once if this function fails.
    fn reqtrail_client_options_token_refresher(
        options: &mut reqtrail_client_options,
        refresh: reqtrail_refresh_callback,
        user_data: kept,
    ) sets {
        options.refresher(Refresher {
            refresh,
            capture: None,
            free_context: None,
            user_data,
        })?;
    }

    /// Sets a refresher that knows which call asks, for example to run in a copy of the caller's context. `capture`
    /// returns the context, and `reqtrail_refresh_context` returns it to the refresher. Both functions receive
    /// `user_data`.
    ///
    /// `free_context` may be NULL; otherwise it receives each non-NULL pointer that `capture` returned, when the
    /// refresh is over. `free_user_data` is as in `reqtrail_client_options_token_refresher`.
    fn reqtrail_client_options_token_refresher_in_context(
        options: &mut reqtrail_client_options,
        capture: reqtrail_refresh_context_callback,
        free_context: reqtrail_free_callback,
        refresh: reqtrail_refresh_callback,
        user_data: kept,
    ) sets {
        if capture.is_none() {
            return Err(Fault::null("capture"));
        }
        options.refresher(Refresher { refresh, capture, free_context, user_data })?;
    }

    /// Adds a hook that is called after every attempt of the client's calls. A client of a connection also calls it for
    /// the calls by which it signs in again.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once these options and all their clients are
    /// freed, or at once if this function fails.
    fn reqtrail_client_options_on_attempt(
        options: &mut reqtrail_client_options,
        tell: reqtrail_attempt_callback,
        user_data: kept,
    ) sets {
        options.hook(Hook::Attempt(tell, user_data))?;
    }

    /// Adds a hook that is called when a call has ended, with its trail. It sees the calls that the hook of
    /// `reqtrail_client_options_on_attempt` sees.
    ///
    /// `free_user_data` may be NULL; otherwise it receives `user_data` once these options and all their clients are
    /// freed, or at once if this function fails.
    fn reqtrail_client_options_on_call(
        options: &mut reqtrail_client_options,
        tell: reqtrail_trail_callback,
        user_data: kept,
    ) sets {
        options.hook(Hook::Call(tell, user_data))?;
    }
}
