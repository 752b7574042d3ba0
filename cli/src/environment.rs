//! The process around the command: streams, variables and terminals.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, LineWriter, Read, Write};

use reqtrail::host::repeat::one_line;
use terminal_size::{Height, Width, terminal_size_of};

use crate::exit::Exit;

#[cfg(unix)]
mod descriptor;

/// The process around the command: its streams, its variables, and which streams are terminals.
///
/// [`of_process`](Self::of_process) returns the real one; tests build their own.
pub struct Environment {
    /// Standard input.
    pub input: Box<dyn Read + Send>,
    /// Standard output, for data.
    pub output: Stream,
    /// Standard error, for everything else.
    pub errors: Stream,
    /// The environment variables. Those whose name is not Unicode are left out.
    pub variables: HashMap<String, OsString>,
}

/// An output stream of the command.
pub struct Stream {
    /// Where it goes.
    pub writer: Box<dyn Write>,
    /// Whether the stream is a terminal.
    pub is_terminal: bool,
    /// The width of the terminal in columns, if the terminal reports it.
    pub columns: Option<usize>,
}

impl Stream {
    /// Makes an output that is not a terminal.
    #[must_use]
    pub fn to(writer: impl Write + 'static) -> Self {
        Self {
            writer: Box::new(writer),
            is_terminal: false,
            columns: None,
        }
    }
}

impl Environment {
    /// Returns the environment of this process. A closed standard input is empty; a closed output discards what is written.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            input: input_of_process(),
            output: Stream {
                is_terminal: io::stdout().is_terminal(),
                columns: terminal_size_of(io::stdout()).map(columns),
                writer: Box::new(BufWriter::new(writer_of(io::stdout()))),
            },
            errors: Stream {
                is_terminal: io::stderr().is_terminal(),
                columns: terminal_size_of(io::stderr()).map(columns),
                // Whole lines, so that the lines of other processes do not get mixed in.
                writer: Box::new(LineWriter::new(writer_of(io::stderr()))),
            },
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
        }
    }

    /// Returns the variable as text; `None` if it is empty or not set.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let value = self.variables.get(name)?.to_string_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }

    /// Writes a message of one or more lines to standard error. It escapes control characters: the text may contain what a
    /// server or another program wrote.
    pub(crate) fn say(&mut self, text: &str) {
        let lines: Vec<_> = text.split('\n').map(one_line).collect();
        // If standard error is closed, nobody reads the message.
        let _ = writeln!(self.errors.writer, "reqtrail: {}", lines.join("\n"));
    }

    /// Flushes both outputs and returns how the command ends. A reader that is gone, such as `head`, is not an error.
    pub(crate) fn close(&mut self, exit: Exit) -> Exit {
        let written = self.output.writer.flush();
        let _ = self.errors.writer.flush();
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.say(&format!("standard output: {error}"));
                Exit::Usage
            }
            _ => exit,
        }
    }
}

fn columns((width, _): (Width, Height)) -> usize {
    usize::from(width.0)
}

#[cfg(unix)]
fn input_of_process() -> Box<dyn Read + Send> {
    match descriptor::Descriptor::of(&io::stdin()) {
        Some(stream) => Box::new(stream),
        None => Box::new(io::empty()),
    }
}

#[cfg(unix)]
fn writer_of(stream: impl std::os::fd::AsFd) -> Box<dyn Write> {
    match descriptor::Descriptor::of(&stream) {
        Some(stream) => Box::new(stream),
        None => Box::new(io::sink()),
    }
}

#[cfg(not(unix))]
fn input_of_process() -> Box<dyn Read + Send> {
    Box::new(io::stdin())
}

#[cfg(not(unix))]
fn writer_of(stream: impl Write + 'static) -> Box<dyn Write> {
    Box::new(stream)
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("output", &self.output)
            .field("errors", &self.errors)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("is_terminal", &self.is_terminal)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
