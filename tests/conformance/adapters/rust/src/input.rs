//! A scenario's line, as the runner writes it.

use std::collections::BTreeMap;

use reqtrail::testing::Mock;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A scenario: a client and its calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Given back with the results.
    pub id: Value,
    /// The server's address, with the base path.
    #[serde(default = "scripted_url")]
    pub base_url: String,
    /// What answers in the place of a server.
    #[serde(default)]
    pub script: Option<Value>,
    /// The client's options.
    #[serde(default)]
    pub client: ClientInput,
    /// The authority to trust, where TLS is on.
    #[serde(default)]
    pub ca_pem: Option<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
}

/// Where the clients of a script seem to go.
fn scripted_url() -> String {
    "http://api.example".to_owned()
}

impl Input {
    /// The mock that plays the script, if there is one.
    pub(crate) fn mock(&self) -> Result<Option<Mock>, Box<dyn std::error::Error>> {
        let Some(script) = &self.script else {
            return Ok(None);
        };
        let mock = Mock::new().allow_unused();
        mock.load(&script.to_string())?;
        Ok(Some(mock))
    }

    /// Whether the client remembers its calls.
    #[must_use]
    pub fn remembers(&self) -> bool {
        self.client.options.get("recorder") != Some(&Value::Bool(false))
    }

    /// The authority that the client trusts.
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
    /// The options that the format names nowhere else.
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    /// Those that it names beside them.
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
    /// The entity tag of a copy; the result then says whether it is current.
    pub if_none_match: Option<String>,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    /// What is made of the body.
    #[serde(default)]
    pub parse: Parse,
    /// How often the call is made.
    #[serde(default = "one")]
    pub repeat: usize,
    /// How many of them at once.
    #[serde(default = "one")]
    pub concurrency: usize,
}

/// What a body is parsed as.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Parse {
    /// JSON.
    Json,
    /// Text.
    Text,
    /// Nothing is parsed.
    #[default]
    Bytes,
}

fn one() -> usize {
    1
}

/// Tells a null that is written from a field that is left out.
fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
