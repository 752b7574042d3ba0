//! Runs the command.

use std::ffi::OsString;

use crate::arguments::{self, Arguments};
use crate::commands;
use crate::environment::Environment;

/// Runs the command with `args` and returns its exit code: see [`Exit`](crate::Exit). The first of `args` is the program's name.
///
/// Data goes to the standard output of `environment`, everything else to its standard error. Both are flushed before it
/// returns.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &mut Environment) -> u8 {
    let exit = match arguments::parse(args, environment) {
        Ok(Arguments { common, command }) => commands::run(&command, &common, environment),
        Err(exit) => exit,
    };
    environment.close(exit).code()
}
