//! A difference between what was expected and what was found.

use std::fmt;

use reqtrail::testing::script::{Difference, Pattern, Scope};
use serde_json::Value;

/// A difference: its path, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    path: String,
    message: String,
}

impl Failure {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    pub(crate) fn differs(
        path: impl Into<String>,
        expected: impl fmt::Display,
        got: impl fmt::Display,
    ) -> Self {
        Self::new(path, format!("expected {expected}, got {got}"))
    }

    /// Puts the path of the failure below `parent`.
    pub(crate) fn below(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => parent.to_owned(),
            path => format!("{parent}.{path}"),
        };
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl From<Difference> for Failure {
    fn from(difference: Difference) -> Self {
        let Difference {
            path,
            expected,
            got,
        } = difference;
        Self::differs(path, expected, got)
    }
}

/// Compares a value with a pattern, and adds each difference to `out`.
pub(crate) fn compare(
    pattern: &Pattern,
    actual: Option<&Value>,
    scope: Scope<'_>,
    path: &str,
    out: &mut Vec<Failure>,
) {
    let mut differences = Vec::new();
    pattern.check(actual, scope, path, &mut differences);
    out.extend(differences.into_iter().map(Failure::from));
}
