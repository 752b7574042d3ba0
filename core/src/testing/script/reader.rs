//! Reads exchanges, as those of a scenario or of a script. The types add their own methods.

use std::sync::Arc;

use serde_json::Value;

use super::strict::{Fields, Result};

/// Whether a text matches an expression.
pub type IsMatch = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Compiles the expression of a `$re`; the error says why it is not one.
pub type Compile = fn(&str) -> std::result::Result<IsMatch, String>;

/// Reads the parts of scenarios or of scripts.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    kind: Kind,
    compile: Compile,
}

/// Which of the two formats is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Scenario,
    Script,
}

impl Reader {
    /// Reads exchanges of a conformance scenario, whose `$re` has the syntax that `compile` takes.
    #[must_use]
    pub const fn scenario(compile: Compile) -> Self {
        Self {
            kind: Kind::Scenario,
            compile,
        }
    }

    /// Reads exchanges of a script, whose `$re` has the syntax of the `regex-lite` crate.
    #[must_use]
    pub const fn script() -> Self {
        Self {
            kind: Kind::Script,
            compile: lite,
        }
    }

    /// Reads the members of an object.
    #[inline(never)]
    pub(crate) fn fields<'a>(self, value: &'a Value, path: &str) -> Result<Fields<'a>> {
        let fields = Fields::of(value, path)?;
        Ok(if self.is_script() {
            fields.naming_known()
        } else {
            fields
        })
    }

    pub(super) fn is_script(self) -> bool {
        self.kind == Kind::Script
    }

    pub(super) fn compile(self, expression: &str) -> std::result::Result<IsMatch, String> {
        (self.compile)(expression)
    }
}

fn lite(expression: &str) -> std::result::Result<IsMatch, String> {
    let regex = regex_lite::Regex::new(expression).map_err(|error| error.to_string())?;
    Ok(Arc::new(move |text: &str| regex.is_match(text)))
}
