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

use clap::Subcommand;

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Find(find::Options),
    List(list::Options),
    Tail(tail::Options),
    Report(report::Options),
    Status(status::Options),
    Codes(codes::Options),
    Follow(follow::Options),
    Explain(explain::Options),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Options),
}

/// Runs a subcommand and writes its failure to standard error.
pub(crate) fn run(command: &Command, common: &Common, environment: &mut Environment) -> Exit {
    let done: Result<Exit, Failure> = match command {
        Command::Find(options) => find::run(options, common, environment),
        Command::List(options) => list::run(options, common, environment),
        Command::Tail(options) => tail::run(options, common, environment),
        Command::Report(options) => report::run(options, common, environment),
        Command::Status(options) => status::run(options, common, environment),
        Command::Codes(options) => codes::run(options, common, environment),
        Command::Follow(options) => follow::run(options, common, environment),
        Command::Explain(options) => explain::run(options, common, environment),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(options) => sandbox::run(options, common, environment),
    };
    match done {
        Ok(exit) => exit,
        Err(Failure::Message(message, exit)) => {
            environment.say(&message);
            exit
        }
        // The reader is gone, as in `reqtrail list | head`.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(Failure::Output(error)) => {
            environment.say(&format!("standard output: {error}"));
            Exit::Usage
        }
    }
}
