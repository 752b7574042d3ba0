//! The types of a client's options that are not plain values.

use crate::call::token::Token;
use crate::dialect::Dialect;
use crate::dialect::custom::CustomDialect;
use crate::redact::Secret;
use crate::request::headers::GivenHeaders;
use crate::retry::RetryBudget;
use crate::surface::{Kind, Refusal, Setting, Value};
use crate::transport::Proxy;

/// The headers of every request, and the first mistake in them.
#[derive(Clone, Default)]
pub(crate) struct DefaultHeaders {
    pub(crate) given: GivenHeaders,
    pub(crate) problem: Option<String>,
}

impl DefaultHeaders {
    pub(crate) fn add(&mut self, add: impl FnOnce(&mut GivenHeaders) -> Result<(), String>) {
        if let Err(problem) = add(&mut self.given) {
            self.problem.get_or_insert(problem);
        }
    }
}

impl Setting for DefaultHeaders {
    const KIND: Kind = Kind::Headers;

    fn read(value: Value) -> Result<Self, Refusal> {
        let Value::Pairs(pairs) = value else {
            return Err(Refusal::new("names and values", &value));
        };
        let mut read = Self::default();
        for (name, value) in pairs {
            match value {
                Value::Text(text) => read.add(|headers| headers.add(name, text)),
                Value::Secret(secret) => read.add(|headers| headers.add_secret(name, &secret)),
                other => return Err(Refusal::new("text as the value of a header", &other)),
            }
        }
        Ok(read)
    }

    fn after(self, mut earlier: Self) -> Self {
        earlier.add(|headers| headers.extend(self.given));
        earlier.problem = earlier.problem.or(self.problem);
        earlier
    }
}

impl Setting for Token {
    const KIND: Kind = Kind::Secret;

    fn read(value: Value) -> Result<Self, Refusal> {
        Secret::read(value).map(Self::from)
    }
}

impl Setting for Dialect {
    const KIND: Kind = Kind::Dialect;

    fn read(value: Value) -> Result<Self, Refusal> {
        const EXPECTED: &str = "a name, or a description as JSON";
        let described = |json: &str| CustomDialect::from_json(json).and_then(Self::custom);
        let read = match &value {
            Value::Text(text) if !text.trim_start().starts_with('{') => text.parse(),
            Value::Text(json) => described(json),
            // Always a description, from languages that distinguish the two.
            Value::Bytes(json) => match std::str::from_utf8(json) {
                Ok(json) => described(json),
                Err(_) => return Err(Refusal::new(EXPECTED, &value)),
            },
            _ => return Err(Refusal::new(EXPECTED, &value)),
        };
        // Without the option's name, which the refusal adds.
        read.map_err(|error| Refusal::Invalid(error.text().to_owned()))
    }
}

impl Setting for Proxy {
    const KIND: Kind = Kind::Secret;
    const IS_NULL_A_VALUE: bool = true;

    fn read(value: Value) -> Result<Self, Refusal> {
        Secret::read(value).map(Self::Url)
    }

    fn of_null() -> Option<Self> {
        Some(Self::None)
    }
}

impl Setting for Option<RetryBudget> {
    const KIND: Kind = Kind::RetryBudget;
    const IS_NULL_A_VALUE: bool = true;

    fn read(value: Value) -> Result<Self, Refusal> {
        const EXPECTED: &str = "`capacity` and `retry_cost`";
        let Value::Pairs(pairs) = value else {
            return Err(Refusal::new(EXPECTED, &value));
        };
        let mut budget = RetryBudget::default();
        for (name, value) in pairs {
            match name.as_str() {
                "capacity" => budget.capacity = u32::read(value)?,
                "retry_cost" => budget.retry_cost = u32::read(value)?,
                _ => return Err(Refusal::unknown_name(EXPECTED, &name)),
            }
        }
        Ok(Some(budget))
    }

    fn of_null() -> Option<Self> {
        Some(None)
    }
}
