//! The arguments of the command. `xtask` prints the completions and the man pages from them.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// The most columns of a help text.
const HELP_WIDTH: usize = 80;

/// Where help lists what every subcommand takes.
const COMMON: &str = "Common options";

/// What the error says of a subcommand that this build leaves out, as those in Python's and Node's packages do.
const LEFT_OUT: &str = "
The packages for Python and Node leave `sandbox` out; `cargo install reqtrail-cli`
installs a command that has it.";

/// Finds API calls in the journals that programs left, and says which request ID to give to support.
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
    pub(crate) asked: Asked,
}

/// What every subcommand takes.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Folder of the journals; else REQTRAIL_JOURNAL, else the default folder
    #[arg(long, global = true, value_name = "DIR", help_heading = COMMON)]
    pub(crate) journal: Option<PathBuf>,
    /// Print JSON Lines
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) json: bool,
    /// Print times in UTC; off a terminal they always are
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) utc: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Asked {
    Find(commands::find::Options),
    List(commands::list::Options),
    Tail(commands::tail::Options),
    Report(commands::report::Options),
    Status(commands::status::Options),
    Codes(commands::codes::Options),
    Follow(commands::follow::Options),
    Explain(commands::explain::Options),
    #[cfg(feature = "sandbox")]
    Sandbox(commands::sandbox::Options),
}

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
    // Help goes to standard output, and a usage error to standard error; most often both are one terminal.
    let columns = Terminal::of_output(environment, true).prose_width();
    let command = Arguments::command().term_width(columns.min(HELP_WIDTH));
    let asked = command.try_get_matches_from(args);
    let asked = asked.and_then(|matches| Arguments::from_arg_matches(&matches));
    asked.map_err(|refused| {
        let (stream, exit) = match refused.use_stderr() {
            true => (&mut environment.errors, Exit::Usage),
            false => (&mut environment.output, Exit::Ok),
        };
        // With the stream gone there is nobody left to tell.
        let _ = write!(stream.writer, "{}", refused.render());
        if is_left_out(&refused) {
            let _ = writeln!(stream.writer, "{LEFT_OUT}");
        }
        exit
    })
}

/// Returns whether a subcommand was asked for that other builds have.
fn is_left_out(refused: &clap::Error) -> bool {
    let asked = refused.get(ContextKind::InvalidSubcommand);
    !cfg!(feature = "sandbox")
        && matches!(asked, Some(ContextValue::String(name)) if name == "sandbox")
}
