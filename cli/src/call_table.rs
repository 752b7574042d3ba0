//! The table of calls that `list`, `tail` and `find` print.

use std::io::{self, Write};

use reqtrail::host::display::{attempt_result, span};

use crate::journal::{Content, JournalCall, State};
use crate::table::{Cell, Column, Table};
use crate::terminal::{BAD, DIM, GOOD, ID, Terminal, WARNING};

/// The length of the longest usual ID: `req-` and a UUID. A server may send a longer one.
const ID_WIDTH: usize = 40;

/// The columns of the table. The ID comes early, so that a narrow terminal does not cut it.
const COLUMNS: [Column; 8] = [
    Column::new("TIME"),
    Column::whole("ID FOR SUPPORT", ID_WIDTH),
    Column::shrinking("RESULT", 12),
    Column::shrinking("CALL", 12),
    Column::new("TOOK"),
    Column::shrinking("SERVICE", 8),
    Column::new("PID"),
    Column::new("HOST"),
];

/// A table of calls.
#[derive(Debug)]
pub(crate) struct CallTable<'a> {
    terminal: &'a Terminal,
    table: Table<'a, { COLUMNS.len() }>,
    is_begun: bool,
}

impl<'a> CallTable<'a> {
    pub(crate) fn new(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            table: Table::new(terminal, COLUMNS),
            is_begun: false,
        }
    }

    /// Writes calls. The names of the columns come before the first ones.
    pub(crate) fn write(&mut self, out: &mut dyn Write, calls: &[JournalCall]) -> io::Result<()> {
        let rows: Vec<_> = calls.iter().map(|call| self.row(call)).collect();
        let with_names = !self.is_begun && !rows.is_empty();
        self.is_begun |= with_names;
        self.table.write(out, &rows, with_names)
    }

    fn row(&self, call: &JournalCall) -> [Cell; COLUMNS.len()] {
        let (_, id) = call.content.support_id();
        let (method, path) = call.content.request();
        let took = match &call.content {
            Content::Finished { trail, .. } => span(trail.elapsed()),
            Content::Opened(_) => String::new(),
        };
        let style = match call.state {
            _ if call.is_failed() => BAD,
            State::InFlight => WARNING,
            _ => GOOD,
        };
        [
            Cell::plain(&self.terminal.short_time(call.at)),
            Cell::new(ID, &id),
            Cell::new(style, &result(call)),
            Cell::plain(&format!("{method} {path}")),
            Cell::plain(&took),
            Cell::plain(&call.service),
            Cell::new(DIM, &call.pid.to_string()),
            Cell::new(DIM, &call.host),
        ]
    }
}

/// Returns the result of the call: that of its last attempt, and the number of attempts.
fn result(call: &JournalCall) -> String {
    let trail = match &call.content {
        Content::Finished { trail, .. } => trail,
        Content::Opened(call_opened) => {
            let state = match call.state {
                State::InFlight => "in flight",
                _ => "unknown",
            };
            return match call_opened.attempt {
                1 => state.to_owned(),
                number => format!("{state}, attempt {number}"),
            };
        }
    };
    let last = trail.last().map(attempt_result).unwrap_or_default();
    // A call may fail although its last attempt did not, as when its deadline passes during a wait.
    let outcome = trail.outcome().as_str();
    let mut text = match call.is_failed() && !last.contains(outcome) && outcome != "api" {
        true if last.is_empty() => outcome.to_owned(),
        true => format!("{outcome} after {last}"),
        false => last,
    };
    if trail.attempts().len() > 1 {
        text.push_str(&format!(" ({} attempts)", trail.attempts().len()));
    }
    text
}
