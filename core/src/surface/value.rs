//! Values of options, as a language passes them.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::redact::Secret;

/// A value of an option, before it is checked. Its `Debug` shows the type and not the content.
#[derive(Clone)]
#[non_exhaustive]
pub enum Value {
    /// The language's null.
    Null,
    /// A truth value.
    Flag(bool),
    /// A whole number.
    Integer(i128),
    /// A time.
    Duration(Duration),
    /// A point in time.
    Moment(SystemTime),
    /// Text.
    Text(String),
    /// Text that is never shown.
    Secret(Secret),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several values.
    List(Vec<Value>),
    /// Names and values; a name may occur twice.
    Pairs(Vec<(String, Value)>),
}

impl Value {
    /// Describes the type without the content, which may be a secret.
    fn title(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Flag(on) => on.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Duration(time) => format!("{time:?}"),
            Self::Moment(_) => "a moment".to_owned(),
            Self::Text(_) => "text".to_owned(),
            Self::Secret(_) => "a secret".to_owned(),
            Self::Bytes(_) => "bytes".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Pairs(_) => "names and values".to_owned(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

/// The type of values that an option takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to this one.
    Count(u64),
    /// A time.
    Duration,
    /// A point in time.
    Moment,
    /// Text.
    Text,
    /// Text that is never shown.
    Secret,
    /// The path of a file.
    Path,
    /// Several texts.
    Texts,
    /// Several PEM texts.
    Pems,
    /// Several HTTP statuses.
    Statuses,
    /// Headers.
    Headers,
    /// The name of a built-in dialect, or the description of another as JSON.
    Dialect,
    /// The two numbers of a retry budget, `capacity` and `retry_cost`.
    RetryBudget,
}

/// What a binding knows about an option.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OptionSpec {
    /// Its number, which never changes.
    pub id: u16,
    /// Its name, in snake case.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether null is a value, which turns the option off. Otherwise null leaves it unset.
    pub is_null_a_value: bool,
}

/// A value that an option does not take.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OptionError {
    /// The value has the wrong type, or is out of the range of its type.
    WrongType {
        /// The option, in snake case.
        option: &'static str,
        /// What it takes.
        expected: String,
        /// What came.
        got: String,
    },
    /// The value has the right type but is not valid.
    Invalid {
        /// The option, in snake case.
        option: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
}

impl OptionError {
    pub(crate) fn unknown(id: u16) -> Self {
        let refusal = Refusal::new("the number of an option", &Value::Integer(id.into()));
        refusal.of("option")
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType {
                option,
                expected,
                got,
            } => write!(f, "{option}: expected {expected}, got {got}"),
            Self::Invalid { option, message } => write!(f, "{option}: {message}"),
        }
    }
}

impl std::error::Error for OptionError {}

/// Why a value does not fit.
#[derive(Debug)]
pub(crate) enum Refusal {
    WrongType { expected: String, got: String },
    Invalid(String),
}

impl Refusal {
    pub(crate) fn new(expected: impl Into<String>, got: &Value) -> Self {
        Self::WrongType {
            expected: expected.into(),
            got: got.title(),
        }
    }

    /// Refuses an entry of a value whose name is not known.
    pub(crate) fn unknown_name(expected: &str, name: &str) -> Self {
        Self::WrongType {
            expected: expected.to_owned(),
            got: format!("`{}`", name.escape_debug()),
        }
    }

    fn of(self, option: &'static str) -> OptionError {
        match self {
            Self::WrongType { expected, got } => OptionError::WrongType {
                option,
                expected,
                got,
            },
            Self::Invalid(message) => OptionError::Invalid { option, message },
        }
    }
}

/// A type that an option can have.
pub(crate) trait Setting: Clone {
    const KIND: Kind;
    const IS_NULL_A_VALUE: bool = false;

    /// Reads a value that is not null.
    fn read(value: Value) -> Result<Self, Refusal>;

    /// What null means: `None` unsets the option.
    fn of_null() -> Option<Self> {
        None
    }

    /// Returns the value when this is set after `earlier`.
    fn after(self, earlier: Self) -> Self {
        drop(earlier);
        self
    }
}

/// Sets an option to a value.
pub(crate) fn value_of<T: Setting>(
    option: &mut Option<T>,
    name: &'static str,
    value: Value,
) -> Result<(), OptionError> {
    if let Value::Null = value {
        *option = T::of_null();
        return Ok(());
    }
    let read = T::read(value).map_err(|refusal| refusal.of(name))?;
    put(option, read);
    Ok(())
}

/// Sets an option if it was set later.
pub(crate) fn overlay<T: Setting>(option: &mut Option<T>, later: Option<&T>) {
    if let Some(later) = later {
        put(option, later.clone());
    }
}

/// Sets an option to a value; a list adds to what is already set.
pub(crate) fn put<T: Setting>(option: &mut Option<T>, later: T) {
    *option = Some(match option.take() {
        Some(earlier) => later.after(earlier),
        None => later,
    });
}

/// Implements [`Setting`] for a type that one kind of value holds.
macro_rules! plain {
    ($($type:ty = $kind:ident, $value:pat => $read:expr, $expected:literal;)+) => {
        $(impl Setting for $type {
            const KIND: Kind = Kind::$kind;

            fn read(value: Value) -> Result<Self, Refusal> {
                match value {
                    $value => Ok($read),
                    other => Err(Refusal::new($expected, &other)),
                }
            }
        })+
    };
}

plain! {
    bool = Flag, Value::Flag(on) => on, "true or false";
    Duration = Duration, Value::Duration(time) => time, "a time";
    SystemTime = Moment, Value::Moment(time) => time, "a moment";
    String = Text, Value::Text(text) => text, "text";
}

impl Setting for PathBuf {
    const KIND: Kind = Kind::Path;

    fn read(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Text(text) => Ok(text.into()),
            // A Unix path need not be valid text.
            #[cfg(unix)]
            Value::Bytes(bytes) => {
                let path: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
                Ok(path.into())
            }
            other => Err(Refusal::new("the path of a file", &other)),
        }
    }
}

impl Setting for Secret {
    const KIND: Kind = Kind::Secret;

    fn read(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Text(text) => Ok(text.into()),
            Value::Secret(secret) => Ok(secret),
            other => Err(Refusal::new("text", &other)),
        }
    }
}

macro_rules! counts {
    ($($type:ty)+) => {
        $(impl Setting for $type {
            const KIND: Kind = Kind::Count(<$type>::MAX as u64);

            fn read(value: Value) -> Result<Self, Refusal> {
                let read = match value {
                    Value::Integer(number) => number.try_into().ok(),
                    _ => None,
                };
                read.ok_or_else(|| Refusal::new(format!("a whole number from 0 to {}", <$type>::MAX), &value))
            }
        })+
    };
}
counts!(u16 u32 u64 usize);

impl Setting for Option<Duration> {
    const KIND: Kind = Kind::Duration;
    const IS_NULL_A_VALUE: bool = true;

    fn read(value: Value) -> Result<Self, Refusal> {
        Duration::read(value).map(Some)
    }

    fn of_null() -> Option<Self> {
        Some(None)
    }
}

/// Implements [`Setting`] for lists: one value or several, which add to those already set.
macro_rules! lists {
    ($($type:ty = $kind:ident, $read:expr;)+) => {
        $(impl Setting for Vec<$type> {
            const KIND: Kind = Kind::$kind;

            fn read(value: Value) -> Result<Self, Refusal> {
                match value {
                    Value::List(values) => values.into_iter().map($read).collect(),
                    one => Ok(vec![$read(one)?]),
                }
            }

            fn after(self, mut earlier: Self) -> Self {
                earlier.extend(self);
                earlier
            }
        })+
    };
}

lists! {
    String = Texts, String::read;
    Vec<u8> = Pems, pem;
    StatusCode = Statuses, status;
}

fn pem(value: Value) -> Result<Vec<u8>, Refusal> {
    match value {
        Value::Bytes(pem) => Ok(pem),
        Value::Text(pem) => Ok(pem.into_bytes()),
        other => Err(Refusal::new("a PEM text", &other)),
    }
}

fn status(value: Value) -> Result<StatusCode, Refusal> {
    let number = match value {
        Value::Integer(number) => u16::try_from(number).ok(),
        _ => None,
    };
    let status = number.and_then(|number| StatusCode::from_u16(number).ok());
    status.ok_or_else(|| Refusal::new("an HTTP status such as 404", &value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_names_the_option_and_not_the_value() {
        let mut name: Option<u32> = None;
        let error = value_of(&mut name, "max_attempts", Value::Secret("hunter2".into()));
        assert_eq!(
            error.expect_err("not a number").to_string(),
            "max_attempts: expected a whole number from 0 to 4294967295, got a secret"
        );
        let error = value_of(&mut name, "max_attempts", Value::Integer(-1));
        assert_eq!(
            error.expect_err("below zero").to_string(),
            "max_attempts: expected a whole number from 0 to 4294967295, got -1"
        );
        assert_eq!(name, None);
    }

    #[test]
    #[cfg(unix)]
    fn a_path_need_not_be_text() {
        let mut path: Option<PathBuf> = None;
        let bytes = Value::Bytes(b"/run/\xff.sock".to_vec());
        assert_eq!(value_of(&mut path, "unix_socket", bytes), Ok(()));
        let path = path.map(|path| path.into_os_string().into_encoded_bytes());
        assert_eq!(path, Some(b"/run/\xff.sock".to_vec()));
    }

    #[test]
    fn null_unsets_an_option_or_turns_it_off() {
        let mut time = Some(Duration::from_secs(1));
        assert_eq!(value_of(&mut time, "timeout", Value::Null), Ok(()));
        assert_eq!(time, None);
        let mut interval = Some(Some(Duration::from_secs(1)));
        assert_eq!(
            value_of(&mut interval, "http2_ping_interval", Value::Null),
            Ok(())
        );
        assert_eq!(interval, Some(None));
    }

    #[test]
    fn what_is_no_status_is_refused() {
        let number = |number: i128| Value::Integer(number);
        let mut statuses: Option<Vec<StatusCode>> = None;
        let two = Value::List(vec![number(404), number(410)]);
        assert_eq!(value_of(&mut statuses, "statuses", two), Ok(()));
        assert_eq!(value_of(&mut statuses, "statuses", number(599)), Ok(()));
        let set = statuses.iter().flatten().map(StatusCode::as_u16);
        assert_eq!(set.collect::<Vec<_>>(), [404, 410, 599]);
        for (wrong, shown) in [
            (number(99), "99"),
            (number(-404), "-404"),
            (number(65_940), "65940"),
            (Value::Text("404".to_owned()), "text"),
        ] {
            let list = Value::List(vec![number(409), wrong]);
            let error = value_of(&mut statuses, "statuses", list).expect_err(shown);
            assert_eq!(
                error.to_string(),
                format!("statuses: expected an HTTP status such as 404, got {shown}")
            );
        }
    }

    #[test]
    fn lists_grow_and_other_values_are_replaced() {
        let mut names = Some(vec!["a".to_owned()]);
        overlay(&mut names, Some(&vec!["b".to_owned()]));
        assert_eq!(names, Some(vec!["a".to_owned(), "b".to_owned()]));
        let mut number = Some(1_u32);
        overlay(&mut number, Some(&2));
        overlay(&mut number, None);
        assert_eq!(number, Some(2));
    }
}
