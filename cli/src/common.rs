//! The options that every subcommand takes.

use std::path::PathBuf;

use clap::Args;

/// The heading under which help lists the options of every subcommand.
const COMMON: &str = "Common options";

/// Options that every subcommand takes.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Folder of the journals [default: REQTRAIL_JOURNAL, or the default folder]
    #[arg(long, global = true, value_name = "DIR", help_heading = COMMON)]
    pub(crate) journal: Option<PathBuf>,
    /// Print JSON Lines
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) json: bool,
    /// Print times in UTC, as always when the output is not a terminal
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) utc: bool,
}
