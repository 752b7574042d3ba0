//! Errors as the flat records that faces in other languages make their own errors of.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use http::HeaderMap;

use crate::cancel::CancelReason;
use crate::codes::ErrorKind;
use crate::error::Error;
use crate::rate_limit::RateLimit;
use crate::request_id::RequestId;
use crate::surface::Spelling;

/// An [`Error`] as one flat record: the name and the value of each of its fields.
///
/// A face hands the whole record over its border at once, and its own error takes it. It converts by the type of a value and
/// lists no fields, so that a new field reaches every face from here.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRecord<'a> {
    error: &'a Error,
    spelling: Spelling,
}

/// The value of a field.
#[derive(Clone, Debug)]
pub enum FieldValue<'a> {
    /// The error does not have it.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A small number, such as a status.
    Number(u16),
    /// Text.
    Text(Cow<'a, str>),
    /// A length of time, in the unit of the face's language.
    Duration(Duration),
    /// The limits that an answer reported.
    RateLimit(RateLimit),
    /// Header fields in their order.
    Headers(&'a HeaderMap),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What is behind an error. `F` is what a function of the program's own raised in the face's language.
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
    /// Makes the record of an error, whose texts name options as `spelling` does. Nothing is copied.
    #[must_use]
    pub fn new(error: &'a Error, spelling: Spelling) -> Self {
        Self { error, spelling }
    }

    /// Returns [`Error::message`], with the options that it names in the face's spelling.
    #[must_use]
    pub fn message(&self) -> Cow<'a, str> {
        match self.error.kind() {
            // Texts of other kinds are in trails too, which are the same in every language.
            ErrorKind::Config | ErrorKind::InvalidRequest => {
                self.spelling.text(self.error.message())
            }
            _ => self.error.message().into(),
        }
    }

    /// Returns the error's one line, with the options that it names in the face's spelling.
    #[must_use]
    pub fn display(&self) -> String {
        self.spelt(self.error.to_string())
    }

    /// Puts the face's spelling into a line that says what the error says, perhaps cut.
    #[must_use]
    pub fn spelt(&self, line: String) -> String {
        let (message, Cow::Owned(spelt)) = (self.error.message(), self.message()) else {
            return line;
        };
        if line.contains(message) {
            return line.replacen(message, &spelt, 1);
        }
        match self.error.option() {
            // Of a text that is cut its beginning is there.
            Some(option) => {
                let own = format!(": {}", self.spelling.option(option));
                line.replacen(&format!(": {option}"), &own, 1)
            }
            None => line,
        }
    }

    /// Hands over every field. Only an API's answer has those from `raw_code` on; the error of a call that had no credential
    /// to send is of kind `api` without an answer.
    ///
    /// # Errors
    /// The first that `put` gives.
    pub fn each<E>(
        &self,
        mut put: impl FnMut(&'static str, FieldValue<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let error = self.error;
        put("kind", error.kind().as_str().into())?;
        // Of errors that no answer has caused.
        if let Some(option) = error.option() {
            put("option", self.spelling.option(option).into())?;
        }
        put("category", error.category().map(|own| own.as_str()).into())?;
        // The one line that is enough for support.
        put("display", self.display().into())?;
        // An API's answer may have no words of its own; every other error has reqtrail's.
        let message = match error.api() {
            Some(api) => api.message().map(Cow::Borrowed),
            None => Some(self.message()),
        };
        put("message", message.into())?;
        put("code", error.code().into())?;
        put(
            "status",
            error.status().map(|status| status.as_u16()).into(),
        )?;
        put(
            "request_id",
            error.request_id().map(RequestId::as_str).into(),
        )?;
        put("retry_after", error.retry_after().into())?;
        put("may_have_been_sent", error.may_have_been_sent().into())?;
        let Some(api) = error.api() else {
            return Ok(());
        };
        put("raw_code", api.raw_code().into())?;
        put("title", api.title().into())?;
        put("details", api.details().into())?;
        put("hint", api.hint().into())?;
        #[cfg(feature = "openstack")]
        put("microversion", api.microversion().into())?;
        put("rate_limit", api.rate_limit().into())?;
        put("headers", FieldValue::Headers(api.headers()))?;
        put("body", FieldValue::Bytes(api.body()))?;
        let text = api.text();
        let json = api.json_text().filter(|json| *json != text);
        // Where it is not the body as UTF-8.
        let own_text = (text.as_bytes() != &api.body()[..]).then_some(text);
        put("text", own_text.into())?;
        // Where it is not the text.
        put("json", json.into())
    }

    /// Returns what is behind the error. What the wire said is not: the error's own text says it.
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

    /// Returns whether the program ended the call: it cancelled, or a deadline passed that it keeps itself.
    #[must_use]
    pub fn is_by_caller(&self) -> bool {
        self.error.is_cancelled() || self.sources().any(|source| source.is::<CancelReason>())
    }

    /// The chain of what is behind the error.
    fn sources(self) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
        std::iter::successors(self.error.source(), |source| {
            // Copied out: it lives longer than the closure's own reference.
            let source: &'a (dyn StdError + 'static) = *source;
            source.source()
        })
    }
}

impl From<bool> for FieldValue<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u16> for FieldValue<'_> {
    fn from(value: u16) -> Self {
        Self::Number(value)
    }
}

impl<'a> From<&'a str> for FieldValue<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for FieldValue<'_> {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl<'a> From<Cow<'a, str>> for FieldValue<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::Text(value)
    }
}

impl From<Duration> for FieldValue<'_> {
    fn from(value: Duration) -> Self {
        Self::Duration(value)
    }
}

impl From<RateLimit> for FieldValue<'_> {
    fn from(value: RateLimit) -> Self {
        Self::RateLimit(value)
    }
}

impl<'a, T: Into<FieldValue<'a>>> From<Option<T>> for FieldValue<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
