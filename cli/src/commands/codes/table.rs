//! The table of all codes.

use std::io::{self, Write};

use super::{Entry, STRONG, Source, Terminal, wrapped};
use crate::terminal::ID;

/// The least width of a meaning beside its code, in columns. A narrower one is written below the code.
const LEAST: usize = 30;

/// Writes the codes under the headings of their APIs, each with status and meaning.
pub(super) fn write(out: &mut dyn Write, entries: &[Entry], terminal: &Terminal) -> io::Result<()> {
    let width = entries.iter().map(|entry| entry.name.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut heading = None;
    for entry in entries {
        if heading != Some(entry.group()) {
            if heading.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", terminal.paint(STRONG, entry.group()))?;
            heading = Some(entry.group());
        }
        let status = match entry.from {
            Source::Api { status, .. } => format!("{status}  "),
            Source::Word(_) => String::new(),
        };
        let name = terminal.paint(ID, entry.name);
        let before = 2 + width + 2 + status.len();
        let (indent, columns) = match terminal.width() {
            // Without a terminal each code has one line, for `grep`.
            None => (before, usize::MAX),
            Some(columns) if columns >= before + LEAST => (before, columns - before),
            Some(columns) => (4, columns.saturating_sub(4)),
        };
        if indent == before {
            write!(out, "  {name:<width$}  {status}")?;
        } else {
            writeln!(out, "  {name}  {status}")?;
            write!(out, "{:indent$}", "")?;
        }
        for (index, line) in wrapped(entry.meaning, columns).iter().enumerate() {
            match index {
                0 => writeln!(out, "{line}")?,
                _ => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
    }
    Ok(())
}
