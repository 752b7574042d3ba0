//! Replaces recording when its feature is off.

use std::convert::Infallible;
use std::path::Path;

/// What a recording has to know of a client.
#[allow(dead_code, reason = "nothing records")]
pub(super) struct Api {
    pub(super) base_path: String,
    pub(super) shown_query: Vec<String>,
    pub(super) decompress: bool,
}

/// Makes no recording, and refuses the option.
pub(super) fn of_client(
    option: Option<&Path>,
    _: impl FnOnce() -> Api,
) -> Result<Option<Infallible>, String> {
    option.map_or(Ok(None), |path| Err(refusal(path)))
}

/// Why a client does not take the option.
pub(super) fn refusal(option: &Path) -> String {
    format!(
        "record is `{}`, which needs the feature `testing` of the crate; expected it to be on",
        option.display()
    )
}
