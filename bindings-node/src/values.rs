//! Values of options, as the TypeScript half passes them.

use std::time::{Duration, SystemTime};

use napi::bindgen_prelude::{FromNapiValue, Result};
use napi::{ValueType, sys, type_of};
use napi_derive::napi;
use reqtrail::host::{Kind, OptionError, OptionSpec, Owner, Spelling, Value};
use reqtrail::openstack::OperationKind;

/// The numbers of options and their values in turn. Options that are not in it are unset.
pub(crate) type RawValues = Vec<RawValue>;

/// A JavaScript value, or the number of an option. The option's kind decides what the value means.
pub enum RawValue {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    /// Texts, or names and values in turn. A secret is in an array by itself.
    List(Vec<RawValue>),
}

impl FromNapiValue for RawValue {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let kind = type_of!(env, value)?;
        // SAFETY: the caller's arguments are passed on unchanged.
        unsafe {
            Ok(match kind {
                ValueType::Null => Self::Null,
                ValueType::Boolean => Self::Flag(bool::from_napi_value(env, value)?),
                ValueType::Number => Self::Number(f64::from_napi_value(env, value)?),
                ValueType::String => Self::Text(String::from_napi_value(env, value)?),
                _ => Self::List(Vec::from_napi_value(env, value)?),
            })
        }
    }
}

impl RawValue {
    fn into_value(self, kind: Kind) -> Value {
        match (self, kind) {
            (Self::Null, _) => Value::Null,
            (Self::Flag(on), _) => Value::Flag(on),
            (Self::Number(time), Kind::Duration) => Value::Duration(millis(time)),
            (Self::Number(time), Kind::Moment) => {
                let moment = SystemTime::UNIX_EPOCH.checked_add(millis(time));
                moment.map_or(Value::Null, Value::Moment)
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the TypeScript half has checked that it is whole"
            )]
            (Self::Number(number), _) => Value::Integer(number as i128),
            (Self::Text(text), Kind::Secret) => Value::Secret(text.into()),
            (Self::Text(text), _) => Value::Text(text),
            (Self::List(list), Kind::Headers | Kind::RetryBudget) => Value::Pairs(pairs(list)),
            (Self::List(list), _) => {
                Value::List(list.into_iter().map(|one| one.into_value(kind)).collect())
            }
        }
    }

    fn into_entry(self) -> Value {
        match self {
            Self::List(secret) => match secret.into_iter().next() {
                Some(Self::Text(text)) => Value::Secret(text.into()),
                _ => Value::Null,
            },
            // No kind has durations in its entries.
            plain => plain.into_value(Kind::Flag),
        }
    }
}

fn pairs(flat: Vec<RawValue>) -> Vec<(String, Value)> {
    let mut flat = flat.into_iter();
    let next = || match (flat.next()?, flat.next()?) {
        (RawValue::Text(name), value) => Some((name, value.into_entry())),
        _ => None,
    };
    std::iter::from_fn(next).collect()
}

/// Sets options, all of which are in `specs`.
pub(crate) fn set(
    values: RawValues,
    specs: &'static [OptionSpec],
    mut set: impl FnMut(u16, Value) -> std::result::Result<(), OptionError>,
) -> std::result::Result<(), OptionError> {
    let mut values = values.into_iter();
    while let (Some(RawValue::Number(id)), Some(value)) = (values.next(), values.next()) {
        // `specs` is in the order of the numbers, which start at 1.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is the number of an option"
        )]
        let id = id as u16;
        let spec = specs.get(usize::from(id).wrapping_sub(1));
        let kind = spec.map_or(Kind::Text, |spec| spec.kind);
        set(id, value.into_value(kind))?;
    }
    Ok(())
}

/// Returns the text of the `TypeError` for an option that is not valid.
pub(crate) fn refusal(error: &OptionError) -> String {
    match error {
        OptionError::WrongType {
            option,
            expected,
            got,
        } => {
            let option = Spelling::Node.option(option);
            format!("{option}: expected {expected}, not {got}")
        }
        other => Spelling::Node.text(&other.to_string()).into_owned(),
    }
}

/// Converts milliseconds to a duration. Values that are not durations have been refused before; a value that is too
/// large means no limit.
pub(crate) fn millis(given: f64) -> Duration {
    Duration::try_from_secs_f64(given / 1e3).unwrap_or(if given > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}

/// Returns the error text for an unknown option of `owner` (`client`, `request`, `recent` or an operation): it names
/// the option that was meant, what to use instead, or all of `known`.
#[napi(catch_unwind)]
pub fn unknown_option(owner: String, name: String, known: Vec<String>) -> String {
    let owner = match (owner.as_str(), OperationKind::from_name(&owner)) {
        ("client", _) => Owner::Client,
        ("recent", _) => Owner::Recent,
        (_, Some(kind)) => Owner::Operation(kind),
        _ => Owner::Request,
    };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    owner.unknown(&name, &known, Spelling::Node)
}
