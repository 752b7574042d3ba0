//! Mocks: calls that a script answers, on a clock that is not real.

mod clock;
#[path = "../../../docs/testing/testing.rs"]
mod docs;
mod five;
mod script;
