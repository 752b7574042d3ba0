//! Expected values: plain JSON or operators.

use std::fmt;

use serde_json::{Number, Value};

use super::difference::{Difference, shown};
use super::reader::{IsMatch, Reader};
use super::strict::{Result, error_at, wrong_type};

/// What a value must be.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Null, or absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A number of this value, in any notation.
    Number(Number),
    /// This text.
    String(String),
    /// An array of these, in this order.
    Array(Vec<Pattern>),
    /// An object with these members.
    Object(Vec<(String, Pattern)>),
    /// `$min` and `$max`: a number within bounds.
    Range {
        /// The minimum.
        min: Option<f64>,
        /// The maximum.
        max: Option<f64>,
    },
    /// `$re`: a text that matches an expression.
    Matches(Matches),
    /// `$any`: present, and not null.
    Any,
    /// `$len`: items, members or characters.
    Len(u64),
    /// `$same`: equal to the value at this path of the result.
    Same(String),
    /// `$has`: an array that contains these.
    Has(Vec<Pattern>),
}

/// The expression of a `$re`.
#[derive(Clone)]
pub struct Matches {
    text: String,
    is_match: IsMatch,
}

impl fmt::Debug for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Matches").field(&self.text).finish()
    }
}

/// The operators, as messages list them.
const OPERATORS: [&str; 7] = ["$min", "$max", "$re", "$any", "$len", "$has", "$same"];

/// Why `$same` is refused in requests.
pub(super) const NO_RESULT: &str = "operator `$same` has no result to look into here";

/// How objects compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objects {
    /// Only the named members are compared.
    Subset,
    /// Further members are not allowed.
    Whole,
}

/// What a comparison needs in addition to the two values.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// How objects compare.
    pub objects: Objects,
    /// The result that `$same` refers to.
    pub root: Option<&'a Value>,
}

impl Reader {
    /// Reads an expected value: an object with a `$` key is an operator, and must be a known one.
    pub fn pattern(self, value: &Value, path: &str) -> Result<Pattern> {
        Pattern::read(self, value, path)
    }
}

impl Pattern {
    fn read(reader: Reader, value: &Value, path: &str) -> Result<Self> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(read_all(reader, items, path)?),
            Value::Object(map) => {
                if map.keys().any(|key| key.starts_with('$')) {
                    return Self::operator(reader, value, path);
                }
                let mut members = Vec::with_capacity(map.len());
                for (key, value) in map {
                    let path = format!("{path}.{key}");
                    members.push((key.clone(), Self::read(reader, value, &path)?));
                }
                Self::Object(members)
            }
        })
    }

    /// Returns whether this is an operator rather than a plain value.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        matches!(
            self,
            Self::Range { .. }
                | Self::Matches(_)
                | Self::Any
                | Self::Len(_)
                | Self::Same(_)
                | Self::Has(_)
        )
    }

    /// Returns whether it contains `$same`.
    pub(super) fn refers_to_a_result(&self) -> bool {
        match self {
            Self::Same(_) => true,
            Self::Array(items) | Self::Has(items) => items.iter().any(Self::refers_to_a_result),
            Self::Object(members) => members
                .iter()
                .any(|(_, pattern)| pattern.refers_to_a_result()),
            _ => false,
        }
    }

    /// Compares, and notes each difference under its path. An absent value is `None`.
    #[inline(never)]
    pub fn check(
        &self,
        actual: Option<&Value>,
        scope: Scope<'_>,
        path: &str,
        out: &mut Vec<Difference>,
    ) {
        match (self, actual) {
            (Self::Array(expected), Some(Value::Array(items))) => {
                check_array(expected, items, scope, path, out);
            }
            (Self::Object(expected), Some(Value::Object(members))) => {
                for (key, pattern) in expected {
                    pattern.check(members.get(key), scope, &format!("{path}.{key}"), out);
                }
                if scope.objects == Objects::Whole {
                    for (key, value) in members {
                        if !expected.iter().any(|(name, _)| name == key) {
                            let path = format!("{path}.{key}");
                            out.push(Difference::new(path, "nothing", shown(Some(value))));
                        }
                    }
                }
            }
            _ if self.holds(actual, scope) => {}
            _ => out.push(Difference::new(path, self.describe(scope), shown(actual))),
        }
    }

    fn operator(reader: Reader, value: &Value, path: &str) -> Result<Self> {
        let mut fields = reader.fields(value, path)?;
        let min = fields.number("$min")?;
        let max = fields.number("$max")?;
        let pattern = fields.string("$re")?;
        let any = fields.boolean("$any")?;
        let len = fields.count("$len")?;
        let same = fields.string("$same")?;
        if reader.is_script() && value.get("$same").is_some() {
            return Err(error_at(path, NO_RESULT));
        }
        let has = fields.array("$has")?;
        let mut members = value.as_object().into_iter().flatten();
        let unknown = members.find(|(key, _)| !OPERATORS.contains(&key.as_str()));
        if let Some((key, _)) = unknown {
            let mut message = if key.starts_with('$') {
                format!("unknown operator `{key}`")
            } else {
                format!("unknown key `{key}` beside an operator")
            };
            if reader.is_script() {
                message.push_str(", expected one of ");
                // Without `$same`, which is not allowed in scripts.
                message.push_str(&OPERATORS[..OPERATORS.len() - 1].join(", "));
            }
            return Err(error_at(path, message));
        }
        let range = min.is_some() || max.is_some();
        let named = [
            range,
            pattern.is_some(),
            any.is_some(),
            len.is_some(),
            same.is_some(),
            has.is_some(),
        ];
        if named.iter().filter(|named| **named).count() != 1 {
            return Err(error_at(
                path,
                format!(
                    "exactly one operator is needed, found {}",
                    shown(Some(value))
                ),
            ));
        }
        Ok(match (pattern, any, len, same, has) {
            (Some(pattern), ..) => {
                let is_match = reader.compile(pattern).map_err(|error| {
                    error_at(format!("{path}.$re"), format!("not a regex: {error}"))
                })?;
                Self::Matches(Matches {
                    text: pattern.to_owned(),
                    is_match,
                })
            }
            (_, Some(true), ..) => Self::Any,
            (_, Some(false), ..) => return Err(wrong_type(path, "{\"$any\":true}", value)),
            (_, _, Some(len), ..) => Self::Len(len),
            (_, _, _, Some(same), _) => Self::Same(same.to_owned()),
            (_, _, _, _, Some(has)) => Self::Has(read_all(reader, has, &format!("{path}.$has"))?),
            _ => Self::Range { min, max },
        })
    }

    /// Whether the value is as expected. Absent counts as null, since a field without a value is null.
    fn holds(&self, actual: Option<&Value>, scope: Scope<'_>) -> bool {
        let value = actual.unwrap_or(&Value::Null);
        match self {
            Self::Null => value.is_null(),
            Self::Bool(flag) => value.as_bool() == Some(*flag),
            Self::Number(number) => matches!(value, Value::Number(n) if numbers_equal(number, n)),
            Self::String(text) => value.as_str() == Some(text),
            Self::Range { min, max } => value.as_f64().is_some_and(|number| {
                min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
            }),
            Self::Matches(expression) => {
                let is_match = |text| (expression.is_match)(text);
                value.as_str().is_some_and(is_match)
            }
            Self::Any => !value.is_null(),
            Self::Len(len) => length(value) == Some(*len),
            Self::Same(other) => {
                let other = scope.root.and_then(|root| lookup(root, other));
                other.is_some_and(|other| values_equal(other, value))
            }
            Self::Has(expected) => value.as_array().is_some_and(|items| {
                expected
                    .iter()
                    .all(|pattern| items.iter().any(|item| pattern.matches(item, scope)))
            }),
            Self::Array(_) | Self::Object(_) => false,
        }
    }

    fn matches(&self, value: &Value, scope: Scope<'_>) -> bool {
        let mut differences = Vec::new();
        self.check(Some(value), scope, "", &mut differences);
        differences.is_empty()
    }

    #[cold]
    fn describe(&self, scope: Scope<'_>) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::String(text) => shown(Some(&Value::String(text.clone()))),
            Self::Array(items) => format!("an array of {}", items.len()),
            Self::Object(members) => {
                let keys: Vec<_> = members.iter().map(|(key, _)| key.as_str()).collect();
                format!("an object with {{{}}}", keys.join(", "))
            }
            Self::Range { min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("a number from {min} to {max}"),
                (Some(min), None) => format!("a number from {min}"),
                (None, Some(max)) => format!("a number up to {max}"),
                (None, None) => "a number".to_owned(),
            },
            Self::Matches(expression) => format!("a string that matches /{}/", expression.text),
            Self::Any => "any value but null".to_owned(),
            Self::Len(len) => format!("a length of {len}"),
            Self::Same(other) => {
                let value = scope.root.and_then(|root| lookup(root, other));
                format!("the same as {other}, which is {}", shown(value))
            }
            Self::Has(items) => {
                let items: Vec<_> = items.iter().map(|item| item.describe(scope)).collect();
                format!("an array that holds [{}]", items.join(", "))
            }
        }
    }
}

/// Compares number with number by value, so that 350 equals 350.0.
fn values_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers_equal(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| values_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right
                        .get(key)
                        .is_some_and(|other| values_equal(value, other))
                })
        }
        _ => left == right,
    }
}

/// Finds `error.request_id` or `trail.attempts.0.status` (also `attempts[0]`) in a result. The trail is inside `ok` or
/// `error`; as in `expect` it may be named without them.
fn lookup<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    let path = path.replace('[', ".").replace(']', "");
    let mut steps = path.split('.').peekable();
    let mut value = root;
    if let Some(name @ ("trail" | "elapsed_ms")) = steps.peek().copied() {
        value = root.get("ok").or_else(|| root.get("error"))?.get("trail")?;
        if name == "trail" {
            steps.next();
        }
    }
    for step in steps {
        value = match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
    }
    Some(value)
}

fn read_all(reader: Reader, items: &[Value], path: &str) -> Result<Vec<Pattern>> {
    let mut patterns = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        patterns.push(Pattern::read(reader, item, &format!("{path}[{index}]"))?);
    }
    Ok(patterns)
}

fn check_array(
    expected: &[Pattern],
    items: &[Value],
    scope: Scope<'_>,
    path: &str,
    out: &mut Vec<Difference>,
) {
    if expected.len() != items.len() {
        let got = format!(
            "{}: {}",
            items.len(),
            shown(Some(&Value::Array(items.to_vec())))
        );
        let wanted = format!("an array of {}", expected.len());
        out.push(Difference::new(path, wanted, got));
    }
    for (index, (pattern, item)) in expected.iter().zip(items).enumerate() {
        pattern.check(Some(item), scope, &format!("{path}[{index}]"), out);
    }
}

fn numbers_equal(left: &Number, right: &Number) -> bool {
    let integers = (integer(left), integer(right));
    match integers {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64() == right.as_f64(),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
}

fn length(value: &Value) -> Option<u64> {
    let len = match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::String(text) => text.chars().count(),
        _ => return None,
    };
    u64::try_from(len).ok()
}

#[cfg(test)]
mod tests;
