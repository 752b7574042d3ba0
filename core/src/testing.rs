//! Tests how a program handles failures, without a network and without waiting.
//!
//! A [`Mock`] answers calls by a script, on a virtual clock. Attempts, decisions, trails, hooks and logs are those of
//! real calls, and a wait of a minute takes no time. No port is opened.
//!
//! ```
//! use reqtrail::testing::{Mock, error_reply, reply};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mock = Mock::new();
//! mock.get("/cameras/{id}")
//!     .replies(error_reply("rate_limited").retry_after(30))
//!     .then(reply(200).json(&serde_json::json!({"id": 7})));
//! let client = mock.client().build()?;
//!
//! let response = client.get("/cameras/{id}").param("id", 7).await?;
//!
//! assert_eq!(response.trail().attempts().len(), 2);
//! assert_eq!(mock.requests()[0].path(), "/cameras/7");
//! # Ok(())
//! # }
//! ```
//!
//! # Made by hand
//! [`trail`](fn@trail), [`response`](fn@response) and [`error`](fn@error) make a call from a description
//! (`reqtrail.by_hand/1`), so that the result is that of a real call.
//!
//! One JSON object, the same in every language. It has one of `attempts`, `response` and `error`; all else may be left out.
//! ```text
//! { "schema": "reqtrail.by_hand/1",
//!   "dialect": "novavms" | "openstack" | { a custom dialect } | null,     // absent: novavms; null: none
//!   "method": "GET", "path": "/cameras/{id}",                             // absent: GET /
//!   "params": {"id": "7"}, "query": [["limit", "10"]],
//!   "idempotent": true, "idempotency_key": "k1",
//!   "max_retry_after": 60,                                                // seconds
//!   "stopped": "attempts_exhausted",                                      // below
//!   "attempts": [ATTEMPT, …] | "response": ATTEMPT | "error": ERROR }
//! ```
//! **ATTEMPT** is an answer
//! ```text
//! { "status": 503, "code": "service_unavailable", "message": "…",         // one of status and code; 200 for `response`
//!   "request_id": "req_…" | null | "auto",                                // absent: a made one; null: none
//!   "elapsed_ms": 12, "retry_after": 2,                                   // retry_after in seconds
//!   "headers": [["X-A", "b"]], "json" | "text" | "base64": … }
//! ```
//! or a failure, whose answer, if any, is a 2xx (or a redirect) that could not be used:
//! ```text
//! { "failure": "connect" | "timeout" | "transport" | "too_large" | "decode" | "redirect" | "cancelled",
//!   "failure_code": "ECONNRESET", "elapsed_ms": 12 }
//! ```
//! `failure_code` chooses how it fails: ECONNREFUSED (usual), ENOTFOUND, ETIMEDOUT or CERT_HAS_EXPIRED for `connect`,
//! ECONNRESET (usual) or null for `transport`. Others have none. A timeout takes the attempt's own time, 10 s unless
//! `elapsed_ms` says otherwise, which is then the same for all timeouts of the call.
//!
//! **ERROR** is an ATTEMPT, and may say `kind`: `{"kind": "timeout"}` is the failure of that kind, and
//! `{"kind": "invalid_request"}` or `{"kind": "config"}` a call without attempts. Beside `attempts` it has only `kind` and `code`, and
//! says how the call has to end.
//!
//! What is worked out:
//! * Waits are those of the loop, drawn by the client's seed; after `retry_after` as that says.
//! * A 401 that another attempt follows had its token refreshed. A redirect is followed if its `Location` may be.
//! * If the last attempt could be repeated, `stopped` says why it was not: `attempts_exhausted` (usual: as many attempts as
//!   there are), `budget_exhausted`, or, with a `retry_after`, `retry_after_too_long`, `deadline` and `cancelled`. A timeout
//!   that is the last attempt may also have been the call's: `deadline`. A followed redirect that is the last attempt was one
//!   too many.

#[cfg(feature = "blocking")]
mod by_hand;
mod encode;
#[cfg(feature = "blocking")]
mod made;
mod mock;
#[allow(dead_code, reason = "tests ask for more of it")]
mod render;
#[cfg(feature = "unstable-host")]
pub mod script;
#[cfg(not(feature = "unstable-host"))]
#[allow(
    dead_code,
    unused_imports,
    reason = "the conformance runner's half of it is not there"
)]
pub(crate) mod script;
mod server;
mod short;
mod transport;

pub use crate::virtual_clock::Hold;
#[cfg(all(feature = "blocking", feature = "unstable-host"))]
pub use made::by_hand;
#[cfg(feature = "blocking")]
pub use made::{error, response, trail};
#[cfg(feature = "blocking")]
pub use mock::Restless;
pub use mock::{ExchangeBuilder, Mock, Replied, Reply, Timer, Unmet, error_reply, failure, reply};
pub use script::{Script, ScriptError};
pub use server::SentRequest;
