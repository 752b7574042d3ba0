//! The command `reqtrail`, as a library: the binary, the Python package and the Node package all run it.
//!
//! It finds calls in the journals that programs left (`REQTRAIL_JOURNAL`), by any of their IDs, and says which request ID to
//! give to support. Of OpenStack clouds it tells what became of what they accepted.

mod arguments;
mod cloud;
mod commands;
mod environment;
mod exit;
mod interpreter;
mod interrupt;
mod journal;
mod rows;
mod shell;
mod table;
mod terminal;
mod time;
mod words;

use std::ffi::OsString;

pub use arguments::command;
pub use environment::{Environment, Stream};
pub use exit::Exit;
pub use interpreter::run_in_interpreter;

/// Runs the command with `args`, of which the first is the program's name, and returns its exit code: see [`Exit`].
///
/// Data goes to the standard output of `environment`, everything else to its standard error. Both are flushed before it
/// returns.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &mut Environment) -> u8 {
    let exit = match arguments::parse(args, environment) {
        Ok(asked) => commands::run(asked, environment),
        Err(exit) => exit,
    };
    environment.close(exit).code()
}
