//! The arguments of the command. `xtask` prints the completions and the man pages from them.

use std::ffi::OsString;
use std::io::Write as _;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::Command;
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// The greatest width of a help text, in columns.
const HELP_WIDTH: usize = 80;

/// What the error adds for a subcommand that this build lacks, as the builds in the packages for Python and Node do.
const LEFT_OUT: &str = "
The packages for Python and Node do not have `sandbox`; `cargo install reqtrail-cli`
installs a command that has it.";

/// Finds API calls in the journals of programs, and says which request ID to give to support.
#[derive(Debug, Parser)]
#[command(
    name = "reqtrail",
    version,
    before_help = "\
Examples: reqtrail list --failed --since 1h
          reqtrail report req_01JZX4MK --curl"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Returns the command as clap describes it, for completions and man pages.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the arguments. If they ask for help or the version, prints it and returns success as the error.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
    environment: &mut Environment,
) -> Result<Arguments, Exit> {
    // Help goes to standard output, and a usage error to standard error; most often both are one terminal.
    let columns = Terminal::of_output(environment, true).prose_width();
    let command = Arguments::command().term_width(columns.min(HELP_WIDTH));
    let matches = command.try_get_matches_from(args);
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    arguments.map_err(|refused| {
        let (stream, exit) = match refused.use_stderr() {
            true => (&mut environment.errors, Exit::Usage),
            false => (&mut environment.output, Exit::Ok),
        };
        // If the stream is closed, nobody reads the text.
        let _ = write!(stream.writer, "{}", refused.render());
        if is_left_out(&refused) {
            let _ = writeln!(stream.writer, "{LEFT_OUT}");
        }
        exit
    })
}

/// Returns whether the arguments name a subcommand that only other builds have.
fn is_left_out(refused: &clap::Error) -> bool {
    let named = refused.get(ContextKind::InvalidSubcommand);
    !cfg!(feature = "sandbox")
        && matches!(named, Some(ContextValue::String(name)) if name == "sandbox")
}
