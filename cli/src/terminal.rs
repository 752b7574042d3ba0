//! The form of an output: colours, width and times.

use std::borrow::Cow;
use std::fmt;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::environment::{Environment, Stream};

// Text from a server or another program must not control the terminal.
pub(crate) use reqtrail::host::repeat::one_line;

/// Returns JSON with the same meaning that does not control a terminal. What [`one_line`] escapes gets a JSON escape.
pub(crate) fn one_line_json(json: &str) -> Cow<'_, str> {
    let is_odd = |c: char| matches!(one_line(c.encode_utf8(&mut [0; 4])), Cow::Owned(_));
    if matches!(one_line(json), Cow::Borrowed(_)) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            // A JSON string cannot contain these: the character is between two values.
            '\0'..='\u{1f}' => out.push(' '),
            c if is_odd(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// For success.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For failure.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what needs attention.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// For the ID to give to support.
pub(crate) const ID: Style = AnsiColor::Cyan.on_default().bold();
/// For a heading, or the subject of a line.
pub(crate) const STRONG: Style = Style::new().bold();
/// For details.
pub(crate) const DIM: Style = Style::new().dimmed();

/// The width of a terminal that does not report its width, and of prose without a terminal, in columns.
const USUAL_WIDTH: usize = 80;

/// The least width for a layout, in columns.
const LEAST_WIDTH: usize = 40;

/// The greatest width of prose, in columns: longer lines are hard to read.
const PROSE_WIDTH: usize = 100;

/// The form of one output of the command.
#[derive(Debug)]
pub(crate) struct Terminal {
    colour: bool,
    width: Option<usize>,
    /// The zone of the times. `None` means UTC in the form of RFC 3339.
    zone: Option<TimeZone>,
}

impl Terminal {
    /// Returns the form of standard output. Times are local on a terminal, and UTC elsewhere or with `utc`.
    pub(crate) fn of_output(environment: &Environment, utc: bool) -> Self {
        Self::of(environment, &environment.output, utc)
    }

    /// Returns the form of standard error, with times by the rule of [`of_output`](Self::of_output).
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

    /// Returns the text in a style, or plain if the output has no colours. Padding counts only the text.
    pub(crate) fn paint<T: fmt::Display>(&self, style: Style, text: T) -> Painted<T> {
        let style = if self.colour { style } else { Style::new() };
        Painted { style, text }
    }

    /// Returns the greatest width of a line in columns, at least 40. `None` if lines are not cut: without a terminal and `COLUMNS`.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Returns the width at which prose is wrapped, from 40 to 100 columns.
    pub(crate) fn prose_width(&self) -> usize {
        self.width.unwrap_or(USUAL_WIDTH).min(PROSE_WIDTH)
    }

    /// Formats the time to the millisecond: local as `2026-11-26 15:05:09.123 +01:00`, UTC as `2026-11-26T14:05:09.123Z`.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        match &self.zone {
            Some(zone) => at
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S%.3f %:z")
                .to_string(),
            None => format!("{at:.3}"),
        }
    }

    /// Formats the time for a narrow column: local to the second, UTC as [`time`](Self::time) does.
    pub(crate) fn short_time(&self, at: Timestamp) -> String {
        match &self.zone {
            Some(zone) => {
                let at = at.to_zoned(zone.clone());
                at.strftime("%Y-%m-%d %H:%M:%S").to_string()
            }
            None => self.time(at),
        }
    }

    /// Returns the zone of the times.
    pub(crate) fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }
}

/// A text with its style.
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

/// Returns whether the output has colours, by the rules of <https://no-color.org> and <https://bixense.com/clicolors>.
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
    let wanted = environment.variable("COLUMNS");
    let wanted = wanted.and_then(|columns| columns.trim().parse().ok());
    let of_terminal = || {
        stream
            .is_terminal
            .then(|| stream.columns.unwrap_or(USUAL_WIDTH))
    };
    let width = wanted.filter(|columns| *columns > 0).or_else(of_terminal)?;
    Some(width.max(LEAST_WIDTH))
}

/// Returns the zone that `TZ` names, otherwise the machine's, otherwise UTC.
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
            let terminal = Terminal::of_output(&environment(output, variables), false);
            let painted = terminal.paint(BAD, "no").to_string();
            let expected = match coloured {
                true => "\u{1b}[1m\u{1b}[31mno\u{1b}[0m",
                false => "no",
            };
            assert_eq!(painted, expected, "{on_terminal} {variables:?}");
        }
    }

    #[test]
    fn json_does_not_control_a_terminal_and_keeps_its_meaning() {
        let text = "a\u{7f}\u{9b}31m\u{202e}\u{2028}\u{1f600}é";
        let json = format!("{{\t\"a\":\"\\u001b{text}\"\r}}");
        let safe = one_line_json(&json);
        assert!(matches!(one_line(&safe), Cow::Borrowed(_)), "{safe:?}");
        let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(read(&safe), read(&json));
        assert!(matches!(one_line_json(r#"{"a":"é"}"#), Cow::Borrowed(_)));
    }

    #[test]
    fn padding_counts_only_the_text() {
        let terminal =
            Terminal::of_output(&environment(terminal(None), &[("TERM", "xterm")]), true);
        let cell = format!("{:<5}|", terminal.paint(STRONG, "ab"));
        assert_eq!(cell, "\u{1b}[1mab   \u{1b}[0m|");
    }

    #[test]
    fn the_variable_columns_overrides_the_width_of_the_terminal() {
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
            let terminal = Terminal::of_output(&environment(output, &variables), false);
            assert_eq!((terminal.width(), terminal.prose_width()), (width, prose));
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
