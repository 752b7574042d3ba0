//! The subcommands, one module each.

pub(crate) mod codes;
pub(crate) mod explain;
mod filters;
pub(crate) mod find;
pub(crate) mod follow;
pub(crate) mod list;
pub(crate) mod report;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod status;
pub(crate) mod tail;

use crate::arguments::{Arguments, Asked};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// Runs the subcommand that was asked for.
pub(crate) fn run(arguments: Arguments, environment: &mut Environment) -> Exit {
    let done: Result<Exit, Failure> = match &arguments.asked {
        Asked::Find(asked) => find::run(asked, &arguments.common, environment),
        Asked::List(asked) => list::run(asked, &arguments.common, environment),
        Asked::Tail(asked) => tail::run(asked, &arguments.common, environment),
        Asked::Report(asked) => report::run(asked, &arguments.common, environment),
        Asked::Status(asked) => status::run(asked, &arguments.common, environment),
        Asked::Codes(asked) => codes::run(asked, &arguments.common, environment),
        Asked::Follow(asked) => follow::run(asked, &arguments.common, environment),
        Asked::Explain(asked) => explain::run(asked, &arguments.common, environment),
        #[cfg(feature = "sandbox")]
        Asked::Sandbox(asked) => sandbox::run(asked, &arguments.common, environment),
    };
    match done {
        Ok(exit) => exit,
        Err(Failure::Said(why, exit)) => {
            environment.say(&why);
            exit
        }
        // `head` has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(Failure::Output(error)) => {
            environment.say(&format!("standard output: {error}"));
            Exit::Usage
        }
    }
}
