//! Mocks, whose calls a script answers on a virtual clock; recordings; and random faults.

mod chaos;
mod clock;
#[path = "../../../docs/testing/testing.rs"]
mod docs;
mod five;
mod nested;
mod process;
mod record;
mod replay;
mod script;
mod server;
mod session;
mod unpolled;

mod problems;
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests of the attempt loop use the rest"
)]
#[path = "../support/mod.rs"]
mod support;
