//! The command `reqtrail`, which the console script runs.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command with these arguments and returns its exit code. Other threads of the interpreter run meanwhile.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| reqtrail_cli::run_in_interpreter(args))
}
