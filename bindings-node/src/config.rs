//! Builds clients.

use napi::bindgen_prelude::{ClassInstance, Either, External};
use reqtrail::host::{ClientOptions, OptionError};
use reqtrail::{Client, ClientBuilder, Error, Observer, blocking};

use crate::cloud::RawConnection;
use crate::items::Items;
use crate::values::{self, RawValues};

/// The first argument of a client: the URL of the API, or a connection to a cloud.
pub(crate) type Base<'a> = Either<String, ClassInstance<'a, RawConnection>>;

/// Why a client cannot be built: the text of a `TypeError`, or the error.
pub(crate) type Unbuilt = Either<String, External<Items>>;

/// Builds a client. `observer` watches its calls, and its sign-ins if it signs in. `add` adds the refresher.
pub(crate) fn build(
    base: Base<'_>,
    values: RawValues,
    observer: impl Observer + 'static,
    add: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<blocking::Client, Unbuilt> {
    let mut options = ClientOptions::default();
    let set = |id, value| options.set(id, value);
    values::set(values, ClientOptions::OPTIONS, set).map_err(|error| match error {
        OptionError::WrongType { .. } => Either::A(values::refusal(&error)),
        _ => failed(error.into()),
    })?;
    let builder = match base {
        Either::A(url) => Client::builder(url).observer(observer),
        Either::B(connection) => {
            let connection = connection.0.clone().observer(observer);
            connection.begin().map_err(failed)?
        }
    };
    add(builder.options(&options))
        .build_blocking()
        .map_err(failed)
}

fn failed(error: Error) -> Unbuilt {
    Either::B(Items::error(error))
}
