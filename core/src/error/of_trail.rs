//! Errors that are made of a trail, or of text that should be one.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{BoxError, Error};
use crate::codes::ErrorKind;
use crate::trail::Trail;
use crate::trail::read;

impl Trail {
    /// Reads a trail that [`to_json`](Self::to_json) or its counterpart in another language has written, for example to
    /// show its report.
    ///
    /// A later release may have written it. Fields that this release does not know are skipped, and fields that an
    /// earlier release did not write are `None`. Words that this release does not know are kept as [`UnknownWord`]s,
    /// and `to_json` writes them back.
    ///
    /// [`UnknownWord`]: crate::UnknownWord
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the text is not the JSON of a trail. The error says what is
    /// wrong.
    ///
    /// # Examples
    /// ```
    /// # fn of(trail: &reqtrail::Trail) -> Result<(), reqtrail::Error> {
    /// let kept = trail.to_json();
    /// let again = reqtrail::Trail::from_json(&kept)?;
    /// assert_eq!(again.call_id(), trail.call_id());
    /// # Ok(()) }
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read::trail(text).map_err(|why| Error::new(ErrorKind::Decode, why))
    }

    /// Makes the `decode` error of a response whose body your own parser refuses, for code that only has the trail.
    /// [`Response::decode_error`](crate::Response::decode_error) is the usual way.
    #[must_use]
    pub fn decode_error(&self, what: impl Into<String>, cause: impl Into<BoxError>) -> Error {
        self.decode_error_alone(what).caused_by_parser(cause.into())
    }

    /// Makes the `decode` error without a cause.
    pub(crate) fn decode_error_alone(&self, what: impl Into<String>) -> Error {
        let what = what.into();
        let trail = self.ended_with(ErrorKind::Decode, &what);
        Error::new(ErrorKind::Decode, what).with_trail(trail)
    }
}

/// Reads the same JSON as [`Trail::from_json`], as a part of a larger document.
impl<'de> Deserialize<'de> for Trail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = read::TrailJson::deserialize(deserializer)?;
        json.into_trail().map_err(D::Error::custom)
    }
}
