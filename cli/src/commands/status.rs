//! `status`: lists the processes that write a journal, and what each journal contains.

use std::io::Write as _;

use anstyle::Style;
use clap::Args;

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Folder, Summary};
use crate::table::{Cell, Column, Table};
use crate::terminal::{BAD, DIM, GOOD, Terminal, WARNING, one_line_json};

/// Show which processes write a journal, and what each journal contains
///
/// OPEN counts calls in flight; for a process that is gone, calls whose end is
/// not known. LOST counts records that could not be written.
#[derive(Args, Debug)]
#[command(before_help = "Example: reqtrail status")]
pub(crate) struct Options {}

pub(crate) fn run(
    _options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let terminal = Terminal::of_output(environment, common.utc);
    let summaries = folder.summaries()?;
    let out = &mut environment.output.writer;
    if common.json {
        for summary in &summaries {
            let line = serde_json::to_string(summary).unwrap_or_default();
            writeln!(out, "{}", one_line_json(&line))?;
        }
    } else {
        writeln!(out, "{}", head(&folder, &summaries))?;
        let columns = [
            // The name of a file has no more of the service.
            Column::whole("SERVICE", 40),
            Column::new("PID"),
            Column::whole("HOST", 40),
            Column::new("STATE"),
            Column::new("POLICY"),
            Column::new("FILES"),
            Column::new("SIZE"),
            Column::new("FIRST RECORD"),
            Column::new("LAST RECORD"),
            Column::new("OPEN"),
            Column::new("LOST"),
        ];
        let rows: Vec<_> = summaries.iter().map(|it| row(it, &terminal)).collect();
        if !rows.is_empty() {
            writeln!(out)?;
            let mut table = Table::new(&terminal, columns);
            table.write(out, &rows, true)?;
        }
    }
    folder.say_skipped(environment);
    Ok(Exit::Ok)
}

fn head(folder: &Folder, summaries: &[Summary]) -> String {
    let count = |count: usize, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let path = folder.path().display();
    let alive = summaries.iter().filter(|it| it.alive).count();
    let files = summaries.iter().map(|it| it.files).sum();
    let bytes = size(summaries.iter().map(|it| it.bytes).sum());
    format!(
        "{path}: {} ({alive} alive), {}, {bytes}",
        count(summaries.len(), "process", "processes"),
        count(files, "file", "files"),
    )
}

fn row(summary: &Summary, terminal: &Terminal) -> [Cell; 11] {
    let time = |at: Option<jiff::Timestamp>| at.map_or(String::new(), |at| terminal.short_time(at));
    let worth = |style: Style, count: u64| match count {
        0 => Cell::new(DIM, "0"),
        count => Cell::new(style, &count.to_string()),
    };
    let (state, open) = match summary.alive {
        true => (Cell::new(GOOD, "alive"), WARNING),
        false => (Cell::new(DIM, "gone"), BAD),
    };
    [
        Cell::plain(&summary.service),
        Cell::plain(&summary.pid.to_string()),
        Cell::plain(&summary.host),
        state,
        Cell::plain(summary.policy.as_deref().unwrap_or_default()),
        Cell::plain(&summary.files.to_string()),
        Cell::plain(&size(summary.bytes)),
        Cell::plain(&time(summary.first_at)),
        Cell::plain(&time(summary.last_at)),
        worth(open, summary.open as u64),
        worth(BAD, summary.lost),
    ]
}

/// Formats a size: `12 B`, `1.5 KiB`, `64.0 MiB`.
fn size(bytes: u64) -> String {
    let mut unit = "B";
    let mut tenths = u128::from(bytes) * 10;
    for larger in ["KiB", "MiB", "GiB"] {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = larger;
    }
    match unit {
        "B" => format!("{bytes} B"),
        _ => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_has_its_unit() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (64 << 20, "64.0 MiB"),
            (5 << 40, "5120.0 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
