//! `list`: the calls in the journals, by time.

use std::io::Write as _;

use clap::Args;

use super::filters::{Filters, count};
use crate::arguments::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::Folder;
use crate::rows::CallTable;
use crate::terminal::Terminal;

/// List calls by time, with the ID to give to support for each
///
/// TIME is when a call ended, or when the last attempt was sent of one that did
/// not. The newest call is the last; calls in flight stand below it. A call of
/// which nothing is known may have been sent: its process was killed before it
/// had an answer.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail list --failed --at 14:05
         reqtrail list --slow 2s --since 3h --path '/cameras/*'",
    after_help = "\
Times are read in the zone in which they are printed: local on a terminal, UTC
off it and with --utc. A time of day is the last one that has come.

The exit code is 0 also where no call is listed: that may be good news. --json
then prints nothing."
)]
pub(crate) struct Options {
    #[command(flatten)]
    filters: Filters,
    /// Calls in flight
    #[arg(long, conflicts_with = "failed", help_heading = "Which calls")]
    open: bool,
    /// The newest N calls only
    #[arg(short = 'n', long, value_name = "N", value_parser = count, allow_negative_numbers = true, help_heading = "Which calls")]
    last: Option<usize>,
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let look = Terminal::of_output(environment, common.utc);
    let mut filter = asked.filters.filter(&look)?;
    filter.open = asked.open;
    let mut calls = Vec::new();
    let mut is_empty = true;
    let out = &mut environment.output.writer;
    folder.each_call(&filter, asked.last, |call| {
        is_empty = false;
        if common.json {
            writeln!(out, "{}", call.list_json())?;
        } else {
            calls.push(call);
        }
        Ok(())
    })?;
    CallTable::new(&look).write(out, &calls)?;
    if is_empty {
        let path = folder.path().display();
        environment.say(&format!("no such call is in the journals of {path}"));
    }
    folder.say_skipped(environment);
    Ok(Exit::Ok)
}
