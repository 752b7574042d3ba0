//! A scenario: a scripted server, the calls to make, and their expected results.
//!
//! Parsing is strict: a key or an operator that is not part of the format is an error, wherever it
//! is.

mod call;
mod client;

use std::path::Path;
use std::sync::Arc;

use regex::Regex;
pub use reqtrail::testing::script::ScriptError as ScenarioError;
use reqtrail::testing::script::{Exchange, Fields, IsMatch, Reader, Result, error_at, wrong_type};
use serde_json::Value;

pub(crate) use call::{Call, Expect, Outcome, lower_names};
pub(crate) use client::{Client, Dialect};

/// The version of the format that this runner plays.
const FORMAT: u64 = 1;

/// Parses the parts that scenarios and scripts share.
const READER: Reader = Reader::scenario(compile);

fn compile(expression: &str) -> std::result::Result<IsMatch, String> {
    let regex = Regex::new(expression).map_err(|error| error.to_string())?;
    Ok(Arc::new(move |text: &str| regex.is_match(text)))
}

/// A parsed scenario.
#[derive(Debug)]
pub struct Scenario {
    pub(crate) name: String,
    pub(crate) needs: Vec<String>,
    pub(crate) client: Client,
    pub(crate) tls: bool,
    pub(crate) listen_after_ms: u64,
    pub(crate) exchanges: Vec<Exchange>,
    /// The exchanges as JSON, as the file has them.
    pub(crate) written: Vec<Value>,
    pub(crate) calls: Vec<Call>,
}

impl Scenario {
    /// Reads a scenario file.
    pub fn load(path: &Path) -> std::result::Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| error_at("", format!("cannot be read: {error}")))?;
        Self::parse(&text)
    }

    /// Parses a scenario from its JSON text.
    pub fn parse(text: &str) -> std::result::Result<Self, ScenarioError> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| error_at("", format!("not JSON: {error}")))?;
        Self::from_value(&value)
    }

    /// Returns the name of the scenario.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn from_value(value: &Value) -> Result<Self> {
        let mut fields = Fields::of(value, "")?;
        let format = fields.count("format")?;
        let format = fields.required("format", format)?;
        if format != FORMAT {
            return Err(error_at(
                "format",
                format!("expected {FORMAT}, got {format}"),
            ));
        }
        let name = fields.string("name")?;
        let name = fields.required("name", name)?.to_owned();
        fields.string("about")?;
        let needs = strings(fields.array("needs")?.unwrap_or_default(), "needs")?;
        let client = Client::parse(fields.value("client"), "client")?;
        let server = fields.value("server");
        let calls = fields.array("calls")?;
        let calls = fields.required("calls", calls)?;
        let calls = calls
            .iter()
            .enumerate()
            .map(|(index, call)| Call::parse(call, &format!("calls[{index}]")))
            .collect::<Result<_>>()?;
        fields.done()?;

        let mut scenario = Self {
            name,
            needs,
            client,
            tls: false,
            listen_after_ms: 0,
            exchanges: Vec::new(),
            written: Vec::new(),
            calls,
        };
        if let Some(server) = server {
            scenario.read_server(server)?;
        }
        Ok(scenario)
    }

    fn read_server(&mut self, server: &Value) -> Result<()> {
        let mut fields = Fields::of(server, "server")?;
        self.tls = fields.boolean("tls")?.unwrap_or(false);
        self.listen_after_ms = fields.count("listen_after_ms")?.unwrap_or(0);
        let exchanges = fields.array("exchanges")?.unwrap_or_default();
        fields.done()?;
        self.written = exchanges.to_vec();
        self.exchanges = exchanges
            .iter()
            .enumerate()
            .map(|(index, exchange)| {
                READER.exchange(exchange, &format!("server.exchanges[{index}]"))
            })
            .collect::<Result<_>>()?;
        Ok(())
    }
}

fn strings(items: &[Value], path: &str) -> Result<Vec<String>> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path = format!("{path}[{index}]");
            item.as_str()
                .map(str::to_owned)
                .ok_or_else(|| wrong_type(&path, "a string", item))
        })
        .collect()
}

#[cfg(test)]
mod tests;
