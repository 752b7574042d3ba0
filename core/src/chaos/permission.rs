//! Reads who asks for chaos, and whether the environment allows it (`docs/adr/0075-chaos-needs-permission.md`).

use super::grammar::{self, Spec};

/// The client's option.
const OPTION: &str = "chaos";

/// The variable that asks instead of the option.
pub(crate) const VARIABLE: &str = "REQTRAIL_CHAOS";

/// The variable without which nothing is injected.
const PERMISSION: &str = "REQTRAIL_ALLOW_CHAOS";

/// What was asked for and allowed.
#[derive(Debug, PartialEq)]
pub(crate) struct ChaosRequest {
    pub(super) spec: Spec,
    pub(super) seed: u64,
    /// The option or the variable.
    pub(super) name: &'static str,
    /// The warning for the program.
    pub(crate) warning: String,
}

/// Returns what is asked for and allowed. There may be a warning even if nothing is allowed.
///
/// # Errors
/// Names the option or the variable, what came, and what would be right.
pub(crate) fn asked(
    option: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
    random: impl FnOnce() -> u64,
) -> Result<Result<ChaosRequest, Option<String>>, String> {
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
    // Control characters were already refused with everything else that is not an item.
    let items = text.split(';').next().unwrap_or_default().trim();
    let warning = format!(
        "chaos is on: faults are injected into the calls of this client, as {name} says: {items};seed={seed}"
    );
    Ok(Ok(ChaosRequest {
        spec,
        seed,
        name,
        warning,
    }))
}
