//! Reading a JSON object without letting anything unknown through.

use std::fmt;

use serde_json::{Map, Value};

/// Why a scenario cannot be used, and where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    path: String,
    message: String,
}

impl ScenarioError {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ScenarioError {}

/// Shorthand of the scenario model.
pub(crate) type Result<T> = std::result::Result<T, ScenarioError>;

/// The members of one object: each is asked for by name, and [`Fields::done`] refuses what nobody
/// asked for. A runner that ignored an unknown key would prove nothing.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value, path: &str) -> Result<Self> {
        let map = value
            .as_object()
            .ok_or_else(|| wrong_type(path, "an object", value))?;
        Ok(Self {
            path: path.to_owned(),
            map,
            known: Vec::new(),
        })
    }

    /// The path of a member, for messages.
    pub(crate) fn path(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The member as it stands, null included: for bodies, where null is a value.
    pub(crate) fn raw(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.map.get(key)
    }

    /// The member, with null read as absent.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.raw(key).filter(|value| !value.is_null())
    }

    pub(crate) fn string(&mut self, key: &'static str) -> Result<Option<&'a str>> {
        self.typed(key, "a string", Value::as_str)
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Result<Option<bool>> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// Any number, negative ones too: whether a client takes it is the client's business.
    pub(crate) fn number(&mut self, key: &'static str) -> Result<Option<f64>> {
        self.typed(key, "a number", Value::as_f64)
    }

    pub(crate) fn count(&mut self, key: &'static str) -> Result<Option<u64>> {
        self.typed(key, "a whole number from 0", whole)
    }

    pub(crate) fn integer(&mut self, key: &'static str) -> Result<Option<i64>> {
        self.typed(key, "a whole number", integer)
    }

    pub(crate) fn array(&mut self, key: &'static str) -> Result<Option<&'a [Value]>> {
        self.typed(key, "an array", |value| value.as_array().map(Vec::as_slice))
    }

    pub(crate) fn object(&mut self, key: &'static str) -> Result<Option<&'a Map<String, Value>>> {
        self.typed(key, "an object", Value::as_object)
    }

    /// An array of `[name, value]` pairs of strings.
    pub(crate) fn pairs(&mut self, key: &'static str) -> Result<Vec<(&'a str, &'a str)>> {
        let path = self.path(key);
        let mut pairs = Vec::new();
        for (index, pair) in self.array(key)?.unwrap_or_default().iter().enumerate() {
            let path = format!("{path}[{index}]");
            let (name, value) = pair_of(pair, &path)?;
            let value = value
                .as_str()
                .ok_or_else(|| wrong_type(&path, "a string as value", value))?;
            pairs.push((name, value));
        }
        Ok(pairs)
    }

    pub(crate) fn required<T>(&self, key: &str, found: Option<T>) -> Result<T> {
        found.ok_or_else(|| ScenarioError::new(&self.path, format!("`{key}` is missing")))
    }

    /// Refuses the first member that was never asked for.
    pub(crate) fn done(self) -> Result<()> {
        match self
            .map
            .keys()
            .find(|key| !self.known.contains(&key.as_str()))
        {
            None => Ok(()),
            Some(key) => Err(ScenarioError::new(
                join(&self.path, key),
                format!("unknown key `{key}`"),
            )),
        }
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        what: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let path = self.path(key);
        self.value(key)
            .map(|value| read(value).ok_or_else(|| wrong_type(&path, what, value)))
            .transpose()
    }
}

/// A `[name, value]` pair whose value may be anything.
pub(crate) fn pair_of<'a>(value: &'a Value, path: &str) -> Result<(&'a str, &'a Value)> {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::String(name), value]) => Ok((name, value)),
        _ => Err(wrong_type(path, "a [name, value] pair", value)),
    }
}

/// `path.key`, or just `key` at the top.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        return key.to_owned();
    }
    format!("{path}.{key}")
}

pub(crate) fn wrong_type(path: &str, what: &str, found: &Value) -> ScenarioError {
    ScenarioError::new(path, format!("expected {what}, found {found}"))
}

/// A whole number, also when it is written `2.0`.
fn whole(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let number = value.as_f64()?;
    let fits = number >= 0.0 && number.fract() == 0.0 && number <= 9e15;
    fits.then_some(number as u64)
}

/// The same with a sign.
fn integer(value: &Value) -> Option<i64> {
    let of_float = || {
        let number = value.as_f64()?;
        let fits = number.fract() == 0.0 && number.abs() <= 9e15;
        fits.then_some(number as i64)
    };
    value.as_i64().or_else(of_float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let value = json!({"known": 1, "tiems": 2});
        let mut fields = Fields::of(&value, "server.exchanges[0]").expect("an object");
        assert_eq!(fields.count("known"), Ok(Some(1)));
        let error = fields.done().expect_err("an unknown key");
        assert_eq!(
            error.to_string(),
            "server.exchanges[0].tiems: unknown key `tiems`"
        );
    }

    #[test]
    fn null_is_absent_but_for_bodies() {
        let value = json!({"json": null, "text": null});
        let mut fields = Fields::of(&value, "").expect("an object");
        assert_eq!(fields.string("text"), Ok(None));
        assert_eq!(fields.raw("json"), Some(&Value::Null));
        assert_eq!(fields.done(), Ok(()));
    }

    #[test]
    fn a_wrong_type_says_what_it_wanted() {
        let value = json!({"times": "two"});
        let mut fields = Fields::of(&value, "x").expect("an object");
        let error = fields.count("times").expect_err("a string");
        assert_eq!(
            error.to_string(),
            "x.times: expected a whole number from 0, found \"two\""
        );
    }

    #[test]
    fn whole_numbers_may_be_written_as_floats() {
        assert_eq!(whole(&json!(2.0)), Some(2));
        assert_eq!(whole(&json!(2.5)), None);
        assert_eq!(whole(&json!(-1)), None);
        assert_eq!(integer(&json!(-2.0)), Some(-2));
        assert_eq!(integer(&json!(0.5)), None);
    }
}
