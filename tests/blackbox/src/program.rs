//! A program that executes orders from its standard input.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A program that reads orders, one per line, and answers each with a line. Dropping it kills it.
#[derive(Debug)]
pub struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts the program.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.stderr(Stdio::piped()).spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let output = child.stdout.take().ok_or_else(missing)?;
        Ok(Self {
            input: child.stdin.take(),
            output: BufReader::new(output),
            child,
        })
    }

    /// Sends an order, and returns the answer.
    ///
    /// # Errors
    /// If the program has ended.
    pub fn ask(&mut self, what: &str) -> io::Result<String> {
        let input = self.input.as_mut();
        writeln!(input.ok_or(io::ErrorKind::BrokenPipe)?, "{what}")?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            let why = format!("the program ended before it answered `{what}`");
            return Err(io::Error::other(why));
        }
        Ok(answer.trim_end().to_owned())
    }

    /// Kills the program, but not the processes that it started.
    ///
    /// # Errors
    /// If that fails.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Closes the program's input, and waits for its end and for the end of the processes that it started.
    ///
    /// Returns whether it succeeded, and its standard error.
    ///
    /// # Errors
    /// If a pipe cannot be read.
    pub fn end(mut self) -> io::Result<(bool, String)> {
        drop(self.input.take());
        // The pipe ends when all processes that have it have ended.
        self.output.read_to_end(&mut Vec::new())?;
        let mut errors = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut errors)?;
        }
        Ok((self.child.wait()?.success(), errors))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}
