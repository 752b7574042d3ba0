//! `report`: what to give to support about one call.

mod curl;

use std::io::Write as _;

use clap::Args;

use crate::arguments::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Content, Folder};
use crate::terminal::{one_line, one_line_json};

/// Print what to give to support about one call
///
/// ID is any ID of the call, or its first 6 characters or more: of a request, a
/// call, a trace, a span, or the one in the correlation header. Where it stands
/// for several calls, they are listed on standard error.
#[derive(Args, Debug)]
#[command(before_help = "\
Example: reqtrail report req_01JZX4MK >ticket.txt
         reqtrail report req_01JZX4MK --curl")]
pub(crate) struct Options {
    /// Any ID of the call, or the beginning of one
    #[arg(value_name = "ID")]
    id: String,
    /// Print the report as text for a ticket, which is the default
    #[arg(long, conflicts_with_all = ["curl", "json"])]
    text: bool,
    /// Print a curl command that repeats the call's last request
    #[arg(long, conflicts_with = "json")]
    curl: bool,
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let found = folder.the_one(&asked.id);
    folder.say_skipped(environment);
    let found = found?;
    let out = &mut environment.output.writer;
    match &found.content {
        Content::Finished { raw, .. } if common.json => writeln!(out, "{}", one_line_json(raw))?,
        Content::Finished { trail, .. } if asked.curl => {
            let curl = curl::of(trail).map_err(Failure::usage)?;
            writeln!(out, "{}", curl.command)?;
            // The command first, where both go to one terminal.
            out.flush()?;
            for note in curl.notes {
                // A comment, so that it may be pasted along.
                let _ = writeln!(environment.errors.writer, "# {note}");
            }
        }
        Content::Opened(_) if common.json => writeln!(out, "{}", found.find_json(None))?,
        Content::Opened(call) if asked.curl => {
            return Err(Failure::usage(format!(
                "the URL of {} {} is not known: a journal has it when the call has ended",
                one_line(&call.method),
                one_line(&call.path)
            )));
        }
        Content::Finished { .. } | Content::Opened(_) => write!(out, "{}", found.report())?,
    }
    Ok(Exit::Ok)
}
