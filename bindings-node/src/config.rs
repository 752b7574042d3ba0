//! How a client is built.

use reqtrail::host::ClientOptions;
use reqtrail::openstack::Connection;
use reqtrail::{Client, ClientBuilder, Error, Observer, blocking};

use crate::values::{RawValues, Unset, set};

/// What a client begins with.
pub(crate) enum Base {
    Url(String),
    Connection(Connection),
}

/// Why there is no client.
pub(crate) enum Unbuilt {
    /// A value is of the wrong type: the text of a `TypeError`.
    WrongType(String),
    Error(Error),
}

impl From<Error> for Unbuilt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Unset> for Unbuilt {
    fn from(unset: Unset) -> Self {
        match unset {
            Unset::WrongType(text) => Self::WrongType(text),
            Unset::Invalid(error) => Self::Error(error.into()),
        }
    }
}

/// Builds a client. `observer` is what Node watches with: the calls, and the sign-ins of a client that signs in. `add` adds
/// the refresher.
pub(crate) fn build(
    base: Base,
    values: RawValues,
    observer: impl Observer + 'static,
    add: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<blocking::Client, Unbuilt> {
    let mut options = ClientOptions::default();
    set(values, ClientOptions::OPTIONS, |id, value| {
        options.set(id, value)
    })?;
    let builder = match base {
        Base::Url(url) => Client::builder(url).observer(observer),
        Base::Connection(connection) => connection.observer(observer).compute()?,
    };
    Ok(add(builder.options(&options)).build_blocking()?)
}
