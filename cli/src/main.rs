//! The binary `reqtrail`.

use std::process::ExitCode;

use reqtrail_cli::{Environment, run};

fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os(), &mut Environment::of_process()))
}
