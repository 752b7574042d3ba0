//! Tables as text: columns are as wide as their content, or narrower if the output is narrow.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::Style;

use crate::terminal::{STRONG, Terminal, one_line};

/// A text with its style.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    style: Style,
    text: String,
}

impl Cell {
    /// Makes a cell. The text may come from anywhere: control characters are escaped.
    pub(crate) fn new(style: Style, text: &str) -> Self {
        let text = one_line(text).into_owned();
        Self { style, text }
    }

    /// Makes a cell without a style.
    pub(crate) fn plain(text: &str) -> Self {
        Self::new(Style::new(), text)
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    /// The width to which the column shrinks if the output is narrow.
    least: Option<usize>,
    /// The width to which the column grows. A longer text is written whole and shifts the rest of its row.
    most: usize,
}

impl Column {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            least: None,
            most: usize::MAX,
        }
    }

    /// Makes a column whose texts are never cut. A text longer than `most` characters does not widen the other rows.
    pub(crate) const fn whole(name: &'static str, most: usize) -> Self {
        Self {
            name,
            least: None,
            most,
        }
    }

    /// Makes a column whose texts may be cut to `least` characters.
    pub(crate) const fn shrinking(name: &'static str, least: usize) -> Self {
        Self {
            name,
            least: Some(least),
            most: usize::MAX,
        }
    }
}

/// A table with a fixed number of columns. On a narrow output, columns that may shrink do so, and the last ones are left out.
#[derive(Debug)]
pub(crate) struct Table<'a, const N: usize> {
    terminal: &'a Terminal,
    columns: [Column; N],
    /// The width of the widest text of each column.
    wanted: [usize; N],
}

/// The number of spaces between two columns.
const GAP: usize = 2;

impl<'a, const N: usize> Table<'a, N> {
    pub(crate) fn new(terminal: &'a Terminal, columns: [Column; N]) -> Self {
        Self {
            terminal,
            columns,
            wanted: columns.map(|column| column.name.chars().count()),
        }
    }

    /// Writes rows. With `with_names`, the names of the columns come first.
    pub(crate) fn write(
        &mut self,
        out: &mut dyn Write,
        rows: &[[Cell; N]],
        with_names: bool,
    ) -> io::Result<()> {
        for row in rows {
            let columns = self.wanted.iter_mut().zip(self.columns);
            for ((wanted, column), cell) in columns.zip(row) {
                *wanted = cell.width().min(column.most).max(*wanted);
            }
        }
        let widths = self.widths();
        if with_names {
            let names = self.columns.map(|column| Cell::new(STRONG, column.name));
            self.write_row(out, &names, &widths)?;
        }
        rows.iter()
            .try_for_each(|row| self.write_row(out, row, &widths))
    }

    /// Returns the widths of the columns that are shown.
    fn widths(&self) -> Vec<usize> {
        let Some(limit) = self.terminal.width() else {
            return self.wanted.to_vec();
        };
        let least = self.columns.iter().zip(self.wanted);
        let mut widths: Vec<usize> = least
            .map(|(column, wanted)| column.least.unwrap_or(wanted).min(wanted))
            .collect();
        let total =
            |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        while widths.len() > 1 && total(&widths) > limit {
            widths.pop();
        }
        let mut left = limit.saturating_sub(total(&widths));
        for (width, wanted) in widths.iter_mut().zip(self.wanted) {
            let more = left.min(wanted - *width);
            *width += more;
            left -= more;
        }
        widths
    }

    fn write_row(&self, out: &mut dyn Write, row: &[Cell; N], widths: &[usize]) -> io::Result<()> {
        // No spaces after the last cell that has a text.
        let shown = &row[..widths.len()];
        let count = shown.iter().rposition(|cell| !cell.text.is_empty());
        let count = count.map_or(0, |last| last + 1);
        for (at, (cell, width)) in shown[..count].iter().zip(widths).enumerate() {
            let may_be_cut = self.columns[at].most == usize::MAX;
            let text = match may_be_cut && cell.width() > *width {
                true => {
                    let kept: String = cell.text.chars().take(width - 1).collect();
                    format!("{kept}…").into()
                }
                false => Cow::Borrowed(&*cell.text),
            };
            let gap = if at == 0 { 0 } else { GAP };
            let padding = if at + 1 == count { 0 } else { *width };
            write!(
                out,
                "{:gap$}{:<padding$}",
                "",
                self.terminal.paint(cell.style, text)
            )?;
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::environment::{Environment, Stream};

    const COLUMNS: [Column; 4] = [
        Column::new("NAME"),
        Column::shrinking("B", 5),
        Column::shrinking("WHAT", 6),
        Column::new("C"),
    ];

    fn written(columns: Option<&str>, rows: &[[&str; 4]]) -> String {
        written_in(COLUMNS, columns, rows)
    }

    fn written_in(columns_of: [Column; 4], columns: Option<&str>, rows: &[[&str; 4]]) -> String {
        let columns = columns.map(|columns| ("COLUMNS".to_owned(), columns.into()));
        let environment = Environment {
            input: Box::new(io::empty()),
            output: Stream::to(Vec::new()),
            errors: Stream::to(Vec::new()),
            variables: columns.into_iter().collect::<HashMap<_, _>>(),
        };
        let terminal = Terminal::of_output(&environment, true);
        let rows: Vec<_> = rows.iter().map(|row| row.map(Cell::plain)).collect();
        let mut out = Vec::new();
        Table::new(&terminal, columns_of)
            .write(&mut out, &rows, true)
            .expect("writes");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn columns_are_as_wide_as_their_content() {
        let text = written(
            None,
            &[
                ["aé", "bbb", "c", ""],
                ["a", "", "", ""],
                ["a", "b\n", "cc", "d"],
            ],
        );
        assert_eq!(
            text,
            "NAME  B    WHAT  C\naé    bbb  c\na\na     b\\n  cc    d\n"
        );
    }

    #[test]
    fn a_text_that_is_never_cut_does_not_widen_other_rows() {
        let mut columns = COLUMNS;
        columns[0] = Column::whole("NAME", 6);
        let long = "x".repeat(60);
        let text = written_in(
            columns,
            Some("40"),
            &[["a", "b", "c", "d"], [&*long, "b", "c", "d"]],
        );
        let expected = format!("NAME    B  WHAT  C\na       b  c     d\n{long}  b  c     d\n");
        assert_eq!(text, expected);
    }

    #[test]
    fn a_narrow_output_cuts_texts_and_leaves_columns_out() {
        let long = "x".repeat(20);
        for (row, expected) in [
            // 40 columns: all of it.
            (
                [&*long, "bbbb", "cccc", "dddddd"],
                format!("{long}  bbbb  cccc  dddddd"),
            ),
            // The first column that may shrink gets the remaining width.
            (
                [&*long, "bbbbbbb", "ccccccccc", "d"],
                format!("{long}  bbbbbbb  ccccc…  d"),
            ),
            (
                [&*long, "bbbbbbbbbbb", "ccccccccc", "d"],
                format!("{long}  bbbbbb…  ccccc…  d"),
            ),
            (
                [&*long, "bbbbbbbbbbb", "cccc", "ddddddddd"],
                format!("{long}  bbbbbbbbbbb  cccc"),
            ),
            ([&*long, "", "cccc", "d"], format!("{long}     cccc  d")),
            ([&*long.repeat(2), "b", "c", "d"], long.repeat(2)),
        ] {
            let text = written(Some("40"), &[row]);
            assert_eq!(text.lines().nth(1), Some(&*expected));
        }
    }
}
