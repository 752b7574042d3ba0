//! What `reqtrail::testing` does: mocks, whose calls a script answers on a clock that is not real, and recordings.

mod clock;
#[path = "../../../docs/testing/testing.rs"]
mod docs;
mod five;
#[path = "../support/log.rs"]
mod log;
mod process;
mod record;
mod script;
mod server;
mod session;
