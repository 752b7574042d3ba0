//! Calls as the rows of a table.

use std::io::{self, Write};

use reqtrail::host::display::{attempt_result, span};

use crate::journal::{Content, Found, State};
use crate::table::{Cell, Column, Table};
use crate::terminal::{BAD, DIM, GOOD, ID, Terminal, WARNING};

/// As many characters as the longest usual ID has: `req-` and a UUID. Any server may send a longer one.
const ID_WIDTH: usize = 40;

/// The columns of a table of calls. The ID comes early, so that a narrow terminal does not cut it.
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
    look: &'a Terminal,
    table: Table<'a, { COLUMNS.len() }>,
    is_begun: bool,
}

impl<'a> CallTable<'a> {
    pub(crate) fn new(look: &'a Terminal) -> Self {
        Self {
            look,
            table: Table::new(look, COLUMNS),
            is_begun: false,
        }
    }

    /// Writes calls, below the names of the columns if they are the first.
    pub(crate) fn write(&mut self, out: &mut dyn Write, calls: &[Found]) -> io::Result<()> {
        let rows: Vec<_> = calls.iter().map(|call| self.row(call)).collect();
        let with_names = !self.is_begun && !rows.is_empty();
        self.is_begun |= with_names;
        self.table.write(out, &rows, with_names)
    }

    fn row(&self, call: &Found) -> [Cell; COLUMNS.len()] {
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
            Cell::plain(&self.look.short_time(call.at)),
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

/// What the call came to: what its last attempt did, and how many there were.
fn result(call: &Found) -> String {
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
    // A call may fail although its last attempt did not, as at a deadline that passes while it waits.
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
