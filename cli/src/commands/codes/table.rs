//! The table of all codes.

use std::io::{self, Write};

use super::{Entry, STRONG, Source, Terminal, wrapped};
use crate::terminal::ID;

/// Writes the codes under the headings of their APIs, one a line, with status and meaning.
pub(super) fn write(out: &mut dyn Write, entries: &[Entry], look: &Terminal) -> io::Result<()> {
    let width = entries.iter().map(|entry| entry.name.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut heading = None;
    for entry in entries {
        if heading != Some(entry.group()) {
            if heading.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", look.paint(STRONG, entry.group()))?;
            heading = Some(entry.group());
        }
        let status = match entry.from {
            Source::Api { status, .. } => format!("{status}  "),
            Source::Word(_) => String::new(),
        };
        let before = 2 + width + 2 + status.len();
        // Off a terminal each code has one line, for `grep`.
        let lines = match look.width() {
            Some(columns) => wrapped(entry.meaning, columns.saturating_sub(before).max(16)),
            None => vec![entry.meaning.to_owned()],
        };
        let mut lines = lines.iter();
        let first = lines.next().map_or("", String::as_str);
        writeln!(
            out,
            "  {:<width$}  {status}{first}",
            look.paint(ID, entry.name)
        )?;
        for line in lines {
            writeln!(out, "{:before$}{line}", "")?;
        }
    }
    Ok(())
}
