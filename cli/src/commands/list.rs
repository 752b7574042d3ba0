//! `list`: lists the calls in the journals by time.

use std::io::Write as _;

use clap::Args;

use super::filters::{Filters, count};
use crate::call_table::CallTable;
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::Folder;
use crate::terminal::Terminal;

/// List calls by time, each with the ID to give to support
///
/// TIME is when a call ended; for a call without an end, when its last attempt
/// was sent. The newest call comes last, then calls in flight. The RESULT
/// `unknown` means that the process ended before it had a response: the request
/// may have been sent.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail list --failed --at 14:05
         reqtrail list --slow 2s --since 3h --path '/cameras/*'",
    after_help = "\
Times are read in the zone in which they are printed: local on a terminal, UTC
elsewhere and with --utc. A time of day is its latest occurrence.

The exit code is 0 even if there is no such call. --json then prints nothing."
)]
pub(crate) struct Options {
    #[command(flatten)]
    filters: Filters,
    /// Calls in flight
    #[arg(long, conflicts_with = "failed", help_heading = "Which calls")]
    open: bool,
    /// Only the newest N calls
    #[arg(short = 'n', long, value_name = "N", value_parser = count, allow_negative_numbers = true, help_heading = "Which calls")]
    last: Option<usize>,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let terminal = Terminal::of_output(environment, common.utc);
    let mut filter = options.filters.filter(&terminal)?;
    filter.open = options.open;
    let mut calls = Vec::new();
    let mut is_empty = true;
    let out = &mut environment.output.writer;
    folder.each_call(&filter, options.last, |call| {
        is_empty = false;
        if common.json {
            writeln!(out, "{}", call.list_json())?;
        } else {
            calls.push(call);
        }
        Ok(())
    })?;
    CallTable::new(&terminal).write(out, &calls)?;
    if is_empty {
        let path = folder.path().display();
        environment.say(&format!("the journals of {path} have no such call"));
    }
    folder.say_skipped(environment);
    Ok(Exit::Ok)
}
