//! A client's options, kept so that a client can be built again in the child of a fork.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::openstack::Connection;
use reqtrail::{
    Client, ClientBuilder, CustomDialect, Dialect, Observer, Proxy, RetryBudget, Secret, blocking,
};

use crate::connection::RawConnection;
use crate::convert::{self, HeaderValue};
use crate::failure;

/// The options of a client, as the Python half lists them.
const OPTIONS: &[&str] = &[
    "dialect",
    "token",
    "token_refresher",
    "headers",
    "user_agent",
    "microversion",
    "max_attempts",
    "base_delay",
    "max_delay",
    "max_retry_after",
    "retry_budget",
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "max_body_bytes",
    "max_redirects",
    "show_query_params",
    "traceparent",
    "decompress",
    "proxy",
    "extra_ca",
    "client_certificate",
    "danger_accept_invalid_certs",
    "http1_only",
    "pool_max_idle",
    "pool_idle_timeout",
    "http2_ping_interval",
    "http2_ping_timeout",
    "unix_socket",
    "jitter_seed",
    "on_attempt",
    "on_call",
];

/// Sets an option on a builder, as often as it is asked to.
type Setter = Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>;

/// A function of the program that is told what happens. What it is to be told of holds it without the interpreter.
pub(crate) type Hook = Arc<Py<PyAny>>;

/// What a client begins with.
enum Base {
    Url(String),
    Connection(Connection),
}

pub(crate) struct Config {
    base: Base,
    setters: Vec<Setter>,
    /// The token that a program has set since.
    token: Mutex<Option<Secret>>,
    pub(crate) on_attempt: Option<Hook>,
    pub(crate) on_call: Option<Hook>,
    pub(crate) refresher: Option<Py<PyAny>>,
}

impl Config {
    /// Reads the base, a URL or a connection to a cloud, and the options of a client; a name that is none is a
    /// `TypeError`, as for any function.
    pub(crate) fn read(base: &Bound<'_, PyAny>, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let base = match base.cast::<RawConnection>() {
            Ok(connection) => Base::Connection(connection.get().0.clone()),
            // A URL may be an object of its own, as `httpx.URL` is.
            Err(_) if base.is_none() => return Err(convert::expected("base_url", "a URL", base)),
            Err(_) => Base::Url(convert::text("base_url", base)?),
        };
        let mut config = Self {
            base,
            setters: Vec::new(),
            token: Mutex::default(),
            on_attempt: None,
            on_call: None,
            refresher: None,
        };
        for (name, value) in options.iter() {
            let name: &Bound<'_, PyString> = name.cast()?;
            config.option(name.to_cow()?.as_ref(), &value)?;
        }
        Ok(config)
    }

    fn option(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match name {
            "dialect" => {
                if !value.is_none() {
                    let dialect = dialect(value)?;
                    self.set(move |b| b.dialect(dialect.clone()));
                }
            }
            "token" => {
                if !value.is_none() {
                    let token = convert::secret(name, value)?;
                    self.set(move |b| b.token(token.clone()));
                }
            }
            "token_refresher" => self.refresher = callable(name, value)?,
            "on_attempt" => self.on_attempt = callable(name, value)?.map(Arc::new),
            "on_call" => self.on_call = callable(name, value)?.map(Arc::new),
            "headers" => convert::headers(name, value, |key, value| match value {
                HeaderValue::Text(text) => {
                    self.set(move |b| b.default_header(key.clone(), text.clone()));
                }
                HeaderValue::Secret(secret) => {
                    self.set(move |b| b.default_secret_header(key.clone(), secret.clone()));
                }
            })?,
            "user_agent" => self.text(name, value, |b, text| b.user_agent(text))?,
            "microversion" => self.text(name, value, |b, text| b.microversion(text))?,
            "max_attempts" => {
                let attempts = convert::number(name, value)?;
                self.set(move |b| b.max_attempts(attempts));
            }
            "base_delay" => self.time(name, value, ClientBuilder::base_delay)?,
            "max_delay" => self.time(name, value, ClientBuilder::max_delay)?,
            "max_retry_after" => self.time(name, value, ClientBuilder::max_retry_after)?,
            "timeout" => self.time(name, value, ClientBuilder::timeout)?,
            "attempt_timeout" => self.time(name, value, ClientBuilder::attempt_timeout)?,
            "connect_timeout" => self.time(name, value, ClientBuilder::connect_timeout)?,
            "pool_idle_timeout" => self.time(name, value, ClientBuilder::pool_idle_timeout)?,
            "http2_ping_interval" => {
                if value.is_none() {
                    self.set(|b| b.http2_ping_interval(None));
                } else {
                    self.time(name, value, |b, time| b.http2_ping_interval(Some(time)))?;
                }
            }
            "http2_ping_timeout" => self.time(name, value, ClientBuilder::http2_ping_timeout)?,
            "unix_socket" => {
                let path = convert::path(name, value)?;
                self.set(move |b| b.unix_socket(path.clone()));
            }
            "retry_budget" => {
                let budget = budget(value)?;
                self.set(move |b| b.retry_budget(budget));
            }
            "max_body_bytes" => {
                let bytes = convert::number(name, value)?;
                self.set(move |b| b.max_body_bytes(bytes));
            }
            "max_redirects" => {
                let redirects = convert::number(name, value)?;
                self.set(move |b| b.max_redirects(redirects));
            }
            "show_query_params" => convert::each_value(value, |value| {
                let shown = convert::string(name, value)?;
                self.set(move |b| b.show_query_param(shown.clone()));
                Ok(())
            })?,
            "traceparent" => self.switch(name, value, ClientBuilder::traceparent)?,
            "decompress" => self.switch(name, value, ClientBuilder::decompress)?,
            "http1_only" => self.switch(name, value, ClientBuilder::http1_only)?,
            "danger_accept_invalid_certs" => {
                self.switch(name, value, ClientBuilder::danger_accept_invalid_certs)?;
            }
            "jitter_seed" => {
                let seed = convert::number(name, value)?;
                self.set(move |b| b.jitter_seed(seed));
            }
            "proxy" => {
                let proxy = if value.is_none() {
                    Proxy::None
                } else {
                    Proxy::Url(convert::secret(name, value)?)
                };
                self.set(move |b| b.proxy(proxy.clone()));
            }
            "extra_ca" => convert::each_value(value, |value| {
                let pem = convert::bytes(name, value)?;
                self.set(move |b| b.extra_ca(pem.clone()));
                Ok(())
            })?,
            "client_certificate" => {
                let pem = convert::secret(name, value)?;
                self.set(move |b| b.client_certificate(pem.clone()));
            }
            "pool_max_idle" => {
                let connections = convert::number(name, value)?;
                self.set(move |b| b.pool_max_idle(connections));
            }
            other => return Err(convert::unknown("a client", other, OPTIONS)),
        }
        Ok(())
    }

    fn set(&mut self, setter: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) {
        self.setters.push(Box::new(setter));
    }

    fn text(
        &mut self,
        name: &str,
        value: &Bound<'_, PyAny>,
        set: fn(ClientBuilder, String) -> ClientBuilder,
    ) -> PyResult<()> {
        let text = convert::text(name, value)?;
        self.set(move |b| set(b, text.clone()));
        Ok(())
    }

    fn time(
        &mut self,
        name: &str,
        value: &Bound<'_, PyAny>,
        set: fn(ClientBuilder, Duration) -> ClientBuilder,
    ) -> PyResult<()> {
        let time = convert::duration(name, value)?;
        self.set(move |b| set(b, time));
        Ok(())
    }

    fn switch(
        &mut self,
        name: &str,
        value: &Bound<'_, PyAny>,
        set: fn(ClientBuilder, bool) -> ClientBuilder,
    ) -> PyResult<()> {
        let on = convert::flag(name, value)?;
        self.set(move |b| set(b, on));
        Ok(())
    }

    /// Remembers a new token for the clients that are built later.
    pub(crate) fn keep_token(&self, token: Secret) {
        *self
            .token
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(token);
    }

    /// Shows the collector the functions of the program.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.on_attempt.as_deref())?;
        visit.call(self.on_call.as_deref())?;
        visit.call(&self.refresher)
    }

    /// Builds a client; `add` adds its refresher, and `observer` is what the face watches with: the calls, and the
    /// sign-ins of a client that signs in. Building reads certificates, so nobody waits for it.
    pub(crate) fn build(
        &self,
        py: Python<'_>,
        observer: Arc<dyn Observer>,
        add: impl FnOnce(ClientBuilder) -> ClientBuilder + Send,
    ) -> PyResult<blocking::Client> {
        let built = py.detach(|| {
            let mut builder = match &self.base {
                Base::Url(url) => Client::builder(url.as_str()).observer(observer),
                Base::Connection(connection) => connection.clone().observer(observer).compute()?,
            };
            for set in &self.setters {
                builder = set(builder);
            }
            let token = self
                .token
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone();
            if let Some(token) = token {
                builder = builder.token(token);
            }
            add(builder).build_blocking()
        });
        built.map_err(|error| failure::raised(py, error))
    }
}

/// The name of a built-in dialect, or the JSON of a custom one; the Python half writes a `dict` as JSON.
fn dialect(value: &Bound<'_, PyAny>) -> PyResult<Dialect> {
    let text = convert::string("dialect", value)?;
    let read = if text.trim_start().starts_with('{') {
        CustomDialect::from_json(&text).and_then(Dialect::custom)
    } else {
        text.parse()
    };
    read.map_err(|error| failure::raised(value.py(), error.into()))
}

fn budget(value: &Bound<'_, PyAny>) -> PyResult<Option<RetryBudget>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.cast::<PyMapping>().is_err() {
        let wanted = "None, or a mapping with `capacity` and `retry_cost`";
        return Err(convert::expected("retry_budget", wanted, value));
    }
    let mut budget = RetryBudget::default();
    convert::pairs("retry_budget", value, |name, value| {
        match name.as_str() {
            "capacity" => budget.capacity = convert::number("retry_budget.capacity", &value)?,
            "retry_cost" => budget.retry_cost = convert::number("retry_budget.retry_cost", &value)?,
            other => {
                return Err(PyTypeError::new_err(format!(
                    "retry_budget has no `{other}`; expected `capacity` and `retry_cost`"
                )));
            }
        }
        Ok(())
    })?;
    Ok(Some(budget))
}

fn callable(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyAny>>> {
    if value.is_none() {
        return Ok(None);
    }
    if !value.is_callable() {
        return Err(convert::expected(name, "a callable", value));
    }
    Ok(Some(value.clone().unbind()))
}
