//! The arguments of the command. `xtask` prints the completions and the man pages from them.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::environment::Environment;
use crate::exit::Exit;

/// Finds API calls in the journals that programs left, and says which request ID to give to support.
#[derive(Debug, Parser)]
#[command(name = "reqtrail", version, max_term_width = 80)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) asked: Asked,
}

/// What every subcommand takes.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Folder of the journals; else REQTRAIL_JOURNAL, else the default folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// Print JSON Lines
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print times in UTC; off a terminal they always are
    #[arg(long, global = true)]
    pub(crate) utc: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Asked {}

/// The command as clap describes it, for completions and man pages.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the arguments. Help and version are printed here, and end the command with success.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
    environment: &mut Environment,
) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(args).map_err(|refused| {
        let (stream, exit) = match refused.use_stderr() {
            true => (&mut environment.errors, Exit::Usage),
            false => (&mut environment.output, Exit::Ok),
        };
        // With the stream gone there is nobody left to tell.
        let _ = write!(stream.writer, "{}", refused.render());
        exit
    })
}
