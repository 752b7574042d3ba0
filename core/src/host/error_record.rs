//! Errors as flat records, from which faces in other languages make their own errors.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::cancel::CancelReason;
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::rate_limit::RateLimit;
use crate::request_id::RequestId;
use crate::surface::Spelling;
use crate::surface::api_error::api_error_fields;
use crate::surface::error::error_fields;

/// An [`Error`] as one flat record: the name and the value of each of its fields.
///
/// A face passes the whole record across its border at once, and its own error takes it. It converts by the type of a value
/// and lists no fields, so that a new field reaches every face from here.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRecord<'a> {
    error: &'a Error,
    spelling: Spelling,
}

/// Puts the fields of the rows.
macro_rules! put_fields {
    (
        $put:ident $record:ident $own:ident
        fields { $($(#[$meta:meta])* $name:ident: $type:ty { $($detail:tt)* } = |$it:ident| $read:expr;)+ }
    ) => {
        $($(#[$meta])* {
            put_fields!(@put $put $record $own $name { $($detail)* });
        })+
    };
    (@put $put:ident $record:ident $own:ident $name:ident { from: record $($rest:tt)* }) => {
        $put(stringify!($name), $record.$name().into())?;
    };
    // Only few errors have it.
    (@put $put:ident $record:ident $own:ident $name:ident { from: record_if_any $($rest:tt)* }) => {
        if let Some(value) = $record.$name() {
            $put(stringify!($name), value.into())?;
        }
    };
    (@put $put:ident $record:ident $own:ident $name:ident { $($rest:tt)* }) => {
        $put(stringify!($name), $own.$name().into())?;
    };
}

/// The value of a field.
#[derive(Clone, Debug)]
pub enum FieldValue<'a> {
    /// The error does not have it.
    Null,
    /// A boolean.
    Bool(bool),
    /// A small number, such as a status.
    Number(u16),
    /// Text.
    Text(Cow<'a, str>),
    /// A duration, in the unit of the face's language.
    Duration(Duration),
    /// The rate limit that a response reported.
    RateLimit(RateLimit),
    /// A count.
    Count(u64),
    /// A point in time.
    Moment(SystemTime),
    /// Header fields in their order.
    Headers(&'a HeaderMap),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The cause of an error. `F` is what a function of the program raised in the face's language.
#[derive(Debug)]
pub enum ErrorCause<'a, F> {
    /// The program's function failed.
    Raised(&'a F),
    /// Another call failed, such as a sign-in.
    Call(&'a Error),
    /// Why there was no new credential, in words.
    Text(String),
}

impl<'a> ErrorRecord<'a> {
    /// Makes the record of an error, whose texts name options in this spelling. Nothing is copied.
    #[must_use]
    pub fn new(error: &'a Error, spelling: Spelling) -> Self {
        Self { error, spelling }
    }

    /// Returns [`Error::message`], with the options that it names in the face's spelling. An API's error response may have
    /// none; every other error has reqtrail's.
    #[must_use]
    pub fn message(&self) -> Option<Cow<'a, str>> {
        match self.error.api() {
            Some(api) => api.message().map(Cow::Borrowed),
            None => Some(self.spelt_message()),
        }
    }

    /// Returns [`Error::option`] in the face's spelling.
    fn option(&self) -> Option<&'static str> {
        let option = self.error.option()?;
        Some(self.spelling.option(option))
    }

    fn spelt_message(&self) -> Cow<'a, str> {
        match self.error.kind() {
            // Texts of other kinds are also in trails, which are the same in every language.
            ErrorKind::Config | ErrorKind::InvalidRequest => {
                self.spelling.text(self.error.message())
            }
            _ => self.error.message().into(),
        }
    }

    /// Returns the error's one-line text, with the options that it names in the face's spelling.
    #[must_use]
    pub fn display(&self) -> String {
        self.spelt(self.error.to_string())
    }

    /// Replaces the options in a line that repeats the error's text, possibly cut, by the face's spelling.
    #[must_use]
    pub fn spelt(&self, line: String) -> String {
        let (message, Cow::Owned(spelt)) = (self.error.message(), self.spelt_message()) else {
            return line;
        };
        if line.contains(message) {
            return line.replacen(message, &spelt, 1);
        }
        match self.error.option() {
            // A cut text still has its beginning.
            Some(option) => {
                let own = format!(": {}", self.spelling.option(option));
                line.replacen(&format!(": {option}"), &own, 1)
            }
            None => line,
        }
    }

    /// Passes every field to `put`. Only an API's error response has those from `raw_code` on; the error of a call that had
    /// no credential to send is of kind `api` without a response.
    ///
    /// # Errors
    /// The first error of `put`.
    #[expect(
        unused_doc_comments,
        reason = "the rows have the documentation of methods"
    )]
    pub fn each<E>(
        &self,
        mut put: impl FnMut(&'static str, FieldValue<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (record, error) = (self, self.error);
        // The one line that support needs.
        put("display", self.display().into())?;
        error_fields! { put_fields put record error }
        let Some(api) = error.api() else {
            return Ok(());
        };
        api_error_fields! { put_fields put record api }
        let text = api.text();
        let json = api.json_text().filter(|json| *json != text);
        // Only if it is not the body as UTF-8.
        let own_text = (text.as_bytes() != &api.body()[..]).then_some(text);
        put("text", own_text.into())?;
        // Only if it is not the text.
        put("json", json.into())
    }

    /// Returns the cause of the error. What the wire said is not a cause, since the error's own text says it.
    #[must_use]
    pub fn cause<F: StdError + 'static>(&self) -> Option<ErrorCause<'a, F>> {
        for source in self.sources() {
            if let Some(raised) = source.downcast_ref() {
                return Some(ErrorCause::Raised(raised));
            }
            if let Some(error) = source.downcast_ref() {
                return Some(ErrorCause::Call(error));
            }
        }
        let first = self.error.source().filter(|_| self.error.is_api())?;
        Some(ErrorCause::Text(match first.source() {
            Some(reason) => format!("{first}: {reason}"),
            None => first.to_string(),
        }))
    }

    /// Returns whether the program ended the call: it cancelled, or a deadline that it keeps itself passed.
    #[must_use]
    pub fn is_by_caller(&self) -> bool {
        self.error.is_cancelled() || self.sources().any(|source| source.is::<CancelReason>())
    }

    /// The chain of the error's causes.
    fn sources(self) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
        std::iter::successors(self.error.source(), |source| {
            // Copied, since it outlives the closure's reference.
            let source: &'a (dyn StdError + 'static) = *source;
            source.source()
        })
    }
}

/// The fields of a rate limit, by their names.
#[must_use]
pub fn rate_limit_fields(limit: RateLimit) -> [(&'static str, FieldValue<'static>); 3] {
    [
        ("limit", limit.limit.into()),
        ("remaining", limit.remaining.into()),
        ("reset_at", limit.reset_at.into()),
    ]
}

/// Converts types of the core to values.
macro_rules! values {
    ($($type:ty: |$value:ident| $made:expr;)+) => {
        $(impl<'a> From<$type> for FieldValue<'a> {
            fn from($value: $type) -> Self {
                $made
            }
        })+
    };
}

values! {
    bool: |value| Self::Bool(value);
    u64: |value| Self::Count(value);
    &'a str: |value| Self::Text(value.into());
    String: |value| Self::Text(value.into());
    Cow<'a, str>: |value| Self::Text(value);
    ErrorKind: |value| Self::Text(value.as_str().into());
    Category: |value| Self::Text(value.as_str().into());
    StatusCode: |value| Self::Number(value.as_u16());
    &'a RequestId: |value| Self::Text(value.as_str().into());
    Duration: |value| Self::Duration(value);
    SystemTime: |value| Self::Moment(value);
    RateLimit: |value| Self::RateLimit(value);
    &'a HeaderMap: |value| Self::Headers(value);
    &'a Bytes: |value| Self::Bytes(value);
}

impl<'a, T: Into<FieldValue<'a>>> From<Option<T>> for FieldValue<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
