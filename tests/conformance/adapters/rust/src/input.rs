//! The job of a scenario: one line of the runner.

use std::collections::BTreeMap;

use reqtrail::testing::Mock;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A scenario: a client and its calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Returned with the results.
    pub id: Value,
    /// The server's address, with the base path.
    #[serde(default = "scripted_url")]
    pub base_url: String,
    /// The script of a mock that replaces the server.
    #[serde(default)]
    pub script: Option<Value>,
    /// The client's options.
    #[serde(default)]
    pub client: ClientInput,
    /// The CA to trust, if TLS is on.
    #[serde(default)]
    pub ca_pem: Option<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
}

/// The base URL of clients with a script.
fn scripted_url() -> String {
    "http://api.example".to_owned()
}

impl Input {
    /// Returns the mock that plays the script, if there is one.
    pub(crate) fn mock(&self) -> Result<Option<Mock>, Box<dyn std::error::Error>> {
        let Some(script) = &self.script else {
            return Ok(None);
        };
        let mock = Mock::new().allow_unused();
        mock.load(&script.to_string())?;
        Ok(Some(mock))
    }

    /// Returns whether the client records its calls.
    #[must_use]
    pub fn has_recorder(&self) -> bool {
        self.client.options.get("recorder") != Some(&Value::Bool(false))
    }

    /// Returns the CA that the client trusts.
    pub(crate) fn authority(&self) -> Option<&str> {
        self.ca_pem.as_deref().or(self.client.ca_pem.as_deref())
    }
}

/// The options of a client.
#[derive(Debug, Default, Deserialize)]
pub struct ClientInput {
    pub(crate) tokens: Option<Vec<String>>,
    pub(crate) ca_pem: Option<String>,
    pub(crate) base_path: Option<String>,
    /// The options under `options`.
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    /// The options with their own keys in the format.
    #[serde(flatten)]
    pub(crate) named: Map<String, Value>,
}

/// One entry of `calls`.
#[derive(Debug, Deserialize)]
pub struct Call {
    /// The request to make.
    pub request: Request,
}

/// A request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub(crate) method: Option<String>,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) params: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) query: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) json: Option<Value>,
    pub(crate) text: Option<String>,
    pub(crate) base64: Option<String>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) timeout_ms: Option<f64>,
    pub(crate) attempt_timeout_ms: Option<f64>,
    /// When the adapter cancels the call.
    pub cancel_after_ms: Option<f64>,
    pub(crate) max_attempts: Option<u32>,
    /// The entity tag of a copy. The result then says whether the copy is current.
    pub if_none_match: Option<String>,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    /// How the body is parsed.
    #[serde(default)]
    pub parse: Parse,
    /// How many times the call is made.
    #[serde(default = "one")]
    pub repeat: usize,
    /// How many of these calls run at once.
    #[serde(default = "one")]
    pub concurrency: usize,
}

/// How a body is parsed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Parse {
    /// JSON.
    Json,
    /// Text.
    Text,
    /// Not at all.
    #[default]
    Bytes,
}

fn one() -> usize {
    1
}

/// Distinguishes a null from an absent field.
fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
