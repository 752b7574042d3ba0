//! A client's options, kept so that a client can be built again in the child of a fork.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{PyTraverseError, PyVisit};
use reqtrail::host::{ClientOptions, Owner};
use reqtrail::openstack::Connection;
use reqtrail::testing::Mock;
use reqtrail::{Client, ClientBuilder, Observer, blocking};

use crate::connection::RawConnection;
use crate::convert;
use crate::failure;
use crate::options::Group;
use crate::python::{Any, Dict, member};
use crate::testing::RawMockBase;

const OPTIONS: Group = Group {
    owner: Owner::Client,
    values: ClientOptions::OPTIONS,
    by_hand: &["token_refresher", "on_attempt", "on_call"],
};

/// A function of the program that gets events. Events hold it without the interpreter.
pub(crate) type Hook = Arc<Py<PyAny>>;

/// The first argument of a client.
enum Base {
    Url(String),
    Connection(Connection),
    /// A URL, and the mock that answers instead of the network.
    Mock(String, Mock),
}

impl Base {
    fn read(base: &Any<'_>) -> PyResult<Self> {
        if let Ok(connection) = base.cast::<RawConnection>() {
            return Ok(Self::Connection(connection.get().0.clone()));
        }
        if let Ok(base) = base.cast::<RawMockBase>() {
            let base = base.get();
            return Ok(Self::Mock(base.url.clone(), base.mock.clone()));
        }
        if base.is_none() {
            return Err(convert::expected("base_url", "a URL", base));
        }
        // A URL may be an object, such as `httpx.URL`.
        convert::text("base_url", base).map(Self::Url)
    }
}

pub(crate) struct Config {
    base: Base,
    options: ClientOptions,
    pub(crate) on_attempt: Option<Hook>,
    pub(crate) on_call: Option<Hook>,
    pub(crate) refresher: Option<Py<PyAny>>,
}

impl Config {
    /// Reads the base (a URL, a connection to a cloud, or a mock) and the options of a client. Raises a `TypeError`
    /// for an unknown option name, as any function does.
    pub(crate) fn read(base: &Any<'_>, options: &Dict<'_>) -> PyResult<Self> {
        let mut config = Self {
            base: Base::read(base)?,
            options: ClientOptions::default(),
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

    fn option(&mut self, name: &str, value: &Any<'_>) -> PyResult<()> {
        match name {
            "token_refresher" => self.refresher = callable(name, value)?,
            "on_attempt" => self.on_attempt = hook(name, value)?,
            "on_call" => self.on_call = hook(name, value)?,
            name => OPTIONS.set(name, value, |id, value| self.options.set(id, value))?,
        }
        Ok(())
    }

    /// The mock that answers the calls, if there is one.
    pub(crate) fn mock(&self) -> Option<&Mock> {
        match &self.base {
            Base::Mock(_, mock) => Some(mock),
            _ => None,
        }
    }

    /// Shows the collector the functions of the program.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.on_attempt.as_deref())?;
        visit.call(self.on_call.as_deref())?;
        visit.call(&self.refresher)
    }

    /// Builds a client. `add` adds its refresher; `observer` watches its calls, and its sign-ins if it signs in.
    /// Detaches from the interpreter, because building reads certificates.
    pub(crate) fn build(
        &self,
        py: Python<'_>,
        observer: Arc<dyn Observer>,
        add: impl FnOnce(ClientBuilder) -> ClientBuilder + Send,
    ) -> PyResult<blocking::Client> {
        let built = py.detach(|| {
            let builder = match &self.base {
                Base::Url(url) => Client::builder(url.as_str()).observer(observer),
                Base::Connection(connection) => connection.clone().observer(observer).begin()?,
                Base::Mock(url, mock) => {
                    mock.attach(Client::builder(url.as_str()).observer(observer))
                }
            };
            add(builder.options(&self.options)).build_blocking()
        });
        built.map_err(|error| failure::raised(py, error))
    }
}

/// Reads a hook, if the program gives one. Refuses coroutine functions: nothing would await their coroutines.
pub(crate) fn hook(name: &str, value: &Any<'_>) -> PyResult<Option<Hook>> {
    let given = callable(name, value)?;
    let is_async = member!(value.py(), "reqtrail._mapping", "is_async")?.call1((value,))?;
    if is_async.is_truthy()? {
        return Err(PyTypeError::new_err(format!(
            "{name}: expected a plain function, not a coroutine function; it may start tasks"
        )));
    }
    Ok(given.map(Hook::new))
}

/// Reads a function of the program, if it gives one.
fn callable(name: &str, value: &Any<'_>) -> PyResult<Option<Py<PyAny>>> {
    if value.is_none() {
        return Ok(None);
    }
    if !value.is_callable() {
        return Err(convert::expected(name, "a callable", value));
    }
    Ok(Some(value.clone().unbind()))
}
