//! Who asks for chaos, and whether the environment allows it (`docs/adr/0075-chaos-needs-permission.md`).

use super::grammar::{self, Spec};

/// The client's option.
const OPTION: &str = "chaos";

/// The variable that asks in the place of the option.
pub(crate) const VARIABLE: &str = "REQTRAIL_CHAOS";

/// The variable without which nothing is injected.
const PERMISSION: &str = "REQTRAIL_ALLOW_CHAOS";

/// What was asked for and allowed.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    pub(super) spec: Spec,
    pub(super) seed: u64,
    /// The option or the variable.
    pub(super) name: &'static str,
    /// What the program is warned of.
    pub(crate) warning: String,
}

/// Finds out what is asked for. Without anything that is allowed there may be a warning all the same.
///
/// # Errors
/// Names the option or the variable, what came, and what would be right.
pub(crate) fn asked(
    option: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
    random: impl FnOnce() -> u64,
) -> Result<Result<Asked, Option<String>>, String> {
    let given = variable(VARIABLE).filter(|text| !text.trim().is_empty());
    let (name, text) = match (option, given.as_deref()) {
        (Some(text), _) => (OPTION, text),
        (None, Some(text)) => (VARIABLE, text),
        (None, None) => return Ok(Err(None)),
    };
    let permission = variable(PERMISSION);
    let is_allowed = permission.as_deref() == Some("1");
    let without = match permission.as_deref() {
        None | Some("") => format!("without {PERMISSION}=1 in the environment"),
        Some(other) => {
            let other: String = other.escape_debug().take(20).collect();
            format!("with {PERMISSION}=1 alone in the environment, where it is `{other}`")
        }
    };
    if name == VARIABLE && !is_allowed {
        return Ok(Err(Some(format!(
            "{VARIABLE} is ignored: it has no effect {without}"
        ))));
    }
    let spec = grammar::parse(text).map_err(|problem| format!("{name} {problem}"))?;
    if !is_allowed {
        return Err(format!(
            "{name} is set {without}; expected that variable where faults are wanted, and the option nowhere else"
        ));
    }
    let seed = spec.seed.unwrap_or_else(random);
    // Control characters were refused with all else that is no item.
    let items = text.split(';').next().unwrap_or_default().trim();
    let warning = format!(
        "chaos is on: faults are injected into the calls of this client, as {name} says: {items};seed={seed}"
    );
    Ok(Ok(Asked {
        spec,
        seed,
        name,
        warning,
    }))
}
