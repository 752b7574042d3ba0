//! Shared by the black-box tests of the journal: temporary folders, programs that execute orders, runs of the command, and
//! checks by the schemas.

mod canaries;
mod program;
mod schemas;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reqtrail_cli::{Environment, Stream};
use serde_json::Value;

pub use canaries::{canaries_in, canary};
pub use program::Program;
pub use schemas::Schemas;

/// A folder that is removed when it is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes an empty folder.
    ///
    /// # Errors
    /// If the folder cannot be created.
    pub fn new(name: &str) -> io::Result<Self> {
        let unique = format!(
            "reqtrail-{name}-{}-{:016x}",
            std::process::id(),
            fastrand::u64(..)
        );
        let path = std::env::temp_dir().join(unique);
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If that fails, the rest stays in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The exit code and the outputs of the command.
#[derive(Debug)]
pub struct CommandOutput {
    /// Its exit code.
    pub code: u8,
    /// The text of standard output.
    pub output: String,
    /// The lines of JSON in it.
    pub lines: Vec<Value>,
    /// The text of standard error.
    pub errors: String,
}

/// Runs `reqtrail` with `--json` on a folder.
#[must_use]
pub fn reqtrail(folder: &Path, words: &[&str]) -> CommandOutput {
    reqtrail_text(folder, &[&["--json"], words].concat())
}

/// Runs `reqtrail` on a folder.
#[must_use]
pub fn reqtrail_text(folder: &Path, words: &[&str]) -> CommandOutput {
    let (output, errors) = (Sink::default(), Sink::default());
    let mut environment = Environment {
        input: Box::new(io::empty()),
        output: Stream::to(output.clone()),
        errors: Stream::to(errors.clone()),
        variables: HashMap::new(),
    };
    let mut arguments: Vec<OsString> = vec!["reqtrail".into(), "--journal".into(), folder.into()];
    arguments.extend(words.iter().map(OsString::from));
    let code = reqtrail_cli::run(arguments, &mut environment);
    let output = output.text();
    CommandOutput {
        code,
        lines: output
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        output,
        errors: errors.text(),
    }
}

/// A writer that keeps its text.
#[derive(Clone, Debug, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn text(&self) -> String {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&written).into_owned()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
