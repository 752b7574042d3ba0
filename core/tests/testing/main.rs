//! Mocks, whose calls a script answers on a clock that is not real; recordings; and faults by chance.

mod chaos;
mod clock;
#[path = "../../../docs/testing/testing.rs"]
mod docs;
mod five;
mod kept;
mod nested;
mod process;
mod record;
mod replay;
mod script;
mod server;
mod session;

#[allow(
    dead_code,
    unused_imports,
    reason = "the tests of the attempt loop use the rest"
)]
#[path = "../support/mod.rs"]
mod support;
mod told;
