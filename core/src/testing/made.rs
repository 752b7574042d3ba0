//! Trails, responses and errors made by hand.

use serde_json::Value;

use super::by_hand::called;
use super::script::{ScriptError, error_at};
use crate::error::Error;
use crate::response::Response;
use crate::trail::Trail;

/// Makes the trail of a described call, for tests of what a program does with trails.
///
/// The description has the module's by-hand format. A call is made as described, so IDs, times, waits and the outcome
/// fit together.
///
/// # Errors
/// Names the place in the description, and what is wrong: a value, or the rule that no such call can meet.
///
/// # Examples
/// ```
/// use reqtrail::testing;
/// use serde_json::json;
///
/// let trail = testing::trail(&json!({
///     "method": "POST", "path": "/cameras/{id}/trigger", "params": {"id": 7},
///     "attempts": [{"code": "rate_limited", "retry_after": 2}, {"failure": "timeout"}],
/// }))?;
/// assert_eq!(trail.attempts().len(), 2);
/// assert_eq!(trail.stopped().as_str(), "unsafe_to_retry");
/// # Ok::<(), reqtrail::testing::ScriptError>(())
/// ```
pub fn trail(description: &Value) -> Result<Trail, ScriptError> {
    match called(description)? {
        Ok(response) => Ok(response.trail().clone()),
        Err(error) => error.trail().cloned().ok_or_else(|| {
            error_at(
                "error.kind",
                "such an error has no trail; expected another kind",
            )
        }),
    }
}

/// Makes the response of a described call: `{"response": {"status": 200, "json": …}}`.
///
/// # Errors
/// As [`trail`](fn@trail), and if the call fails.
///
/// # Examples
/// ```
/// use reqtrail::testing;
/// use serde_json::json;
///
/// let response = testing::response(&json!({"response": {"json": {"id": 7}, "request_id": "req_1"}}))?;
/// assert_eq!(response.request_id().expect("an ID").as_str(), "req_1");
/// # Ok::<(), reqtrail::testing::ScriptError>(())
/// ```
pub fn response(description: &Value) -> Result<Response, ScriptError> {
    called(description)?.map_err(|error| error_at("attempts", format!("the call fails: {error}")))
}

/// Makes the error of a described call: `{"error": {"code": "rate_limited", "retry_after": 60}}`, or `{"error":
/// {"kind": "timeout"}}`.
///
/// # Errors
/// As [`trail`](fn@trail), and if the call succeeds.
///
/// # Examples
/// ```
/// use reqtrail::testing;
/// use serde_json::json;
///
/// let error = testing::error(&json!({"error": {"code": "rate_limited", "retry_after": 60, "request_id": "req_1"}}))?;
/// assert_eq!(error.code(), Some("rate_limited"));
/// assert_eq!(error.request_id().expect("an ID").as_str(), "req_1");
/// # Ok::<(), reqtrail::testing::ScriptError>(())
/// ```
pub fn error(description: &Value) -> Result<Error, ScriptError> {
    match called(description)? {
        Ok(_) => Err(error_at(
            "attempts",
            "the call succeeds; expected one that fails",
        )),
        Err(error) => Ok(error),
    }
}

/// Makes the call of a description, a JSON text, for the faces of other languages.
///
/// # Errors
/// As [`trail`](fn@trail).
#[cfg(feature = "unstable-host")]
pub fn by_hand(description: &str) -> Result<crate::host::CallResult, ScriptError> {
    let value = serde_json::from_str(description)
        .map_err(|e| error_at("description", format!("not JSON: {e}")))?;
    called(&value)
}
