//! What the proofs of the journal share: folders of their own, programs that are told what to do, the command's answers, and
//! what the schemas say of all of it.

mod canaries;
mod life;
mod schemas;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reqtrail_cli::{Environment, Stream};
use serde_json::Value;

pub use canaries::{canaries_in, canary};
pub use life::Life;
pub use schemas::Schemas;

/// A folder that is gone when the proof is over.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes an empty folder.
    ///
    /// # Errors
    /// Those of the file system.
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

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in a folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the command said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code.
    pub code: u8,
    /// What it wrote to standard output.
    pub output: String,
    /// The lines of JSON among it.
    pub lines: Vec<Value>,
    /// What it wrote to standard error.
    pub errors: String,
}

/// Runs `reqtrail` with `--json` on a folder.
#[must_use]
pub fn reqtrail(folder: &Path, words: &[&str]) -> Said {
    reqtrail_text(folder, &[&["--json"], words].concat())
}

/// Runs `reqtrail` on a folder.
#[must_use]
pub fn reqtrail_text(folder: &Path, words: &[&str]) -> Said {
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
    Said {
        code,
        lines: output
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        output,
        errors: errors.text(),
    }
}

/// Keeps what is written to it.
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
