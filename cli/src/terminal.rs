//! How an output looks: its colours, its width and its times.

use std::borrow::Cow;
use std::fmt;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::environment::{Environment, Stream};

// What a server or another program wrote must not steer the terminal.
pub(crate) use reqtrail::host::repeat::one_line;

/// JSON with the same meaning that steers no terminal either: what [`one_line`] escapes is escaped as JSON has it.
pub(crate) fn one_line_json(json: &str) -> Cow<'_, str> {
    let is_odd = |c: char| matches!(one_line(c.encode_utf8(&mut [0; 4])), Cow::Owned(_));
    if matches!(one_line(json), Cow::Borrowed(_)) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            // JSON has none of these in a text: it stands between two values.
            '\0'..='\u{1f}' => out.push(' '),
            c if is_odd(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What to look at.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What to copy: the ID to give to support.
pub(crate) const ID: Style = AnsiColor::Cyan.on_default().bold();
/// A heading, or the word that a line is about.
pub(crate) const STRONG: Style = Style::new().bold();
/// What stands back.
pub(crate) const DIM: Style = Style::new().dimmed();

/// The columns of a terminal that does not say how many it has, and of prose off a terminal.
const USUAL_WIDTH: usize = 80;

/// Below this nothing can be laid out.
const LEAST_WIDTH: usize = 40;

/// The most columns of prose: longer lines are hard to read.
const PROSE_WIDTH: usize = 100;

/// How one output of the command looks.
#[derive(Debug)]
pub(crate) struct Terminal {
    colour: bool,
    width: Option<usize>,
    /// Of the times; `None` is UTC as RFC 3339 writes it.
    zone: Option<TimeZone>,
}

impl Terminal {
    /// How standard output looks. Times are local on a terminal, and UTC off it or where `utc` asks for it.
    pub(crate) fn of_output(environment: &Environment, utc: bool) -> Self {
        Self::of(environment, &environment.output, utc)
    }

    /// How standard error looks, with times as [`of_output`](Self::of_output) has them.
    pub(crate) fn of_errors(environment: &Environment, utc: bool) -> Self {
        Self::of(environment, &environment.errors, utc)
    }

    fn of(environment: &Environment, stream: &Stream, utc: bool) -> Self {
        Self {
            colour: colour(environment, stream),
            width: width(environment, stream),
            zone: (stream.is_terminal && !utc).then(|| local_zone(environment)),
        }
    }

    /// The text in a style, or plain where the output has no colours. Padding counts the text alone.
    pub(crate) fn paint<T: fmt::Display>(&self, style: Style, text: T) -> Painted<T> {
        let style = if self.colour { style } else { Style::new() };
        Painted { style, text }
    }

    /// The columns that a line may have, at least 40; `None` where lines are not cut: off a terminal, unless `COLUMNS` says so.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// The columns at which prose is wrapped: from 40 to 100.
    pub(crate) fn prose_width(&self) -> usize {
        self.width.unwrap_or(USUAL_WIDTH).min(PROSE_WIDTH)
    }

    /// The time to the millisecond: `2026-11-26 15:05:09.123 +01:00` where times are local, `2026-11-26T14:05:09.123Z`
    /// elsewhere.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        match &self.zone {
            Some(zone) => at
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S%.3f %:z")
                .to_string(),
            None => format!("{at:.3}"),
        }
    }

    /// The time to the second, where times are local and a column is short of room; else as [`time`](Self::time) has it.
    pub(crate) fn short_time(&self, at: Timestamp) -> String {
        match &self.zone {
            Some(zone) => {
                let at = at.to_zoned(zone.clone());
                at.strftime("%Y-%m-%d %H:%M:%S").to_string()
            }
            None => self.time(at),
        }
    }

    /// The zone of the times.
    pub(crate) fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }
}

/// A text in its style.
#[derive(Debug)]
pub(crate) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.style.render())?;
        self.text.fmt(f)?;
        write!(f, "{}", self.style.render_reset())
    }
}

/// Says whether the output has colours. See <https://no-color.org> and <https://bixense.com/clicolors>.
fn colour(environment: &Environment, stream: &Stream) -> bool {
    if environment.variable("NO_COLOR").is_some() {
        return false;
    }
    match environment.variable("CLICOLOR_FORCE").as_deref() {
        Some("0") | None => {}
        Some(_) => return true,
    }
    // Windows sets no `TERM`.
    let able = match environment.variable("TERM").as_deref() {
        Some(kind) => kind != "dumb",
        None => cfg!(windows),
    };
    stream.is_terminal && able
}

fn width(environment: &Environment, stream: &Stream) -> Option<usize> {
    let asked = environment.variable("COLUMNS");
    let asked = asked.and_then(|columns| columns.trim().parse().ok());
    let of_terminal = || {
        stream
            .is_terminal
            .then(|| stream.columns.unwrap_or(USUAL_WIDTH))
    };
    let width = asked.filter(|columns| *columns > 0).or_else(of_terminal)?;
    Some(width.max(LEAST_WIDTH))
}

/// The zone that `TZ` names, else the machine's; UTC if neither is known.
fn local_zone(environment: &Environment) -> TimeZone {
    let named = environment.variable("TZ").and_then(|name| {
        let name = name.strip_prefix(':').unwrap_or(&name);
        let known = TimeZone::get(name);
        known.or_else(|_| TimeZone::posix(name)).ok()
    });
    named.unwrap_or_else(TimeZone::system)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn terminal(columns: Option<usize>) -> Stream {
        Stream {
            is_terminal: true,
            columns,
            ..Stream::to(Vec::new())
        }
    }

    fn environment(output: Stream, variables: &[(&str, &str)]) -> Environment {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Environment {
            input: Box::new(std::io::empty()),
            output,
            errors: Stream::to(Vec::new()),
            variables: variables.collect::<HashMap<_, _>>(),
        }
    }

    #[test]
    fn colours_follow_the_variables_and_the_terminal() {
        let xterm = ("TERM", "xterm-256color");
        for (on_terminal, variables, coloured) in [
            (true, &[xterm][..], true),
            (true, &[("TERM", "dumb")], false),
            (true, &[], cfg!(windows)),
            (true, &[xterm, ("NO_COLOR", "1")], false),
            (true, &[xterm, ("NO_COLOR", "")], true),
            (true, &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
            (false, &[xterm], false),
            (false, &[xterm, ("CLICOLOR_FORCE", "0")], false),
            (false, &[("CLICOLOR_FORCE", "1")], true),
            (false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        ] {
            let output = match on_terminal {
                true => terminal(None),
                false => Stream::to(Vec::new()),
            };
            let look = Terminal::of_output(&environment(output, variables), false);
            let painted = look.paint(BAD, "no").to_string();
            let expected = match coloured {
                true => "\u{1b}[1m\u{1b}[31mno\u{1b}[0m",
                false => "no",
            };
            assert_eq!(painted, expected, "{on_terminal} {variables:?}");
        }
    }

    #[test]
    fn json_steers_no_terminal_and_keeps_its_meaning() {
        let text = "a\u{7f}\u{9b}31m\u{202e}\u{2028}\u{1f600}é";
        let json = format!("{{\t\"a\":\"\\u001b{text}\"\r}}");
        let safe = one_line_json(&json);
        assert!(matches!(one_line(&safe), Cow::Borrowed(_)), "{safe:?}");
        let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(read(&safe), read(&json));
        assert!(matches!(one_line_json(r#"{"a":"é"}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn padding_counts_the_text_alone() {
        let look = Terminal::of_output(&environment(terminal(None), &[("TERM", "xterm")]), true);
        let cell = format!("{:<5}|", look.paint(STRONG, "ab"));
        assert_eq!(cell, "\u{1b}[1mab   \u{1b}[0m|");
    }

    #[test]
    fn the_width_is_that_of_columns_else_of_the_terminal() {
        for (output, columns, width, prose) in [
            (terminal(Some(120)), None, Some(120), 100),
            (terminal(Some(120)), Some("60"), Some(60), 60),
            (terminal(Some(120)), Some("wide"), Some(120), 100),
            (terminal(Some(120)), Some("0"), Some(120), 100),
            (terminal(Some(9)), None, Some(40), 40),
            (terminal(None), None, Some(80), 80),
            (Stream::to(Vec::new()), None, None, 80),
            (Stream::to(Vec::new()), Some("50"), Some(50), 50),
        ] {
            let variables: Vec<_> = columns
                .map(|value| ("COLUMNS", value))
                .into_iter()
                .collect();
            let look = Terminal::of_output(&environment(output, &variables), false);
            assert_eq!((look.width(), look.prose_width()), (width, prose));
        }
    }

    #[test]
    fn times_are_local_on_a_terminal_and_utc_elsewhere() {
        let at: Timestamp = "2026-11-26T14:05:09.1239Z".parse().expect("a time");
        let zone = [("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")];
        let local = environment(terminal(None), &zone);
        let shown = |utc| Terminal::of_output(&local, utc).time(at);
        assert_eq!(shown(false), "2026-11-26 15:05:09.123 +01:00");
        assert_eq!(shown(true), "2026-11-26T14:05:09.123Z");
        let piped = environment(Stream::to(Vec::new()), &zone);
        assert_eq!(
            Terminal::of_output(&piped, false).time(at),
            "2026-11-26T14:05:09.123Z"
        );
        let file = environment(terminal(None), &[("TZ", ":UTC")]);
        assert_eq!(
            Terminal::of_errors(&file, false).time(at),
            "2026-11-26T14:05:09.123Z"
        );
    }
}
