//! `report`: prints what to give to support about one call.

mod curl;

use std::io::Write as _;

use clap::Args;

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Content, Folder};
use crate::terminal::{one_line, one_line_json};

/// Print what to give to support about one call
///
/// ID is any ID of the call, or at least its first 6 characters: of a request, a
/// call, a trace, a span, or the one in the correlation header. If several calls
/// have the ID, the command lists them on standard error.
#[derive(Args, Debug)]
#[command(before_help = "\
Example: reqtrail report req_01JZX4MK >ticket.txt
         reqtrail report req_01JZX4MK --curl")]
pub(crate) struct Options {
    /// Any ID of the call, or its first characters
    #[arg(value_name = "ID")]
    id: String,
    /// Print the report as text for a ticket (the default)
    #[arg(long, conflicts_with_all = ["curl", "json"])]
    text: bool,
    /// Print a curl command that repeats the call's last request
    #[arg(long, conflicts_with = "json")]
    curl: bool,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let found = folder.the_one(&options.id);
    folder.say_skipped(environment);
    let found = found?;
    let out = &mut environment.output.writer;
    match &found.content {
        Content::Finished { raw, .. } if common.json => writeln!(out, "{}", one_line_json(raw))?,
        Content::Finished { trail, .. } if options.curl => {
            let curl = curl::of(trail).map_err(Failure::usage)?;
            writeln!(out, "{}", curl.command)?;
            // If both streams go to one terminal, the command comes first.
            out.flush()?;
            for note in curl.notes {
                // A shell comment, so that it can be pasted with the command.
                let _ = writeln!(environment.errors.writer, "# {note}");
            }
        }
        Content::Opened(_) if common.json => writeln!(out, "{}", found.find_json(None))?,
        Content::Opened(call) if options.curl => {
            return Err(Failure::usage(format!(
                "the URL of {} {} is not known: a journal has it only after the call has ended",
                one_line(&call.method),
                one_line(&call.path)
            )));
        }
        Content::Finished { .. } | Content::Opened(_) => write!(out, "{}", found.report())?,
    }
    Ok(Exit::Ok)
}
