//! One thing in which a value is not as it was expected.

use std::fmt;

use serde_json::Value;

/// A difference: its place, what was expected there, and what came.
///
/// It reads `match.method: expected "POST", got "GET"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place, as in `want.headers.accept`.
    pub path: String,
    /// What was expected there, in words or as JSON.
    pub expected: String,
    /// What came, in words or as JSON.
    pub got: String,
}

impl Difference {
    pub(super) fn new(
        path: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            got,
        } = self;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        write!(f, "expected {expected}, got {got}")
    }
}

/// The longest value that a message shows, in characters.
const LONGEST: usize = 300;

/// Returns a value as messages show it: JSON, cut if it is long.
#[must_use]
#[inline(never)]
pub fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
    }
}
