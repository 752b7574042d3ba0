//! Reads JSON objects and refuses everything unknown.

use std::fmt;

use serde_json::{Map, Value};

use super::difference::shown;

/// Why a script cannot be used, and where in it.
///
/// It reads `exchanges[2].reply.fault: unknown `explode`, expected one of close, …`.
#[derive(Clone, PartialEq, Eq)]
pub struct ScriptError(Box<Mistake>);

/// The content of an error. Boxed, because readers mostly pass errors on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mistake {
    path: String,
    message: String,
}

impl ScriptError {
    /// Returns where in the script the mistake is, as in `exchanges[2].reply.fault`.
    #[must_use]
    #[inline(never)]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Returns what is there, and what would be right.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

/// Makes the error of a mistake at a path.
///
/// Marked cold, so that error paths are not inlined; this halves the size of the readers' code.
#[cold]
#[inline(never)]
pub fn error_at(path: impl Into<String>, message: impl Into<String>) -> ScriptError {
    ScriptError(Box::new(Mistake {
        path: path.into(),
        message: message.into(),
    }))
}

impl fmt::Debug for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptError")
            .field("path", &self.0.path)
            .field("message", &self.0.message)
            .finish()
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mistake { path, message } = &*self.0;
        if path.is_empty() {
            return f.write_str(message);
        }
        write!(f, "{path}: {message}")
    }
}

impl std::error::Error for ScriptError {}

/// The result of reading.
pub type Result<T> = std::result::Result<T, ScriptError>;

/// The members of one object: each is read by name, and [`Fields::done`] refuses those that were not read. A test whose
/// unknown keys were ignored would prove nothing.
///
/// Its methods are called in a hundred places, and must not be inlined into each.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    known: Vec<&'static str>,
    /// Whether the error of an unknown key names the known ones.
    names_known: bool,
}

impl<'a> Fields<'a> {
    /// Takes the members of an object at a path.
    #[inline(never)]
    pub fn of(value: &'a Value, path: &str) -> Result<Self> {
        let map = value
            .as_object()
            .ok_or_else(|| wrong_type(path, "an object", value))?;
        Ok(Self {
            path: path.to_owned(),
            map,
            known: Vec::new(),
            names_known: false,
        })
    }

    /// Lets the error of an unknown key name the known ones.
    pub(super) fn naming_known(mut self) -> Self {
        self.names_known = true;
        self
    }

    /// The path of a member, for messages.
    pub fn path(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The member unchanged, including null: for bodies, where null is a value.
    #[inline(never)]
    pub fn raw(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.map.get(key)
    }

    /// The member, with null read as absent.
    #[inline(never)]
    pub fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.raw(key).filter(|value| !value.is_null())
    }

    /// A text.
    #[inline(never)]
    pub fn string(&mut self, key: &'static str) -> Result<Option<&'a str>> {
        self.typed(key, "a string", Value::as_str)
    }

    /// True or false.
    #[inline(never)]
    pub fn boolean(&mut self, key: &'static str) -> Result<Option<bool>> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// Any number, also a negative one: the client decides whether it accepts it.
    #[inline(never)]
    pub fn number(&mut self, key: &'static str) -> Result<Option<f64>> {
        self.typed(key, "a number", Value::as_f64)
    }

    /// A whole number from 0.
    #[inline(never)]
    pub fn count(&mut self, key: &'static str) -> Result<Option<u64>> {
        self.typed(key, "a whole number from 0", whole)
    }

    /// A whole number.
    #[inline(never)]
    pub fn integer(&mut self, key: &'static str) -> Result<Option<i64>> {
        self.typed(key, "a whole number", integer)
    }

    /// An array.
    #[inline(never)]
    pub fn array(&mut self, key: &'static str) -> Result<Option<&'a [Value]>> {
        self.typed(key, "an array", |value| value.as_array().map(Vec::as_slice))
    }

    /// An object.
    #[inline(never)]
    pub fn object(&mut self, key: &'static str) -> Result<Option<&'a Map<String, Value>>> {
        self.typed(key, "an object", Value::as_object)
    }

    /// An array of `[name, value]` pairs of strings.
    #[inline(never)]
    pub fn pairs(&mut self, key: &'static str) -> Result<Vec<(&'a str, &'a str)>> {
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

    /// Returns what was found, or the error that it is missing.
    pub fn required<T>(&self, key: &str, found: Option<T>) -> Result<T> {
        found.ok_or_else(|| error_at(&self.path, format!("`{key}` is missing")))
    }

    /// Refuses the first member that was never read.
    #[inline(never)]
    pub fn done(self) -> Result<()> {
        match self
            .map
            .keys()
            .find(|key| !self.known.contains(&key.as_str()))
        {
            None => Ok(()),
            Some(key) => {
                let mut message = format!("unknown key `{key}`");
                if self.names_known {
                    message.push_str(", expected one of ");
                    message.push_str(&self.known.join(", "));
                }
                Err(error_at(join(&self.path, key), message))
            }
        }
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        what: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        match read(value) {
            None => Err(wrong_type(&self.path(key), what, value)),
            found => Ok(found),
        }
    }
}

/// A `[name, value]` pair whose value may be anything.
#[inline(never)]
pub fn pair_of<'a>(value: &'a Value, path: &str) -> Result<(&'a str, &'a Value)> {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::String(name), value]) => Ok((name, value)),
        _ => Err(wrong_type(path, "a [name, value] pair", value)),
    }
}

/// `path.key`, or just `key` at the top.
#[inline(never)]
fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        return key.to_owned();
    }
    format!("{path}.{key}")
}

/// The error of a value that is not what it must be.
#[must_use]
#[cold]
#[inline(never)]
pub fn wrong_type(path: &str, what: &str, found: &Value) -> ScriptError {
    error_at(
        path,
        format!("expected {what}, found {}", shown(Some(found))),
    )
}

/// The bytes of a base64 text.
#[inline(never)]
pub fn decode_base64(text: &str, path: &str) -> Result<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| error_at(path, format!("not base64: {error}")))
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
