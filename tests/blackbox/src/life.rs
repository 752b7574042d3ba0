//! A program that is told line by line what to do.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A program that is told line by line what to do, and answers each with a line. It is killed when it is dropped.
#[derive(Debug)]
pub struct Life {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Life {
    /// Starts it.
    ///
    /// # Errors
    /// Those of starting it.
    pub fn begin(command: &mut Command) -> io::Result<Self> {
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

    /// Tells it what to do, and returns its answer.
    ///
    /// # Errors
    /// It is gone.
    pub fn ask(&mut self, what: &str) -> io::Result<String> {
        let input = self.input.as_mut();
        writeln!(input.ok_or(io::ErrorKind::BrokenPipe)?, "{what}")?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            let why = format!("it is gone, and was told `{what}`");
            return Err(io::Error::other(why));
        }
        Ok(answer.trim_end().to_owned())
    }

    /// Kills it. Those that it has started live on.
    ///
    /// # Errors
    /// Those of the system.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Has nothing more to say to it, nor to those that it has started, and waits for the end of all of them.
    ///
    /// Returns whether it ended well, and what it wrote to standard error.
    ///
    /// # Errors
    /// Those of its pipes.
    pub fn end(mut self) -> io::Result<(bool, String)> {
        drop(self.input.take());
        // All others that have this pipe are gone when it ends.
        self.output.read_to_end(&mut Vec::new())?;
        let mut errors = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut errors)?;
        }
        Ok((self.child.wait()?.success(), errors))
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.kill();
    }
}
