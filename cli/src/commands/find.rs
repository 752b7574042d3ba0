//! `find`: prints the trails of calls by any of their IDs.

use std::collections::HashMap;
use std::io::Write as _;
use std::mem::replace;
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use reqtrail::RequestId;
use reqtrail::host::IdQuery;

use crate::call_table::CallTable;
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Filter, Folder, JournalCall, State};
use crate::terminal::{BAD, ID, Terminal, WARNING, one_line};
use crate::words;

/// The argument that means standard input.
const INPUT: &str = "-";

/// How far the clocks of a server and of this machine may be apart.
const NEAR: Duration = Duration::from_secs(5);

/// Find calls by any of their IDs
///
/// An ID is a request, call, trace, span or correlation ID, or at least its
/// first 6 characters. UUIDs match with and without dashes, in any case. The
/// command shows every call that has the ID, newest first.
///
/// With - it reads a ticket or a log from standard input, and looks up each word.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail find req_01JZX4MK
         grep ERROR app.log | reqtrail find -",
    after_help = "\
The exit code is 5 if any ID has no call; with -, if no word has one."
)]
pub(crate) struct Options {
    /// The IDs, or - for standard input
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// Writes calls as they are found.
struct Output<'a> {
    folder: &'a Folder,
    terminal: Terminal,
    json: bool,
    is_first: bool,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let mut output = Output {
        folder: &folder,
        terminal: Terminal::of_output(environment, common.utc),
        json: common.json,
        is_first: true,
    };
    let is_found = match options.ids.as_slice() {
        [id] if id == INPUT => output.words(environment)?,
        ids if ids.iter().any(|id| id == INPUT) => {
            return Err(Failure::usage(
                "`-` reads all IDs from standard input; expected no other ID beside it",
            ));
        }
        ids => output.ids(ids, common, environment)?,
    };
    folder.say_skipped(environment);
    Ok(match is_found {
        true => Exit::Ok,
        false => Exit::NotFound,
    })
}

impl Output<'_> {
    /// Shows the calls of each ID. Returns whether every ID has one.
    fn ids(
        &mut self,
        ids: &[String],
        common: &Common,
        environment: &mut Environment,
    ) -> Result<bool, Failure> {
        let queries: Vec<IdQuery> = ids.iter().map(|id| IdQuery::new(id)).collect();
        let found = self.folder.find_each(&queries)?;
        let mut all = true;
        for (id, found) in ids.iter().zip(found) {
            for call in &found {
                self.show(call, None, environment)?;
            }
            if found.is_empty() {
                all = false;
                environment.output.writer.flush()?;
                environment.say(&self.folder.nothing_has(id));
                self.near(id, common, environment)?;
            }
        }
        Ok(all)
    }

    /// Shows the calls of every word on standard input. Returns whether any word has one.
    fn words(&mut self, environment: &mut Environment) -> Result<bool, Failure> {
        let mut input = replace(&mut environment.input, Box::new(std::io::empty()));
        let words = words::read(&mut input)
            .map_err(|error| Failure::usage(format!("standard input: {error}")))?;
        let found = self
            .folder
            .find_whole(words.iter().map(|word| &*word.text))?;
        // A text may contain several IDs of one call: show the call once.
        let mut shown = HashMap::new();
        for (word, found) in words.iter().zip(&found) {
            for call in found {
                if shown.insert(call.content.call_id(), ()).is_none() {
                    self.show(call, Some(word.line), environment)?;
                }
            }
        }
        environment.output.writer.flush()?;
        for (word, found) in words.iter().zip(&found) {
            if word.is_like_id && found.is_empty() {
                let nothing = self.folder.nothing_has(&word.text);
                environment.say(&format!("line {}: {nothing}", word.line));
            }
        }
        if shown.is_empty() && !words.iter().any(|word| word.is_like_id) {
            environment.say("standard input has no ID of a call");
        }
        Ok(!shown.is_empty())
    }

    fn show(
        &mut self,
        call: &JournalCall,
        line: Option<u64>,
        environment: &mut Environment,
    ) -> Result<(), Failure> {
        let out = &mut environment.output.writer;
        if self.json {
            writeln!(out, "{}", call.find_json(line))?;
            return Ok(());
        }
        if !replace(&mut self.is_first, false) {
            writeln!(out)?;
        }
        if let Some(line) = line {
            write!(out, "line {line}: ")?;
        }
        let (kind, id) = (
            call.matched.as_str(),
            self.terminal.paint(ID, one_line(&call.id)),
        );
        let (service, host) = (one_line(&call.service), one_line(&call.host));
        let ended = match call.state {
            State::Finished => "ended",
            State::InFlight | State::Unknown => "sent",
        };
        let (pid, at) = (call.pid, self.terminal.time(call.at));
        writeln!(
            out,
            "{kind} ID {id}  {service}  pid {pid} on {host}  {ended} {at}"
        )?;
        let style = match call.state {
            State::InFlight => WARNING,
            State::Finished | State::Unknown if call.is_failed() => BAD,
            State::Finished | State::Unknown => anstyle::Style::new(),
        };
        // The first line of the report says how the call ended.
        let report = call.report();
        let (head, rest) = report.split_once('\n').unwrap_or((&report, ""));
        writeln!(out, "{}", self.terminal.paint(style, head))?;
        write!(out, "{rest}")?;
        Ok(())
    }

    /// Lists the calls around the time at which a NovaVMS server made the ID. The ULID in the ID contains that time.
    fn near(
        &self,
        id: &str,
        common: &Common,
        environment: &mut Environment,
    ) -> Result<(), Failure> {
        let made = RequestId::new(id.trim()).server_time();
        let Some(made) = made.and_then(|made| Timestamp::try_from(made).ok()) else {
            return Ok(());
        };
        let near = SignedDuration::try_from(NEAR).unwrap_or_default();
        let filter = Filter {
            from: made.checked_sub(near).ok(),
            until: made.checked_add(near).ok(),
            now: Timestamp::now(),
            ..Filter::default()
        };
        let mut calls = Vec::new();
        self.folder.each_call(&filter, None, |call| {
            calls.push(call);
            Ok(())
        })?;
        let terminal = Terminal::of_errors(environment, common.utc);
        let (at, seconds) = (terminal.time(made), NEAR.as_secs());
        environment.say(&match calls.len() {
            0 => format!("the server made that ID at {at}; no call was under way within {seconds} s of it"),
            _ => format!("the server made that ID at {at}; these calls were under way within {seconds} s of it:"),
        });
        // If standard error is closed, nobody reads the table.
        let _ = CallTable::new(&terminal).write(&mut environment.errors.writer, &calls);
        Ok(())
    }
}
