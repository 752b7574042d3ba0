//! The format of scripts: what a server answers, and what its requests must look like.
//!
//! Two kinds of files hold exchanges. A *scenario* of the conformance suite is played over sockets; a *script*
//! (`reqtrail.script/1`, `schema/script.schema.json`) is played by a mock. [`Reader`] reads both and refuses in each what
//! only the other has. Reading is strict: a key or an operator that is not part of the format is an error anywhere.

mod compare;
mod date;
mod difference;
mod exchange;
mod head;
mod path_template;
mod pattern;
mod reader;
mod reply;
mod strict;

use serde_json::Value;

pub use compare::{RequestView, header_text};
pub use difference::{Difference, shown};
pub use exchange::{Exchange, Times, Want, WantBody};
pub use head::{Header, Moment};
pub use path_template::PathTemplate;
pub use pattern::{Matches, Objects, Pattern, Scope};
pub use reader::{Compile, IsMatch, Reader};
pub(crate) use reply::fault_names;
pub use reply::{
    After, Body, Coding, DateForm, Fault, Framing, HeaderValue, Headers, Reply, ReplyId,
};
pub use strict::{Fields, Result, ScriptError, decode_base64, error_at, pair_of, wrong_type};

/// What a script's key `schema` must be.
pub(crate) const SCHEMA: &str = "reqtrail.script/1";

/// What a mock's server answers: exchanges, each for the requests that it fits, in the order in which they are tried.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub(crate) exchanges: Vec<Exchange>,
}

impl Script {
    /// Reads a script of the form `reqtrail.script/1` from its JSON text; `schema/script.schema.json` describes it.
    ///
    /// ```
    /// use reqtrail::testing::Script;
    ///
    /// let text = r#"{"schema": "reqtrail.script/1", "exchanges": [
    ///     {"match": {"method": "GET", "path": "/cameras/{id}"}, "reply": {"code": "rate_limited", "retry_after": 60}},
    ///     {"reply": {"fault": "explode"}}
    /// ]}"#;
    /// let error = Script::from_json(text).unwrap_err();
    /// assert_eq!(error.path(), "exchanges[1].reply.fault");
    /// assert!(error.message().starts_with("unknown `explode`, expected one of close, reset,"));
    /// ```
    ///
    /// # Errors
    /// A [`ScriptError`] says where the text is not a script, what is there, and what would be right.
    #[inline(never)]
    pub fn from_json(text: &str) -> std::result::Result<Self, ScriptError> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| error_at("script", format!("not JSON: {error}")))?;
        if !value.is_object() {
            return Err(wrong_type("script", "an object", &value));
        }
        let reader = Reader::script();
        let mut fields = reader.fields(&value, "")?;
        match fields.string("schema")? {
            Some(SCHEMA) => {}
            found => {
                let found = shown(found.map(Value::from).as_ref());
                let message = format!("expected \"{SCHEMA}\", found {found}");
                return Err(error_at("schema", message));
            }
        }
        let exchanges = fields
            .array("exchanges")?
            .ok_or_else(|| error_at("exchanges", "expected an array, found nothing"))?;
        // The origin of a recording is only for people.
        fields.raw("recorded");
        fields.done().map_err(|error| match error.path() {
            // A key without a name.
            "" => error_at("script", error.message()),
            _ => error,
        })?;
        let mut read = Vec::with_capacity(exchanges.len());
        for (index, exchange) in exchanges.iter().enumerate() {
            read.push(reader.exchange(exchange, &format!("exchanges[{index}]"))?);
        }
        Ok(Self { exchanges: read })
    }
}

/// Writes a time as RFC 3339 UTC with milliseconds, as in trails.
#[cfg(feature = "unstable-host")]
#[must_use]
pub fn rfc3339(time: std::time::SystemTime) -> String {
    crate::trail::rfc3339(time)
}
