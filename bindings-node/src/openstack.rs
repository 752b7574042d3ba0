//! Operations of OpenStack's compute API.

use napi::bindgen_prelude::{Error, Result, Status};
use reqtrail::host::OptionError;
use reqtrail::openstack::{ActionRef, Operation, OperationKind, OperationOptions};

use crate::values::{self, RawValues};

/// Makes the operation that `what` names.
pub(crate) fn operation(what: &str, server: String, action: ActionRef) -> Result<Operation> {
    let unknown = || Error::new(Status::InvalidArg, format!("no operation is named {what}"));
    let kind = OperationKind::from_name(what).ok_or_else(unknown)?;
    Ok(Operation::new(kind, server, action))
}

/// Sets the operation's options that are values.
pub(crate) fn set(
    operation: &mut Operation,
    values: RawValues,
) -> std::result::Result<(), OptionError> {
    values::set(values, OperationOptions::OPTIONS, |id, value| {
        operation.set(id, value)
    })
}
