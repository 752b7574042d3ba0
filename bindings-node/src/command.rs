//! The command `reqtrail`, which `npx` runs.

use napi_derive::napi;

/// Runs the command with these arguments and returns its exit code.
#[napi(catch_unwind)]
pub fn run_command(args: Vec<String>) -> u32 {
    reqtrail_cli::run_in_interpreter(args.into_iter().map(Into::into)).into()
}
